package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
)

// form is a way to write a table of invoices.
type form struct {
	name, mapping string // of the mapping, what goes before "fields"
	delimiter     rune
	number        func(string) string
	day           func(cycle.Date) string
	encode        func([]byte) ([]byte, error)
	exclusive     bool // ends are the day after
	header        map[string]string
}

func same[T any](v T) T { return v }

// numbers in groups of three, with a mark between them, and with a decimal mark.
func grouped(group, decimal string) func(string) string {
	return func(s string) string {
		sign := ""
		if rest, ok := strings.CutPrefix(s, "-"); ok {
			s, sign = rest, "-"
		}
		whole, fraction, point := strings.Cut(s, ".")
		for at := len(whole) - 3; at > 0; at -= 3 {
			whole = whole[:at] + group + whole[at:]
		}
		if point {
			whole += decimal + fraction
		}
		return sign + whole
	}
}

func dayAs(layout string) func(cycle.Date) string {
	return func(d cycle.Date) string { return d.Start(time.UTC).Format(layout) }
}

var forms = []form{
	{name: "commas", delimiter: ','},
	{name: "semicolons and decimal commas", delimiter: ';', mapping: `"decimal": ",", "group": ".", "date": "D.M.YYYY",`, number: grouped(".", ","), day: dayAs("2.1.2006")},
	{name: "tabs and American dates", delimiter: '\t', mapping: `"decimal": ".", "group": ",", "date": "M/D/YYYY",`, number: grouped(",", "."), day: dayAs("1/2/2006")},
	{name: "bars and instants", delimiter: '|', day: dayAs(time.RFC3339)},
	{name: "ends exclusive", delimiter: ',', exclusive: true},
	{name: "Swiss groups", delimiter: ';', mapping: `"decimal": ".", "group": "'", "date": "DD.MM.YYYY",`, number: grouped("'", "."), day: dayAs("02.01.2006")},
	{name: "parentheses and dollars", delimiter: ',', mapping: `"decimal": ".",`, number: func(s string) string {
		if rest, ok := strings.CutPrefix(s, "-"); ok {
			return "($" + rest + ")"
		}
		return "$" + s
	}},
	{name: "spreadsheet days", delimiter: ',', mapping: `"date": "excel",`, day: func(d cycle.Date) string { return strconv.Itoa(d.Sub(cycle.MustDate("1899-12-30"))) }},
	{name: "a byte order mark", delimiter: ',', encode: func(b []byte) ([]byte, error) { return append([]byte("\xef\xbb\xbf"), b...), nil }},
	{name: "UTF-16", delimiter: '\t', encode: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes},
	{name: "UTF-16, the other way", delimiter: ',', encode: unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes},
	{name: "Windows-1252", delimiter: ';', mapping: `"encoding": "windows-1252",`, encode: charmap.Windows1252.NewEncoder().Bytes},
	{name: "what Excel tells itself", delimiter: ';', encode: func(b []byte) ([]byte, error) {
		return append([]byte("sep=;\r\n"), bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))...), nil
	}},
	{name: "other headers", delimiter: ',', header: map[string]string{"username": "Kunde", "start_date": "von", "final_amount": "Summe ( brutto )"}},
}

// document is the Distributor's invoices of the tests, with a tax and a quantity, names with umlauts, and amounts that have groups.
func document(t *testing.T) distributor.Invoices {
	data, err := os.ReadFile("../../testdata/reconcile/invoices.json")
	require.NoError(t, err)
	doc, err := distributor.ReadInvoices("invoices.json", data)
	require.NoError(t, err)
	doc.Shape, doc.Number, doc.Fields = distributor.Current, "", nil
	for i := range doc.Rows {
		row := &doc.Rows[i]
		row.Fields = nil
		switch row.Username {
		case "bluebird-clinic@example.com":
			row.FinalAmount = "55.25"
			row.Fields = []distributor.Field{{Name: "tax", Text: "5.25", Kind: distributor.KindNumber}, {Name: "quantity", Text: "1", Kind: distributor.KindNumber}}
		case "tide-pool-games@example.com":
			row.Username, row.Amount, row.FinalAmount = "tïde-pöol@example.com", "1234567.50", "1234567.50"
		}
	}
	return doc
}

