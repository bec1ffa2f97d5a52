package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/report"
)

// earned is a small listing.
func earned() *report.Listing {
	return &report.Listing{
		Columns: []report.Column{{Name: "account", Head: "ACCOUNT"}, {Name: "invoices", Head: "INVOICES", Kind: report.Number, Spare: true},
			{Name: "retail", Head: "RETAIL", Kind: report.Amount}, {Name: "note", Spare: true}},
		Rows:  [][]string{{"harbor", "1200", "12345.60", "a"}, {"=1+1", "1", "-5.00", "b\x1b"}},
		Total: []string{"TOTAL", "1201", "12340.60", ""},
		Notes: []string{"2 accounts"},
	}
}

// TestListing prints one listing in all ways.
func TestListing(t *testing.T) {
	l := earned()
	var b bytes.Buffer
	require.NoError(t, l.Table(&b))
	require.Equal(t, `ACCOUNT  INVOICES     RETAIL
────────────────────────────
harbor      1,200  12,345.60
=1+1            1      -5.00
────────────────────────────
TOTAL       1,201  12,340.60

2 accounts
`, b.String())
	b.Reset()
	long := earned()
	long.Rows[0][0] = "harbor-books-and-all@example.com"
	require.NoError(t, long.Table(report.Terminal{Writer: &b, Width: 45}))
	require.Contains(t, b.String(), "harbor-books-and-all@example.com  12,345.60\n")
	require.Contains(t, b.String(), "too narrow for INVOICES")
	b.Reset()
	require.NoError(t, l.CSV(&b, false))
	require.Equal(t, "account,invoices,retail,note\nharbor,1200,12345.60,a\n=1+1,1,-5.00,b\x1b\n", b.String())
	b.Reset()
	require.NoError(t, l.CSV(&b, true))
	require.Contains(t, b.String(), "\n'=1+1,1,-5.00,")
	require.Equal(t, `{"account":"=1+1","invoices":1,"retail":"-5.00","note":"b\u001b"}`, string(l.AppendJSON(nil, 1)))
	b.Reset()
	l.Rows = nil
	require.NoError(t, l.Table(&b))
	require.Equal(t, "2 accounts\n", b.String())
}
