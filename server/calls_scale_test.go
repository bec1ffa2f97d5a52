package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/server"
)

// wholesale are the invoices that the events of all accounts come to at the Distributor's prices, account by account.
func (s *site) wholesale(from, through cycle.Date) (list []invoice.Invoice) {
	s.t.Helper()
	terms, err := s.books.Terms(s.t.Context())
	require.NoError(s.t, err)
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Distributor)
	require.NoError(s.t, err)
	for a, err := range s.books.Accounts(s.t.Context(), "") {
		require.NoError(s.t, err)
		events, err := s.books.EventsOf(s.t.Context(), a.Name)
		require.NoError(s.t, err)
		bill, err := account.BillAccount(events, catalogue, terms.Policy, through)
		require.NoError(s.t, err)
		for _, inv := range bill.Invoices {
			if !inv.Date.Before(from) {
				list = append(list, inv)
			}
		}
	}
	return list
}

// What the calls answer of all accounts is what each account comes to, by itself, also after more was recorded, here or by another program.
func TestCallsOfAllAccounts(t *testing.T) {
	s := newSite(t)
	today := cycle.MustDate(demo.Now.Format(time.DateOnly))
	check := func() {
		t.Helper()
		var next []invoice.Invoice
		var waiting []string
		for c, err := range s.books.Status(t.Context(), today) {
			require.NoError(t, err)
			if !c.Next.Date.IsZero() {
				next = append(next, c.Next)
			}
			if c.Open && !c.Pending.Day.IsZero() {
				waiting = append(waiting, c.Account)
			}
		}
		code, body := s.call("/api/distributor.billing.json", url.Values{"task": {"current"}})
		current := distributor.FromInvoices("", next)
		require.Equal(t, http.StatusOK, code)
		require.Equal(t, string(current.AppendJSON(nil)), string(body))

		_, body = s.call("/api/distributor.pending.json", url.Values{})
		pending, err := distributor.ReadPending("pending", body)
		require.NoError(t, err)
		var found []string
		for _, p := range pending {
			found = append(found, p.Username)
		}
		require.Equal(t, waiting, found)

		_, body = s.call("/apiv2/reseller.billing.xml", url.Values{"task": {"usage"}, "number": {"2026010001"}})
		usage := distributor.FromInvoices("2026010001", s.wholesale(cycle.MustDate("2026-01-01"), cycle.MustDate("2026-01-31")))
		require.Equal(t, string(usage.AppendXML(nil)), string(body))

		sums := map[string]money.Amount{}
		for _, inv := range s.wholesale(cycle.MustDate("0001-01-01"), today) {
			number := strings.ReplaceAll(inv.Date.String()[:7], "-", "") + "0001"
			if sums[number] == (money.Amount{}) {
				sums[number] = money.New(0, money.USD)
			}
			sums[number], err = sums[number].Add(inv.FinalAmount)
			require.NoError(t, err)
		}
		_, body = s.call("/api/billing.get.json", url.Values{})
		own, err := distributor.ReadInvoices("own", body)
		require.NoError(t, err)
		require.Len(t, own.Rows, len(sums))
		for _, row := range own.Rows {
			require.Equal(t, sums[row.Number].Number(), string(row.FinalAmount), row.Number)
		}
	}
	check()
	s.call("/api/distributor.delete.json", url.Values{"user": {someone}})
	check()
	late := account.Event{ID: "late", Type: account.UsageRecorded, Account: someone, At: time.Date(2025, 12, 20, 10, 0, 0, 0, time.UTC), Credits: 9_000_000}
	_, err := s.books.Record(t.Context(), books.Recording{Events: books.Each(late), Now: demo.Now})
	require.NoError(t, err)
	check()
}

