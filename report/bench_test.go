package report_test

import (
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/report"
)

// BenchmarkCSV prints 1,000 invoices, which have 1,000 lines and more.
func BenchmarkCSV(b *testing.B) {
	invoices := slices.Repeat(bill(b, slices.Concat(harbor, orchard)...), 250)[:1000]
	b.Run("invoices", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, report.InvoiceCSV(io.Discard, invoices))
		}
	})
	b.Run("lines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, report.LineCSV(io.Discard, invoices))
		}
	})
}
