package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// reconcileFlags are those of reconcile alone.
type reconcileFlags struct {
	documents   []string
	tolerance   string
	zones       []string
	writePolicy string
	dispute     string
	disputeDays int
	claimed     string
	aliases     string
	wide        bool
	mapping     string
	notes       []string // about tables
}

func newReconcile() *cobra.Command {
	c, f := &common{}, &reconcileFlags{}
	cmd := &cobra.Command{
		Use:   "reconcile --distributor FILE (--store STORE | --packages FILE EVENTS...) [flags]",
		Short: "Hold the Distributor's invoices against ours, and say why they differ",
		Long: `Recomputes what the Distributor should have billed and compares it, account by account, with
what it did bill, however many rows and documents carry it. Where the two differ, it looks for
the one change of fact or policy that gives their figure, to the cent. It
also says by which policy they seem to prorate.

Our side is what the events of files come to, or those of a store by its price list and policy.
` + storeHelp + `

Exit status: 0 everything matches or is tolerated; 1 bad input, and nothing was written;
2 wrong usage; 3 done, and there are differences, anomalies, quarantined lines or far dates to
look at.

` + policyHelp(),
		Example: `  prorata reconcile --packages testdata/demo/packages.json \
      --distributor testdata/reconcile/invoices.json --format table testdata/demo/events.jsonl
  prorata reconcile --store testdata/books/reseller.db --distributor testdata/books/february.csv`,
		Args: storeOrFiles,
		RunE: func(cmd *cobra.Command, files []string) error { return runReconcile(cmd, c, f, files) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	cmd.Flags().StringArrayVar(&f.documents, "distributor", nil, "the Distributor's invoices, a JSON, XML, CSV, XLSX or Parquet `FILE` (repeatable)")
	mapFlag(cmd, &f.mapping, true)
	cmd.Flags().String("from", "", "expect invoices dated from `DATE` on (default the earliest of the Distributor's)")
	cmd.Flags().String("through", "", "expect invoices dated through `DATE` (default the latest of the Distributor's)")
	cmd.Flags().StringVar(&c.price, "price", "distributor", "expect the `PRICE` retail or distributor")
	_ = cmd.RegisterFlagCompletionFunc("price", cobra.FixedCompletions([]string{"retail", "distributor"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVar(&f.tolerance, "tolerance", "0", "tolerate rows in which no figure differs by more than `AMOUNT`")
	cmd.Flags().StringSliceVar(&f.zones, "zones", []string{"UTC", "America/Los_Angeles"}, "time zones to try for the Distributor's days: `LIST`, separated by commas")
	cmd.Flags().StringVar(&f.writePolicy, "write-policy", "", "write the policy they prorate by to `FILE`, if it is established")
	cmd.Flags().StringVar(&f.dispute, "dispute", "", "write the claims worth sending upstream to `FILE`, as XLSX if its name ends so, else as CSV")
	cmd.Flags().IntVar(&f.disputeDays, "dispute-days", 0, "an invoice can be disputed until `N` days after its date")
	cmd.Flags().StringVar(&f.claimed, "claimed", "", "leave out what an earlier dispute `FILE` claims")
	cmd.Flags().StringVar(&f.aliases, "aliases", "", "accounts that the Distributor has under another name, a CSV `FILE`: theirs,ours")
	cmd.Flags().BoolVar(&f.wide, "wide", false, "a table of all groups, as wide as it takes")
	c.eventFlags(cmd)
	c.policyFlags(cmd)
	c.formatFlags(cmd, reconciling.Formats...)
	return cmd
}

func runReconcile(cmd *cobra.Command, c *common, f *reconcileFlags, files []string) error {
	if err := required(cmd, "distributor"); err != nil {
		return err
	}
	format, err := c.chooseFormat(cmd, reconciling.Formats...)
	if err != nil {
		return err
	}
	if slices.Contains([]string{".xls", ".ods"}, f.disputeEnding()) {
		return usagef("--dispute %s, expected a name that ends in .csv or .xlsx", f.dispute)
	}
	if err := c.checkOutputs(cmd, []target{{"dispute", f.dispute}, {"write-policy", f.writePolicy}}, slices.Concat(files, f.documents, []string{f.aliases, f.claimed, f.mappingFile()})...); err != nil {
		return err
	}
	side, err := c.openOurSide(cmd, files)
	if err != nil {
		return err
	}
	defer side.close()
	in, err := f.input(cmd, c, side)
	if err != nil {
		return err
	}
	events, err := side.events(&in)
	if err != nil {
		return err
	}
	if in.Accounts, err = c.inQuestion(events, in.Documents); err != nil {
		return err
	}
	if err := reconciling.CheckAliases(f.aliases, in); err != nil {
		return err
	}
	rep, err := reconcile.Reconcile(cmd.Context(), in)
	if err != nil {
		return err
	}
	side.place(rep.Anomalies, events)
	found := &findings{bad: events.bad, quarantine: c.quarantine, anomalies: rep.Anomalies}
	if side.store == nil { // whose dates were looked at when they were recorded
		found.dates = c.farDatesOf(events, in.Accounts, in.Policy)
	}
	return f.write(cmd, c, format, rep, found)
}

// inQuestion are the accounts named by --account, nil for all. One that only the documents name has no events; one that nothing
// names, or that the events spell in other letters, would leave nothing to compare.
func (c *common) inQuestion(events *reading, documents []distributor.Invoices) ([]string, error) {
	for _, name := range c.accounts {
		ours := slices.ContainsFunc(events.Accounts(), func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(name)) })
		theirs := slices.ContainsFunc(documents, func(d distributor.Invoices) bool {
			return slices.ContainsFunc(d.Rows, func(row distributor.Invoice) bool { return row.Username == name })
		})
		if ours || !theirs {
			one := common{accounts: []string{name}}
			if _, err := one.chosen(events, shard{}); err != nil {
				return nil, err
			}
		}
	}
	return c.accounts, nil
}

// input is everything but the events.
func (f *reconcileFlags) input(cmd *cobra.Command, c *common, side ourSide) (in reconcile.Input, err error) {
	span, err := billSpan(cmd)
	if err != nil {
		return in, err
	}
	in.From, in.Through = span.Start, span.End
	if in.Prices, err = invoice.ParsePriceList(c.price); err != nil {
		return in, usageError{err}
	}
	if in.Policy, in.Packages, err = side.terms(); err != nil {
		return in, err
	}
	if in.Tolerance, err = reconciling.ParseTolerance(f.tolerance, in.Policy.MoneyCurrency()); err != nil {
		return in, usagef("--tolerance %w", err)
	}
	for _, name := range f.zones {
		zone, err := invoice.ParseTimeZone(strings.TrimSpace(name))
		if err != nil {
			return in, usagef("--zones: %v", err)
		}
		in.Zones = append(in.Zones, zone)
	}
	if err := reconcile.CheckDisputeDays(f.disputeDays); err != nil {
		return in, usagef("--dispute-days %v", err)
	}
	in.DisputeDays = f.disputeDays
	if in.Aliases, err = f.readAliases(cmd.InOrStdin()); err != nil {
		return in, err
	}
	if in.Claimed, err = f.readClaimed(cmd.InOrStdin()); err != nil {
		return in, err
	}
	if in.Documents, err = f.readDocuments(in.Policy, cmd.InOrStdin()); err != nil {
		return in, err
	}
	rows := 0
	for i := range in.Documents {
		rows += len(in.Documents[i].Rows)
	}
	if rows == 0 && (in.From.IsZero() || in.Through.IsZero()) {
		return in, errors.New("the documents hold no invoices, and so no dates to expect ours on, expected some or --from and --through")
	}
	return in, nil
}

// write writes the report and what goes with it, and says whether there is something to look at.
func (f *reconcileFlags) write(cmd *cobra.Command, c *common, format string, rep *reconcile.Report, found *findings) error {
	out := c.newOutput(cmd)
	err := reconciling.Write(forPeople(out, cmd.OutOrStdout()), format, rep, f.wide)
	if err != nil {
		return err
	}
	outputs := []*outfile.Output{out}
	extra := func(name string, write func(o *outfile.Output) error) {
		if name != "" && err == nil {
			o := outfile.New(name, cmd.OutOrStdout())
			outputs = append(outputs, o)
			err = write(o)
		}
	}
	extra(f.dispute, func(o *outfile.Output) error { return f.writeDispute(o, rep) })
	told := rep.Convention != nil && rep.Convention.Better && rep.Convention.Established
	if told {
		extra(f.writePolicy, func(o *outfile.Output) error { return writePolicy(o, rep) })
	}
	extra(c.quarantine, func(o *outfile.Output) error { return writeQuarantine(o, found.bad.all) })
	extra(c.anomalies, func(o *outfile.Output) error { writeAnomalies(o, found.anomalies); return nil })
	if err != nil {
		outfile.Discard(outputs...)
		return err
	}
	if err := outfile.Commit(outputs...); err != nil {
		return err
	}
	printNotes(cmd.ErrOrStderr(), f.notes)
	left := found.print(cmd.ErrOrStderr())
	if f.writePolicy != "" && !told {
		outcome := "is not written"
		if _, err := os.Lstat(f.writePolicy); err == nil {
			outcome = "is left as it is"
		}
		why := "no other policy tried prints more of their rows than the one given"
		if rep.Convention != nil && rep.Convention.Better {
			why = "the policy that prints the most of their rows is only suggested by them, not established"
		}
		printLine(cmd.ErrOrStderr(), fmt.Sprintf("prorata: %s, so %s %s", why, f.writePolicy, outcome))
	}
	if left == nil && rep.HasFindings() {
		left = errFindings
	}
	return left
}

// disputeEnding is what the name of the dispute file ends in, such as .xlsx.
func (f *reconcileFlags) disputeEnding() string { return strings.ToLower(filepath.Ext(f.dispute)) }

func (f *reconcileFlags) writeDispute(w io.Writer, rep *reconcile.Report) error {
	if f.disputeEnding() == ".xlsx" {
		return statement.DisputeXLSX(w, rep)
	}
	return report.DisputeCSV(w, rep)
}

// writePolicy writes the convention that was found.
func writePolicy(w io.Writer, rep *reconcile.Report) error {
	data, err := rep.Convention.Policy.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}
