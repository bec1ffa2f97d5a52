package server_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/server"
)

// listPages are the pages with lists, and what the parameters of each begin with.
var listPages = []struct{ path, prefix string }{
	{"/accounts", ""}, {"/invoices", ""}, {"/runs", ""}, {"/balance", ""}, {"/balance?as_of=2025-10-01", ""},
	{"/account?name=" + someone, "invoices."}, {"/account?name=" + someone, "events."}, {"/settings", "packages."}, {"/settings", "tokens."},
}

// with is an address with more parameters.
func with(t *testing.T, target string, more ...string) string {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	q := u.Query()
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// rowsOf are the rows of a list's file, the header first.
func (s *site) rowsOf(target string) [][]string {
	s.t.Helper()
	text, marked := strings.CutPrefix(s.get(target), "\ufeff")
	require.True(s.t, marked, target)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(s.t, err, target)
	return rows
}

// Each column with a link in its heading sorts the whole list, both ways, and its heading then says so.
func TestListsAreSortedByEachColumn(t *testing.T) {
	s := newSite(t)
	head := regexp.MustCompile(`<th scope="col"[^>]*?(?: aria-sort="(\w+)")?><a href="([^"]+)">([^<]+)</a>`)
	for _, list := range listPages {
		sorted := 0
		for _, link := range head.FindAllStringSubmatch(s.get(list.path), -1) {
			u, err := url.Parse(html.UnescapeString(link[2]))
			require.NoError(t, err)
			by := u.Query().Get(list.prefix + "sort")
			if by == "" || u.Fragment != strings.TrimSuffix(list.prefix, ".") {
				continue // of another list of the page
			}
			sorted++
			for _, direction := range []string{"", "-"} {
				column := strings.TrimPrefix(by, "-")
				target := with(t, list.path, list.prefix+"sort", direction+column)
				way := map[string]string{"": "ascending", "-": "descending"}[direction]
				says := slices.DeleteFunc(head.FindAllStringSubmatch(s.get(target), -1), func(link []string) bool {
					next, err := url.Parse(html.UnescapeString(link[2]))
					return link[1] != way || err != nil || next.Fragment != u.Fragment || strings.TrimPrefix(next.Query().Get(list.prefix+"sort"), "-") != column
				})
				require.Len(t, says, 1, "%s: its heading says how it is sorted", target)
				rows := s.rowsOf(with(t, target, list.prefix+"file", "csv"))
				at := slices.Index(rows[0], column)
				require.GreaterOrEqual(t, at, 0, target)
				var keys []string
				for _, row := range rows[1:] {
					keys = append(keys, row[at])
				}
				if direction == "-" {
					slices.Reverse(keys)
				}
				require.True(t, slices.IsSortedFunc(keys, asCells), "%s: %q", target, keys)
			}
		}
		require.Greater(t, sorted, 2, "%s has no headings that sort", list.path)
	}
}

// asCells compares cells: figures as figures, all else as text in any letter case.
func asCells(a, b string) int {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err == nil && err2 == nil {
		return int(x*1e6) - int(y*1e6)
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// What is downloaded is the list as it was filtered and sorted, all of it and not the page; a workbook has the same.
func TestListsAreDownloadedWhole(t *testing.T) {
	s := newSite(t)
	all := s.rowsOf("/invoices?sort=account&file=csv")
	require.Greater(t, len(all), 101, "more than a page")
	require.Contains(t, s.get("/invoices"), fmt.Sprintf("1 to 100 of %d", len(all)-1))
	found := s.rowsOf("/invoices?q=gold&status=Unpaid&sort=-final_amount&page=2&file=csv")
	var want [][]string
	pkg, status, total := slices.Index(all[0], "package"), slices.Index(all[0], "status"), slices.Index(all[0], "final_amount")
	for _, row := range all[1:] {
		if row[pkg] == "Gold" && row[status] == "Unpaid" {
			want = append(want, row)
		}
	}
	slices.SortStableFunc(want, func(a, b []string) int { return asCells(b[total], a[total]) })
	require.Equal(t, want, found[1:])
	for _, list := range listPages {
		target := with(t, list.path, list.prefix+"file", "xlsx")
		w := s.ask(http.MethodGet, target, s.read, "")
		require.Contains(t, w.Header().Get("Content-Disposition"), `.xlsx"`, target)
		book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
		require.NoError(t, err, target)
		rows, err := book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		want := s.rowsOf(with(t, list.path, list.prefix+"file", "csv"))
		require.Equal(t, want[0], rows[0], target)
		require.Len(t, rows, len(want), target)
		require.NoError(t, book.Close())
	}
}

// A search keeps the order, and an order keeps the search; the next page has what follows.
func TestListsKeepWhatWasAskedFor(t *testing.T) {
	s := newSite(t)
	page := s.get("/invoices?q=north&sort=-final_amount")
	require.Contains(t, page, `<input type="hidden" name="sort" value="-final_amount">`)
	for _, link := range regexp.MustCompile(`<th scope="col"[^>]*><a href="([^"]+)">`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, link[1], "q=north")
	}
	require.Contains(t, page, `download>Download CSV`)
	require.Contains(t, s.get("/invoices?sort=final_amount&page=2"), `href="/invoices?page=1&amp;sort=final_amount" rel="prev"`)
	require.Contains(t, s.get("/invoices?page=99999"), "page 2 of 2")
	require.Contains(t, s.get("/accounts?q=nobody-is-called-that"), "No account is like that")
	require.Contains(t, s.get("/runs?q=nothing-is-like-that"), "Leave out the search")
	require.Contains(t, s.get("/accounts?sort=nothing&page=-3"), someone, "what makes no sense is passed over")
	events := s.get("/account?name=" + someone + "&events.q=created&invoices.sort=final_amount")
	require.Contains(t, events, "Created with")
	require.NotContains(t, events, "credits used</td>")
	require.Contains(t, events, `name="invoices.sort" value="final_amount"`, "the other list stays as it is")
}

// No name is a formula in a file for a spreadsheet.
func TestListsAreGuarded(t *testing.T) {
	s := newSite(t)
	name := `=HYPERLINK("https://evil.example","x")`
	e := account.Event{ID: "+1", Account: name, Type: account.Created, At: demo.Now.AddDate(0, -2, 0), Package: "Gold"}
	_, err := s.books.Record(t.Context(), books.Recording{Events: books.Each(e), Now: demo.Now})
	require.NoError(t, err)
	_, err = s.books.Issue(t.Context(), books.Issuing{Now: demo.Now})
	require.NoError(t, err)
	for _, target := range []string{"/accounts?file=csv", "/invoices?file=csv", "/balance?file=csv"} {
		rows := s.rowsOf(target)
		require.True(t, slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, "'"+name) }), target)
		require.False(t, slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, name) }), target)
	}
	events := s.rowsOf("/account?name=" + url.QueryEscape(name) + "&events.file=csv")
	require.Contains(t, events[1], "'+1")
}

