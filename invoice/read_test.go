package invoice_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// TestInvoiceReadsBack: an invoice read from its own JSON has the same fields and prints the same bytes.
func TestInvoiceReadsBack(t *testing.T) {
	charge := invoice.NewCharge("e1", cycle.MustDate("2026-03-12"), march, money.MustParse("-5.00 USD"), "Outage of \"12 March\"")
	var book invoice.Book
	first := billed(t, &book, "2026-03-10", days(t, 31))
	require.NoError(t, book.Refund(first.Lines, false))
	for _, inv := range []invoice.Invoice{first, billed(t, &book, "2026-04-10", days(t, 10), used(t, 60000), charge),
		billed(t, &book, "2026-05-10"), {Account: "b", Date: march.Start, FinalAmount: money.New(0, money.JPY)}} {
		inv.Number, inv.CutAt = invoice.NumbersOf("a").On(inv.Date), cycle.MustDate("2026-04-10").Start(nil)
		text := inv.AppendJSON(nil)
		var back invoice.Invoice
		require.NoError(t, json.Unmarshal(text, &back), "%s", text)
		require.Equal(t, string(text), string(back.AppendJSON(nil)))
		require.Equal(t, []any{inv.Number, inv.Account, inv.Type, inv.Date, inv.CutAt, inv.Period, inv.Package, inv.Credits, inv.FinalAmount, inv.Status, len(inv.Lines)},
			[]any{back.Number, back.Account, back.Type, back.Date, back.CutAt, back.Period, back.Package, back.Credits, back.FinalAmount, back.Status, len(back.Lines)})
		for i := range inv.Lines {
			l, m := &inv.Lines[i], &back.Lines[i]
			require.Equal(t, []any{l.Kind, l.Adjustment, l.Dates, l.Package, l.Amount, l.Key(), l.Credits(), l.Days(), l.PeriodDays(), l.Quantity(), l.UnitPrice(), l.Explanation()},
				[]any{m.Kind, m.Adjustment, m.Dates, m.Package, m.Amount, m.Key(), m.Credits(), m.Days(), m.PeriodDays(), m.Quantity(), m.UnitPrice(), m.Explanation()})
		}
	}
}

// TestInvoiceReadsNothingElse: what AppendJSON would not write is an error, and changes nothing.
func TestInvoiceReadsNothingElse(t *testing.T) {
	inv := typical(t)[1].inv
	text := string(inv.AppendJSON(nil))
	for old, new := range map[string]string{
		`"status":"Unpaid"`:           `"status":"unpaid"`,
		`"type":"Account Close"`:      `"type":"Close"`,
		`"type":"Recurring Bill"`:     `"type":"recurring"`,
		`"currency":"USD"`:            `"currency":"usd"`,
		`"final_amount":"`:            `"final_amount":"x`,
		`"credits":60000`:             `"credits":"60000"`,
		`"kind":"overage"`:            `"kind":"usage"`,
		`"lines":[`:                   `"tax":"1.00","lines":[`,
		`"number":"2`:                 `"number":"x`,
		`"date_invoiced":"2026-03-20`: `"date_invoiced":"2026-02-30`,
	} {
		if !strings.Contains(text, old) {
			continue
		}
		back := invoice.Invoice{Account: "kept"}
		require.Error(t, json.Unmarshal([]byte(strings.Replace(text, old, new, 1)), &back), new)
		require.Equal(t, "kept", back.Account)
	}
}

// Law: the fast way to read an invoice reads what AppendJSON writes, unless something in it is escaped, and nothing that the strict way
// does not read as the same.
func TestLawReadFast(t *testing.T) {
	var texts []string
	for _, c := range typical(t) {
		for i := range 2 {
			if c.inv.CutAt = (time.Time{}); i == 1 {
				c.inv.CutAt = cycle.MustDate("2026-04-10").Start(nil).Add(1500 * time.Millisecond)
			}
			text := c.inv.AppendJSON(nil)
			require.Equal(t, !bytes.Contains(text, []byte(`\`)), invoice.ReadFast(text), "%s", text)
			texts = append(texts, string(text))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.SampledFrom(texts).Draw(t, "text"))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			switch with := rapid.SampledFrom([]string{"", "0", "9", "-", "1.5", `"`, `\`, "\x00", "\xff", "é", " ", ",", "}", "]", "T", "Z", "true", "null"}).Draw(t, "with"); {
			case rapid.Bool().Draw(t, "cut"):
				text = slices.Concat(text[:at], []byte(with))
			default:
				text = slices.Concat(text[:at], []byte(with), text[at+1:])
			}
			if len(text) == 0 {
				return
			}
		}
		want, wrong := invoice.ReadStrictly(text)
		var have invoice.Invoice
		if err := have.UnmarshalJSON(text); wrong != nil {
			require.ErrorContains(t, err, wrong.Error(), "%s", text)
			return
		} else {
			require.NoError(t, err, "%s", text)
		}
		require.Equal(t, want, have, "%s", text)
	})
}
