package reconciling_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/internal/reconciling"
)

const month = "../../testdata/reconcile/"

func file(t *testing.T, path string) reconciling.File {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return reconciling.File{Name: filepath.Base(path), Data: data}
}

func demoBooks(t *testing.T) *books.Books {
	t.Helper()
	b, err := demo.Books(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func of(t *testing.T, b *books.Books, documents ...reconciling.File) books.Reconciliation {
	t.Helper()
	made, err := reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: documents, By: "anna", At: demo.Now})
	require.NoError(t, err)
	return made
}

// The month of testdata/reconcile, whose README has the differences that were planted, compared with the same events in books.
func TestOfBooks(t *testing.T) {
	b := demoBooks(t)
	invoices := file(t, month+"invoices.json")
	made := of(t, b, invoices)
	list, err := b.Reconciliations(t.Context())
	require.NoError(t, err)
	require.Equal(t, made, list[len(list)-1])
	require.Equal(t, []books.ReconciledInput{{Name: "invoices.json", Use: "document", Size: int64(len(invoices.Data)), SHA256: books.Hash(invoices.Data)}}, made.Inputs)
	require.Equal(t, "2025-11-01 2025-11-30 USD distributor anna", strings.Join([]string{made.From.String(), made.Through.String(), made.Currency, made.Prices, made.By}, " "))
	require.Equal(t, 14, made.Different, "of the 16 planted, one is tolerated and one matched")

	var rep struct {
		Groups []struct{ Account, Class, Cause string }
	}
	report := func(format string) []byte {
		data, err := b.Report(t.Context(), made.Number, format)
		require.NoError(t, err)
		require.NotNil(t, data, format)
		return data
	}
	require.NoError(t, json.Unmarshal(report("json"), &rep))
	require.Len(t, rep.Groups, made.Groups)
	planted := map[string]string{"saltmarsh-tours": "close_date", "granite-tools": "credit_missing", "northgate-news": "other_rate", "harbor-books": "price_list",
		"willow-vets": "terms", "copper-kettle": "other_package", "cedar-dental": "charged_twice", "mapleway-gym": "cancellation_missing", "sunrise-radio": "other_credits",
		"juniper-law": "not_billed_upstream", "tide-pool-games": "unknown_account", "fernhill-school": "charged_twice", "bluebird-clinic": "broken"}
	for _, g := range rep.Groups {
		if want, is := planted[strings.TrimSuffix(g.Account, "@example.com")]; is {
			require.Equal(t, want, g.Cause, g.Account)
			delete(planted, strings.TrimSuffix(g.Account, "@example.com"))
		}
	}
	require.Empty(t, planted)
	claims, err := csv.NewReader(bytes.NewReader(report("claims.csv"))).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(claims), 5)
	require.True(t, bytes.HasPrefix(report("html"), []byte("<!DOCTYPE html>")))
	for _, format := range []string{"xlsx", "claims.xlsx"} {
		_, err := zip.NewReader(bytes.NewReader(report(format)), int64(len(report(format))))
		require.NoError(t, err, format)
	}

	// In another form it comes to the same, and the claims of before are not made again.
	again := of(t, b, file(t, month+"invoices.xml"))
	xml, err := b.Report(t.Context(), again.Number, "json")
	require.NoError(t, err)
	require.Equal(t, string(report("json")), string(xml))
	claimed, err := reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{invoices}, Claimed: &reconciling.File{Name: "claims.csv", Data: report("claims.csv")}})
	require.NoError(t, err)
	require.Equal(t, "0.00", claimed.Claimed)
	require.NotEqual(t, "0.00", made.Claimed)
}

// A table is read by the mapping that is given with it, by a built-in one, or by our own names.
func TestTablesOfBooks(t *testing.T) {
	b := demoBooks(t)
	table, mapping := file(t, "../../testdata/documents/november.csv"), file(t, "../../testdata/documents/november.csv.map.json")
	_, err := reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{table}})
	require.EqualError(t, err, "november.csv:1:1: what its columns mean is not said, expected a mapping named november.csv.map.json, or a built-in one")
	made, err := reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{table}, Mappings: []reconciling.File{mapping}})
	require.NoError(t, err)
	require.Equal(t, []string{"november.csv", "document", "november.csv.map.json", "november.csv.map.json", "mapping", ""},
		[]string{made.Inputs[0].Name, made.Inputs[0].Use, made.Inputs[0].Mapping, made.Inputs[1].Name, made.Inputs[1].Use, made.Inputs[1].Mapping})
	require.Equal(t, string(mapping.Data), made.Inputs[1].Text, "what it was read by can be looked up")
	pax8 := file(t, "../../testdata/documents/pax8.csv")
	_, err = reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{pax8}})
	require.ErrorContains(t, err, "they are those of the built-in one pax8")
	made, err = reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{pax8}, Preset: "pax8"})
	require.NoError(t, err)
	require.Equal(t, "pax8", made.Inputs[0].Mapping)
}

