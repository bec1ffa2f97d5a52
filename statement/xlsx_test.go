package statement_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/browser"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// book reads a workbook again.
func book(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// cellsOf are the cells of a sheet as they are kept, and whether each is text.
func cellsOf(t *testing.T, f *excelize.File, sheet string) (cells [][]string, text [][]bool) {
	t.Helper()
	rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	for i, row := range rows {
		kinds := make([]bool, len(row))
		for j := range row {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			require.NoError(t, err)
			kind, err := f.GetCellType(sheet, name)
			require.NoError(t, err)
			kinds[j] = kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString
		}
		text = append(text, kinds)
	}
	return rows, text
}

// TestXLSXIsCSV compares each cell with that of CSV: dates and figures are numbers, with the very digits of CSV, all else is text.
func TestXLSXIsCSV(t *testing.T) {
	invoices := append(demoInvoices(t), statusInvoices(t)...)
	var b, again bytes.Buffer
	require.NoError(t, statement.XLSX(&b, invoices, money.USD))
	require.NoError(t, statement.XLSX(&again, invoices, money.USD))
	require.True(t, bytes.Equal(b.Bytes(), again.Bytes()), "the same invoices make the same bytes")
	f := book(t, b.Bytes())
	require.Equal(t, []string{"Invoices", "Lines", "Totals"}, f.GetSheetList())
	for sheet, rows := range map[string]string{
		"Invoices": report.InvoiceHeader + string(report.AppendInvoiceRows(nil, invoices)),
		"Lines":    report.LineHeader + string(report.AppendLineRows(nil, invoices)),
	} {
		want, err := csv.NewReader(strings.NewReader(rows)).ReadAll()
		require.NoError(t, err)
		got, text := cellsOf(t, f, sheet)
		require.Len(t, got, len(want))
		for i := range want {
			for j, cell := range want[i] {
				if j >= len(got[i]) {
					require.Empty(t, cell)
					continue
				}
				switch column := want[0][j]; {
				case i > 0 && (strings.HasSuffix(column, "_date") || column == "date_invoiced"):
					days, err := strconv.Atoi(got[i][j])
					require.NoError(t, err)
					require.Equal(t, cell, cycle.MustDate("1899-12-30").AddDays(days).String())
				case i > 0 && strings.Contains(" credits amount prorated overage additional_charges final_amount days period_days quantity unit_price ", " "+column+" "):
					require.Equal(t, cell, got[i][j], column)
					require.False(t, text[i][j], "%s is a number", column)
				case cell != "":
					require.Equal(t, strings.ReplaceAll(cell, "\r", `\r`), got[i][j], column)
					require.True(t, text[i][j], "%s is text, and no formula", column)
				}
			}
		}
		panes, err := f.GetPanes(sheet)
		require.NoError(t, err)
		require.True(t, panes.Freeze && panes.YSplit == 1, "the header stays in view")
	}
	totals, _ := cellsOf(t, f, "Totals")
	last := totals[len(totals)-1]
	sum := total(t, invoices, func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount })
	require.Equal(t, []string{"all", "", "USD", strconv.Itoa(len(invoices))}, last[:4])
	require.Equal(t, sum.Number(), last[7])
	shown, err := f.GetCellValue("Invoices", "J2")
	require.NoError(t, err)
	require.Equal(t, "79.95", shown, "as it is shown")
}

// TestXLSXExact has figures that binary floating point does not hold, and those that no spreadsheet does, as text.
func TestXLSXExact(t *testing.T) {
	for _, c := range []struct {
		amount string
		text   bool
	}{{"0.10", false}, {"9999999999999.99", false}, {"90071992547409.93", true}, {"-8070450532247928.83", true}} {
		inv := invoice.Invoice{Account: "a", Date: cycle.MustDate("2026-01-01"), FinalAmount: money.MustParse(c.amount + " USD"), Amount: money.MustParse(c.amount + " USD"),
			Prorated: money.New(0, money.USD), Overage: money.New(0, money.USD), AdditionalCharges: money.New(0, money.USD)}
		var b bytes.Buffer
		require.NoError(t, statement.XLSX(&b, []invoice.Invoice{inv}, money.USD))
		cells, text := cellsOf(t, book(t, b.Bytes()), "Invoices")
		require.Equal(t, c.amount, cells[1][13])
		require.Equal(t, c.text, text[1][13], c.amount)
	}
}

// TestXLSXHostile keeps texts that XML or a cell has no room for.
func TestXLSXHostile(t *testing.T) {
	long := strings.Repeat("x", 40_000)
	for name, want := range map[string]string{"a\x01b": `a\x01b`, "\xff": `\xff`, "_x0041_": "_x0041_", "=1+1": "=1+1", long: long[:32766] + "…"} {
		inv := invoice.Invoice{Account: name, Date: cycle.MustDate("2026-01-01"), FinalAmount: money.New(1, money.USD), Amount: money.New(1, money.USD),
			Prorated: money.New(0, money.USD), Overage: money.New(0, money.USD), AdditionalCharges: money.New(0, money.USD)}
		var b bytes.Buffer
		require.NoError(t, statement.XLSX(&b, []invoice.Invoice{inv}, money.USD))
		cells, _ := cellsOf(t, book(t, b.Bytes()), "Invoices")
		require.Equal(t, want, cells[1][1])
	}
}

