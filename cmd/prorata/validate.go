package main

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

var validateFormats = []string{"table", "json"}

func newValidate() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "validate [flags] EVENTS...",
		Short: "Read everything, bill nothing, and report every problem",
		Long: `Reads all events as replay does and reports every problem with its file, line, column,
id and reason, on standard error: lines that cannot be read (exit status 1), and events
that make no sense where they stand (exit status 3). With --packages, the names of
packages are checked too. How many there were goes to standard output.

` + policyHelp(),
		Example: `  prorata validate --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata validate testdata/demo/events.jsonl --format json --account willow-vets@example.com`,
		Args: filesArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return runValidate(cmd, c, files) },
	}
	c.packagesFlag(cmd)
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "report the anomalies of the account `NAME` only (repeatable)")
	c.policyFlags(cmd)
	c.formatFlags(cmd, validateFormats...)
	return cmd
}

func runValidate(cmd *cobra.Command, c *common, files []string) error {
	format, err := c.chooseFormat(cmd, validateFormats...)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(files...); err != nil {
		return err
	}
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	var catalogue *invoice.Catalogue
	if c.packages != "" {
		read, err := c.catalogue(policy, invoice.Retail, cmd.InOrStdin())
		if err != nil {
			return err
		}
		catalogue = &read
	}
	events, err := readEvents(files, policy, false, 0, cmd.InOrStdin())
	if err != nil {
		return err
	}
	accounts, err := c.chosen(events)
	if err != nil {
		return err
	}
	var anomalies []account.Anomaly
	for _, name := range accounts {
		found, err := account.Check(events.Of(name), catalogue, policy)
		if err != nil {
			return err
		}
		anomalies = append(anomalies, found...)
	}
	sortAnomalies(anomalies, files)
	out := c.newOutput(cmd)
	if format == "json" {
		writeChecked(out, len(accounts), events.Len(), anomalies)
	} else {
		fmt.Fprintf(out, "%s, %s, %s\n", report.Count(len(accounts), "account", "accounts"),
			report.Count(events.Len(), "event", "events"), report.Count(len(anomalies), "anomaly", "anomalies"))
	}
	if err := commitAll(out); err != nil {
		return err
	}
	printAnomalies(cmd.ErrOrStderr(), anomalies)
	if len(anomalies) > 0 {
		return errFindings
	}
	return nil
}

// writeChecked writes what was found as one JSON object.
func writeChecked(out *output, accounts, events int, anomalies []account.Anomaly) {
	b := fmt.Appendf(nil, `{"accounts":%d,"events":%d,"anomalies":%d,"problems":[`, accounts, events, len(anomalies))
	for i, a := range anomalies {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPlace(append(b, '{'), a.Event.Place)
		for _, m := range [][2]string{{"id", a.Event.ID}, {"account", a.Event.Account}, {"type", a.Event.Type.String()}, {"reason", a.Reason}} {
			b = append(append(append(b, `,"`...), m[0]...), `":`...)
			b, _ = jsontext.AppendQuote(b, m[1])
		}
		b = append(b, '}')
	}
	out.Write(append(b, "]}\n"...))
}
