package statement_test

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"os"
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