// demoReport reconciles the month of testdata/reconcile.
func demoReport(t *testing.T) (*reconcile.Report, *reconcile.Summary) {
	t.Helper()
	var events eventlog.Events
	log, err := os.ReadFile(demo + "events.jsonl")
	require.NoError(t, err)
	for e, err := range eventlog.Read(bytes.NewReader(log), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		require.NoError(t, events.Add(e))
	}
	data, err := os.ReadFile(demo + "packages.json")
	require.NoError(t, err)
	packages, err := distributor.ReadPackages("packages.json", data, money.USD)
	require.NoError(t, err)
	data, err = os.ReadFile("../testdata/reconcile/invoices.json")
	require.NoError(t, err)
	d, err := distributor.ReadInvoices("invoices.json", data)
	require.NoError(t, err)
	rep, err := reconcile.Reconcile(context.Background(), reconcile.Input{Events: &events, Packages: packages, Prices: invoice.Distributor,
		Documents: []distributor.Invoices{d}, Workers: 1})
	require.NoError(t, err)
	s := rep.Summarize()
	return rep, &s
}

// TestReconcileDocuments finds all of a reconciliation in its workbook and on its page.
func TestReconcileDocuments(t *testing.T) {
	rep, s := demoReport(t)
	var b, sheet, page bytes.Buffer
	require.NoError(t, statement.ReconcileXLSX(&b, rep, s))
	f := book(t, b.Bytes())
	require.Equal(t, []string{"Summary", "Findings", "Groups", "Both sides", "Disputes"}, f.GetSheetList())
	for name, rows := range map[string][][]string{"Both sides": report.ReconcileRows(rep), "Disputes": report.DisputeRows(rep)} {
		cells, _ := cellsOf(t, f, name)
		require.Len(t, cells, len(rows), name)
	}
	groups, _ := cellsOf(t, f, "Groups")
	require.Len(t, groups, len(rep.Groups)+1)
	sum := money.New(0, money.USD)
	for _, row := range groups[1:] {
		difference, err := money.ParseIn(row[10], money.USD)
		require.NoError(t, err)
		sum, err = sum.Add(difference)
		require.NoError(t, err)
	}
	require.Equal(t, s.Difference, sum)
	require.NoError(t, statement.DisputeXLSX(&sheet, rep))
	cells, _ := cellsOf(t, book(t, sheet.Bytes()), "Disputes")
	require.Len(t, cells, len(report.DisputeRows(rep)))

	require.NoError(t, statement.ReconcileHTML(&page, rep, s))
	text := textOf(page.String())
	has := func(part string) { require.True(t, strings.Contains(text, part), part) }
	for _, g := range rep.Groups {
		has(g.Account)
		if g.Class > reconcile.Tolerated {
			has(g.Explanation())
		}
		for _, r := range append(g.Theirs, g.Ours...) {
			has(r.Number)
		}
	}
	for i := range rep.Findings {
		has(rep.Findings[i].Explanation)
	}
	part, err := statement.ReconcileHTMLPart(rep, s)
	require.NoError(t, err)
	golden(t, "reconcile.html", string(part)+"\n")

	p := browser.Open(t, pageFile(t, page.Bytes()), 1200, 900, false)
	shown := func() any {
		return p.Eval(`[...document.querySelectorAll("details[data-row]")].filter(d => d.checkVisibility()).length`)
	}
	require.Equal(t, float64(len(rep.Groups)), shown())
	p.Eval(`document.querySelector("input[name=words]").focus()`)
	p.Type("cedar")
	require.Equal(t, 1.0, shown())
	p.Eval(`document.querySelector("input[name=words]").value = ""; const s = document.querySelector("select[name=class]"); s.value = "the same money"; s.dispatchEvent(new Event("input", {bubbles: true}))`)
	require.Equal(t, 4.0, shown())
	p.Eval(`s.value = ""; s.dispatchEvent(new Event("input", {bubbles: true}))`)
	looks(t, p)
}

// TestListingXLSX: the cells are those of the listing's CSV, figures and dates as numbers, and what is finer than the currency is shown whole.
func TestListingXLSX(t *testing.T) {
	l := &report.Listing{
		Columns: []report.Column{{Name: "name"}, {Name: "effective_from"}, {Name: "credits", Kind: report.Number}, {Name: "price", Kind: report.Amount}, {Name: "each", Kind: report.Amount}},
		Rows:    [][]string{{"=1+1", "2026-01-31", "50000", "79.95", "0.00075"}, {"", "", "-1", "-0.10", "1"}},
	}
	var b bytes.Buffer
	require.NoError(t, statement.ListingXLSX(&b, "packages", l, money.USD))
	f := book(t, b.Bytes())
	cells, text := cellsOf(t, f, "packages")
	require.Equal(t, []string{"name", "effective_from", "credits", "price", "each"}, cells[0])
	require.Equal(t, []string{"=1+1", "46053", "50000", "79.95", "0.00075"}, cells[1])
	require.Equal(t, []bool{true, false, false, false, false}, text[1])
	require.Equal(t, []string{"", "", "-1", "-0.10", "1"}, cells[2])
	shown, err := f.GetRows("packages")
	require.NoError(t, err)
	require.Equal(t, []string{"=1+1", "2026-01-31", "50,000", "79.95", "0.00075"}, shown[1])
	require.NoError(t, statement.ListingXLSX(&b, "empty", &report.Listing{Columns: l.Columns}, money.USD))
}
