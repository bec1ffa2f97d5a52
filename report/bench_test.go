package report_test

import (
	"slices"
	"testing"

	"github.com/prorata-go/prorata/report"
)

// BenchmarkCSV prints 1,000 invoices, which have 1,000 lines and more.
func BenchmarkCSV(b *testing.B) {
	invoices := slices.Repeat(bill(b, slices.Concat(harbor, orchard)...), 250)[:1000]
	var text []byte
	b.Run("invoices", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			text = report.AppendInvoiceRows(text[:0], invoices)
		}
	})
	b.Run("lines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			text = report.AppendLineRows(text[:0], invoices)
		}
	})
}
