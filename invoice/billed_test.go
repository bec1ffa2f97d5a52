package invoice_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// billedForms are typical invoices and what each billed.
func billedForms(t testing.TB) (invoices []invoice.Invoice, forms []string) {
	for i, c := range typical(t) {
		inv := c.inv
		inv.CutAt = []time.Time{{}, cycle.MustDate("2026-04-10").Start(nil), cycle.MustDate("2026-04-11").Start(nil).Add(-time.Nanosecond)}[i%3]
		invoices, forms = append(invoices, inv), append(forms, string(inv.AppendBilled(nil)))
	}
	return invoices, forms
}

// TestBilledReadsBack: what invoices billed reads back, one after the other, and is the same of the invoice read from its JSON. That the
// next invoices are the same too is a law of package account.
func TestBilledReadsBack(t *testing.T) {
	invoices, forms := billedForms(t)
	rest := ""
	for _, form := range forms {
		rest += form
	}
	for i := range invoices {
		var fromJSON, read invoice.Invoice
		require.NoError(t, json.Unmarshal(invoices[i].AppendJSON(nil), &fromJSON))
		require.Equal(t, forms[i], string(fromJSON.AppendBilled(nil)))
		var err error
		rest, err = read.ReadBilled(rest)
		require.NoError(t, err)
		require.Equal(t, forms[i], string(read.AppendBilled(nil)))
		require.Equal(t, []any{fromJSON.Date, fromJSON.CutAt, fromJSON.FinalAmount, len(fromJSON.Lines)}, []any{read.Date, read.CutAt, read.FinalAmount, len(read.Lines)})
		for n := range read.Lines {
			l, m := &fromJSON.Lines[n], &read.Lines[n]
			require.Equal(t, []any{l.Kind, l.Adjustment, l.Dates, l.Package, l.Amount, l.Key(), l.Period(), l.Credits(), l.PeriodDays(), l.Quantity(), l.UnitPrice()},
				[]any{m.Kind, m.Adjustment, m.Dates, m.Package, m.Amount, m.Key(), m.Period(), m.Credits(), m.PeriodDays(), m.Quantity(), m.UnitPrice()})
		}
	}
	require.Empty(t, rest)
}

// TestBilledSince: lines of before a day are left out, and an invoice of before it that has no others.
func TestBilledSince(t *testing.T) {
	invoices, forms := billedForms(t)
	for i := range invoices {
		inv := &invoices[i]
		require.Equal(t, forms[i], string(inv.AppendBilledSince(nil, cycle.Date{})))
		days := []cycle.Date{inv.Date, inv.Date.AddDays(1)}
		for n := range inv.Lines {
			day := inv.Lines[n].Key().Period
			days = append(days, day, day.AddDays(1))
		}
		for _, since := range days {
			want := *inv
			want.Lines = slices.DeleteFunc(slices.Clone(inv.Lines), func(l invoice.Line) bool { return l.Key().Period.Before(since) })
			have := string(inv.AppendBilledSince(nil, since))
			if len(want.Lines) == 0 && inv.Date.Before(since) {
				require.Empty(t, have)
				continue
			}
			require.Equal(t, string(want.AppendBilled(nil)), have)
		}
	}
}

// TestBilledIsWhole: what is cut off is an error.
func TestBilledIsWhole(t *testing.T) {
	_, forms := billedForms(t)
	for _, form := range forms {
		for end := range len(form) {
			var inv invoice.Invoice
			rest, err := inv.ReadBilled(form[:end])
			require.ErrorContains(t, err, "billed")
			require.Equal(t, form[:end], rest)
		}
	}
}

// FuzzReadBilled: no bytes make it panic, and what it reads of any reads back the same.
func FuzzReadBilled(f *testing.F) {
	_, forms := billedForms(f)
	for _, form := range forms {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var inv, again invoice.Invoice
		if _, err := inv.ReadBilled(text); err != nil {
			return
		}
		rest, err := again.ReadBilled(string(inv.AppendBilled(nil)))
		require.NoError(t, err)
		require.Empty(t, rest)
		require.Equal(t, inv.AppendBilled(nil), again.AppendBilled(nil))
	})
}

func BenchmarkReadBilled(b *testing.B) {
	_, forms := billedForms(b)
	for i, c := range typical(b) {
		b.Run(c.name, func(b *testing.B) {
			var inv invoice.Invoice
			b.SetBytes(int64(len(forms[i])))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = inv.ReadBilled(forms[i])
			}
		})
	}
}
