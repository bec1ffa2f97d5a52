package report_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
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

// hostile is a name with something that each kind of terminal would obey, or not show: an escape
// sequence, an end of a line, C1, a turn of direction, no width, other ends of lines.
const hostile = "evil\x1b[2Jname\r\n\u009b31m\u0085\u202e\u2066\u200b\u2028\u3164"

const harmless = `evil\x1b[2Jname\r\n\u009b31m\u0085\u202e\u2066\u200b\u2028\u3164`

// showsNothing that a terminal would obey.
func showsNothing(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		require.Equal(t, display.Text(line), line)
	}
}

func TestNothingForATerminalToObey(t *testing.T) {
	invoices := bill(t, harbor...)
	for i := range invoices {
		inv := &invoices[i]
		inv.Account, inv.Package = hostile, hostile
		for j := range inv.Lines {
			inv.Lines[j].Package = hostile
		}
	}
	var b bytes.Buffer
	require.NoError(t, report.InvoiceTable(&b, invoices, report.Summary{Total: sum(t, invoices)}, true))
	showsNothing(t, b.String())
	require.Contains(t, b.String(), "\n"+harmless+"\n", "an account")

	b.Reset()
	require.NoError(t, report.Table(&b, []bool{false, true}, [][]string{{"x", "y"}, {"\x1b\xff", "\u202e"}}))
	showsNothing(t, b.String())

	b.Reset()
	rep := hostileReport()
	s := rep.Summarize()
	require.NoError(t, report.ReconcileTable(&b, rep, &s, true))
	showsNothing(t, b.String())
	require.Contains(t, b.String(), "Against it: "+display.Cut(hostile, 48))
	require.Contains(t, b.String(), "This would tell: "+harmless)
	require.Contains(t, b.String(), "Note: "+harmless)
}

// A name cannot pass for a row of figures, nor for a name without its spaces.
func TestNamesWithSpaces(t *testing.T) {
	invoices := bill(t, rename(harbor, "  TOTAL                  0.00")...)
	for i := range invoices {
		invoices[i].Package = "Gold "
	}
	var b bytes.Buffer
	require.NoError(t, report.InvoiceTable(&b, invoices, report.Summary{Total: sum(t, invoices)}, false))
	require.Contains(t, b.String(), "\n\"  TOTAL                  0.00\"\n")
	require.Equal(t, 1, strings.Count(b.String(), "\n  TOTAL "))
	require.Contains(t, b.String(), "  \"Gold \"  ")
}

// hostileReport has such a name wherever it has a name.
func hostileReport() *reconcile.Report {
	zero := money.New(0, money.USD)
	row := &reconcile.Row{Account: hostile, Number: hostile, Package: hostile, Theirs: &distributor.Invoice{Number: hostile, Username: hostile, Package: hostile}}
	group := &reconcile.Group{Account: hostile, Class: reconcile.Unexplained, Theirs: []*reconcile.Row{row}, Notes: []string{hostile}, Implied: []string{hostile}}
	return &reconcile.Report{
		Currency: money.USD, Groups: []*reconcile.Group{group},
		Findings: []reconcile.Finding{{Cause: "close_date", Words: hostile, Fact: hostile, Accounts: []string{hostile}, Groups: 1, Theirs: zero, Ours: zero, Difference: zero}},
		Problems: []string{hostile}, Notes: []string{hostile},
		Convention: &reconcile.Convention{Better: true, Members: make([]invoice.Policy, 2), Telling: hostile, Against: []string{hostile},
			Cost: zero, TheirsTotal: zero, OursTotal: zero},
	}
}

// TestLongNames: a name of a megabyte makes no line of a megabyte, and none that is as long.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("n", 1<<20)
	invoices := bill(t, harbor...)
	for i := range invoices {
		invoices[i].Account, invoices[i].Package = long, long
		for j := range invoices[i].Lines {
			invoices[i].Lines[j].Package = long
		}
	}
	var b strings.Builder
	require.NoError(t, report.InvoiceTable(&b, invoices, report.Summary{Total: sum(t, invoices)}, true))
	require.Less(t, b.Len(), 5000)
	require.Contains(t, b.String(), "  "+strings.Repeat("n", 32)+"…"+strings.Repeat("n", 15)+"  ")
	require.Contains(t, b.String(), "\n"+strings.Repeat("n", 160)+"…"+strings.Repeat("n", 79)+"\n", "an account, which is on a line of its own")
}

// A table stays within its terminal: columns that can be done without go first, and are named; then names are cut.
func TestNarrowTerminal(t *testing.T) {
	invoices := bill(t, append(slices.Clone(harbor), orchard...)...)
	summary := report.Summary{Accounts: 2, Invoices: len(invoices), Total: sum(t, invoices)}
	table := func(width int) string {
		var b strings.Builder
		require.NoError(t, report.InvoiceTable(report.Terminal{Writer: &b, Width: width}, invoices, summary, true))
		return b.String()
	}
	wide := table(0)
	require.Equal(t, wide, table(1000))
	want, err := os.ReadFile("testdata/narrow.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), table(80))
	for width := 40; width < 160; width++ {
		for line := range strings.Lines(table(width)) {
			require.LessOrEqual(t, display.Width(strings.TrimSuffix(line, "\n")), width, "%d: %q", width, line)
		}
		require.Contains(t, table(width), "TOTAL", "%d", width)
	}
	require.Equal(t, table(40), table(7), "no narrower than 40")
}

// Law: whatever the cells, no line is wider than its terminal, if names are what is long; and no figure is cut.
func TestLawNarrowTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching("[a-z ]{0,80}"))
		rows := [][]string{{"NAME", "AMOUNT", "OTHER", "WHY"}}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			rows = append(rows, []string{name.Draw(t, "name"), "12,345.67", name.Draw(t, "other"), name.Draw(t, "why")})
		}
		width := rapid.IntRange(70, 200).Draw(t, "width") // 23 + 9 + 23, and gaps
		var b strings.Builder
		if err := report.Table(report.Terminal{Writer: &b, Width: width}, []bool{false, true, false, false}, rows); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			require.LessOrEqual(t, display.Width(strings.TrimSuffix(line, "\n")), width, "%q", line)
		}
		require.Equal(t, len(rows)-1, strings.Count(b.String(), "12,345.67"))
	})
}
