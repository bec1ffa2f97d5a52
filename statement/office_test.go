package statement_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/office"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// TestXLSXInLibreOffice opens the workbooks in LibreOffice, and compares what it finds in each cell with CSV.
func TestXLSXInLibreOffice(t *testing.T) {
	invoices := append(demoInvoices(t), statusInvoices(t)...)
	rep, summary := demoReport(t)
	var statements, reconciliation, claims bytes.Buffer
	require.NoError(t, statement.XLSX(&statements, invoices, money.USD))
	require.NoError(t, statement.ReconcileXLSX(&reconciliation, rep, summary))
	require.NoError(t, statement.DisputeXLSX(&claims, rep))
	dir := t.TempDir()
	var files []string
	for name, data := range map[string]*bytes.Buffer{"statements": &statements, "reconciliation": &reconciliation, "claims": &claims} {
		files = append(files, filepath.Join(dir, name+".xlsx"))
		require.NoError(t, os.WriteFile(files[len(files)-1], data.Bytes(), 0o644))
	}
	folder := office.Convert(t, office.SheetsAsCSV, "", files...)

	rowsOf := func(text string) [][]string {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		return rows
	}
	found := func(sheet string) [][]string {
		data, err := os.ReadFile(filepath.Join(folder, sheet+".csv"))
		require.NoError(t, err)
		return rowsOf(string(data))
	}
	for sheet, want := range map[string][][]string{
		"statements-Invoices":       rowsOf(report.InvoiceHeader + string(report.AppendInvoiceRows(nil, invoices))),
		"statements-Lines":          rowsOf(report.LineHeader + string(report.AppendLineRows(nil, invoices))),
		"reconciliation-Both sides": report.ReconcileRows(rep),
		"reconciliation-Disputes":   report.DisputeRows(rep),
		"claims-Disputes":           report.DisputeRows(rep),
	} {
		got := found(sheet)
		require.Len(t, got, len(want), sheet)
		for i := range want {
			require.Len(t, got[i], len(want[i]), "%s, row %d", sheet, i+1)
			for j := range want[i] {
				requireCell(t, want[i][j], got[i][j], "%s, row %d, %s", sheet, i+1, want[0][j])
			}
		}
	}
	totals := found("statements-Totals")
	requireCell(t, total(t, invoices, func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount }).Number(), totals[len(totals)-1][7], "the total")
	groups := found("reconciliation-Groups")
	require.Len(t, groups, len(rep.Groups)+1)
	for i, g := range rep.Groups {
		require.Equal(t, g.Account, groups[i+1][1])
		requireCell(t, money.New(g.Difference().Total(), rep.Currency).Number(), groups[i+1][10], "difference of group %d", i+1)
	}
	require.Len(t, found("reconciliation-Findings"), len(rep.Findings)+1)
	for _, row := range found("reconciliation-Summary") {
		if row[0] == "all" {
			requireCell(t, summary.Difference.Number(), row[4], "all differences")
		}
	}
}

// requireCell compares a cell with a text: figures by what they are, since 79.90 is kept as 79.9.
func requireCell(t *testing.T, want, got, format string, about ...any) {
	t.Helper()
	a, isNumber := new(big.Rat).SetString(want)
	b, also := new(big.Rat).SetString(got)
	if isNumber && also && !strings.Contains(want, "/") {
		require.Zero(t, a.Cmp(b), append([]any{format + ": " + want + " is " + got}, about...)...)
		return
	}
	require.Equal(t, strings.ReplaceAll(want, "\r", `\r`), got, append([]any{format}, about...)...)
}

// TestWorkbooksOnPaper prints the workbooks with LibreOffice: each page has all columns with their header, and no text is cut.
func TestWorkbooksOnPaper(t *testing.T) {
	rep, summary := demoReport(t)
	var invoices, reconciliation bytes.Buffer
	require.NoError(t, statement.XLSX(&invoices, demoInvoices(t), money.USD))
	require.NoError(t, statement.ReconcileXLSX(&reconciliation, rep, summary))
	dir := t.TempDir()
	statements, differences := filepath.Join(dir, "statements.xlsx"), filepath.Join(dir, "differences.xlsx")
	require.NoError(t, os.WriteFile(statements, invoices.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(differences, reconciliation.Bytes(), 0o644))
	folder := office.Convert(t, "pdf", "", statements, differences)
	pages := func(name string) []string {
		out, err := exec.Command(program(t, "pdftotext"), "-raw", filepath.Join(folder, name), "-").Output()
		require.NoError(t, err)
		list := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
		for i := range list {
			list[i] = strings.Join(strings.Fields(list[i]), "")
		}
		return list
	}

	of := map[string]int{} // pages of each sheet
	printed := pages("statements.pdf")
	for i, page := range printed {
		for sheet, header := range map[string]string{"Invoices": report.InvoiceHeader, "Lines": report.LineHeader, "Totals": "account,month,currency,invoices,recurring,overage,charges,total"} {
			if rows, is := strings.CutPrefix(page, fmt.Sprintf("%sPage%dof%d", sheet, i+1, len(printed))); is {
				of[sheet]++
				require.Truef(t, strings.HasPrefix(rows, strings.ReplaceAll(strings.TrimSpace(header), ",", "")), "page %d begins %.200q", i+1, rows)
			}
		}
	}
	require.Equal(t, len(printed), of["Invoices"]+of["Lines"]+of["Totals"])
	require.Greater(t, of["Lines"], 1)
	require.Greater(t, of["Invoices"], 1)

	squeeze := func(s string) string { return strings.ReplaceAll(strings.Join(strings.Fields(s), ""), ",", "") } // 34530 is 34,530
	text := squeeze(strings.Join(pages("differences.pdf"), ""))
	for _, rows := range [][][]string{report.ReconcileRows(rep), report.DisputeRows(rep)} {
		for _, row := range rows {
			for _, cell := range row {
				require.Truef(t, strings.Contains(text, squeeze(cell)), "%q is on no page", cell)
			}
		}
	}
}
