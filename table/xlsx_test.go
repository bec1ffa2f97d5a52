package table_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/table"
)

// book is a workbook whose sheets have the rows.
func book(t testing.TB, sheets map[string][][]any, change func(f *excelize.File)) string {
	f := excelize.NewFile()
	for _, name := range slices.Sorted(maps.Keys(sheets)) {
		rows := sheets[name]
		_, err := f.NewSheet(name)
		require.NoError(t, err)
		for i, row := range rows {
			at, err := excelize.CoordinatesToCellName(1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(name, at, &row))
		}
	}
	if _, ok := sheets["Sheet1"]; !ok {
		require.NoError(t, f.DeleteSheet("Sheet1"))
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.String()
}

const packageMapping = `{"fields": {"name": "name", "price": "price", "effective_from": {"column": "from", "optional": true}, "has_ip": {"column": "ip", "optional": true}}}`

func TestWorkbook(t *testing.T) {
	march := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	data := book(t, map[string][][]any{"Prices": {
		{"Prices of March"}, {}, {"name", "price", "from", "ip"},
		{"Gold & <b>\"Grün\"</b>", 79.95, march, true},
		{"Silver", 0.1 + 0.2, march.Add(18 * time.Hour), "no"}, // 0.30000000000000004
		{"", nil, "", nil},
		{20260101, "12.50", "2026-03-09", false},
		{"Large", 1234567.891e3 / 1e3, nil, nil},
	}}, func(f *excelize.File) {
		require.NoError(t, f.SetCellFormula("Prices", "B8", "=1200+34.5"))
		require.NoError(t, f.SetCellValue("Prices", "B8", 1234.5)) // what the formula came to
	})
	require.Equal(t, lines(
		`name=Gold & <b>"Grün"</b> price=79.95 effective_from=2026-03-09 has_ip=true`,
		"name=Silver price=0.30 effective_from=2026-03-09 has_ip=false",
		"name=20260101 price=12.50 effective_from=2026-03-09 has_ip=false",
		"name=Large price=1234.50"), readAll("b.xlsx", data, packageMapping, table.Packages))
}

func TestWorkbookRefuses(t *testing.T) {
	prices := [][]any{{"name", "price"}, {"Gold", 5}}
	hide := func(f *excelize.File) { require.NoError(t, f.SetSheetVisible("B", false)) }
	for _, c := range []struct {
		name    string
		data    string
		mapping string
		want    string
	}{
		{"one of two", book(t, map[string][][]any{"A": prices, "B": {{"x"}}}, nil), packageMapping, "name=Gold price=5.00\n"},
		{"two", book(t, map[string][][]any{"A": prices, "B": prices}, nil), packageMapping, `b.xlsx:1:1: the sheets "`},
		{"two and one hidden", book(t, map[string][][]any{"A": prices, "B": prices}, hide), packageMapping, "name=Gold price=5.00\n"},
		{"named", book(t, map[string][][]any{"A": prices, "B": prices}, nil), strings.Replace(packageMapping, "{", `{"sheet": "b", `, 1), "name=Gold price=5.00\n"},
		{"no such sheet", book(t, map[string][][]any{"Prices": prices}, nil), strings.Replace(packageMapping, "{", `{"sheet": "Price", `, 1), `b.xlsx:1:1: unknown sheet "Price" (did you mean "Prices"?), expected one of Prices`},
		{"none", book(t, map[string][][]any{"A": {{"x", "y"}}}, nil), packageMapping, `b.xlsx:1:1: sheet "A": no row with the columns that the mapping m.json names`},
		{"not a number", book(t, map[string][][]any{"A": {{"name", "price"}, {"Gold", "a lot"}}}, nil), packageMapping, `! b.xlsx:2:2: sheet "A": cell B2 (price): "a lot" is not a number`},
		{"a date for a number", book(t, map[string][][]any{"A": {{"name", "price"}, {"Gold", time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}}}, nil), packageMapping, `cell B2 (price): 2026-03-09 is a date, expected a number`},
		{"a number for a date", book(t, map[string][][]any{"A": {{"name", "price", "from"}, {"Gold", 5, 46090}}}, nil), packageMapping, `cell C2 (from): 46090 is a number, expected a date; if it counts days since 1900, the mapping has to say "date": "excel"`},
		{"an error", plainBook(t, plainHead+`<row><c t="str"><v>G</v></c><c t="e"><v>#N/A</v></c></row>`), packageMapping, `cell B2 (price): #N/A is an error of the spreadsheet, expected an amount`},
		{"a zip", "PK\x03\x04", packageMapping, "b.xlsx:1:1: cannot read it as an Excel workbook: zip: not a valid zip file; expected the file whole"},
	} {
		require.Contains(t, readAll("b.xlsx", c.data, c.mapping, table.Packages), c.want, c.name)
	}
	whole := book(t, map[string][][]any{"A": prices}, nil)
	require.Contains(t, readAll("b.xlsx", whole[:len(whole)/2], packageMapping, table.Packages), "cannot read it as an Excel workbook")
}

// zipped is a workbook of parts as they are.
func zipped(t testing.TB, parts map[string]string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

// plainBook is a workbook of one sheet with that XML.
func plainBook(t testing.TB, sheet string) string {
	return zipped(t, map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>name</t></si><si><r><t>pr</t></r><r><t xml:space="preserve">ice</t></r><rPh><t>no</t></rPh></si><si/></sst>`,
		"xl/worksheets/sheet1.xml":   sheet,
	})
}

const plainHead = `<?xml version="1.0"?><!-- by hand --><x:worksheet xmlns:x="x"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>`

// What other programs write: prefixes, cells without names, texts in parts, CDATA, comments, entities, > in attributes.
func TestSheetsOfOtherPrograms(t *testing.T) {
	got := readAll("b.xlsx", plainBook(t, plainHead+`<x:row><x:c t="inlineStr" cm="a>b"><x:is><x:r><x:t>A&amp;B</x:t></x:r><x:r><x:t> &#x41;&#66;</x:t></x:r></x:is></x:c><x:c><x:f>1&lt;2</x:f><x:v>5</x:v></x:c></x:row>`+
		`<x:row r="9"/><x:row r='12'><x:c r='A12' t='str'><x:v><![CDATA[<C>]]></x:v></x:c><x:c/><!-- nothing --></x:row><x:row r="13"><x:c r="B13"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>
`), packageMapping, table.Packages)
	require.Equal(t, lines("name=A&B AB price=5.00",
		`! b.xlsx:12:2: sheet "A": cell B12 (price): price is empty, expected every row to have it, or a rule that skips the row`,
		`! b.xlsx:13:1: sheet "A": cell A13 (name): name is empty, expected every row to have it, or a rule that skips the row`), got)
}

func TestSheetRefuses(t *testing.T) {
	for _, c := range []struct{ rows, want string }{
		{`<row r="3"/><row r="2"/>`, `b.xlsx:3: sheet "A": row "2" after row 3, expected rows in their order`},
		{`<row r="2000001"/>`, `sheet "A": more than 2000000 rows`},
		{`<row r="x"/>`, `row "x" after row 1`},
		{`<row><c r="B2"/><c r="A2"/></row>`, `the cell A2 is there twice, or after its neighbour`},
		{`<row><c r="2"/></row>`, `a cell called "2", expected a name such as B7`},
		{`<row><c r="XFE2"/></row>`, `expected a name such as B7`},
		{`<row><c r="AAAAAAAAAAAAAAAA2"/></row>`, `expected a name such as B7`},
		{`<row><c t="s"><v>7</v></c></row>`, `a text of number "7", expected one of the 3 that the workbook has`},
		{`<row><c t="s"><v>-1</v></c></row>`, `a text of number "-1"`},
		{`<row><c><v>&bad;</v></c></row>`, `an unknown character &bad;`},
		{`<row><c><v>a & b</v></c></row>`, `an & that begins no character`},
		{`<row><c><v>` + "\xff" + `</v></c></row>`, `text that is not UTF-8`},
		{`<!DOCTYPE x [<!ENTITY a "b">]>`, `a document type in it`},
		{`<>`, `a tag without a name`},
		{`<row><c>`, `the workbook ends too early, expected the rest of it`},
		{`<row><c r="A`, `the workbook ends too early`},
		{`<!-- `, `the workbook ends too early`},
		{`<row><c t="str"><v>` + strings.Repeat("x", 3<<20) + `</v></c></row>`, `a tag or text of more than 2097152 bytes`},
		{`<row><c t="str"><v>` + strings.Repeat("x", 300<<10) + `</v></c></row>`, `a cell of 307200 bytes, expected at most 262144`},
	} {
		require.Contains(t, readAll("b.xlsx", plainBook(t, plainHead+c.rows), packageMapping, table.Packages), c.want, c.rows[:min(len(c.rows), 60)])
	}
	parts := map[string]string{"_rels/.rels": "<x", "a": ""}
	require.Contains(t, readAll("b.xlsx", zipped(t, parts), packageMapping, table.Packages), "b.xlsx:1:1: the part _rels/.rels of the workbook cannot be read")
	require.Contains(t, readAll("b.xlsx", zipped(t, map[string]string{"a.txt": "x"}), packageMapping, table.Packages), "no part _rels/.rels in it, expected an Excel workbook (.xlsx)")
}

// What unpacks to more than is read is refused by what it says of its size, and by what comes out of it where that is not true.
func TestWorkbookThatUnpacksToTooMuch(t *testing.T) {
	blank := strings.Repeat(" ", 17<<20)
	for _, part := range []string{"_rels/.rels", "xl/workbook.xml"} {
		parts := map[string]string{"_rels/.rels": `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`}
		parts[part] = blank
		data := zipped(t, parts)
		require.Less(t, len(data), 1<<20)
		require.Contains(t, readAll("b.xlsx", data, packageMapping, table.Packages), "the part "+part+" is larger than 16 MiB unpacked, expected at most that")
	}
}

// Days since 1904, and texts as they are stored by a library for workbooks.
func TestSince1904(t *testing.T) {
	data := plainBook(t, plainHead+`<row><c t="str"><v>G</v></c><c><v>5</v></c></row></sheetData></worksheet>`)
	got := readAll("b.xlsx", data, `{"date": "excel", "fields": {"name": "name", "price": {"value": 1}, "effective_from": "price"}}`, table.Packages)
	require.Equal(t, "name=G price=1 effective_from=1904-01-06\n", got)
}

// The reader of sheets gives the cells that a library gives, whatever is in them.
func TestCellsAsTheLibraryHasThem(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var cells [][]any
		width := 1 + r.IntN(8)
		header := make([]any, width)
		for i := range header {
			header[i] = fmt.Sprintf("h%d", i)
		}
		header[0] = "name"
		cells = append(cells, header)
		for range r.IntN(30) {
			row := make([]any, width)
			for i := range row {
				switch r.IntN(6) {
				case 0:
				case 1:
					row[i] = r.IntN(1_000_000)
				case 2:
					row[i] = float64(r.IntN(1_000_000)) / 100
				case 3:
					row[i] = []string{"<&>\"'", "Grün", "a\nb", "]]>", "_x000D_", "_xyz", "'quoted"}[r.IntN(7)]
				default:
					row[i] = fmt.Sprintf("text %d", r.IntN(10))
				}
			}
			row[0] = "x"
			cells = append(cells, row)
		}
		data := book(t, map[string][][]any{"A": cells}, nil)
		f, err := excelize.OpenReader(strings.NewReader(data))
		require.NoError(t, err)
		want, err := f.GetRows("A")
		require.NoError(t, err)
		tab, err := open("b.xlsx", data, `{"fields": {"name": "name", "price": {"value": 1}}}`, table.Packages)
		require.NoError(t, err)
		n := 0
		for row, err := range tab.Rows() {
			require.NoError(t, err)
			n++
			for i := 1; i < width; i++ {
				wanted := ""
				if i < len(want[n]) {
					wanted = want[n][i]
				}
				require.Equal(t, wanted, row.Fields[1+i].Text, "row %d cell %d", n, i)
			}
		}
		require.Equal(t, len(cells)-1, n)
	}
}