var invoiceColumns = []string{"number", "credits", "date_invoiced", "status", "amount", "overage", "type", "prorated", "start_date", "end_date",
	"username", "package", "additional_charges", "final_amount", "tax", "quantity"}

// cells are the rows of a document in the order of invoiceColumns: numbers and dates as given functions write them.
func cells(doc distributor.Invoices, number func(string) string, day func(cycle.Date) string, exclusive bool) (rows [][]string) {
	num := func(n distributor.Number) string {
		if n == "" {
			return ""
		}
		return number(string(n))
	}
	for i := range doc.Rows {
		r := &doc.Rows[i]
		var tax, quantity string
		for _, f := range r.Fields {
			switch f.Name {
			case "tax":
				tax = number(f.Text)
			case "quantity":
				quantity = number(f.Text)
			}
		}
		end := r.EndDate
		if exclusive {
			end = end.AddDays(1)
		}
		rows = append(rows, []string{r.Number, num(r.Credits), day(r.DateInvoiced), r.Status, num(r.Amount), num(r.Overage), r.Type, num(r.Prorated),
			day(r.StartDate), day(end), r.Username, r.Package, num(r.AdditionalCharges), num(r.FinalAmount), tax, quantity})
	}
	return rows
}

// reconciled is the report of a document in a file.
func reconciled(t *testing.T, name string, data []byte, mapping string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	if mapping != "" {
		require.NoError(t, os.WriteFile(path+".map.json", []byte(mapping), 0o644))
	}
	var out, messages bytes.Buffer
	code := run(context.Background(), []string{"reconcile", "--packages", "../../testdata/demo/packages.json", "--distributor", path, "--format", "json",
		"../../testdata/demo/events.jsonl"}, strings.NewReader(""), &out, &messages)
	require.Equal(t, exitFindings, code, "%s: %s", name, &messages)
	require.Empty(t, messages.String())
	return out.String()
}

// mappingFor is a mapping of all columns by the names that a form has for them.
func mappingFor(f form) string {
	var fields, others []string
	for _, c := range invoiceColumns {
		name := c
		if f.header[c] != "" {
			name = f.header[c]
		}
		what := fmt.Sprintf("%q: %q", c, name)
		if c == "end_date" && f.exclusive {
			what = fmt.Sprintf(`%q: {"column": %q, "exclusive": true}`, c, name)
		}
		if c == "tax" || c == "quantity" {
			others = append(others, what)
		} else {
			fields = append(fields, what)
		}
	}
	return "{" + f.mapping + `"fields": {` + strings.Join(fields, ", ") + `}, "others": {` + strings.Join(others, ", ") + "}}"
}

// requireSame compares two reports, and shows where they begin to differ.
func requireSame(t *testing.T, want, got, name string) {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			from := max(0, i-200)
			require.Equal(t, want[from:min(len(want), i+200)], got[from:min(len(got), i+200)], name)
		}
	}
	require.Len(t, got, len(want), name)
}

