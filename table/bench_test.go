package table_test

import (
	"bytes"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// benchRows are the header and the rows of a table of invoices, 14 columns wide.
func benchRows(n int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		var header []any
		for _, name := range table.FieldNames(table.Invoices) {
			header = append(header, name)
		}
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		more := yield(header)
		for i := 0; i < n && more; i++ {
			more = yield([]any{fmt.Sprintf("20260301%06d", i), 21000 + i%977, day, "Unpaid", 79.95, 0.0, "Recurring Bill", float64(i%5000) / 100,
				day.AddDate(0, -1, 0), day.AddDate(0, 0, -1), fmt.Sprintf("account-%d@example.com", i%5000), "Gold", 0.0, 79.95})
		}
	}
}

func benchmarkRows(b *testing.B, data []byte, n int) {
	m, err := table.Preset("distributor", table.Invoices)
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	most := uint64(0) // of memory in use beside the file
	before := inUse()
	for b.Loop() {
		t, err := table.Open("t", data, m, money.USD)
		require.NoError(b, err)
		read := 0
		for _, err := range t.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			if read++; read%100_000 == 0 {
				b.StopTimer()
				now := inUse()
				most = max(most, now-min(before, now))
				b.StartTimer()
			}
		}
		require.Equal(b, n, read)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(most)/(1<<20), "MiB-beside-the-file")
	runtime.KeepAlive(data)
}

// inUse is the memory that something refers to, in bytes.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// sizes are the rows of a month of a reseller, and as many as a sheet has.
var sizes = []int{100_000, 1_000_000}

func BenchmarkCSV(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkRows(b, csvRows(n), n) })
	}
}

func BenchmarkXLSX(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkRows(b, xlsxRows(b, n), n) })
	}
}

func csvRows(n int) []byte {
	var text bytes.Buffer
	for row := range benchRows(n) {
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
	return text.Bytes()
}

func xlsxRows(b *testing.B, n int) []byte {
	f := excelize.NewFile()
	defer f.Close() // of a large sheet there is a file
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(b, err)
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(b, err)
	i := 0
	for row := range benchRows(n) {
		for j, v := range row {
			if _, ok := v.(time.Time); ok {
				row[j] = excelize.Cell{StyleID: style, Value: v}
			}
		}
		i++
		require.NoError(b, w.SetRow(fmt.Sprintf("A%d", i), row))
	}
	require.NoError(b, w.Flush())
	var data bytes.Buffer
	require.NoError(b, f.Write(&data))
	return data.Bytes()
}
