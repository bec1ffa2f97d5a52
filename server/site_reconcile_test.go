package server_test

import (
	"archive/zip"
	"bytes"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/server"
)

// Documents of JSON lead to the report at once, whose groups are filtered, searched and looked at one by one.
func TestReportOnTheWebsite(t *testing.T) {
	s := newSite(t)
	require.Contains(t, s.get("/reconcile"), "No reconciliations yet")
	require.NotContains(t, s.get("/reconcile"), `type="file"`, "who only reads is not asked for documents")
	w := s.upload("/reconcile", s.write, fileOf(t, "reconcile/invoices.json"), part{"from", "", ""})
	require.Equal(t, http.StatusSeeOther, w.Code, "%.500s", w.Body)
	require.Equal(t, "/reconciliation?number=1", w.Header().Get("Location"))
	require.Contains(t, s.get("/reconcile"), "f01e78c0da6d")
	require.Contains(t, s.get("/reconcile?q=f01e78c0da6d8c4b"), "Reconciliation 1", "it is found by the SHA-256 of what was given")
	require.Contains(t, s.get("/reconcile?q=0000000000000000"), "Nothing here is like that")

	require.Equal(t, http.StatusSeeOther, s.upload("/reconcile", s.write, part{"document", "one.json", `[{"username": "nobody", "number": "1", "package": "Gold", "start_date": "2026-01-01", "end_date": "2026-01-31",
		"date_invoiced": "2019-01-01", "amount": "1234.00", "prorated": "0.00", "overage": "0.00", "additional_charges": "0.00", "final_amount": "1234.00"}]`}).Code)
	require.Contains(t, s.get("/reconcile"), "$1,234.00")
	for sort, want := range map[string]string{"difference": "(?s)Reconciliation 1<.*Reconciliation 2<", "-difference": "(?s)Reconciliation 2<.*Reconciliation 1<", "-claimed": "(?s)Reconciliation 2<.*Reconciliation 1<"} {
		require.Regexp(t, want, s.get("/reconcile?sort="+sort))
	}

	report := s.get("/reconciliation?number=1")
	require.Less(t, strings.Index(report, "<h2>Findings</h2>"), strings.Index(report, "<h2>Account by account</h2>"), "findings first")
	require.Contains(t, report, "f01e78c0da6d8c4b957472859fcd3b2cc8627e6cfbde15d1dc5ddda6d3239036")
	rows := func(query string) int {
		return strings.Count(s.get("/reconciliation?number=1"+query), `<tr><th scope="row"`)
	}
	require.Equal(t, 14, rows(""), "those that differ")
	require.Equal(t, 19, rows("&class=all"))
	require.Equal(t, 1, rows("&class=duplicate"))
	require.Equal(t, 2, rows("&cause=charged_twice"))
	require.Equal(t, 1, rows("&q=copper"))
	require.Equal(t, 0, rows("&class=ambiguous"))
	require.Regexp(t, `(?s)mapleway-gym.*juniper-law`, s.get("/reconciliation?number=1&sort=-difference"))
	csv := s.get("/reconciliation?number=1&class=all&file=csv")
	require.Equal(t, 20, strings.Count(csv, "\n"), "all rows, and their header")
	require.Contains(t, csv, "120.50")
	require.Contains(t, csv, ",theirs_only,unknown_account,", "words of programs, as the command prints")

	group := html.UnescapeString(s.get("/reconciliation/group?number=1&group=3"))
	for _, want := range []string{"copper-kettle@example.com", "They bill as Silver, which their row states, not as Gold", "20251100010300", "26.29", "50.00", `href="/account?name=copper-kettle%40example.com"`} {
		require.Contains(t, group, want)
	}
	for _, target := range []string{"/reconciliation?number=3", "/reconciliation?number=x", "/reconciliation", "/reconciliation/group?number=1&group=20", "/reconciliation/group?number=1&group=0", "/reconciliation/group?number=3&group=1"} {
		require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, target, s.read, "").Code, target)
	}
}

// Where nothing is listed as a finding, the page says why: nothing was compared, nothing differs, or no cause was found.
func TestReportWithoutFindings(t *testing.T) {
	s := newSite(t)
	const row = "username,package,start_date,end_date,date_invoiced,final_amount\nbluebird-clinic@example.com,Gold,2025-10-20,2025-11-19,2025-11-20,"
	days := []part{{"from", "", "2025-11-20"}, {"through", "", "2025-11-20"}}
	for n, c := range []struct {
		amount string
		days   []part
		want   string
	}{
		{"50.00", []part{{"from", "", "2019-11-20"}, {"through", "", "2019-11-20"}}, "Nothing was compared"},
		{"50.00", days, "Nothing differs"},
		{"51.37", days, "No cause was found"},
	} {
		given := []part{{"document", "a.csv", row + c.amount + "\ncedar-dental@example.com,Gold,2025-10-20,2025-11-19,2025-11-20,50.00\nmapleway-gym@example.com,Silver,2025-10-20,2025-11-19,2025-11-20,19.50\n"}, {"map", "", "distributor"}}
		w := s.upload("/v1/reconciliations", s.write, append(given, c.days...)...)
		require.Equal(t, http.StatusCreated, w.Code, "%.500s", w.Body)
		report := s.get("/reconciliation?number=" + strconv.Itoa(n+1))
		for _, text := range []string{"Nothing was compared", "Nothing differs", "No cause was found"} {
			require.Equal(t, text == c.want, strings.Contains(report, "<strong>"+text+"</strong>"), "%s: %s", c.want, text)
		}
	}
}

