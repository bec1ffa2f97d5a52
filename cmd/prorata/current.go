package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/overview"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

var currentFormats = append(listingFormats[:len(listingFormats):len(listingFormats)], "distributor-json", "distributor-xml")

func newCurrent() *cobra.Command {
	c, usage := &common{}, false
	cmd := &cobra.Command{
		Use:   "current (--store STORE | --packages FILE EVENTS...) [flags]",
		Short: "Show where accounts stand between their invoices",
		Long: `Shows where each account stands at the end of a day: the credits of its billing period, the day
of the next invoice, what that will be if nothing more happens (projected), and what it will be
if the account is closed on that day (accrued). It uses the same calculation as the invoices, so
the bill is what it shows. Closed accounts are listed as long as there is something to bill.

What was recorded by the end of the day counts, and nothing later. The credits are those
included (for packages in force before, those of them that were used), used, left and over.

It reads files of events, or a store, where what was issued stands.
` + storeHelp + `

distributor-json and distributor-xml are the Distributor's account overview, of one --account;
with --usage its current invoices, of all.

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and there are
far dates to look at.

` + policyHelp(),
		Example: `  prorata current --packages testdata/demo/packages.json --as-of 2026-02-20 \
      --account harbor-books@example.com testdata/demo/events.jsonl
  prorata current --packages testdata/demo/packages.json --as-of 2026-02-20 \
      --format distributor-xml --usage testdata/demo/events.jsonl
  prorata current --store testdata/books/reseller.db --as-of 2026-02-20`,
		Args: storeOrFiles,
		RunE: func(cmd *cobra.Command, files []string) error { return runCurrent(cmd, c, usage, files) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	cmd.Flags().String("as-of", "", "at the end of `DATE` (default today, in the policy's time zone)")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only the account `NAME` (repeatable)")
	c.priceFlag(cmd)
	c.formatFlags(cmd, currentFormats...)
	cmd.Flags().BoolVar(&usage, "usage", false, "with a format of the Distributor: its current invoices, not the overview")
	c.excelFlag(cmd)
	c.policyFlags(cmd)
	return cmd
}

func runCurrent(cmd *cobra.Command, c *common, usage bool, files []string) error {
	format, err := c.chooseFormat(cmd, currentFormats...)
	if err != nil {
		return err
	}
	document := format == "distributor-json" || format == "distributor-xml"
	if usage && !document {
		return usagef("--usage with the format %s, expected --format distributor-json or distributor-xml", format)
	}
	if document && !usage && len(c.accounts) != 1 {
		return usagef("--format %s is the overview of one account, expected --account NAME, or --usage for the invoices of all", format)
	}
	if c.excel && format != "csv" {
		return usagef("--excel with the format %s, expected --format csv", format)
	}
	day, err := dateFlag(cmd, "as-of")
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	if readsStore(cmd, files) && len(c.set) > 0 {
		return usagef("--set with a store, expected one of them: a store has its own policy")
	}
	b, err := c.readBasis(cmd, cycle.Period{}, files)
	if err != nil {
		return err
	}
	defer b.close()
	if day.IsZero() {
		if day, err = cycle.DateOf(time.Now(), b.policy.TimeZone); err != nil {
			return err
		}
	}
	list, err := b.standings(cmd, day)
	if err != nil {
		return err
	}
	if document && !usage && len(list) == 0 {
		return fmt.Errorf("the account %q has no package at the end of %s, and nothing is to be billed, expected another --as-of", names.Clip(c.accounts[0]), day)
	}
	if document {
		err = c.writeOutput(cmd, func(w io.Writer) error { return writeOverview(w, format, usage, list) })
	} else {
		err = c.writeStandings(cmd, format, day, list, b.policy.MoneyCurrency())
	}
	if err != nil {
		return err
	}
	b.dates.Through = cycle.Date{} // nothing is billed through it
	return (&findings{dates: b.dates}).print(cmd.ErrOrStderr())
}

// standings are where accounts stand at the end of a day that have anything to say.
func (b *basis) standings(cmd *cobra.Command, day cycle.Date) (list []account.Current, err error) {
	biller, err := account.NewBiller(b.catalogue, b.policy)
	if err != nil {
		return nil, err
	}
	for h, err := range b.histories(cmd) {
		if err != nil {
			return nil, err
		}
		if b.catalogue.PriceList() != invoice.Retail {
			h.Issued = nil // to end users
		}
		current, err := biller.Status(h.Events, h.Issued, day)
		if err == nil && b.store != nil {
			current.Next.Number, err = current.Next.Number.WithPrefix(b.store.NumberPrefix())
		}
		if err != nil {
			return nil, err
		}
		if current.ToBill() {
			list = append(list, current)
		}
	}
	return list, nil
}

// writeStandings writes where accounts stand, in a format that is not the Distributor's.
func (c *common) writeStandings(cmd *cobra.Command, format string, day cycle.Date, list []account.Current, currency money.Currency) error {
	l, err := standingsListing(day, list, currency)
	if err != nil {
		return err
	}
	return c.writeListing(cmd, format, l, func(to []byte, row int) []byte { return list[row].AppendJSON(to) })
}

// standingsListing is where accounts stand in rows.
func standingsListing(day cycle.Date, list []account.Current, currency money.Currency) (*report.Listing, error) {
	l := &report.Listing{Columns: []report.Column{
		{Name: "account", Head: "ACCOUNT"}, {Name: "package", Head: "PACKAGE", Spare: true},
		{Name: "credits_allowed", Kind: report.Number}, {Name: "credits_used", Head: "USED", Kind: report.Number, Spare: true},
		{Name: "credits_remain", Head: "LEFT", Kind: report.Number, Spare: true}, {Name: "credits_overage", Head: "OVER", Kind: report.Number, Spare: true},
		{Name: "billing_start_date"}, {Name: "billing_end_date"}, {Name: "billing_process_date", Head: "INVOICE"},
		{Name: "accrued_amount", Head: "ACCRUED", Kind: report.Amount}, {Name: "projected_amount", Head: "PROJECTED", Kind: report.Amount},
		{Name: "pending", Head: "PENDING", Spare: true},
	}}
	accrued, projected := money.New(0, currency), money.New(0, currency)
	open := 0
	for i := range list {
		s := &list[i]
		var err error
		if accrued, err = accrued.Add(s.Accrued); err != nil {
			return nil, err
		}
		if projected, err = projected.Add(s.Projected); err != nil {
			return nil, err
		}
		if s.Open {
			open++
		}
		l.Rows = append(l.Rows, standingRow(s))
	}
	l.Total = []string{"TOTAL", "", "", "", "", "", "", "", "", accrued.Number(), projected.Number(), ""}
	if !slices.ContainsFunc(l.Rows, func(row []string) bool { return row[len(row)-1] != "" }) {
		l.Columns[len(l.Columns)-1].Head = "" // a column of nothing
	}
	text := report.Count(open, "open account", "open accounts")
	if closed := len(list) - open; closed > 0 {
		text += ", " + strconv.Itoa(closed) + " not open with something to bill"
	}
	l.Notes = []string{text + ", at the end of " + day.String() + ", in " + currency.String() + ".",
		"Accrued: the next invoice if the account is closed that day. Projected: if nothing more happens."}
	return l, nil
}

func standingRow(s *account.Current) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	var end cycle.Date
	if s.Period != (cycle.Period{}) {
		end = s.Period.Last()
	}
	return []string{s.Account, s.Package, number(s.CreditsAllowed), number(s.CreditsUsed), number(s.CreditsRemain), number(s.CreditsOverage),
		s.Period.Start.String(), end.String(), s.Next.Date.String(), s.Accrued.Number(), s.Projected.Number(), pendingText(s)}
}

// pendingText is what is known to happen to an account later, in words.
func pendingText(s *account.Current) string {
	p := &s.Pending
	switch {
	case *p == account.Pending{} && !s.Open:
		return "closed"
	case *p == account.Pending{}:
		return ""
	case p.Type == account.Closed:
		return "closes " + p.Day.String()
	case p.Type == account.Created:
		return "opens " + p.Day.String() + ", " + p.Package
	}
	return p.Package + " from " + p.Day.String()
}

// writeOverview writes where accounts stand as the Distributor does: the overview of one, or the next invoices of all.
func writeOverview(w io.Writer, format string, usage bool, list []account.Current) error {
	var document interface {
		AppendJSON([]byte) []byte
		AppendXML([]byte) []byte
	}
	if usage {
		var invoices []invoice.Invoice
		for i := range list {
			if inv := list[i].Next; !inv.Date.IsZero() {
				invoices = append(invoices, inv)
			}
		}
		current := distributor.FromInvoices("", invoices)
		document = &current
	} else {
		one := overview.Of(&list[0])
		document = &one
	}
	text := document.AppendJSON(nil)
	if format == "distributor-xml" {
		text = document.AppendXML(nil)
	}
	_, err := w.Write(text)
	return err
}
