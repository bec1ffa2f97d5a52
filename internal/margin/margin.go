// Package margin says what the reseller earns: what end users owe less what the reseller owes, by account, month or package.
package margin

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// By is what margins may be added up by.
var By = []string{"account", "month", "package"}

// Margins add up what end users owe and what the reseller owes.
type Margins struct {
	by       string
	currency money.Currency
	rows     map[string]*[2]money.Amount
}

// Side is one of the two sides of a margin.
type Side int

// What end users owe, and what the reseller owes.
const (
	Retail Side = iota
	Wholesale
)

// New are margins of nothing yet, by one of By.
func New(by string, currency money.Currency) *Margins {
	return &Margins{by: by, currency: currency, rows: map[string]*[2]money.Amount{}}
}

// Adder adds the invoices of bills from a day on to a side.
func (m *Margins) Adder(side Side, from cycle.Date) func(*account.Bill) error {
	return func(bill *account.Bill) error {
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(from) {
				if err := m.add(inv, side); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// add adds an invoice to a side.
func (m *Margins) add(inv *invoice.Invoice, side Side) error {
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

func (m *Margins) addTo(key string, side Side, amount money.Amount) (err error) {
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

// Listing is the margins in rows, with their total.
func (m *Margins) Listing(from, through cycle.Date) (*report.Listing, error) {
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
		row, err := rowOf(key, *m.rows[key])
		if err != nil {
			return nil, err
		}
		l.Rows = append(l.Rows, row)
	}
	total, err := rowOf("TOTAL", all)
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

func rowOf(key string, sides [2]money.Amount) ([]string, error) {
	margin, err := sides[Retail].Sub(sides[Wholesale])
	if err != nil {
		return nil, fmt.Errorf("margin of %q: %w", names.Clip(key), err)
	}
	return []string{key, sides[Retail].Number(), sides[Wholesale].Number(), margin.Number(), Percent(margin, sides[Retail])}, nil
}

// Percent is what part one amount is of another, with one digit, halves away from zero; empty where the other is not more than zero.
func Percent(part, whole money.Amount) string {
	if whole.Sign() <= 0 {
		return ""
	}
	return new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(part.Minor()), big.NewInt(100)), big.NewInt(whole.Minor())).FloatString(1)
}

// Asked says what of some books is added up.
type Asked struct {
	By            string     // one of [By]
	From, Through cycle.Date // the dates of the invoices, inclusive; zero Dates are the first, and the last day of the last run
	Accounts      []string   // none are all
}

// OfBooks adds up what was issued from some books, and what the reseller owes by the events recorded, as final by their last run.
func OfBooks(ctx context.Context, b *books.Books, what Asked) (*report.Listing, error) {
	terms, err := b.Terms(ctx)
	if err != nil {
		return nil, err
	}
	last, err := b.Head(ctx)
	if err != nil {
		return nil, err
	}
	if what.Through.IsZero() {
		what.Through = last.Through
	}
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Distributor)
	if err != nil {
		return nil, err
	}
	biller, err := account.NewBiller(catalogue, terms.Policy)
	if err != nil {
		return nil, err
	}
	m := New(what.By, terms.Policy.MoneyCurrency())
	err = Sides(b.Histories(ctx, what.Accounts...), biller, what.Through, last.At, m.Adder(Retail, what.From), m.Adder(Wholesale, what.From))
	if err != nil {
		return nil, err
	}
	return m.Listing(what.From, what.Through)
}

// Sides gives both sides of each account to do: the invoices that were issued to it through a day, and those that its events come to by a
// biller through that day, as final at an instant: none at the zero time.
func Sides(histories iter.Seq2[books.History, error], biller *account.Biller, through cycle.Date, at time.Time, issued, owed func(*account.Bill) error) error {
	for h, err := range histories {
		if err != nil {
			return err
		}
		n := len(h.Issued)
		for n > 0 && h.Issued[n-1].Date.After(through) {
			n--
		}
		if err := issued(&account.Bill{Account: h.Account, Invoices: h.Issued[:n]}); err != nil {
			return err
		}
		final := account.Issuance{}
		if !at.IsZero() {
			if final, err = biller.Issue(h.Events, nil, through, at); err != nil {
				return err
			}
		}
		if err := owed(&account.Bill{Account: h.Account, Invoices: final.Invoices}); err != nil {
			return err
		}
	}
	return nil
}
