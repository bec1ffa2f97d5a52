package server_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/server"
)

func TestInvoicesAreFoundByWhatIsAskedFor(t *testing.T) {
	s := newSite(t)
	require.Contains(t, s.get("/invoices?status=Unpaid&account="+someone), "Unpaid</span>")
	require.NotContains(t, s.get("/invoices?status=Unpaid&account="+someone), ">Paid</span>")
	require.Contains(t, s.get("/invoices?from=2025-03-01&through=2025-03-31"), "2025-03-")
	require.Contains(t, s.get("/invoices?status=Refunded&from=2030-01-01"), "No invoice is like that")
	for ask, want := range map[string]string{
		"/invoices?from=yesterday":     `from: &#34;yesterday&#34; is no date, expected YYYY-MM-DD, such as 2026-03-31`,
		"/invoices?through=2026-02-30": `through: &#34;2026-02-30&#34; is no date: February 2026 has 28 days`,
		"/balance?as_of=1/2/2026":      `as of: &#34;1/2/2026&#34; is no date, expected YYYY-MM-DD, such as 2026-03-31`,
	} {
		w := s.ask(http.MethodGet, ask, s.read, "")
		require.Equal(t, http.StatusBadRequest, w.Code, ask)
		require.Contains(t, w.Body.String(), want)
	}
	require.Contains(t, s.get("/invoices?account=nobody"), "nobody")
	require.Contains(t, s.get("/invoices?run=24"), "Invoices of run 24")
	require.Contains(t, s.get("/invoices?page=2"), "page 2 of")
}

// An action's form, posted twice, records one event.
func TestActionsOnAnAccount(t *testing.T) {
	s := newSite(t)
	number := regexp.MustCompile(`/invoice\?number=([0-9a-z-]+)`).FindStringSubmatch(s.get("/account?name=" + someone))[1]
	for _, form := range []url.Values{
		{"what": {"charge"}, "amount": {"-5.00"}, "description": {"Goodwill <b>"}},
		{"what": {"change"}, "package": {"Gold"}, "effective": {"period_end"}},
		{"what": {"cancel"}},
		{"what": {"status"}, "invoice": {number}, "status": {"Paid"}},
		{"what": {"void"}, "event": {"evt-0003"}},
	} {
		form.Set("name", someone)
		form.Set("id", "once-"+form.Get("what"))
		before := len(eventsOf(t, s))
		for range 2 {
			w := s.ask(http.MethodPost, "/account", s.write, form.Encode())
			require.Equal(t, http.StatusSeeOther, w.Code, "%v: %s", form, w.Body)
		}
		require.Len(t, eventsOf(t, s), before+1, form)
	}
	require.Contains(t, s.get("/account?name="+someone), "Goodwill &lt;b&gt;")
	for _, wrong := range []url.Values{
		{"what": {"charge"}, "amount": {"1,5"}, "description": {"d"}}, {"what": {"charge"}, "amount": {"1"}}, {"what": {"change"}}, {"what": {"dance"}},
		{"what": {"close"}, "day": {"tomorrow"}}, {"what": {"close"}, "effective": {"soon"}}, {"what": {"void"}}, {"what": {"status"}, "status": {"lost"}},
	} {
		wrong.Set("name", someone)
		require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/account", s.write, wrong.Encode()).Code, wrong)
	}
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/account", s.write, "name=nobody&what=close").Code)
}

// An invoice of a run is beside the one of its account before it, which may be of the same run; what is unlike it says how it comes about.
func TestPreviewComparesWithTheOneBefore(t *testing.T) {
	s := newSite(t, func(set *server.Settings) { set.Now = func() time.Time { return demo.Now.AddDate(0, 3, 0) } })
	row := regexp.MustCompile(`(?s)>([a-z-]+@example\.com)</a>(<span class="note">.*?</span>)?</th><td[^>]*>([0-9-]+)</td><td[^>]*>[^<]*</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>`)
	totals, rows := map[string]map[string]string{}, row.FindAllStringSubmatch(s.get("/runs/preview"), -1)
	for _, r := range rows {
		if totals[r[1]] == nil {
			totals[r[1]] = map[string]string{}
		}
		totals[r[1]][r[3]] = r[6]
	}
	compared := 0
	for _, r := range rows {
		before, last := "", ""
		for date, total := range totals[r[1]] {
			if date < r[3] && date > last {
				last, before = date, total
			}
		}
		if before != "" {
			require.Equal(t, before, r[4], r[0])
			compared++
		}
		require.Equal(t, strings.Contains(r[5], "–"), r[2] == "", r[0])
	}
	require.Greater(t, compared, 20)
}