// profiles are between offset and limit, by name.
func TestProfilesBetween(t *testing.T) {
	s := newSite(t)
	profiles := func(form url.Values) string {
		form.Set("method", "profile")
		_, body := s.call("/api/distributor.manage.json", form)
		return strings.TrimSpace(string(body))
	}
	var names []string
	for a, err := range s.books.Accounts(t.Context(), "") {
		require.NoError(t, err)
		names = append(names, a.Name)
	}
	two := profiles(url.Values{"offset": {"3"}, "limit": {"2"}})
	require.Equal(t, 2, strings.Count(two, `"username"`), two)
	require.Contains(t, two, `[{"username":"`+names[3]+`",`)
	require.Contains(t, two, `},{"username":"`+names[4]+`",`)
	require.Equal(t, "[]", profiles(url.Values{"offset": {"100000"}}))
	require.Equal(t, "[]", profiles(url.Values{"limit": {"0"}}))
	require.Contains(t, profiles(url.Values{"username": {someone}}), someone)
	require.Contains(t, profiles(url.Values{"username": {"nobody"}}), `"message":"error"`)
}

// Where a package has no price of the Distributor's, the answer says so; one that has begun breaks off, and is not taken for a whole one.
func TestCallsWithoutPrices(t *testing.T) {
	price := money.New(500, money.USD)
	list := []invoice.Package{{Name: "Gold", Price: money.New(1000, money.USD), DistributorPrice: &price}, {Name: "Silver", Price: money.New(1000, money.USD)}}
	b, err := books.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"), books.New{Packages: list, Now: demo.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	create := func(of string, names ...string) {
		var events []account.Event
		for _, name := range names {
			events = append(events, account.Event{ID: name, Type: account.Created, Account: name, At: demo.Now.AddDate(0, -2, 0), Package: of})
		}
		_, err := b.Record(t.Context(), books.Recording{Now: demo.Now, Events: books.Each(events...)})
		require.NoError(t, err)
	}
	token, err := b.AddToken(t.Context(), "reader", false, demo.Now)
	require.NoError(t, err)
	made, err := server.New(b, server.Settings{Now: demoClock})
	require.NoError(t, err)
	at := httptest.NewServer(made.Handler())
	defer at.Close()
	ask := func(call string, form url.Values) (int, string, error) {
		form.Set("api_user", "reader")
		form.Set("api_key", token)
		answer, err := http.PostForm(at.URL+call, form)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text), err
	}
	month := url.Values{"task": {"usage"}, "number": {demo.Now.AddDate(0, -1, 0).Format("200601") + "0001"}}
	create("Silver", "z")
	for call, form := range map[string]url.Values{"/api/distributor.billing.json": month, "/api/billing.list.json": {}} {
		code, text, err := ask(call, form)
		require.NoError(t, err)
		require.Equal(t, http.StatusBadRequest, code)
		require.Contains(t, text, "distributor_price")
	}
	var priced []string
	for i := range 2000 {
		priced = append(priced, fmt.Sprintf("a%04d", i))
	}
	create("Gold", priced...)
	code, text, err := ask("/api/distributor.billing.json", month)
	require.Equal(t, http.StatusOK, code)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Contains(t, text, "a0000")
	require.NotContains(t, text, "]")
}

// A page of the API's invoices looks at so many accounts, and the next one goes on from there, until all that are asked for were found.
func TestInvoicesAreFoundPageByPage(t *testing.T) {
	b, err := books.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"), books.New{Packages: []invoice.Package{{Name: "Gold", Price: money.New(1000, money.USD)}}, Now: demo.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	var events []account.Event
	for i := range 4100 {
		name := fmt.Sprintf("a%04d", i)
		events = append(events, account.Event{ID: name, Type: account.Created, Account: name, At: demo.Now.AddDate(0, 0, -40), Package: "Gold"})
	}
	record := func(events ...account.Event) {
		_, err := b.Record(t.Context(), books.Recording{Now: demo.Now, Events: books.Each(events...)})
		require.NoError(t, err)
	}
	record(events...)
	_, err = b.Issue(t.Context(), books.Issuing{Now: demo.Now})
	require.NoError(t, err)
	var paid []string
	for _, name := range []string{"a0003", "a2000", "a4099"} {
		for inv, err := range b.Invoices(t.Context(), books.Which{Accounts: []string{name}}) {
			require.NoError(t, err)
			paid = append(paid, inv.Number.String())
			record(account.Event{ID: "p" + name, Type: account.InvoiceStatusChanged, Account: name, At: demo.Now, Invoice: inv.Number.String(), Status: invoice.Paid})
		}
	}
	require.Len(t, paid, 3)
	token, err := b.AddToken(t.Context(), "reader", false, demo.Now)
	require.NoError(t, err)
	made, err := server.New(b, server.Settings{Now: demoClock})
	require.NoError(t, err)
	s := &site{t: t, books: b, handler: made.Handler(), read: token}
	for ask, pages := range map[string]int{"?status=Paid": 3, "?limit=500": 9, "?status=Paid&account=a0003": 1} {
		var found []string
		n := 0
		for next := ""; n == 0 || next != ""; n++ {
			var page struct {
				Invoices []struct{ Number, Status string }
				Next     string
			}
			require.NoError(t, json.Unmarshal([]byte(s.get("/v1/invoices"+ask+"&cursor="+url.QueryEscape(next))), &page))
			for _, inv := range page.Invoices {
				if inv.Status == "Paid" {
					found = append(found, inv.Number)
				}
			}
			next = page.Next
		}
		require.Equal(t, pages, n, ask)
		require.Equal(t, paid[:len(found)], found, ask)
		require.Equal(t, strings.Contains(ask, "account"), len(found) == 1, ask)
	}
}