// Events that make no sense are left out, and that is noted.
func TestAnomaliesOfBooks(t *testing.T) {
	b := demoBooks(t)
	invoices := file(t, month+"invoices.json")
	before := of(t, b, invoices)
	require.Empty(t, before.Notes)
	_, err := b.Record(t.Context(), books.Recording{Now: demo.Now, Events: books.Each(account.Event{ID: "odd", Type: account.Closed, Account: "nobody", At: demo.Now})})
	require.NoError(t, err)
	after := of(t, b, invoices)
	require.Equal(t, []string{"1 event of the books left out, for making no sense where recorded"}, after.Notes)
	require.Equal(t, []string{before.Theirs, before.Ours, before.Claimed}, []string{after.Theirs, after.Ours, after.Claimed})
}

// Claims open in a spreadsheet as what they are, and are known again as claimed, whatever the names in them begin with.
func TestClaimsAreNoFormulas(t *testing.T) {
	b := demoBooks(t)
	document := reconciling.File{Name: "a.csv", Data: []byte(`username,number,package,start_date,end_date,date_invoiced,amount,final_amount
"=HYPERLINK(""x"")",+1,Gold,2025-10-05,2025-11-04,2025-11-05,50.00,50.00
@a,-2,Gold,2025-10-05,2025-11-04,2025-11-05,50.00,50.00
'=quoted,3,Gold,2025-10-05,2025-11-04,2025-11-05,50.00,50.00
`)}
	made := of(t, b, document)
	require.Equal(t, "150.00", made.Claimed)
	data, err := b.Report(t.Context(), made.Number, "claims.csv")
	require.NoError(t, err)
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	var cells []string
	for _, line := range lines[1:] {
		cells = append(cells, line[1], line[3])
		for _, cell := range line {
			require.NotRegexp(t, `^[=+@\-\t\r]`, cell)
		}
	}
	require.ElementsMatch(t, []string{`'=HYPERLINK("x")`, "'+1", "'@a", "'-2", "'=quoted", "3"}, cells)
	again, err := reconciling.OfBooks(t.Context(), b, reconciling.Asked{Documents: []reconciling.File{document}, Claimed: &reconciling.File{Name: "claims.csv", Data: data}})
	require.NoError(t, err)
	require.Equal(t, "0.00", again.Claimed)
}