// A table is shown as it would be read, read otherwise by another mapping, and compared once every row can be read.
func TestTablesAreShownFirst(t *testing.T) {
	s := newSite(t)
	mapping := fileOf(t, "documents/november.csv.map.json").text
	w := s.upload("/reconcile", s.write, fileOf(t, "documents/november.csv"), fileOf(t, "reconcile/invoices.xml"))
	require.Equal(t, http.StatusSeeOther, w.Code, "%.500s", w.Body)
	target := w.Header().Get("Location")
	see := func(form url.Values) (int, string) {
		w := s.ask(http.MethodPost, target, s.write, form.Encode())
		return w.Code, html.UnescapeString(w.Body.String())
	}
	proposed := s.ask(http.MethodGet, target, s.write, "")
	require.Equal(t, http.StatusOK, proposed.Code)
	require.Contains(t, html.UnescapeString(proposed.Body.String()), `november.csv:10:9: cell D10 (Von): start_date is empty`)
	require.NotContains(t, proposed.Body.String(), `value="reconcile"`, "it cannot be read yet")
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, target, s.read, "").Code, "it is of the token that gave it")

	code, text := see(url.Values{"mapping-0": {mapping}, "what": {"look"}})
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, text, "5 rows read, 1 left out by rules")
	require.Contains(t, text, `value="reconcile"`)
	code, text = see(url.Values{"mapping-0": {`{"feelds": {}}`}, "what": {"look"}})
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, text, "november.csv.map.json:1:2", "what is wrong with the mapping has its place")
	code, text = see(url.Values{"mapping-0": {strings.Repeat(" ", server.MaxBody)}, "what": {"reconcile"}})
	require.Equal(t, http.StatusRequestEntityTooLarge, code)
	require.Contains(t, text, "The mappings are too long")
	code, text = see(url.Values{"mapping-0": {mapping}, "preset-0": {"pax8"}})
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, text, `"preset": "pax8"`, "a built-in mapping is taken for the one of the form")
	code, text = see(url.Values{"mapping-0": {`{"preset": "pax8"}`}, "what": {"reconcile"}})
	require.Equal(t, http.StatusUnprocessableEntity, code)
	require.Contains(t, text, "Nothing was compared")

	w = s.ask(http.MethodPost, target, s.write, url.Values{"mapping-0": {mapping}, "what": {"reconcile"}}.Encode())
	require.Equal(t, "/reconciliation?number=1", w.Header().Get("Location"), "%.500s", w.Body)
	report := html.UnescapeString(s.get("/reconciliation?number=1"))
	require.Contains(t, report, "read by november.csv.map.json")
	require.Contains(t, report, `"P-200": "Platinum"`, "the mapping can be looked up")
	require.Contains(t, report, "november.csv: 1 row left out by the mapping's rules, 5 rows read")

	// Another tab shows what became of it, also where the same files were given once more: none is made beside it.
	const again = "/reconciliation?number=1&again=1"
	require.Equal(t, again, s.ask(http.MethodGet, target, s.write, "").Header().Get("Location"))
	require.Equal(t, again, s.ask(http.MethodPost, target, s.write, url.Values{"mapping-0": {mapping}, "what": {"reconcile"}}.Encode()).Header().Get("Location"))
	confirm := func(mapping string) string {
		w := s.upload("/reconcile", s.write, fileOf(t, "documents/november.csv"), fileOf(t, "reconcile/invoices.xml"))
		return s.ask(http.MethodPost, w.Header().Get("Location"), s.write, url.Values{"mapping-0": {mapping}, "what": {"reconcile"}}.Encode()).Header().Get("Location")
	}
	require.Equal(t, again, confirm(mapping))
	require.Contains(t, s.get(again), "compared with the same books before")
	require.NotContains(t, s.get("/reconcile"), "Reconciliation 2")
	require.Equal(t, "/reconciliation?number=2", confirm(strings.Replace(mapping, "\n", "\n\n", 1)), "another mapping")
}