// A document as JSON, XML, CSV in every delimiter, encoding, form of dates and of numbers, XLSX and Parquet gives the same report.
func TestDocumentInAnyForm(t *testing.T) {
	doc := document(t)
	want := reconciled(t, "d.json", doc.AppendJSON(nil), "")
	require.Contains(t, want, "1234567.50")
	requireSame(t, want, reconciled(t, "d.xml", doc.AppendXML(nil), ""), "XML")
	for _, f := range forms {
		if f.number == nil {
			f.number = same[string]
		}
		if f.day == nil {
			f.day = cycle.Date.String
		}
		if f.encode == nil {
			f.encode = func(b []byte) ([]byte, error) { return b, nil }
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = f.delimiter
		header := make([]string, len(invoiceColumns))
		for i, c := range invoiceColumns {
			if header[i] = c; f.header[c] != "" {
				header[i] = f.header[c]
			}
		}
		require.NoError(t, w.Write(header))
		require.NoError(t, w.WriteAll(cells(doc, f.number, f.day, f.exclusive)))
		data, err := f.encode(b.Bytes())
		require.NoError(t, err)
		requireSame(t, want, reconciled(t, "d.csv", data, mappingFor(f)), f.name)
		if f.mapping == "" && f.header == nil && !f.exclusive {
			requireSame(t, want, reconciled(t, "d.csv", data, ""), f.name+", without a mapping")
		}
	}
	for name, typed := range map[string]bool{"real dates and numbers": true, "all as text": false} {
		requireSame(t, want, reconciled(t, "d.xlsx", workbook(t, doc, typed), ""), name)
	}
	for _, float := range []bool{false, true} {
		requireSame(t, want, reconciled(t, "d.parquet", inParquet(t, doc, float), mappingFor(form{})), fmt.Sprint("Parquet, in floating point: ", float))
	}
}

// inParquet is the document as Parquet, amounts as decimals or in floating point, and what is not there null.
func inParquet(t *testing.T, doc distributor.Invoices, float bool) []byte {
	names := slices.Sorted(slices.Values(invoiceColumns)) // as the library has them
	group := parquet.Group{"tags": parquet.Repeated(parquet.String())}
	names = append(names, "tags")
	slices.Sort(names)
	for _, name := range invoiceColumns {
		switch name {
		case "number", "status", "type", "username", "package":
			group[name] = parquet.Optional(parquet.String())
		case "date_invoiced", "start_date", "end_date":
			group[name] = parquet.Date()
		case "credits", "quantity":
			group[name] = parquet.Optional(parquet.Int(64))
		default:
			if group[name] = parquet.Optional(parquet.Decimal(2, 18, parquet.Int64Type)); float {
				group[name] = parquet.Optional(parquet.Leaf(parquet.DoubleType))
			}
		}
	}
	var b bytes.Buffer
	w := parquet.NewWriter(&b, parquet.NewSchema("invoices", group))
	for _, cells := range cells(doc, same[string], cycle.Date.String, false) {
		row := make(parquet.Row, len(names))
		row[slices.Index(names, "tags")] = parquet.NullValue().Level(0, 0, slices.Index(names, "tags"))
		for i, s := range cells {
			at := slices.Index(names, invoiceColumns[i])
			node := group[invoiceColumns[i]]
			var v parquet.Value
			switch {
			case s == "":
				row[at] = parquet.NullValue().Level(0, 0, at)
				continue
			case node.Type().Kind() == parquet.ByteArray:
				v = parquet.ByteArrayValue([]byte(s))
			case node.Type().Kind() == parquet.Int32:
				v = parquet.Int32Value(int32(cycle.MustDate(s).Sub(cycle.MustDate("1970-01-01"))))
			case node.Type().Kind() == parquet.Double:
				n, err := strconv.ParseFloat(s, 64)
				require.NoError(t, err)
				v = parquet.DoubleValue(n)
			default:
				whole, fraction, _ := strings.Cut(s, ".")
				if node.Type().LogicalType().String() != parquet.Int(64).Type().LogicalType().String() {
					whole += (fraction + "00")[:2]
				}
				n, err := strconv.ParseInt(whole, 10, 64)
				require.NoError(t, err)
				v = parquet.Int64Value(n)
			}
			level := 0
			if node.Optional() {
				level = 1
			}
			row[at] = v.Level(0, level, at)
		}
		_, err := w.WriteRows([]parquet.Row{row})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// workbook is the document as XLSX, below a title, on the second of three sheets.
func workbook(t *testing.T, doc distributor.Invoices, typed bool) []byte {
	f := excelize.NewFile()
	for _, name := range []string{"Lines", "Notes"} {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
	}
	require.NoError(t, f.SetCellStr("Lines", "A1", "Invoices of November"))
	require.NoError(t, f.SetSheetRow("Lines", "A3", &invoiceColumns))
	for i, row := range cells(doc, same[string], cycle.Date.String, false) {
		values := make([]any, len(row))
		for j, s := range row {
			values[j] = s
			if s == "" || !typed {
				continue
			}
			switch invoiceColumns[j] {
			case "number", "status", "type", "username", "package":
			case "date_invoiced", "start_date", "end_date":
				values[j] = cycle.MustDate(s).Start(time.UTC)
			default:
				n, err := strconv.ParseFloat(s, 64)
				require.NoError(t, err)
				values[j] = n
			}
		}
		require.NoError(t, f.SetSheetRow("Lines", "A"+strconv.Itoa(i+4), &values))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}
