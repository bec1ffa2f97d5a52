package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// styled is a workbook of one price, shown in a format.
func styled(t *testing.T, format string, value any) string {
	return book(t, map[string][][]any{"A": {{"name", "price"}, {"Gold", value}}}, func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle("A", "A2", "B2", style))
	})
}

// What the format of a number shows beside its digits is as in CSV: another currency and a percentage are no amount.
func TestFormatsOfNumbers(t *testing.T) {
	for _, c := range []struct{ currency, format, want string }{
		{"USD", `#,##0.00`, "79.95"},
		{"USD", `"$"#,##0.00`, "79.95"},
		{"USD", `[$$-409]#,##0.00;[Red]-[$$-409]#,##0.00`, "79.95"},
		{"USD", `[$USD] 0.00`, "79.95"},
		{"USD", `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`, "79.95"},
		{"USD", `0.00 "net"`, "79.95"},
		{"CAD", `"$"#,##0.00`, "79.95"},
		{"EUR", `#,##0.00 [$€-407]`, "79.95"},
		{"EUR", `0.00 "EUR"`, "79.95"},
		{"GBP", `[$£-809]0.00`, "79.95"},
		{"USD", `#,##0.00 [$€-407]`, `! b.xlsx:2:2: sheet "A": cell B2 (price): 79.95 is shown in €, expected an amount in USD, the currency of the policy`},
		{"USD", `#,##0.00 "€"`, `79.95 is shown in €, expected an amount in USD`},
		{"USD", `#,##0.00\ [$EUR]`, `79.95 is shown in EUR, expected an amount in USD`},
		{"USD", `[$£-809]0.00`, `79.95 is shown in £, expected an amount in USD`},
		{"EUR", `"$"#,##0.00`, `79.95 is shown in $, expected an amount in EUR`},
		{"EUR", `[$CHF-807] 0.00`, `79.95 is shown in CHF, expected an amount in EUR`},
		{"USD", `0.00%`, `cell B2 (price): 79.95 is shown as a percentage, expected an amount`},
		{"USD", `yyyy-mm-dd`, `is a date, expected a number`},
	} {
		m, err := table.OwnNames(table.Packages)
		require.NoError(t, err)
		tab, err := table.Open("b.xlsx", []byte(styled(t, c.format, 79.95)), m, money.MustCurrency(c.currency))
		require.NoError(t, err)
		got := rows(tab)
		if !strings.Contains(c.want, " ") {
			require.Equal(t, "name=Gold price="+c.want+"\n", got, c.format)
			continue
		}
		require.Contains(t, got, c.want, c.format)
	}
	// A percentage is a number where one is computed with.
	data := styled(t, `0%`, 0.19)
	require.Equal(t, "name=Gold price=19.00\n", readAll("b.xlsx", data, `{"fields": {"name": "name", "price": {"formula": "{price} * 100", "round": 2}}}`, table.Packages))
}

// A name that is a number is the text that the sheet shows, and keeps all of its digits.
func TestNumbersThatAreNames(t *testing.T) {
	format := "00000"
	data := book(t, map[string][][]any{"A": {{"name", "price"}, {123, 7}, {1234567, 12.5}}}, func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle("A", "A2", "B3", style))
	})
	require.Equal(t, lines("name=00123 price=7.00", "name=1234567 price=12.50"), readAll("b.xlsx", data, packageMapping, table.Packages))
	long := plainBook(t, plainHead+`<row><c><v>1234567890123456789</v></c><c><v>1</v></c></row><row><c><v>1234567890123456788</v></c><c><v>79.950000000000003</v></c></row>`)
	require.Equal(t, lines("name=1234567890123456789 price=1.00", "name=1234567890123456788 price=79.95"), readAll("b.xlsx", long, packageMapping, table.Packages))
}

// A formula that nobody has computed yet is no empty cell.
func TestFormulaWithoutItsValue(t *testing.T) {
	data := book(t, map[string][][]any{"A": {{"name", "price", "from", "note"}, {"Gold", nil, nil, nil}}}, func(f *excelize.File) {
		require.NoError(t, f.SetCellFormula("A", "B2", "=1+1"))
		require.NoError(t, f.SetCellFormula("A", "D2", "=1+1"))
	})
	require.Equal(t, lines(`! b.xlsx:2:2: sheet "A": cell B2 (price): a formula, and the file does not have what it comes to, expected an amount: open the file in a spreadsheet program and save it`), readAll("b.xlsx", data, packageMapping, table.Packages))
	// One that comes to an empty text is empty.
	empty := plainBook(t, plainHead+`<row><c t="str"><v>G</v></c><c><v>5</v></c><c t="str"><f>""</f><v></v></c></row>`)
	require.Equal(t, "name=G price=5.00\n", readAll("b.xlsx", empty, packageMapping, table.Packages))
}

// Rows that are one cell have what is in it in the first of them only, so that the others would be read without it.
func TestMergedRows(t *testing.T) {
	merged := func(from, to string) string {
		return book(t, map[string][][]any{"A": {{"Prices"}, {"name", "price", "from", "ip", "note"}, {"Gold", 5, "2026-01-01"}, {"Silver", 4}, {"Tin", 3}}}, func(f *excelize.File) {
			require.NoError(t, f.MergeCell("A", from, to))
		})
	}
	want := lines("name=Gold price=5.00 effective_from=2026-01-01", "name=Silver price=4.00", "name=Tin price=3.00")
	require.Equal(t, want, readAll("b.xlsx", merged("A1", "E1"), packageMapping, table.Packages), "a title")
	require.Equal(t, want, readAll("b.xlsx", merged("G1", "G5"), packageMapping, table.Packages), "beside the table")
	require.Equal(t, want, readAll("b.xlsx", merged("A7", "A9"), packageMapping, table.Packages), "below the table")
	require.Equal(t, `! b.xlsx:5: sheet "A": the cells C3:C4 are merged, and only the first of their rows has what is in them, expected it in every row: take the merging off and fill the rows`+"\n",
		readAll("b.xlsx", merged("C3", "C4"), packageMapping, table.Packages))
}

// Rows that a filter hides are read, and counted.
func TestHiddenRows(t *testing.T) {
	data := book(t, map[string][][]any{"A": {{"name", "price"}, {"Gold", 5}, {"Silver", 4}}}, func(f *excelize.File) {
		require.NoError(t, f.SetRowVisible("A", 3, false))
	})
	tab, err := open("b.xlsx", data, packageMapping, table.Packages)
	require.NoError(t, err)
	require.Equal(t, lines("name=Gold price=5.00", "name=Silver price=4.00"), rows(tab))
	require.Equal(t, table.Tally{Rows: 2, Hidden: 1}, tab.Tally())
}

// Lines that end with a carriage return alone, as old programs on a Mac end them.
func TestLinesOfAMac(t *testing.T) {
	require.Equal(t, lines("name=Gold price=5.00", "name=Silver price=4.00"), readAll("f.csv", "name,price\rGold,5.00\r\"Silver\",4.00\r", packageMapping, table.Packages))
}
