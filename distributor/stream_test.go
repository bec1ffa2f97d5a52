package distributor_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// A document that is written in parts has the bytes of one that is written whole.
func TestLawStreamIsTheDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := distributor.Stream{Number: rapid.SampledFrom([]string{"", "2010010001"}).Draw(t, "number"), XML: rapid.Bool().Draw(t, "xml")}
		invoices := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) invoice.Invoice {
			return invoice.Invoice{Account: words.Draw(t, "account"), Date: cycle.MustDate("2026-03-01"), FinalAmount: money.New(rapid.Int64().Draw(t, "final"), money.USD)}
		}), 0, 7).Draw(t, "invoices")
		whole := distributor.FromInvoices(s.Number, invoices)
		want := whole.AppendJSON(nil)
		if s.XML {
			want = whole.AppendXML(nil)
		}
		var parts [][]byte
		for part := range slices.Chunk(invoices, rapid.IntRange(1, 3).Draw(t, "a part")) {
			parts = append(parts, s.Rows(nil, part))
		}
		var b []byte
		if len(parts) == 0 {
			b = s.Open(b, nil)
		} else {
			b = append(s.Open(b, parts[0]), bytes.Join(parts[1:], nil)...)
		}
		require.Equal(t, string(want), string(s.Close(b, len(parts) > 0)))
	})
}