// What is wrong with what was given is said with its place, all of it, and nothing is kept.
func TestWrongInput(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds to make and unpack what is too large")
	}
	b := demoBooks(t)
	good := file(t, month+"invoices.json")
	before, err := b.Reconciliations(t.Context())
	require.NoError(t, err)
	as := func(name, text string) reconciling.File { return reconciling.File{Name: name, Data: []byte(text)} }
	half := make([]byte, reconciling.MaxUnpacked/2+1)
	zipped := func(parts ...string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range parts {
			w, err := z.Create(name)
			require.NoError(t, err)
			_, err = w.Write(half)
			require.NoError(t, err)
		}
		require.NoError(t, z.Close())
		return b.String()
	}
	workbook := zipped("xl/a.xml")
	book := excelize.NewFile()
	require.NoError(t, book.SetSheetName("Sheet1", "November"))
	for i, row := range [][]any{{"username", "start_date", "end_date", "amount", "final_amount"}, {"a", "2026-01-01", "2026-01-31", "x", "5.00"}} {
		require.NoError(t, book.SetSheetRow("November", fmt.Sprint("A", i+1), &row))
	}
	sheet, err := book.WriteToBuffer()
	require.NoError(t, err)
	var spaces bytes.Buffer
	packer := gzip.NewWriter(&spaces)
	_, err = packer.Write(bytes.Repeat([]byte(" "), 65<<20))
	require.NoError(t, err)
	require.NoError(t, packer.Close())
	for _, c := range []struct {
		name  string
		asked reconciling.Asked
		want  []string
	}{
		{"nothing", reconciling.Asked{}, []string{"no document, expected one or more of the Distributor's: JSON, XML, CSV, XLSX or Parquet"}},
		{"a cut document", reconciling.Asked{Documents: []reconciling.File{as("a.json", string(good.Data[:900]))}}, []string{"a.json:"}},
		{"two wrong ones", reconciling.Asked{Documents: []reconciling.File{as("a.json", "{"), as("b.csv", "username,start_date,end_date,final_amount\na,2026-13-01,2026-01-31,x\n")}}, []string{"a.json:1:", "b.csv:2:3"}},
		{"two of one name", reconciling.Asked{Documents: []reconciling.File{good, good}}, []string{"invoices.json: two documents have this name, expected names that differ"}},
		{"a mapping of nothing", reconciling.Asked{Documents: []reconciling.File{good}, Mappings: []reconciling.File{as("b.csv.map.json", "{}")}}, []string{`b.csv.map.json: a mapping of "b.csv", which is not among the documents`}},
		{"a mapping that is none", reconciling.Asked{Documents: []reconciling.File{as("b.csv", "a,b\n1,2\n")}, Mappings: []reconciling.File{as("b.csv.map.json", `{"feelds":{}}`)}}, []string{"b.csv.map.json:1:"}},
		{"no preset", reconciling.Asked{Documents: []reconciling.File{as("b.csv", "a,b\n1,2\n")}, Preset: "pax"}, []string{`preset "pax"`}},
		{"a tolerance below zero", reconciling.Asked{Documents: []reconciling.File{good}, Tolerance: "-1"}, []string{`tolerance "-1", expected an amount of 0 or more such as 0.01`}},
		{"days below zero", reconciling.Asked{Documents: []reconciling.File{good}, DisputeDays: -1}, []string{"dispute_days -1, expected 0 to 3660 days"}},
		{"days beyond all", reconciling.Asked{Documents: []reconciling.File{good}, DisputeDays: 3661}, []string{"dispute_days 3661, expected 0 to 3660 days"}},
		{"an alias of nobody", reconciling.Asked{Documents: []reconciling.File{good}, Aliases: &reconciling.File{Name: "a.csv", Data: []byte("x,Willow-vets@example.com\n")}}, []string{`a.csv: "Willow-vets@example.com" is no account of the events (did you mean "willow-vets@example.com"?)`}},
		{"claims that are none", reconciling.Asked{Documents: []reconciling.File{good}, Claimed: &reconciling.File{Name: "c.csv", Data: []byte("a,b\n")}}, []string{"c.csv:1:1: no column account"}},
		{"no invoices", reconciling.Asked{Documents: []reconciling.File{as("a.json", "[]")}}, []string{"the documents hold no invoices"}},
		{"dates the wrong way round", reconciling.Asked{Documents: []reconciling.File{good}, From: cycle.MustDate("2026-02-02"), Through: cycle.MustDate("2026-02-01")}, []string{"2026"}},
		{"a PDF", reconciling.Asked{Documents: []reconciling.File{as("a.pdf", "%PDF-1.7\n")}}, []string{"a.pdf:1:1: this is"}},
		{"a workbook that unpacks to too much", reconciling.Asked{Documents: []reconciling.File{as("a.xlsx", zipped("xl/a.xml", "xl/b.xml"))}}, []string{"a.xlsx:1:1: the workbook is larger than 128 MiB unpacked"}},
		{"workbooks that unpack to too much together", reconciling.Asked{Documents: []reconciling.File{as("a.xlsx", workbook), as("b.xlsx", workbook)}}, []string{"b.xlsx: the documents are larger than 128 MiB together"}},
		{"a cell of a workbook", reconciling.Asked{Documents: []reconciling.File{as("a.xlsx", sheet.String())}}, []string{`a.xlsx:2:4: sheet "November": cell D2 (amount)`}},
		{"a file that unpacks to too much", reconciling.Asked{Documents: []reconciling.File{as("a.json.gz", spaces.String())}}, []string{"the file goes on, expected at most 67108864 bytes"}},
		{"a deep document", reconciling.Asked{Documents: []reconciling.File{as("a.json", strings.Repeat("[", 1<<20))}}, []string{"a.json:1:21: nested too deep, expected at most 20 levels"}},
		{"standard input is no document", reconciling.Asked{Documents: []reconciling.File{as("-", "{")}}, []string{"-:1:"}},
		{"a file of this machine is no document", reconciling.Asked{Documents: []reconciling.File{as("/etc/passwd", "")}}, []string{"/etc/passwd:1:1: nothing there"}},
	} {
		_, err := reconciling.OfBooks(t.Context(), b, c.asked)
		var wrong *reconciling.InputError
		require.ErrorAs(t, err, &wrong, c.name)
		require.GreaterOrEqual(t, len(wrong.Problems), len(c.want), "%s: %v", c.name, err)
		for i, want := range c.want {
			require.Contains(t, wrong.Problems[i].Error(), want, c.name)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = reconciling.OfBooks(stopped, b, reconciling.Asked{Documents: []reconciling.File{good}})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorAs(t, err, new(*reconciling.InputError), "a context that is done is not the input's fault")
	after, err := b.Reconciliations(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// Of a large report there is everything but workbooks.
func TestLargeReport(t *testing.T) {
	if testing.Short() {
		t.Skip("25,001 rows")
	}
	var b strings.Builder
	b.WriteString("username,package,start_date,end_date,date_invoiced,amount,final_amount\n")
	for i := range 25_001 {
		fmt.Fprintf(&b, "%d@example.net,Gold,2025-11-01,2025-11-30,2025-12-01,50.00,50.00\n", i)
	}
	home := demoBooks(t)
	made := of(t, home, reconciling.File{Name: "large.csv", Data: []byte(b.String())})
	var formats []string
	for _, r := range made.Reports {
		formats = append(formats, r.Format)
	}
	require.Equal(t, []string{"claims.csv", "html", "json"}, formats, "each row is claimed")
	data, err := home.Report(t.Context(), made.Number, "xlsx")
	require.NoError(t, err)
	require.Nil(t, data)
}
