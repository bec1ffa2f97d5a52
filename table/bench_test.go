package table_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// benchRows is a table of invoices, 14 columns wide, of which a benchmark reads some rows a second.
func benchRows(n int) [][]any {
	rows := [][]any{{}}
	for _, name := range table.FieldNames(table.Invoices) {
		rows[0] = append(rows[0], name)
	}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		rows = append(rows, []any{fmt.Sprintf("20260301%06d", i), 21000 + i%977, day, "Unpaid", 79.95, 0.0, "Recurring Bill", float64(i%5000) / 100,
			day.AddDate(0, -1, 0), day.AddDate(0, 0, -1), fmt.Sprintf("account-%d@example.com", i%5000), "Gold", 0.0, 79.95})
	}
	return rows
}

func benchmarkRows(b *testing.B, data []byte, n int) {
	m, err := table.Preset("distributor", table.Invoices)
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		t, err := table.Open("t", data, m, money.USD)
		require.NoError(b, err)
		read := 0
		for _, err := range t.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			read++
		}
		require.Equal(b, n, read)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	const n = 50_000
	var text bytes.Buffer
	for _, row := range benchRows(n) {
		for i, v := range row {
			if i > 0 {
				text.WriteByte(',')
			}
			switch v := v.(type) {
			case time.Time:
				text.WriteString(v.Format("2006-01-02"))
			case float64:
				fmt.Fprintf(&text, "%.2f", v)
			default:
				fmt.Fprint(&text, v)
			}
		}
		text.WriteByte('\n')
	}
	benchmarkRows(b, text.Bytes(), n)
}

func BenchmarkXLSX(b *testing.B) {
	const n = 20_000
	f := excelize.NewFile()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(b, err)
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(b, err)
	for i, row := range benchRows(n) {
		for j, v := range row {
			if _, ok := v.(time.Time); ok {
				row[j] = excelize.Cell{StyleID: style, Value: v}
			}
		}
		require.NoError(b, w.SetRow(fmt.Sprintf("A%d", i+1), row))
	}
	require.NoError(b, w.Flush())
	var data bytes.Buffer
	require.NoError(b, f.Write(&data))
	benchmarkRows(b, data.Bytes(), n)
}
