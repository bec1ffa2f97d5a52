package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

var validateFormats = []string{"table", "json"}

func newValidate() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "validate [flags] EVENTS...",
		Short: "Read everything, bill nothing, and report every problem",
		Long: `Reads all events as replay --keep-going does and reports every problem with its file, line,
column, id and reason, on standard error: lines that cannot be read, and events that make
no sense where they stand, next to all that could be read. With --packages, the names of
packages are checked too; whether there is the invoice that a status is for, only replay
tells. How many there were goes to standard output.

Exit status: 0 nothing to report; 1 a line or a file could not be read, and nothing was
written; 2 wrong usage; 3 all was read, and there are events that make no sense.

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
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
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
	how := c.loading(policy, shard{}, nil)
	how.KeepGoing = true
	events, unread, err := read(cmd.Context(), files, how, cmd.InOrStdin(), nil)
	if err != nil {
		return err
	}
	var failed []placed
	for _, f := range unread {
		failed = append(failed, place(source.Place{File: f.Name}, f.Err))
	}
	for _, q := range events.bad {
		failed = append(failed, placed{q.err.Place, q.err})
	}
	accounts, err := c.chosen(events, shard{})
	if err != nil {
		failed = append(failed, placed{err: err})
	}
	var anomalies []account.Anomaly
	checked := 0
	for _, name := range accounts {
		own := events.Of(name)
		checked += len(own)
		found, err := account.Check(own, catalogue, policy)
		if err != nil {
			failed = append(failed, place(source.Place{}, err))
		}
		anomalies = append(anomalies, found...)
	}
	if len(failed) > 0 {
		return allProblems(failed, anomalies, files)
	}
	sortAnomalies(anomalies, files)
	out := c.newOutput(cmd)
	if format == "json" {
		writeChecked(out, len(accounts), checked, anomalies)
	} else {
		fmt.Fprintf(out, "%s, %s, %s\n", report.Count(len(accounts), "account", "accounts"),
			report.Count(checked, "event", "events"), report.Count(len(anomalies), "anomaly", "anomalies"))
	}
	if err := outfile.Commit(out); err != nil {
		return err
	}
	printAnomalies(cmd.ErrOrStderr(), anomalies)
	if len(anomalies) > 0 {
		return errFindings
	}
	return nil
}

// placed is an error with its place, if it has one.
type placed struct {
	at  source.Place
	err error
}

// place finds an error's place, or else is the one given.
func place(at source.Place, err error) placed {
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		at = pe.Place
	}
	return placed{at, err}
}

// allProblems is what could not be read and what makes no sense, in the order of the files;
// what has no place in them comes last.
func allProblems(failed []placed, anomalies []account.Anomaly, files []string) error {
	for _, a := range anomalies {
		failed = append(failed, placed{a.Event.Place, source.Errorf(a.Event.Place, "%s", a)})
	}
	compare := inFileOrder(files)
	slices.SortStableFunc(failed, func(a, b placed) int {
		if a.at.File == "" || b.at.File == "" {
			return strings.Compare(b.at.File, a.at.File)
		}
		return compare(a.at, b.at)
	})
	all := &problems{}
	for _, p := range failed {
		all.list = append(all.list, p.err)
	}
	return all
}

// writeChecked writes what was found as one JSON object.
func writeChecked(out *outfile.Output, accounts, events int, anomalies []account.Anomaly) {
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
