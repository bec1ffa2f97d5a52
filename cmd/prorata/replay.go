package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

var replayFormats = formats.Names()

func newReplay() *cobra.Command {
	c := &common{}
	lines := false
	cmd := &cobra.Command{
		Use:   "replay --packages FILE [flags] EVENTS...",
		Short: "Bill every account from its events and print the invoices",
		Long: `Bills every account through a date and prints its invoices, by account, then date.
EVENTS are files of one JSON object a line, in any order; all files together are one log.
- is standard input, and .gz and .zst files are read as they are. A Parquet file is usage, an
event a row: docs/documents.md has its columns. An event, and a package list:
  {"id":"1","type":"account.created","account":"acme","at":"2026-03-01","package":"Gold"}
  [{"name":"Gold","price":79.95,"credits":50000,"overage":0.001}]
docs/commands.md has an event of each type, and docs/semantics.md what each does.

` + messages.FarDatesHelp + `

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and
there are anomalies, quarantined lines or far dates to look at.

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
	cmd.Flags().String("through", "", "bill through `DATE` (default the latest at of all events, but for a few far from all others; recorded_at does not count)")
	cmd.Flags().String("from", "", "leave out invoices dated before `DATE`")
	cmd.Flags().StringVar(&c.price, "price", "retail", "bill by the `PRICE` retail or distributor")
	_ = cmd.RegisterFlagCompletionFunc("price", cobra.FixedCompletions([]string{"retail", "distributor"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&lines, "lines", false, "in a table, also the lines of each invoice and what explains them; in csv and parquet, a row a line")
	c.eventFlags(cmd)
	c.usageMapFlag(cmd)
	c.policyFlags(cmd)
	c.formatFlags(cmd, replayFormats...)
	c.excelFlag(cmd)
	cmd.Flags().StringVar(&c.issuer, "issuer", "", "with --format focus: the `NAME` of who sends the invoices (default Reseller)")
	c.workersFlag(cmd)
	cmd.Flags().StringVar(&c.shard, "shard", "", "bill only the accounts of shard `I/N`, from 0/N to N-1/N; merge puts the outputs together")
	c.progressFlags(cmd)
	return cmd
}

// asked is what a replay is asked for.
type asked struct {
	format *formats.Format
	span   cycle.Period // inclusive; the zero Date as its end is the last day of the events
	list   invoice.PriceList
	only   shard
}

func (c *common) askedReplay(cmd *cobra.Command, lines bool) (a asked, err error) {
	if a.format, err = c.invoiceFormat(cmd, lines); err != nil {
		return a, err
	}
	if c.issuer != "" && a.format.Name != "focus" {
		return a, usagef("--issuer with the format %s, expected --format focus", a.format.Name)
	}
	if a.span, err = billSpan(cmd); err != nil {
		return a, err
	}
	if a.list, err = invoice.ParsePriceList(c.price); err != nil {
		return a, usageError{err}
	}
	if a.only, err = parseShard(c.shard); err != nil || a.only.of <= 1 {
		return a, err
	}
	switch {
	case c.excel:
		return a, usagef("--excel with --shard, expected one of them: merge puts together what programs read")
	case c.openEnd(a.span):
		return a, usagef("--shard with --keep-going and no --through, expected a date: a line that one shard leaves out may hold the latest one")
	}
	return a, nil
}

// openEnd reports that the last day to bill is to follow from events of which lines may be left out.
func (c *common) openEnd(span cycle.Period) bool {
	return span.End.IsZero() && (c.keepGoing || c.quarantine != "")
}

func runReplay(cmd *cobra.Command, c *common, lines bool, files []string) error {
	if err := required(cmd, "packages"); err != nil {
		return err
	}
	ask, err := c.askedReplay(cmd, lines)
	if err != nil {
		return err
	}
	if err := c.useWorkers(cmd); err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	catalogue, err := c.catalogue(policy, ask.list, cmd.InOrStdin())
	if err != nil {
		return err
	}
	progress, err := c.newProgress(cmd, files)
	if err != nil {
		return err
	}
	defer progress.done()
	events, err := readEvents(cmd.Context(), files, c.loading(policy, ask.only, progress), c.from(cmd), progress)
	if err != nil {
		return err
	}
	if events.some && c.openEnd(ask.span) {
		return usagef("some parts of a partition with --keep-going and no --through, expected a date: a line that one part leaves out may hold the latest one")
	}
	accounts, err := c.chosen(events, ask.only)
	if err != nil {
		return err
	}
	dates := c.farDatesOf(events, accounts, policy)
	if ask.span.End.IsZero() {
		ask.span.End, dates.Through = dates.Last, dates.Last
	}
	r := &replay{ctx: cmd.Context(), events: events, accounts: accounts, catalogue: catalogue, policy: policy, span: ask.span,
		progress: progress, stdout: cmd.OutOrStdout(), issuer: c.issuer}
	if err := r.writeAll(c, c.newOutput(cmd), ask.format, lines); err != nil {
		return err
	}
	if r.invoices == 0 {
		printLine(cmd.ErrOrStderr(), "prorata: "+r.nothing(c, !dates.Last.IsZero()))
	}
	found := findings{bad: events.bad, quarantine: c.quarantine, anomalies: r.anomalies, dates: dates}
	return found.print(cmd.ErrOrStderr())
}

// writeAll writes the bills, and the files of quarantined lines and of anomalies that are asked for: all of them or none.
func (r *replay) writeAll(c *common, bills *outfile.Output, format *formats.Format, lines bool) error {
	quarantine, anomalies := outfile.New(c.quarantine, nil), outfile.New(c.anomalies, nil)
	outputs := []*outfile.Output{bills}
	if c.quarantine != "" {
		if err := writeQuarantine(quarantine, r.events.bad.all); err != nil {
			return err
		}
		outputs = append(outputs, quarantine)
	}
	if c.anomalies != "" {
		outputs = append(outputs, anomalies)
	}
	if err := r.write(outputs, format, lines); err != nil {
		outfile.Discard(outputs...)
		return err
	}
	r.progress.done()
	messages.SortAnomalies(r.anomalies, r.events.files)
	if c.anomalies != "" {
		writeAnomalies(anomalies, r.anomalies)
	}
	return outfile.Commit(outputs...)
}

// nothing says why there are no invoices.
func (r *replay) nothing(c *common, events bool) string {
	switch {
	case len(r.accounts) > 0:
	case c.shard != "" && len(c.accounts) > 0:
		return "no invoices: no account that was asked for is in shard " + c.shard
	case c.shard != "" && events:
		return "no invoices: no account of the events is in shard " + c.shard
	}
	return messages.NoInvoices(len(r.accounts), r.span)
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

// replay is the billing of many accounts, and what there is to look at.
type replay struct {
	ctx       context.Context
	events    *reading
	accounts  []string
	catalogue invoice.Catalogue
	policy    invoice.Policy
	span      cycle.Period // inclusive
	progress  *progress
	stdout    io.Writer
	issuer    string
	invoices  int // how many were asked for
	anomalies []account.Anomaly
}

// write writes the bills to the first output, the others being ready.
func (r *replay) write(outputs []*outfile.Output, f *formats.Format, lines bool) error {
	if f.Append != nil {
		return r.stream(outputs, f)
	}
	r.progress.bills(len(r.accounts))
	invoices, err := r.gather()
	if err != nil {
		return err
	}
	summary := report.Summary{Accounts: len(r.accounts), Invoices: len(invoices), Through: r.span.End,
		Anomalies: len(r.anomalies), LeftOut: r.events.bad.Len(), Total: money.New(0, r.policy.MoneyCurrency())}
	for i := range invoices {
		if invoices[i].Status == invoice.Canceled {
			summary.Canceled++
			continue
		}
		if summary.Total, err = summary.Total.Add(invoices[i].FinalAmount); err != nil {
			return fmt.Errorf("total of all invoices: %w", err)
		}
	}
	days := &statusDays{zone: r.policy.TimeZone, eventsOf: func(name string) ([]account.Event, error) { return r.events.Of(name), nil }}
	return f.Write(forPeople(outputs[0], r.stdout), &formats.All{Invoices: invoices, Summary: summary, Lines: lines, Changed: days.of, Issuer: r.issuer, Zone: days.zone})
}

// wanted are the invoices of a bill that are asked for.
func (r *replay) wanted(b *account.Bill) []invoice.Invoice {
	first, _ := slices.BinarySearchFunc(b.Invoices, r.span.Start, func(inv invoice.Invoice, from cycle.Date) int { return inv.Date.Compare(from) })
	return b.Invoices[first:]
}

// gather bills all accounts and keeps all invoices.
func (r *replay) gather() (invoices []invoice.Invoice, err error) {
	for b, err := range r.events.Replay(r.ctx, eventlog.Billing{Accounts: r.accounts, Catalogue: r.catalogue, Policy: r.policy, Through: r.span.End}) {
		if err != nil {
			return nil, err
		}
		r.progress.billed.Add(1)
		r.anomalies = append(r.anomalies, b.Anomalies...)
		invoices = append(invoices, r.wanted(&b)...)
	}
	r.invoices = len(invoices)
	return invoices, nil
}

// text is the invoices of some accounts as they are written.
type text struct {
	bytes     *[]byte // from texts, or nil
	invoices  int
	anomalies []account.Anomaly
}

var texts = sync.Pool{New: func() any {
	text := make([]byte, 0, 1<<18) // few are longer; to get there by doubling takes twice the memory
	return &text
}}

// stream writes the invoices of each account while those after it are being billed. What can
// fail has not failed before the first is written: unless no bill can fail, all are made twice.
func (r *replay) stream(outputs []*outfile.Output, format *formats.Format) error {
	if r.events.Certain(r.catalogue, r.policy) {
		r.progress.bills(len(r.accounts))
	} else {
		r.progress.bills(2 * len(r.accounts))
		if err := each(r, func(struct{}, *account.Bill) (none struct{}) { return none }, func(struct{}) error { return nil }); err != nil {
			return err
		}
	}
	out := outputs[0]
	if out.ToStdout() && isTerminal(r.stdout) {
		r.progress.done() // the invoices themselves show how far it has come, and go to the same lines
	}
	if format.Binary {
		out.Hold() // a part of it is of no use
	}
	if err := outfile.Start(outputs...); err != nil {
		return err
	}
	w := format.Stream(out, r.policy.MoneyCurrency())
	err := each(r, func(t text, b *account.Bill) text {
		if t.bytes == nil {
			t.bytes = texts.Get().(*[]byte)
			*t.bytes = (*t.bytes)[:0]
		}
		wanted := r.wanted(b)
		*t.bytes = format.Append(*t.bytes, wanted)
		t.invoices += len(wanted)
		t.anomalies = append(t.anomalies, b.Anomalies...)
		return t
	}, func(t text) error {
		defer texts.Put(t.bytes)
		r.anomalies = append(r.anomalies, t.anomalies...)
		r.invoices += t.invoices
		return w.WriteAll(*t.bytes)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// each bills all accounts, adds each bill to what is made of some of them, and gives that to then
// in the order of the accounts.
func each[T any](r *replay, add func(T, *account.Bill) T, then func(T) error) error {
	return eventlog.ReplayInto(r.ctx, &r.events.Events, eventlog.Billing{Accounts: r.accounts, Catalogue: r.catalogue, Policy: r.policy, Through: r.span.End}, func(to T, b *account.Bill) T {
		r.progress.billed.Add(1)
		return add(to, b)
	}, then)
}
