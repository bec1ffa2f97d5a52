package report_test

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// harbor is an account that goes over its credits, is charged for something, and closes.
var harbor = []string{
	`{"id": "h1", "type": "account.created", "account": "harbor-books", "at": "2026-01-31", "package": "Gold"}`,
	`{"id": "h2", "type": "usage.recorded", "account": "harbor-books", "at": "2026-02-03", "credits": 1250000}`,
	`{"id": "h3", "type": "charge.added", "account": "harbor-books", "at": "2026-03-05", "amount": "-25.00", "description": "Sorry, \"late\", again"}`,
	`{"id": "h4", "type": "account.closed", "account": "harbor-books", "at": "2026-03-10"}`,
}

// orchard is an account whose downgrade became known late.
var orchard = []string{
	`{"id": "o1", "type": "account.created", "account": "orchard-press", "at": "2026-01-01", "package": "Gold"}`,
	`{"id": "o2", "type": "account.package_changed", "account": "orchard-press", "at": "2026-01-16", "recorded_at": "2026-02-10", "package": "Starter"}`,
}

func rename(lines []string, name string) []string {
	quoted := strings.NewReplacer("\x1b", `\u001b`, "\r", `\r`, "\n", `\n`, `"`, `\"`).Replace(name)
	renamed := slices.Clone(lines)
	for i := range renamed {
		renamed[i] = strings.ReplaceAll(renamed[i], "harbor-books", quoted)
	}
	return renamed
}