// An invoice that a page begins with may get another status before that page is asked for: those after it are on it all the same.
func TestInvoicesPagedWhileOneIsPaid(t *testing.T) {
	b, err := books.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"), books.New{Packages: []invoice.Package{{Name: "Gold", Price: money.New(1000, money.USD)}}, Now: demo.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	record := func(events ...account.Event) {
		_, err := b.Record(t.Context(), books.Recording{Now: demo.Now, Events: books.Each(events...)})
		require.NoError(t, err)
	}
	record(account.Event{ID: "1", Type: account.Created, Account: "a", At: demo.Now.AddDate(0, -8, 0), Package: "Gold"})
	_, err = b.Issue(t.Context(), books.Issuing{Now: demo.Now})
	require.NoError(t, err)
	token, err := b.AddToken(t.Context(), "reader", false, demo.Now)
	require.NoError(t, err)
	made, err := server.New(b, server.Settings{Now: demoClock})
	require.NoError(t, err)
	s := &site{t: t, books: b, handler: made.Handler(), read: token}
	type page struct {
		Invoices []struct{ Number string }
		Next     string
	}
	for n, of := range []string{"", "&account=a", "&run=1"} {
		ask := func(cursor string) (p page) {
			require.NoError(t, json.Unmarshal([]byte(s.get("/v1/invoices?status=unpaid&limit=3"+of+"&cursor="+url.QueryEscape(cursor))), &p))
			return p
		}
		all := func() (list []string) {
			for p := ask(""); ; p = ask(p.Next) {
				for _, inv := range p.Invoices {
					list = append(list, inv.Number)
				}
				if p.Next == "" {
					return list
				}
			}
		}
		unpaid := all()
		first := ask("")
		record(account.Event{ID: fmt.Sprint("p", n), Type: account.InvoiceStatusChanged, Account: "a", At: demo.Now, Invoice: unpaid[3], Status: invoice.Paid})
		var found []string
		for _, inv := range ask(first.Next).Invoices {
			found = append(found, inv.Number)
		}
		require.Equal(t, unpaid[4:min(7, len(unpaid))], found, of)
	}
}

// The CSV of some days has those lines of the whole, in the same order.
func TestCSVOfDays(t *testing.T) {
	s := newSite(t)
	lines := strings.SplitAfter(s.get("/v1/invoices.csv"), "\n")
	want := lines[0]
	for _, line := range lines[1:] {
		if fields := strings.Split(line, ","); len(fields) > 3 && fields[3] >= "2025-09-15" && fields[3] <= "2025-12-31" {
			want += line
		}
	}
	require.Greater(t, strings.Count(want, "\n"), 10)
	require.Equal(t, want, s.get("/v1/invoices.csv?from=2025-09-15&through=2025-12-31"))
	require.Equal(t, lines[0], s.get("/v1/invoices.csv?from=2031-01-01"))
}
