package main

import (
	"fmt"

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
id and reason: lines that are no events (exit status 1), and events that make no sense
where they stand (exit status 3). With --packages, package names are checked too.`,
		Example: `  prorata validate --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata validate --set currency=EUR events-2026-*.jsonl.gz`,
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
	out := c.newOutput(cmd)
	if format == "json" {
		fmt.Fprintf(out, `{"accounts":%d,"events":%d,"anomalies":%d}`+"\n", len(accounts), events.Len(), len(anomalies))
	} else {
		fmt.Fprintf(out, "%s, %s, %s\n", report.Count(len(accounts), "account", "accounts"),
			report.Count(events.Len(), "event", "events"), report.Count(len(anomalies), "anomaly", "anomalies"))
	}
	if err := commitAll(out); err != nil {
		return err
	}
	reportAnomalies(cmd.ErrOrStderr(), anomalies, files)
	if len(anomalies) > 0 {
		return errFindings
	}
	return nil
}
