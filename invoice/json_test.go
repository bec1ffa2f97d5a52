package invoice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// typical are invoices as a replay writes them by the million.
func typical(t require.TestingT) []struct {
	name string
	inv  invoice.Invoice
} {
	bill := func(book *invoice.Book, day string, owed ...invoice.Item) invoice.Invoice {
		c := cut(t, day)
		c.Account, c.Number = "harbor-books", invoice.NumbersOf("harbor-books").On(c.Date)
		inv, made, err := book.Invoice(c, owed)
		require.NoError(t, err)
		require.True(t, made)
		return inv
	}
	var late invoice.Book
	bill(&late, "2026-03-10", days(t, 31))
	charge := invoice.NewCharge("e1", cycle.MustDate("2026-03-12"), money.MustParse("-5.00 USD"), "Outage of 12 March")
	return []struct {
		name string
		inv  invoice.Invoice
	}{
		{"a full period", bill(new(invoice.Book), "2026-04-10", days(t, 31))},
		{"a close with overage", bill(new(invoice.Book), "2026-03-20", days(t, 10), used(t, 60000))},
		{"an adjustment and a charge", bill(&late, "2026-03-20", days(t, 10), charge)},
	}
}

func BenchmarkInvoiceJSON(b *testing.B) {
	for _, c := range typical(b) {
		b.Run(c.name, func(b *testing.B) {
			buf := c.inv.AppendJSON(nil)
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				buf = c.inv.AppendJSON(buf[:0])
			}
		})
	}
}

func BenchmarkNumber(b *testing.B) {
	numbers, day := invoice.NumbersOf("harbor-books"), cycle.MustDate("2026-03-20")
	b.ReportAllocs()
	for b.Loop() {
		_ = numbers.On(day)
	}
}