// Accounts are cut down to a package and to how they stand.
func TestAccountsAreFiltered(t *testing.T) {
	s := newSite(t)
	all := s.rowsOf("/accounts?file=csv")
	pkg, status := slices.Index(all[0], "package"), slices.Index(all[0], "status")
	for target, is := range map[string]func(row []string) bool{
		"/accounts?package=Gold":               func(row []string) bool { return row[pkg] == "Gold" },
		"/accounts?status=closed":              func(row []string) bool { return row[status] == "closed" },
		"/accounts?package=Gold&status=closed": func(row []string) bool { return row[pkg] == "Gold" && row[status] == "closed" },
	} {
		var want [][]string
		for _, row := range all[1:] {
			if is(row) {
				want = append(want, row)
			}
		}
		require.NotEmpty(t, want)
		require.Equal(t, want, s.rowsOf(target + "&file=csv")[1:], target)
	}
	require.NotContains(t, s.get("/accounts?status=anomalies"), someone)
	require.NotContains(t, s.get("/accounts?status=waiting"), someone)
	later := account.Event{ID: "later", Account: someone, Type: account.PackageChanged, At: demo.Now, Package: "Gold", Effective: account.PeriodEnd}
	wrong := account.Event{ID: "wrong", Account: someone, Type: account.PackageChanged, At: demo.Now, Package: "Titanium"}
	for _, e := range []account.Event{later, wrong} {
		w := s.ask(http.MethodPost, "/v1/events", s.write, string(e.AppendJSON(nil)))
		require.Equal(t, http.StatusOK, w.Code, w.Body)
	}
	require.Contains(t, s.get("/accounts?status=anomalies"), someone)
	require.Contains(t, s.get("/accounts?status=waiting"), someone)
	require.Contains(t, s.get("/"), "Add the package to the price list", "the home page says what to do about it")
}