// bill bills the accounts of events through March 2026.
func bill(t testing.TB, lines ...string) (invoices []invoice.Invoice) {
	t.Helper()
	packages, err := invoice.ParsePackages("packages.json", []byte(`[
		{"name": "Starter", "price": 9.95, "credits": 10000, "overage": 0.001},
		{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	require.NoError(t, err)
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	var events eventlog.Events
	for e, err := range eventlog.Read(strings.NewReader(strings.Join(lines, "\n")), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		require.NoError(t, events.Add(e))
	}
	through := cycle.MustDate("2026-03-31")
	for b, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue, Through: through, Workers: 1}) {
		require.NoError(t, err)
		invoices = append(invoices, b.Invoices...)
	}
	return invoices
}

func sum(t *testing.T, invoices []invoice.Invoice) money.Amount {
	t.Helper()
	total := money.New(0, money.USD)
	for i := range invoices {
		var err error
		total, err = total.Add(invoices[i].FinalAmount)
		require.NoError(t, err)
	}
	return total
}

func TestInvoiceTable(t *testing.T) {
	tests := []struct {
		name    string
		events  []string
		summary report.Summary
		lines   bool
		want    string // a file of testdata
	}{
		{"none: no table", nil, report.Summary{}, true, "none.txt"},
		{"one account: sums of all only", harbor, report.Summary{Accounts: 1, Anomalies: 1, LeftOut: 1}, false, "one.txt"},
		{"several, with their own sums; lines explain", append(slices.Clone(harbor), orchard...), report.Summary{Accounts: 2, Through: cycle.MustDate("2026-03-31")}, true, "several.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			invoices := bill(t, tt.events...)
			tt.summary.Invoices, tt.summary.Total = len(invoices), sum(t, invoices)
			var b strings.Builder
			require.NoError(t, report.InvoiceTable(&b, invoices, tt.summary, tt.lines))
			want, err := os.ReadFile("testdata/" + tt.want)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

// down is an account that moves to a cheaper package late in its period, after it used credits.
var down = []string{
	`{"id": "d1", "type": "account.created", "account": "down", "at": "2026-01-01", "package": "Gold"}`,
	`{"id": "d2", "type": "usage.recorded", "account": "down", "at": "2026-01-05", "credits": 30000}`,
	`{"id": "d3", "type": "account.package_changed", "account": "down", "at": "2026-01-25", "package": "Starter"}`,
	`{"id": "d4", "type": "usage.recorded", "account": "down", "at": "2026-01-26", "credits": 2000}`,
}

// late is an account whose usage became known in the next period, when 10,000 credits of it were counted.
var late = []string{
	`{"id": "l1", "type": "account.created", "account": "late", "at": "2026-01-20", "package": "Gold"}`,
	`{"id": "l2", "type": "usage.recorded", "account": "late", "at": "2026-02-01", "recorded_at": "2026-02-25", "credits": 60000}`,
	`{"id": "l3", "type": "usage.recorded", "account": "late", "at": "2026-01-22", "credits": 10000}`,
	`{"id": "l4", "type": "usage.recorded", "account": "late", "at": "2026-02-22", "credits": 5000}`,
}

// TestOddFigures: what reads oddly says where it comes from. 24 of 31 days of 79.95 are 61.90, the 7 of 9.95 left are 2.25:
// 64.15, which is 54.20 more than 9.95. Of 70,000 credits 20,000 are over; 60,000 are new, and 5,000 of the period.
func TestOddFigures(t *testing.T) {
	table := func(lines bool, events []string) string {
		invoices := bill(t, events...)
		var b strings.Builder
		require.NoError(t, report.InvoiceTable(&b, invoices, report.Summary{Total: sum(t, invoices)}, lines))
		return b.String()
	}
	const (
		prorated = "PRORATED is AMOUNT, the full price of the last package, less what all days cost. --lines explains one that is negative or above AMOUNT.\n"
		credits  = "CREDITS may be of an earlier period and have become known late. --lines shows which.\n"
	)
	text := table(true, down)
	require.Contains(t, text, "Starter   32,000    9.95    -54.20")
	require.Contains(t, text, "  Gold      30,000    0.00  30,000 of 50,000 included credits used\n")
	require.Contains(t, text, "  Starter    2,000    0.00  2,000 of 10,000 included credits used\n")
	require.Contains(t, text, "              PRORATED -54.20 is 9.95, the full price of Starter, less 64.15, the recurring lines, which come to more than that price\n")
	require.NotContains(t, text, prorated)
	require.Contains(t, table(false, down), prorated)
	require.NotContains(t, table(false, down), credits)

	text = table(true, late)
	require.Contains(t, text, "Gold      65,000   79.95")
	require.Contains(t, text, "  Gold      60,000   20.00  70,000 credits used (10,000 counted before) − 50,000 included = 20,000 × $0.001 (adjustment)\n")
	require.Contains(t, text, "  Gold       5,000    0.00  5,000 of 50,000 included credits used\n")
	require.Contains(t, table(false, late), credits)
	require.NotContains(t, table(false, late), prorated)

	// Orchard's downgrade became known late: 9.95 less -26.17 is 36.12, and no credits were used.
	require.Contains(t, table(true, orchard), "              PRORATED 36.12 is 9.95, the full price of Starter, less -26.17, the recurring lines, which give back more than they charge\n")
	require.NotContains(t, table(false, harbor), "PRORATED is")
}

func TestInvoiceTableTooMuch(t *testing.T) {
	invoices := bill(t, harbor...)
	invoices[0].FinalAmount = money.New(math.MaxInt64, money.USD)
	var b strings.Builder
	err := report.InvoiceTable(&b, invoices, report.Summary{Total: money.New(0, money.USD)}, false)
	require.ErrorIs(t, err, money.ErrOverflow)
	require.Empty(t, b.String(), "nothing is written")
}

func TestInvoiceCSV(t *testing.T) {
	var b strings.Builder
	b.WriteString(report.InvoiceHeader + string(report.AppendInvoiceRows(nil, nil)))
	const header = "number,account,type,date_invoiced,start_date,end_date,package,currency,credits,amount,prorated,overage,additional_charges,final_amount,status\n"
	require.Equal(t, header, b.String())

	// What a spreadsheet reads is what was written, whatever the name.
	for _, name := range []string{"plain", `a "quoted", name`, "two\nlines", " spaces ", "=1+1", "semi;colon", "日本"} {
		invoices := bill(t, rename(harbor, name)...)
		b.Reset()
		b.WriteString(report.InvoiceHeader + string(report.AppendInvoiceRows(nil, invoices)))
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		require.NoError(t, err, "%q", name)
		require.Len(t, rows, 3)
		require.Equal(t, strings.Split(strings.TrimSuffix(header, "\n"), ","), rows[0])
		require.Equal(t, []string{invoices[1].Number.String(), name, "Recurring Bill", "2026-03-31", "2026-02-28", "2026-03-30", "Gold", "USD",
			"0", "79.95", "54.16", "0.00", "-25.00", "0.79", "Unpaid"}, rows[2])
	}
}

func TestLineCSV(t *testing.T) {
	var b strings.Builder
	b.WriteString(report.LineHeader + string(report.AppendLineRows(nil, bill(t, append(slices.Clone(harbor), orchard...)...))))
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	require.NoError(t, err)
	for i := range rows {
		require.Len(t, rows[i], 15)
		rows[i] = rows[i][2:] // all but number and account
	}
	require.Equal(t, [][]string{
		{"date_invoiced", "currency", "kind", "package", "start_date", "end_date", "days", "period_days", "quantity", "unit_price", "amount", "adjustment", "explanation"},
		{"2026-02-28", "USD", "recurring", "Gold", "2026-01-31", "2026-02-27", "28", "28", "1", "79.95", "79.95", "false", "28 of 28 days × $79.95"},
		{"2026-02-28", "USD", "overage", "Gold", "2026-01-31", "2026-02-27", "0", "0", "1200000", "0.001", "1200.00", "false",
			"1,250,000 credits used − 50,000 included = 1,200,000 × $0.001"},
		{"2026-03-31", "USD", "recurring", "Gold", "2026-02-28", "2026-03-09", "10", "31", "1", "79.95", "25.79", "false", "10 of 31 days × $79.95"},
		{"2026-03-31", "USD", "charge", "", "2026-03-05", "2026-03-05", "0", "0", "1", "-25.00", "-25.00", "false", `Sorry, "late", again`},
		{"2026-02-01", "USD", "recurring", "Gold", "2026-01-01", "2026-01-31", "31", "31", "1", "79.95", "79.95", "false", "31 of 31 days × $79.95"},
		{"2026-03-01", "USD", "recurring", "Gold", "2026-01-01", "2026-01-15", "15", "31", "1", "79.95", "-41.26", "true",
			"15 of 31 days × $79.95 = $38.69, less $79.95 billed before"},
		{"2026-03-01", "USD", "recurring", "Starter", "2026-01-16", "2026-01-31", "16", "31", "1", "9.95", "5.14", "true", "16 of 31 days × $9.95"},
		{"2026-03-01", "USD", "recurring", "Starter", "2026-02-01", "2026-02-28", "28", "28", "1", "9.95", "9.95", "false", "28 of 28 days × $9.95"},
	}, rows)
	require.Contains(t, b.String(), `,"Sorry, ""late"", again"`+"\n", "quoted as RFC 4180 says")
}

// TestGuardedCSV has the same cells as CSV for programs, but for texts that a spreadsheet would compute.
func TestGuardedCSV(t *testing.T) {
	for _, name := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "harbor", "'x", "a=b"} {
		invoices := bill(t, rename(harbor, strings.ReplaceAll(name, "\t", `\t`))...)
		for _, form := range []struct {
			header         string
			plain, guarded func([]byte, []invoice.Invoice) []byte
		}{
			{report.InvoiceHeader, report.AppendInvoiceRows, report.AppendGuardedInvoiceRows},
			{report.LineHeader, report.AppendLineRows, report.AppendGuardedLineRows},
		} {
			plain, guarded := cellsOf(t, form.plain(nil, invoices)), cellsOf(t, form.guarded(nil, invoices))
			columns := strings.Split(strings.TrimSpace(form.header), ",")
			require.Len(t, guarded, len(plain))
			for i := range plain {
				for j, column := range columns {
					want := plain[i][j]
					if text := column == "account" || column == "package" || column == "explanation"; text && want != "" && strings.Contains("=+-@\t\r", want[:1]) {
						want = "'" + want
					}
					require.Equal(t, want, guarded[i][j], "%s of %q", column, name)
				}
			}
		}
	}
}

func cellsOf(t *testing.T, rows []byte) [][]string {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(string(rows))).ReadAll()
	require.NoError(t, err)
	require.NotEmpty(t, cells)
	return cells
}
