package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/parquetfile"
)

// parquetCells are the cells of a Parquet file, the names of the columns first, and empty for null.
func parquetCells(t *testing.T, name string) [][]string {
	t.Helper()
	in, err := os.Open(name)
	require.NoError(t, err)
	defer in.Close()
	info, err := in.Stat()
	require.NoError(t, err)
	f, err := parquetfile.Open(in, info.Size())
	require.NoError(t, err)
	columns, rows := make([]int, len(f.Columns)), [][]string{make([]string, len(f.Columns))}
	for i, c := range f.Columns {
		columns[i], rows[0][i] = i, c.Name
	}
	r := f.Read(columns, nil)
	for r.Next() {
		row := make([]string, len(columns))
		for i := range columns {
			text, _ := r.Append(nil, i)
			row[i] = string(text)
		}
		rows = append(rows, row)
	}
	require.NoError(t, r.Err())
	return rows
}

// Every command that writes invoices as CSV writes the same rows as Parquet.
func TestParquetIsCSV(t *testing.T) {
	demo, store := "../../testdata/demo/", "../../testdata/books/reseller.db"
	for _, args := range [][]string{
		{"replay", "--packages", demo + "packages.json", demo + "events.jsonl"},
		{"replay", "--packages", demo + "packages.json", "--set", "timing=advance", "--price", "distributor", demo + "events.jsonl"},
		{"invoices", "--store", store},
		{"bill", "--store", store, "--dry-run", "--now", "2026-04-11T06:00:00Z"},
	} {
		for _, lines := range []bool{false, true} {
			if lines {
				args = append(args, "--lines")
			}
			want, err := csv.NewReader(strings.NewReader(prorata(t, append(args, "--format", "csv")...))).ReadAll()
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "invoices.parquet")
			prorata(t, append(args, "--format", "parquet", "-o", file)...)
			got := parquetCells(t, file)
			if price := slices.Index(got[0], "unit_price"); price >= 0 {
				for _, row := range append(got[1:], want[1:]...) {
					row[price] = decimal.RequireFromString(row[price]).String()
				}
			}
			require.Equal(t, want, got, "%q", args)
			require.Greater(t, len(got), 1)
		}
	}
}