// A server that brings its figures up to date has those of one that starts anew, whatever was written meanwhile.
func TestLawFiguresAreOfNow(t *testing.T) {
	s := newSite(t)
	targets := []string{"/", "/accounts?file=csv", "/balance?file=csv"}
	same := func(after string) {
		made, err := server.New(s.books, server.Settings{Now: demoClock})
		require.NoError(t, err)
		anew := &site{t: t, books: s.books, handler: made.Handler(), read: s.read}
		for _, target := range targets {
			require.Equal(t, anew.get(target), s.get(target), "%s after %s", target, after)
		}
	}
	same("the start")
	post := func(target, body string) {
		w := s.ask(http.MethodPost, target, s.write, body)
		require.Less(t, w.Code, 400, "%s: %s", target, w.Body)
	}
	post("/v1/events", `{"id":"n-1","type":"account.created","account":"a new one","at":"2026-01-02","package":"Gold"}`)
	same("a new account")
	post("/v1/events", `{"id":"n-2","type":"usage.recorded","account":"`+someone+`","at":"2026-02-20","credits":90000}`)
	same("usage")
	post("/account", url.Values{"name": {someone}, "what": {"void"}, "event": {"evt-0003"}}.Encode())
	same("a voiding")
	post("/v1/events", `{"id":"n-3","type":"charge.added","account":"a new one","at":"2026-02-20","amount":"5.00","description":"upstream","price_list":"distributor"}`)
	same("a cost alone")
	post("/v1/runs", `{}`)
	same("a run")
}

// The page of all invoices, which is made from what is kept in memory, has the rows of its file, which is read from the books: whatever is
// asked for, and after an invoice was paid.
func TestInvoicesPageIsItsFile(t *testing.T) {
	s := newSite(t)
	numbers := regexp.MustCompile(`<td class="[a-z ]*code">([^<]+)</td>`)
	check := func() {
		t.Helper()
		for _, ask := range []string{"", "from=2026-01-01", "from=2025-06-01&through=2025-08-31", "status=Paid", "status=Canceled", "q=gold", "q=northgate", "q=2026-01", "q=recurring", "q=usd",
			"sort=number", "sort=-final_amount", "sort=-package", "status=Unpaid&sort=account&q=platinum", "page=2"} {
			rows := s.rowsOf("/invoices?file=csv&" + ask)
			at, total := slices.Index(rows[0], "number"), slices.Index(rows[0], "final_amount")
			rows = rows[1:]
			if ask == "page=2" {
				rows = rows[100:]
			}
			page := s.get("/invoices?" + ask)
			found := numbers.FindAllStringSubmatch(page, -1)
			require.Len(t, found, min(100, len(rows)), ask)
			for i := range found {
				require.Equal(t, rows[i][at], found[i][1], "%s: row %d", ask, i)
				require.Contains(t, strings.ReplaceAll(page, ",", ""), strings.TrimPrefix(rows[i][total], "-"), ask)
			}
		}
	}
	check()
	rows := s.rowsOf("/invoices?file=csv&status=Unpaid")
	number, owner := rows[1][slices.Index(rows[0], "number")], rows[1][slices.Index(rows[0], "account")]
	e := account.Event{ID: "paid-1", Type: account.InvoiceStatusChanged, Account: owner, At: demo.Now, Invoice: number, Status: invoice.Paid}
	_, err := s.books.Record(t.Context(), books.Recording{Events: books.Each(e), Now: demo.Now})
	require.NoError(t, err)
	require.NotContains(t, s.get("/invoices?status=Unpaid&q="+number), ">"+number+"<", "at once, whoever recorded it")
	require.Contains(t, s.get("/invoices?status=Paid&q="+number), ">"+number+"<")
	check()
}
