package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

var marginBy = []string{"account", "month", "package"}

func newMargin() *cobra.Command {
	c, by := &common{}, ""
	cmd := &cobra.Command{
		Use:   "margin (--store STORE | --packages FILE EVENTS...) [flags]",
		Short: "Show what the reseller earns: retail less distributor prices",
		Long: `Bills every account twice, by the price and overage of its packages, which end users owe, and by
distributor_price and distributor_overage, which the reseller owes, and shows what is left: by
account, by the month of the invoices, or by package (charges that are of no package in a row of
their own). What is canceled or was refunded earned nothing, and costs what it costs.

It reads files of events, or a store: what was issued, and what the reseller owes by the events
recorded, as final by the last run.
` + storeHelp + `

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and there are
anomalies or far dates to look at.

` + policyHelp(),
		Example: `  prorata margin --packages testdata/demo/packages.json testdata/demo/events.jsonl
  prorata margin --packages testdata/demo/packages.json --by month --from 2026-01-01 \
      testdata/demo/events.jsonl
  prorata margin --store testdata/books/reseller.db --by package`,
		Args: storeOrFiles,
		RunE: func(cmd *cobra.Command, files []string) error { return runMargin(cmd, c, by, files) },
	}
	storeFlag(cmd)
	c.packagesFlag(cmd)
	cmd.Flags().StringVar(&by, "by", "account", "add up by `WHAT`: "+joined(marginBy))
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(marginBy, cobra.ShellCompDirectiveNoFileComp))
	throughFlag(cmd)
	cmd.Flags().String("from", "", "leave out invoices dated before `DATE`")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only the account `NAME` (repeatable)")
	c.formatFlags(cmd, listingFormats...)
	c.excelFlag(cmd)
	c.policyFlags(cmd)
	return cmd
}

func runMargin(cmd *cobra.Command, c *common, by string, files []string) error {
	format, err := c.chooseFormat(cmd, listingFormats...)
	if err != nil {
		return err
	}
	if _, err := names.Index("value of --by", by, marginBy); err != nil {
		return usageError{err}
	}
	span, err := billSpan(cmd)
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	c.price = invoice.Retail.String()
	if readsStore(cmd, files) && len(c.set) > 0 {
		return usagef("--set with a store, expected one of them: a store has its own policy")
	}
	retail, err := c.readBasis(cmd, span, files)
	if err != nil {
		return err
	}
	defer retail.close()
	wholesale := *retail
	if wholesale.catalogue, err = retail.catalogue.PricedBy(invoice.Distributor); err != nil {
		return err
	}
	m := newMargins(by, retail.policy.MoneyCurrency())
	count := func(side int) func(*account.Bill) error {
		return func(bill *account.Bill) error { return m.addAll(bill.Invoices, span.Start, side) }
	}
	if err := retail.sent(cmd, count(retailSide)); err != nil {
		return err
	}
	if err := wholesale.owed(cmd, count(wholesaleSide)); err != nil {
		return err
	}
	l, err := m.listing(span.Start, retail.span.End)
	if err != nil {
		return err
	}
	if format == "table" && by == "package" && len(l.Rows) > 0 && l.Rows[0][0] == "" {
		l.Rows[0][0] = "(no package)"
	}
	if err := c.writeListing(cmd, format, l, nil); err != nil {
		return err
	}
	return (&findings{anomalies: retail.anomalies, dates: retail.dates}).print(cmd.ErrOrStderr())
}

// margins add up what end users owe and what the reseller owes.
type margins struct {
	by       string
	currency money.Currency
	rows     map[string]*[2]money.Amount
}

// The two sides of a margin.
const (
	retailSide = iota
	wholesaleSide
)

func newMargins(by string, currency money.Currency) *margins {
	return &margins{by: by, currency: currency, rows: map[string]*[2]money.Amount{}}
}

// addAll adds invoices from a day on to a side.
func (m *margins) addAll(invoices []invoice.Invoice, from cycle.Date, side int) error {
	for i := range invoices {
		if inv := &invoices[i]; !inv.Date.Before(from) {
			if err := m.add(inv, side); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds an invoice to a side.
func (m *margins) add(inv *invoice.Invoice, side int) error {
	if inv.Status == invoice.Canceled || inv.Status == invoice.Refunded {
		return nil
	}
	switch m.by {
	case "account":
		return m.addTo(inv.Account, side, inv.FinalAmount)
	case "month":
		return m.addTo(inv.Date.String()[:len("2006-01")], side, inv.FinalAmount)
	}
	for i := range inv.Lines {
		if err := m.addTo(inv.Lines[i].Package, side, inv.Lines[i].Amount); err != nil {
			return err
		}
	}
	return nil
}

func (m *margins) addTo(key string, side int, amount money.Amount) (err error) {
	row := m.rows[key]
	if row == nil {
		row = &[2]money.Amount{money.New(0, m.currency), money.New(0, m.currency)}
		m.rows[key] = row
	}
	if row[side], err = row[side].Add(amount); err != nil {
		return fmt.Errorf("%s %q: %w", m.by, names.Clip(key), err)
	}
	return nil
}

// listing is the margins in rows, with their total.
func (m *margins) listing(from, through cycle.Date) (*report.Listing, error) {
	l := &report.Listing{Columns: []report.Column{
		{Name: m.by, Head: map[string]string{"account": "ACCOUNT", "month": "MONTH", "package": "PACKAGE"}[m.by]},
		{Name: "retail", Head: "RETAIL", Kind: report.Amount}, {Name: "distributor", Head: "DISTRIBUTOR", Kind: report.Amount},
		{Name: "margin", Head: "MARGIN", Kind: report.Amount}, {Name: "margin_percent", Head: "PERCENT", Kind: report.Amount},
	}}
	all := [2]money.Amount{money.New(0, m.currency), money.New(0, m.currency)}
	for _, key := range slices.SortedFunc(maps.Keys(m.rows), cmp.Compare[string]) {
		for side := range all {
			var err error
			if all[side], err = all[side].Add(m.rows[key][side]); err != nil {
				return nil, fmt.Errorf("total: %w", err)
			}
		}
		row, err := marginRow(key, *m.rows[key])
		if err != nil {
			return nil, err
		}
		l.Rows = append(l.Rows, row)
	}
	total, err := marginRow("TOTAL", all)
	if err != nil {
		return nil, err
	}
	l.Total = total
	dated := "through " + through.String()
	if !from.IsZero() {
		dated = "from " + from.String() + " " + dated
	}
	l.Notes = []string{fmt.Sprintf("Invoices dated %s, in %s, without those canceled or refunded.", dated, m.currency), "Percent is how much of retail the margin is."}
	return l, nil
}

func marginRow(key string, sides [2]money.Amount) ([]string, error) {
	margin, err := sides[retailSide].Sub(sides[wholesaleSide])
	if err != nil {
		return nil, fmt.Errorf("margin of %q: %w", names.Clip(key), err)
	}
	return []string{key, sides[retailSide].Number(), sides[wholesaleSide].Number(), margin.Number(), percent(margin, sides[retailSide])}, nil
}

// percent is what part one amount is of another, with one digit, halves away from zero; empty where the other is not more than zero.
func percent(part, whole money.Amount) string {
	if whole.Sign() <= 0 {
		return ""
	}
	return new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(part.Minor()), big.NewInt(100)), big.NewInt(whole.Minor())).FloatString(1)
}