// Voiding the creation of an account says what becomes of the rest.
func TestVoidingSaysWhatIsLost(t *testing.T) {
	s := newSite(t)
	page := s.get("/account?name=" + someone + "&what=void&event=evt-0003")
	require.Contains(t, page, "Event evt-0003 is void: Created with Platinum, 8 January 2025")
	require.Regexp(t, `[1-9]\d* other recorded events of the account then make no sense`, page)
	page = s.get("/account?name=" + someone + "&what=void&event=evt-0357")
	require.Contains(t, page, "Event evt-0357 is void: 51,070 credits used, 27 February 2026")
	require.NotContains(t, page, "other recorded")
}

// What goes wrong here is a page for people, and says nothing of the store.
func TestWhatGoesWrongIsAPage(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0)) // so that the store does not answer
	defer cancel()
	w := s.ask(http.MethodGet, "/settings", s.read, "", func(r *http.Request) { *r = *r.WithContext(ctx) })
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, w.Body.String(), "<h1>Something went wrong here</h1>")
	require.NotContains(t, w.Body.String(), "deadline")
	require.Contains(t, s.log.String(), "deadline")
}

func eventsOf(t *testing.T, s *site) []account.Event {
	t.Helper()
	events, err := s.books.EventsOf(t.Context(), someone)
	require.NoError(t, err)
	return events
}

// Every link of the pages leads somewhere, whatever the account is called.
func TestLinksLeadSomewhere(t *testing.T) {
	s := newSite(t)
	hostile := account.Event{ID: `<b>"&+%20`, Account: `"><script>alert(1)</script>&+%20 é`, Type: account.Created, At: demo.Now.AddDate(0, -2, -3), Package: "Gold"}
	_, err := s.books.Record(t.Context(), books.Recording{Events: books.Each(hostile), Now: demo.Now})
	require.NoError(t, err)
	followed := map[string]bool{}
	for _, from := range []string{"/", "/accounts", "/account?name=" + someone, "/account?name=" + url.QueryEscape(hostile.Account), "/invoices", "/runs", "/runs/preview", "/settings"} {
		for _, link := range regexp.MustCompile(`<a [^>]*href="([^"]+)"`).FindAllStringSubmatch(s.ask(http.MethodGet, from, s.write, "").Body.String(), -1) {
			target, place, _ := strings.Cut(html.UnescapeString(link[1]), "#")
			if strings.HasPrefix(target, "/account?") && place != "" && !followed[target+"#"+place] {
				followed[target+"#"+place] = true
				require.Contains(t, s.get(target), `id="`+place+`"`, "%s of %s", place, from)
			}
			if kind, _, _ := strings.Cut(target, "?"); target == "" || followed[target] || kind == "/invoice" && len(followed) > 200 {
				continue
			}
			followed[target] = true
			got := s.get(target)
			if !strings.Contains(target, "file=") { // which are no pages
				require.NotContains(t, got, "<script>alert", target)
			}
		}
	}
	name := "/account?name=" + url.QueryEscape(hostile.Account)
	for _, target := range []string{name, name + "&what=void&event=" + url.QueryEscape(hostile.ID), "/invoices?page=2", "/invoices?run=24"} {
		require.True(t, followed[target], "no page leads to %s", target)
	}
}

// The first page is small, and asks nobody else for anything.
func TestFirstPageIsSmall(t *testing.T) {
	s := newSite(t)
	size := 0
	home := s.get("/")
	size += len(home)
	for _, link := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(home, -1) {
		size += len(s.get(link[1]))
	}
	require.Less(t, size, 60<<10)
	require.NotRegexp(t, `(?:href|src)="(?:https?:)?//`, home)
}

// A run through an earlier day than one before issues nothing, and takes nothing from what the months cost, also not where the page is made anew.
func TestHomeAfterARunThroughAnEarlierDay(t *testing.T) {
	s := newSite(t)
	run := func(body string) string {
		require.Equal(t, http.StatusOK, s.ask(http.MethodPost, "/v1/runs", s.write, body).Code)
		return s.get("/")
	}
	before := run("")
	require.Contains(t, before, "February 2026: cost $")
	require.NotContains(t, before, "February 2026: cost $0.00")
	require.Equal(t, before, run(`{"through":"2025-06-30"}`))
	made, err := server.New(s.books, server.Settings{Now: demoClock})
	require.NoError(t, err)
	s.handler = made.Handler()
	require.Equal(t, before, s.get("/"))
}
