package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

var replayFormats = []string{"table", "jsonl", "json", "csv", "distributor-json", "distributor-xml"}

func newReplay() *cobra.Command {
	c := &common{}
	lines := false
	cmd := &cobra.Command{
		Use:   "replay --packages FILE [flags] EVENTS...",
		Short: "Bill every account from its events and print the invoices",
		Long: `Bills every account through a date and prints its invoices, by account, then date.
EVENTS are files of one JSON object a line, in any order; several are one stream, - is
standard input, and .gz and .zst files are read as they are.

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and
there are anomalies or quarantined lines to look at.

` + policyHelp(),
		Example: `  prorata replay --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata replay --packages testdata/demo/packages.json --format table --lines \
      --account harbor-books@example.com testdata/demo/events.jsonl
  prorata replay --packages testdata/demo/packages.json --price distributor \
      --set timing=advance --from 2025-06-01 --through 2025-06-30 testdata/demo/events.jsonl`,
		Args: filesArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return runReplay(cmd, c, lines, files) },
	}
	c.packagesFlag(cmd)
	cmd.Flags().String("through", "", "bill through `DATE` (default the latest at of all events; recorded_at does not count)")
	cmd.Flags().String("from", "", "leave out invoices dated before `DATE`")
	cmd.Flags().StringVar(&c.price, "price", "retail", "bill by the `PRICE` retail or distributor")
	_ = cmd.RegisterFlagCompletionFunc("price", cobra.FixedCompletions([]string{"retail", "distributor"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&lines, "lines", false, "in a table, also the lines of each invoice and what explains them; in csv, a row a line")
	c.eventFlags(cmd)
	c.policyFlags(cmd)
	c.formatFlags(cmd, replayFormats...)
	return cmd
}

func runReplay(cmd *cobra.Command, c *common, lines bool, files []string) error {
	if err := required(cmd, "packages"); err != nil {
		return err
	}
	format, err := c.chooseFormat(cmd, replayFormats...)
	if err != nil {
		return err
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	list, err := invoice.ParsePriceList(c.price)
	if err != nil {
		return usageError{err}
	}
	if err := c.checkOutputs(files...); err != nil {
		return err
	}
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	catalogue, err := c.catalogue(policy, list, cmd.InOrStdin())
	if err != nil {
		return err
	}
	events, err := readEvents(cmd.Context(), files, account.Loading{Policy: policy, KeepGoing: c.keepGoing || c.quarantine != ""}, cmd.InOrStdin())
	if err != nil {
		return err
	}
	if span.End.IsZero() {
		span.End = events.Latest(policy)
	}
	bills, err := billAll(cmd, c, events, catalogue, policy, span)
	if err != nil {
		return err
	}
	out, quarantine := c.newOutput(cmd), &output{name: c.quarantine}
	if err := bills.write(out, format, lines, policy.MoneyCurrency()); err != nil {
		return err
	}
	outputs := []*output{out}
	if c.quarantine != "" {
		writeQuarantine(quarantine, bills.bad)
		outputs = append(outputs, quarantine)
	}
	if err := commitAll(outputs...); err != nil {
		return err
	}
	sortAnomalies(bills.anomalies, files)
	return bills.findings(cmd.ErrOrStderr(), c.quarantine)
}

// billSpan is --from and --through, both inclusive; zero Dates where they are not given.
func billSpan(cmd *cobra.Command) (span cycle.Period, err error) {
	if span.Start, err = dateFlag(cmd, "from"); err != nil {
		return span, err
	}
	if span.End, err = dateFlag(cmd, "through"); err != nil {
		return span, err
	}
	if !span.End.IsZero() && span.End.Before(span.Start) {
		return span, usagef("--through %s is before --from %s", span.End, span.Start)
	}
	return span, nil
}

// bills are the bills of many accounts, and what there is to look at.
type bills struct {
	accounts  int
	through   cycle.Date
	invoices  []invoice.Invoice
	anomalies []account.Anomaly
	bad       []quarantined
}

// billAll bills the accounts asked for, or all.
func billAll(cmd *cobra.Command, c *common, events *reading, catalogue invoice.Catalogue, policy invoice.Policy, span cycle.Period) (*bills, error) {
	accounts, err := c.chosen(events)
	if err != nil {
		return nil, err
	}
	all := &bills{accounts: len(accounts), through: span.End, bad: events.bad}
	for bill, err := range events.Replay(cmd.Context(), accounts, catalogue, policy, span.End, 0) {
		if err != nil {
			return nil, err
		}
		all.anomalies = append(all.anomalies, bill.Anomalies...)
		for _, inv := range bill.Invoices {
			if !inv.Date.Before(span.Start) {
				all.invoices = append(all.invoices, inv)
			}
		}
	}
	return all, nil
}

func (b *bills) write(w io.Writer, format string, lines bool, currency money.Currency) error {
	switch format {
	case "table":
		summary := report.Summary{Accounts: b.accounts, Invoices: len(b.invoices), Through: b.through,
			Anomalies: len(b.anomalies), LeftOut: len(b.bad), Total: money.New(0, currency)}
		for i := range b.invoices {
			var err error
			if summary.Total, err = summary.Total.Add(b.invoices[i].FinalAmount); err != nil {
				return fmt.Errorf("total of all invoices: %w", err)
			}
		}
		return report.InvoiceTable(w, b.invoices, summary, lines)
	case "distributor-json", "distributor-xml":
		return b.writeDistributor(w, format)
	case "csv":
		if lines {
			return report.LineCSV(w, b.invoices)
		}
		return report.InvoiceCSV(w, b.invoices)
	}
	return writeJSON(w, format, len(b.invoices), func(i int, to []byte) []byte { return b.invoices[i].AppendJSON(to) })
}

// writeJSON writes n objects: one a line as jsonl, as a list as json.
func writeJSON(w io.Writer, format string, n int, object func(i int, to []byte) []byte) error {
	open, between, end := "", "\n", "\n"
	if format == "json" {
		open, between, end = "[\n", ",\n", "\n]\n"
	}
	if n == 0 {
		between, end = "", ""
		if format == "json" {
			open = "[]\n"
		}
	}
	if _, err := io.WriteString(w, open); err != nil {
		return err
	}
	var line []byte
	for i := range n {
		line = object(i, line[:0])
		if i < n-1 {
			line = append(line, between...)
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, end)
	return err
}

// writeDistributor writes the invoices as the Distributor's usage document, whose number is
// the latest date on it.
func (b *bills) writeDistributor(w io.Writer, format string) error {
	number := ""
	for i := range b.invoices {
		number = max(number, strings.ReplaceAll(b.invoices[i].Date.String(), "-", ""))
	}
	d := distributor.FromInvoices(number, b.invoices)
	document := d.AppendJSON(nil)
	if format == "distributor-xml" {
		document = d.AppendXML(nil)
	}
	if !bytes.HasSuffix(document, []byte("\n")) {
		document = append(document, '\n')
	}
	_, err := w.Write(document)
	return err
}

// findings says what there is to look at, if anything.
func (b *bills) findings(w io.Writer, quarantine string) error {
	for _, q := range b.bad {
		printError(w, q.err)
	}
	printAnomalies(w, b.anomalies)
	if len(b.anomalies) > 0 {
		printLine(w, "prorata: "+report.Count(len(b.anomalies), "anomaly", "anomalies")+", left out of the bills")
	}
	if len(b.bad) > 0 {
		left := "prorata: " + report.Count(len(b.bad), "line", "lines") + " left out"
		if quarantine != "" {
			left += ", written to " + quarantine
		}
		printLine(w, left)
	}
	if len(b.anomalies)+len(b.bad) > 0 {
		return errFindings
	}
	return nil
}
