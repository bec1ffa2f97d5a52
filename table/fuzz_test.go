package table_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// FuzzTable reads anything as a table: nothing panics, an error has a place, and what is read is read the same again.
func FuzzTable(f *testing.F) {
	files, err := filepath.Glob("../testdata/documents/*")
	require.NoError(f, err)
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil && len(data) < 10_000 {
			f.Add(data)
		}
	}
	parquet, err := os.ReadFile("../testdata/parquet/duckdb.parquet")
	require.NoError(f, err)
	f.Add(parquet)
	f.Add([]byte("name;price;credits\nGold;1.234,50;5\n"))
	f.Add([]byte("sep=,\nname,price\n\"a\nb\",(5)\n,\n"))
	f.Add([]byte("\xff\xfen\x00a\x00m\x00e\x00"))
	f.Add([]byte(plainBook(f, plainHead+`<row r="5"><c r="A5" t="inlineStr"><is><t>a&amp;b</t></is></c><c><v>1E3</v></c></row></sheetData>`)))
	var mappings []*table.Mapping
	for _, use := range []table.Use{table.Invoices, table.Packages, table.Usage, table.Charges} {
		m, err := table.OwnNames(use)
		require.NoError(f, err)
		mappings = append(mappings, m)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range mappings {
			tab, err := table.Open("f", data, m, money.USD)
			if err != nil {
				var bad *source.ParseError
				require.ErrorAs(t, err, &bad)
				continue
			}
			first := rows(tab)
			require.Equal(t, first, rows(tab))
			for row, err := range tab.Rows() {
				if err != nil {
					var bad *source.ParseError
					require.ErrorAs(t, err, &bad)
					continue
				}
				for _, field := range row.Fields {
					if field.Number {
						require.NotContains(t, strings.TrimPrefix(field.Text, "-"), "-")
					}
				}
			}
		}
	})
}

// FuzzSheet reads anything as the XML of a sheet.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="2"><c r="A2" t="inlineStr"><is><t>a&amp;b</t></is></c><c><v>1E3</v></c></row></sheetData>`)
	f.Add(`<row><c t="s"><v>0</v></c><c t="e" x='>'><![CDATA[5]]></c></row><!-- c -->`)
	m, err := table.OwnNames(table.Packages)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, xml string) {
		tab, err := table.Open("f", []byte(plainBook(t, plainHead+xml)), m, money.USD)
		if err == nil {
			rows(tab)
		}
	})
}

// FuzzMapping reads anything as a mapping: nothing panics, and an error has a place.
func FuzzMapping(f *testing.F) {
	for _, name := range table.Presets(table.Invoices) {
		data, err := table.PresetFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"delimiter": ";", "skip_rows": 2, "decimal": ",", "group": ".", "date": "D.M.YYYY", "time_zone": "Europe/Berlin", "fields": {"amount": "({a} - 1) * {b} / 3"},
		"rows": [{"when": {"A": ["*x*"]}, "kind": "overage"}], "packages": {"a": "b"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := table.ParseMapping("m.json", data, table.Invoices)
		if err != nil {
			var bad *source.ParseError
			require.ErrorAs(t, err, &bad)
			return
		}
		_, err = table.Open("f.csv", bytes.Repeat([]byte("a,b,username,start_date,end_date,A\n"), 3), m, money.USD)
		_ = err
	})
}