// What is wrong with documents is said on the page, and their names and texts stay text.
func TestWrongDocumentsOnTheWebsite(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds to make and unpack what is too large")
	}
	s := newSite(t)
	table := part{"document", "a.csv", "username,final_amount\na,1.00\n"}
	for _, given := range []struct {
		name  string
		parts []part
		want  string
	}{
		{"a mapping of another table", []part{table, {"document", "b.csv.map.json", "{}"}}, `a mapping of &#34;b.csv&#34;, which is not among the documents`},
		{"a mapping that is large", []part{table, {"document", "a.csv.map.json", strings.Repeat(" ", 1<<20+1)}}, "expected at most 1048576 bytes"},
		{"two tables of one name", []part{table, table}, "two documents have this name"},
	} {
		w := s.upload("/reconcile", s.write, given.parts...)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, given.name)
		require.Contains(t, w.Body.String(), given.want, given.name)
	}
	for _, c := range []struct {
		name string
		part part
		want string
	}{
		{"cut", part{"document", "a.json", `{"invoices": [`}, "a.json:1:15"},
		{"nothing", part{"document", "", ""}, "no document, expected one or more"},
		{"a workbook that unpacks to too much", part{"document", "a.xlsx", bomb(t)}, "a.xlsx:1:1: the workbook is larger than 128 MiB unpacked"},
		{"a table cut short", part{"document", "a.csv.gz", "\x1f\x8b\x08\x00"}, "cut short or damaged"},
		{"a long field", part{"tolerance", "", strings.Repeat("1", 201)}, "has 201 bytes, expected at most 200"},
		{"a field", part{"tolerance", "", "much"}, "expected an amount of 0 or more such as 0.01"},
		{"large", part{"document", "a.json", strings.Repeat(" ", server.MaxUpload)}, "larger than 64 MiB together"},
	} {
		w := s.upload("/reconcile", s.write, c.part)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, c.name)
		require.Contains(t, w.Body.String(), c.want, c.name)
	}
	require.Equal(t, http.StatusForbidden, s.upload("/reconcile", s.read, fileOf(t, "reconcile/invoices.json")).Code)
	require.Equal(t, http.StatusUnprocessableEntity, s.ask(http.MethodPost, "/reconcile", s.write, "a=b").Code)
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/reconcile/tables?of=x", s.write, "").Code)

	const hostile = `"><script>alert(1)</script>`
	document := `[{"username": "` + strings.ReplaceAll(hostile, `"`, `\"`) + `", "number": "<b>1</b>", "package": "<i>", "start_date": "2026-01-01", "end_date": "2026-01-31", "date_invoiced": "2026-02-01",
		"amount": "5.00", "prorated": "0.00", "overage": "0.00", "additional_charges": "0.00", "final_amount": "5.00"}]`
	w := s.upload("/reconcile", s.write, part{"document", `<b>x.json`, document})
	require.Equal(t, http.StatusSeeOther, w.Code, "%.500s", w.Body)
	shown := s.upload("/reconcile", s.write, part{"document", "<b>x.csv", "b,<script>alert(1)</script>\n2,<script>alert(1)</script>\n"})
	require.Equal(t, http.StatusSeeOther, shown.Code)
	for _, target := range []string{w.Header().Get("Location") + "&class=all", "/reconcile", "/reconciliation/group?number=1&group=1", shown.Header().Get("Location"), "/v1/reconciliations/1?format=html"} {
		w := s.ask(http.MethodGet, target, s.write, "")
		require.Equal(t, http.StatusOK, w.Code, target)
		require.NotContains(t, w.Body.String(), "<script>alert", target)
		require.NotContains(t, w.Body.String(), "<b>x", target)
	}
}

// Every link of the pages of a reconciliation leads somewhere.
func TestLinksOfReconciliations(t *testing.T) {
	s := newSite(t)
	require.Equal(t, http.StatusSeeOther, s.upload("/reconcile", s.write, fileOf(t, "reconcile/invoices.json")).Code)
	for _, from := range []string{"/reconcile", "/reconciliation?number=1", "/reconciliation/group?number=1&group=1"} {
		links := regexp.MustCompile(`<a [^>]*href="([^"]+)"`).FindAllStringSubmatch(s.ask(http.MethodGet, from, s.write, "").Body.String(), -1)
		require.NotEmpty(t, links)
		for _, link := range links {
			if target, _, _ := strings.Cut(html.UnescapeString(link[1]), "#"); target != "" {
				s.get(target)
			}
		}
	}
	list, err := s.books.Reconciliations(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, []books.ReconciledInput{{Name: "invoices.json", Use: "document", Size: 5948, SHA256: "f01e78c0da6d8c4b957472859fcd3b2cc8627e6cfbde15d1dc5ddda6d3239036"}}, list[0].Inputs)
}

// bomb is a workbook whose sheet unpacks to much more than it is.
func bomb(t *testing.T) string {
	t.Helper()
	book := excelize.NewFile()
	require.NoError(t, book.SetSheetRow("Sheet1", "A1", &[]any{"username", "final_amount"}))
	small, err := book.WriteToBuffer()
	require.NoError(t, err)
	from, err := zip.NewReader(bytes.NewReader(small.Bytes()), int64(small.Len()))
	require.NoError(t, err)
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, f := range from.File {
		require.NoError(t, to.Copy(f))
	}
	w, err := to.Create("xl/media/image1.png")
	require.NoError(t, err)
	_, err = w.Write(make([]byte, reconciling.MaxUnpacked))
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return b.String()
}
