package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/report"
)

func TestTable(t *testing.T) {
	tests := []struct {
		name  string
		right []bool
		rows  [][]string
		want  []string
	}{
		{"nothing", nil, nil, nil},
		{"no rows", []bool{false, true}, nil, nil},
		{"as wide as the widest, figures to the right", []bool{false, true},
			[][]string{{"PACKAGE", "PRICE"}, {"Gold", "79.95"}, {"Platinum", "1,199.95"}},
			[]string{"PACKAGE      PRICE", "Gold         79.95", "Platinum  1,199.95"}},
		{"no space at the end of a line", []bool{false, false}, [][]string{{"a", "long"}, {"b", ""}, {"", ""}}, []string{"a  long", "b", ""}},
		{"rows with fewer cells", []bool{false, true}, [][]string{{"a", "1"}, {"b"}, {}}, []string{"a  1", "b", ""}},
		{"letters of several bytes", []bool{false, true}, [][]string{{"café", "1"}, {"cafe", "2"}}, []string{"café  1", "cafe  2"}},
		{"a letter and its accent apart", []bool{false, true}, [][]string{{"cafe\u0301", "1"}, {"cafe", "2"}}, []string{"cafe\u0301  1", "cafe  2"}},
		{"letters of two cells", []bool{false, true}, [][]string{{"日本", "1"}, {"abcd", "2"}, {"한", "3"}, {"🎈", "4"}},
			[]string{"日本  1", "abcd  2", "한    3", "🎈    4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, report.Table(&b, tt.right, tt.rows))
			want := ""
			for _, line := range tt.want {
				want += line + "\n"
			}
			require.Equal(t, want, b.String())
		})
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 anomalies", 1: "1 anomaly", 2: "2 anomalies", 999: "999 anomalies",
		1000: "1,000 anomalies", 1234567: "1,234,567 anomalies", -1: "-1 anomalies", -12345: "-12,345 anomalies"} {
		require.Equal(t, want, report.Count(n, "anomaly", "anomalies"), "Count(%d)", n)
	}
}

// failing takes a few bytes, then fails.
type failing struct{ left int }

var errFull = errors.New("the disk is full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestErrorsOfTheWriter(t *testing.T) {
	invoices := bill(t, harbor...)
	summary := report.Summary{Accounts: 1, Invoices: len(invoices), Total: sum(t, invoices)}
	for name, write := range map[string]func(w *failing) error{
		"Table":        func(w *failing) error { return report.Table(w, []bool{false}, [][]string{{"a"}}) },
		"InvoiceTable": func(w *failing) error { return report.InvoiceTable(w, invoices, summary, true) },
	} {
		require.ErrorIs(t, write(&failing{}), errFull, name)
		require.NoError(t, write(&failing{1 << 20}), name)
	}
}

func TestNothingForATerminalToObey(t *testing.T) {
	events := rename(harbor, "evil\x1b[2Jname\r\n\u202e")
	invoices := bill(t, events...)
	var b bytes.Buffer
	require.NoError(t, report.InvoiceTable(&b, invoices, report.Summary{Total: sum(t, invoices)}, true))
	require.Contains(t, b.String(), "evil\uFFFD[2Jname\uFFFD\uFFFD\uFFFD\n")
	require.NotContains(t, b.String(), "\x1b")
}
