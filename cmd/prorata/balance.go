package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

func newBalance() *cobra.Command {
	c := &common{}
	paymentDays := 0
	cmd := &cobra.Command{
		Use:   "balance --store STORE [flags]",
		Short: "Show what each account was invoiced, has paid and owes, and how old that is",
		Long: `Shows for each account, at the end of a day, what it was invoiced, what of that is paid, what is
open and how long it has been due, and its credit. Events of the type invoice.status_changed
say what is paid.

  invoiced = paid + refunded + open - credit
  open     = not due + 1-30 + 31-60 + 61-90 + over 90 days after the due date

An invoice below zero is set off against open ones, those due longest first; what is left of it
is credit. If it has the status paid, it was paid out. A deferred invoice is open and not due.
Canceled invoices are in no figure, nor is what was paid for them. To write off a debt, add a
charge below zero with the price_list retail: without that, the reseller would
owe less too.

` + storeHelp + `

Exit status: 0 done; 1 it failed; 2 wrong usage.`,
		Example: `  prorata balance --store testdata/books/reseller.db --as-of 2026-04-15
  prorata balance --store testdata/books/reseller.db --as-of 2026-04-15 --payment-days 14 \
      --format csv --account harbor-books@example.com`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBalance(cmd, c, paymentDays) },
	}
	storeFlag(cmd)
	cmd.Flags().String("as-of", "", "at the end of `DATE` (default today, in the policy's time zone)")
	cmd.Flags().IntVar(&paymentDays, "payment-days", 30, "an invoice is due `N` days after its date")
	cmd.Flags().StringArrayVar(&c.accounts, "account", nil, "only of the account `NAME` (repeatable)")
	c.formatFlags(cmd, listingFormats...)
	c.excelFlag(cmd)
	return cmd
}

// maxPaymentDays is the longest that an invoice may be left to be paid.
const maxPaymentDays = 3660

func runBalance(cmd *cobra.Command, c *common, paymentDays int) error {
	format, err := c.chooseFormat(cmd, listingFormats...)
	if err != nil {
		return err
	}
	if paymentDays < 0 || paymentDays > maxPaymentDays {
		return usagef("--payment-days %d, expected 0 to %d", paymentDays, maxPaymentDays)
	}
	asOf, err := dateFlag(cmd, "as-of")
	if err != nil {
		return err
	}
	if err := c.checkOutputs(cmd, nil); err != nil {
		return err
	}
	b, terms, err := openWithTerms(cmd, readStore)
	if err != nil {
		return err
	}
	defer b.Close()
	if asOf.IsZero() {
		if asOf, err = cycle.DateOf(time.Now(), terms.Policy.TimeZone); err != nil {
			return err
		}
	}
	l := &balances{currency: terms.Policy.MoneyCurrency(), total: make([]money.Amount, balanceAmounts)}
	for i := range l.total {
		l.total[i] = money.New(0, l.currency)
	}
	for balance, err := range b.Balances(cmd.Context(), books.Balancing{AsOf: asOf, PaymentDays: paymentDays, Accounts: c.accounts}) {
		if err != nil {
			return err
		}
		if err := l.add(&balance); err != nil {
			return err
		}
	}
	return c.writeListing(cmd, format, l.listing(asOf, paymentDays), nil)
}

// balances are the balances of accounts as rows, and their sums.
type balances struct {
	currency money.Currency
	rows     [][]string
	total    []money.Amount
}

// balanceAmounts is how many amounts a row has.
const balanceAmounts = 10

func (l *balances) add(b *books.Balance) (err error) {
	amounts := slices.Concat([]money.Amount{b.Invoiced, b.Paid, b.Refunded, b.Credit, b.Open}, b.Ages[:])
	row := []string{b.Account, l.currency.String()}
	for i, a := range amounts {
		if l.total[i], err = l.total[i].Add(a); err != nil {
			return fmt.Errorf("total of all accounts: %w", err)
		}
		row = append(row, a.Number())
	}
	l.rows = append(l.rows, row)
	return nil
}

func (l *balances) listing(asOf cycle.Date, paymentDays int) *report.Listing {
	column := func(name, head string, spare bool) report.Column {
		return report.Column{Name: name, Head: head, Kind: report.Amount, Spare: spare}
	}
	list := &report.Listing{Rows: l.rows, Columns: []report.Column{
		{Name: "account", Head: "ACCOUNT"}, {Name: "currency"},
		column("invoiced", "INVOICED", true), column("paid", "PAID", true), column("refunded", "REFUNDED", true), column("credit", "CREDIT", false), column("open", "OPEN", false),
		column("not_due", "NOT DUE", false), column("overdue_1_30", "1-30", false), column("overdue_31_60", "31-60", false), column("overdue_61_90", "61-90", false), column("overdue_over_90", "OVER 90", false),
	}}
	list.Total = []string{"TOTAL", l.currency.String()}
	for i := range l.total {
		list.Total = append(list.Total, l.total[i].Number())
	}
	if l.total[2].IsZero() && !slices.ContainsFunc(l.rows, func(row []string) bool { return row[4] != l.total[2].Number() }) {
		list.Columns[4].Head = "" // a column of nothing
	}
	list.Notes = []string{fmt.Sprintf("%s at the end of %s, in %s. Due %s after the date of the invoice; then by days overdue.", report.Count(len(l.rows), "account", "accounts"),
		asOf, l.currency, report.Count(paymentDays, "day", "days")), "Invoiced = paid + refunded + open - credit. Canceled invoices are in no figure."}
	return list
}
