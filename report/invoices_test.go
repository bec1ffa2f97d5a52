package report_test

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
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
	var events account.Events
	for e, err := range account.Read(strings.NewReader(strings.Join(lines, "\n")), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		require.NoError(t, events.Add(e))
	}
	through := cycle.MustDate("2026-03-31")
	for b, err := range events.Replay(t.Context(), events.Accounts(), catalogue, invoice.Policy{}, through, 1) {
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
