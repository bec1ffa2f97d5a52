package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func TestEventsAreRecordedOnceInEveryForm(t *testing.T) {
	s := newSite(t)
	event := func(id string, credits int) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":%q,"at":"2026-02-28","credits":%d}`, id, someone, credits)
	}
	for _, c := range []struct {
		name, body       string
		events, repeated int
	}{
		{"one", event("a", 1), 1, 0},
		{"one again", event("a", 1), 0, 1},
		{"one over lines", strings.ReplaceAll(event("b", 1), ",", ",\n"), 1, 0},
		{"a list", "[" + event("c", 1) + ",\n" + event("a", 1) + "]", 1, 1},
		{"one a line", event("d", 1) + "\n" + event("e", 2) + "\n", 2, 0},
		{"an empty list", "[]", 0, 0},
	} {
		w := s.ask(http.MethodPost, "/v1/events", s.write, c.body, func(r *http.Request) {
			if strings.Contains(c.name, "a line") {
				r.Header.Set("Content-Type", "application/x-ndjson")
			}
		})
		require.Equal(t, http.StatusOK, w.Code, "%s: %s", c.name, w.Body)
		var got struct{ Events, Repeated int }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		require.Equal(t, []int{c.events, c.repeated}, []int{got.Events, got.Repeated}, c.name)
	}
	w := s.ask(http.MethodPost, "/v1/events", s.write, "["+event("f", 1)+","+event("a", 2)+"]")
	require.Equal(t, http.StatusConflict, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "problem+json")
	var refused struct {
		Errors []struct {
			Value struct {
				Sent, Recorded struct{ ID, Credits json.RawMessage }
			}
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &refused))
	require.Len(t, refused.Errors, 1, w.Body)
	both := refused.Errors[0].Value
	require.Equal(t, `"a" 2, "a" 1`, fmt.Sprintf("%s %s, %s %s", both.Sent.ID, both.Sent.Credits, both.Recorded.ID, both.Recorded.Credits), "both are shown")
	require.NotContains(t, s.get("/v1/accounts/"+someone+"/events"), `"f"`, "all or none")

	for _, bad := range []string{"", "{", `{"id":"g"}`, "[1]", event("g", -1), "null", `"x"`, "[[" + event("g", 1) + "]]"} {
		w := s.ask(http.MethodPost, "/v1/events", s.write, bad)
		require.GreaterOrEqual(t, w.Code, 400, bad)
		require.Less(t, w.Code, 500, "%s: %s", bad, w.Body)
	}
}

func TestAPISaysWhatTheBooksSay(t *testing.T) {
	s := newSite(t)
	var list struct{ Invoices []json.RawMessage }
	next, got := "", []string{}
	for {
		var page struct {
			Invoices []json.RawMessage
			Next     string
		}
		require.NoError(t, json.Unmarshal([]byte(s.get("/v1/invoices?limit=7&cursor="+next)), &page))
		for _, inv := range page.Invoices {
			got = append(got, string(inv))
		}
		if next = page.Next; next == "" {
			break
		}
	}
	var want []string
	for inv, err := range s.books.Invoices(t.Context(), books.Which{}) {
		require.NoError(t, err)
		want = append(want, string(inv.AppendJSON(nil)))
	}
	require.Equal(t, want, got, "page by page")
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/accounts/"+someone+"/invoices")), &list))
	var one invoice.Invoice
	require.NoError(t, json.Unmarshal(list.Invoices[0], &one))

	target := "/v1/invoices/" + one.Number.String()
	require.JSONEq(t, string(list.Invoices[0]), s.get(target))
	w := s.ask(http.MethodGet, target, s.read, "")
	etag := w.Header().Get("ETag")
	for _, c := range []struct {
		match string
		code  int
	}{
		{etag, http.StatusNotModified}, {"W/" + etag, http.StatusNotModified}, {"*", http.StatusNotModified}, {`"a,b", W/"c" ,` + etag, http.StatusNotModified},
		{`,"a",,	W/` + etag + `,"b"`, http.StatusNotModified}, {etag + `, "a"`, http.StatusNotModified},
		{"", http.StatusOK}, {`"a"`, http.StatusOK}, {`"a", W/"b"`, http.StatusOK}, {strings.Trim(etag, `"`), http.StatusOK}, {`"` + etag, http.StatusOK}, {"w/" + etag, http.StatusOK},
	} {
		again := s.ask(http.MethodGet, target, s.read, "", func(r *http.Request) { r.Header.Set("If-None-Match", c.match) })
		require.Equal(t, c.code, again.Code, c.match)
		require.Equal(t, etag, again.Header().Get("ETag"), c.match)
		require.Equal(t, c.code == http.StatusNotModified, again.Body.Len() == 0, c.match)
	}
	html := s.ask(http.MethodGet, target, s.read, "", func(r *http.Request) { r.Header.Set("Accept", "text/html") })
	require.True(t, strings.HasPrefix(html.Body.String(), "<!DOCTYPE html>"))
	require.Contains(t, html.Header().Get("Content-Security-Policy"), "default-src 'none'")
	pdf := s.ask(http.MethodGet, target+"?format=pdf", s.read, "")
	require.True(t, strings.HasPrefix(pdf.Body.String(), "%PDF-"))
	csv := strings.Split(strings.TrimSpace(s.get("/v1/invoices.csv")), "\n")
	require.Len(t, csv, len(want)+1)

	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/v1/invoices/20200101-nothing", s.read, "").Code)
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/invoices?limit=500&status=Paid&account="+someone)), &list))
	require.NotEmpty(t, list.Invoices)
	require.Equal(t, s.get("/v1/invoices?status=Paid"), s.get("/v1/invoices?status=paid"), "as events and the command line spell it")
	for _, inv := range list.Invoices {
		require.Contains(t, string(inv), `"status":"Paid"`)
		require.Contains(t, string(inv), someone)
	}
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/v1/accounts/nobody", s.read, "").Code)
}

func TestPreviewWritesNothingAndIsWhatComes(t *testing.T) {
	s := newSite(t)
	change := s.ask(http.MethodPost, "/v1/preview", s.read, `{"account":"`+someone+`","change":{"package":"Gold","effective":"period_end"}}`)
	require.Equal(t, http.StatusOK, change.Code, change.Body)
	require.NotContains(t, change.Body.String(), `"problem"`)
	ask := `{"account":"` + someone + `","close":{"on":"2026-02-28"}}`
	w := s.ask(http.MethodPost, "/v1/preview", s.read, ask)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var preview struct{ With, Without string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &preview))
	var before struct {
		Projected string `json:"projected_amount"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/accounts/"+someone)), &before))
	require.Equal(t, preview.Without, before.Projected)

	form := url.Values{"name": {someone}, "what": {"close"}, "day": {"2026-02-28"}}
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/account", s.write, form.Encode()).Code)
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/accounts/"+someone)), &before))
	require.Equal(t, preview.With, before.Projected)
}

// A preview of another policy is what the next invoice would be by it, against the one by today's.
func TestPreviewOfAPolicy(t *testing.T) {
	s := newSite(t)
	require.Equal(t, http.StatusOK, s.ask(http.MethodPost, "/v1/runs", s.write, "").Code, "all that is due is issued")
	ask := func(policy string) (code int, preview struct{ With, Without string }, body string) {
		w := s.ask(http.MethodPost, "/v1/preview", s.read, `{"account":"`+someone+`","policy":`+policy+`}`)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &preview))
		return w.Code, preview, w.Body.String()
	}
	code, same, body := ask(`{"timing":"arrears","settle_days":0}`)
	require.Equal(t, http.StatusOK, code, body)
	require.Equal(t, same.Without, same.With, "it is the policy there is")
	before := s.get("/v1/accounts/" + someone)
	require.Contains(t, before, `"projected_amount":"`+same.Without+`"`)
	code, other, body := ask(`{"timing":"advance"}`)
	require.Equal(t, http.StatusOK, code, body)
	require.Equal(t, same.Without, other.Without)
	require.Equal(t, "199.95 399.90", other.Without+" "+other.With, "the next period is billed too")
	require.Equal(t, before, s.get("/v1/accounts/"+someone), "nothing is written")
	for policy, problem := range map[string]string{
		`{"timing":"never"}`: "arrears, advance", `{"timings":"advance"}`: "timings", `{"settle_days":"1"}`: "settle_days",
		`{"currency":"EUR"}`: "currency", `{"time_zone":"Europe/Berlin"}`: "time_zone", `{}`: "expected", `{"timing":"advance"},"close":{}`: "expected one of",
	} {
		code, _, body := ask(policy)
		require.Equal(t, http.StatusUnprocessableEntity, code, "%s: %s", policy, body)
		require.Contains(t, body, problem, policy)
	}
}

func TestRunsIssueWhatThePreviewShows(t *testing.T) {
	s := newSite(t)
	dry := s.ask(http.MethodPost, "/v1/runs", s.write, `{"dry_run":true}`)
	require.Equal(t, http.StatusOK, dry.Code, dry.Body)
	var would, did struct {
		Run struct {
			Invoices        int
			Total, Currency string
		}
	}
	require.NoError(t, json.Unmarshal(dry.Body.Bytes(), &would))
	require.Positive(t, would.Run.Invoices)
	require.Regexp(t, `^[0-9]+\.[0-9]{2}$`, would.Run.Total, "an amount is a decimal")
	require.Equal(t, "USD", would.Run.Currency)
	page := s.get("/runs/preview")
	require.Contains(t, page, fmt.Sprintf("<dd>%d</dd>", would.Run.Invoices))

	changed := s.ask(http.MethodPost, "/runs", s.write, url.Values{"total": {"1.00 USD"}}.Encode())
	require.Equal(t, http.StatusBadRequest, changed.Code, "the total is not what was shown")
	w := s.ask(http.MethodPost, "/runs", s.write, url.Values{"total": {would.Run.Total + " USD"}}.Encode())
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	again := s.ask(http.MethodPost, "/v1/runs", s.write, `{}`)
	require.NoError(t, json.Unmarshal(again.Body.Bytes(), &did))
	require.Zero(t, did.Run.Invoices, "nothing twice")
	bare := s.ask(http.MethodPost, "/v1/runs", s.write, "")
	require.Equal(t, http.StatusOK, bare.Code, "a body need not be: %s", bare.Body)
}

// What the home page says is open is the sum of the balances.
func TestBalances(t *testing.T) {
	s := newSite(t)
	var list struct {
		Balances []struct{ Account, Invoiced, Paid, Refunded, Credit, Open string }
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/v1/balance")), &list))
	require.Greater(t, len(list.Balances), 10)
	sum := money.New(0, money.USD)
	for _, b := range list.Balances {
		in := func(text string) money.Amount { return money.MustParse(text + " USD") }
		right, err := in(b.Paid).Add(in(b.Refunded))
		require.NoError(t, err)
		right, err = right.Add(in(b.Open))
		require.NoError(t, err)
		right, err = right.Sub(in(b.Credit))
		require.NoError(t, err)
		require.Equal(t, in(b.Invoiced), right, b.Account)
		sum, err = sum.Add(in(b.Open))
		require.NoError(t, err)
	}
	require.Contains(t, strings.ReplaceAll(s.get("/"), ",", ""), "$"+sum.Number()+"</a></dd>")
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/v1/balance?account=nobody", s.read, "").Code)
	require.Equal(t, http.StatusUnprocessableEntity, s.ask(http.MethodGet, "/v1/balance?as_of=2026-02-30", s.read, "").Code)
}

// credentials are those of the Distributor's calls.
func (s *site) credentials(form url.Values) string {
	form.Set("api_user", "writer")
	form.Set("api_key", s.write)
	return form.Encode()
}

func (s *site) call(method string, form url.Values) (int, []byte) {
	s.t.Helper()
	w := s.ask(http.MethodPost, method, "", s.credentials(form))
	return w.Code, w.Body.Bytes()
}

func TestDistributorCallsAreReadByOurReaders(t *testing.T) {
	s := newSite(t)
	for _, version := range []string{"/api/distributor.", "/apiv2/reseller."} {
		for _, format := range []string{".json", ".xml"} {
			billing := strings.Replace(strings.Replace(version, "distributor.", "billing.", 1), "reseller.", "billing.", 1)
			read := func(call string, form url.Values) []byte {
				code, body := s.call(call+format, form)
				require.Equal(t, http.StatusOK, code, "%s: %s", call, body)
				return body
			}
			packages, err := distributor.ReadPackages("packages", read(version+"packages", url.Values{}), money.USD)
			require.NoError(t, err)
			require.Len(t, packages, 5)
			o, err := distributor.ReadOverview("overview", read(version+"account", url.Values{"task": {"overview"}, "user": {someone}}))
			require.NoError(t, err)
			require.Equal(t, "Platinum", o.Package)
			numbers, err := distributor.ReadInvoices("list", read(billing+"list", url.Values{}))
			require.NoError(t, err)
			require.Equal(t, distributor.NumbersOnly, numbers.Shape)
			own, err := distributor.ReadInvoices("get", read(billing+"get", url.Values{"start_date": {"2026-01-01"}, "end_date": {"2026-01-31"}}))
			require.NoError(t, err)
			require.Len(t, own.Rows, 1)
			usage, err := distributor.ReadInvoices("usage", read(version+"billing", url.Values{"task": {"usage"}, "number": {own.Rows[0].Number}}))
			require.NoError(t, err)
			require.Equal(t, distributor.Usage, usage.Shape)
			sum := money.New(0, money.USD)
			for i := range usage.Rows {
				final, err := usage.Rows[i].FinalAmount.Amount(money.USD)
				require.NoError(t, err)
				sum, err = sum.Add(final)
				require.NoError(t, err)
			}
			require.Equal(t, sum.Number(), string(own.Rows[0].FinalAmount), "the reseller's invoice is the sum of its rows")
			current, err := distributor.ReadInvoices("current", read(version+"billing", url.Values{"task": {"current"}, "number": {"1"}}))
			require.NoError(t, err)
			require.Equal(t, distributor.Current, current.Shape)
			stats, err := distributor.ReadStatistics("stats", read(version+"manage", url.Values{"method": {"stats"}, "user": {someone}, "days": {"30"}}))
			require.NoError(t, err)
			require.NotEmpty(t, stats)
		}
	}
}

func TestDistributorCallsChangeAccounts(t *testing.T) {
	s := newSite(t)
	do := func(call string, form url.Values) string {
		_, body := s.call("/api/distributor."+call+".json", form)
		return strings.TrimSpace(string(body))
	}
	const done = `{"message":"success"}`
	pending := func() string { return do("pending", url.Values{"task": {"list"}, "username": {someone}}) }
	require.Equal(t, done, do("account", url.Values{"task": {"scheduled_downgrade"}, "user": {someone}, "package": {"Gold"}, "ip[]": {"1.2.3.4"}}))
	require.Contains(t, pending(), `"type":"Account Downgrade"`)
	require.Equal(t, done, do("account", url.Values{"task": {"cancel"}, "user": {someone}}))
	require.NotContains(t, pending(), someone)
	require.Equal(t, done, do("delete", url.Values{"user": {someone}}))
	require.Contains(t, pending(), `"type":"Account Close"`, "at the end of the billing cycle")
	require.Equal(t, done, do("add", url.Values{"username": {"free@example.com"}, "package": {"Free"}}))
	require.Equal(t, `{"message":"error","errors":["free users cannot be downgraded"]}`, do("account", url.Values{"task": {"immediate_downgrade"}, "user": {"free@example.com"}, "package": {"Free"}}))
	require.Contains(t, do("add", url.Values{"username": {"free@example.com"}, "package": {"Free"}}), "already open")
	for _, c := range []struct{ free, to, want string }{
		{"1", "Gold", `{"message":"error","errors":["free_user 1: package \"Gold\" has a price, expected one that is free"]}`},
		{"true", "Gold", `{"message":"error","errors":["free_user true: package \"Gold\" has a price, expected one that is free"]}`},
		{"yes", "Free", `{"message":"error","errors":["free_user \"yes\", expected true or false"]}`},
		{"1", "Free", done}, {"true", "Free", done}, {"0", "Gold", done}, {"false", "Gold", done},
	} {
		require.Equal(t, c.want, do("add", url.Values{"username": {"free_user-" + c.free + c.to}, "package": {c.to}, "free_user": {c.free}}), c.free)
	}
	for _, c := range []struct{ task, to, want string }{
		{"immediate_upgrade", "Starter", `{"message":"error","errors":["package \"Starter\" costs less than \"Gold\", expected a downgrade"]}`},
		{"scheduled_upgrade", "Starter", `{"message":"error","errors":["package \"Starter\" costs less than \"Gold\", expected a downgrade"]}`},
		{"immediate_downgrade", "Platinum", `{"message":"error","errors":["package \"Platinum\" costs more than \"Gold\", expected an upgrade"]}`},
		{"scheduled_upgrade", "Platinum", done}, {"immediate_upgrade", "Platinum", done}, {"immediate_downgrade", "Gold", done},
	} {
		require.Equal(t, c.want, do("account", url.Values{"task": {c.task}, "user": {"free_user-0Gold"}, "package": {c.to}}), c.task)
	}
	require.Contains(t, do("account", url.Values{"task": {"immediate_upgrade"}, "user": {"free_user-0Gold"}, "package": {"Diamond"}}), "Diamond")
	require.Contains(t, do("add", url.Values{"username": {"late@example.com"}, "package": {"Gold"}, "billing_date": {"2026-05-01"}}), `"message":"error"`, "more than one cycle away")
	require.Contains(t, do("whitelabel", url.Values{}), "distributor.whitelabel is not served here")
	require.Contains(t, do("account", url.Values{"task": {"overview"}, "user": {"nobody"}}), `"message":"error"`)

	w := s.ask(http.MethodPost, "/api/distributor.packages.json", "", url.Values{"api_user": {"writer"}, "api_key": {s.read}}.Encode())
	require.Equal(t, http.StatusUnauthorized, w.Code, "the token of another name")
	require.Equal(t, `{"error":{"code":401,"message":"Permission denied, wrong credentials"}}`, strings.TrimSpace(w.Body.String()))
}

// The table of calls in docs/server.md has each operation of the description, and no other.
func TestCallsInDocument(t *testing.T) {
	var api struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(newSite(t).get("/openapi.json")), &api))
	var calls, told []string
	for path, methods := range api.Paths {
		for method := range methods {
			calls = append(calls, strings.ToUpper(method)+" "+path)
		}
	}
	page, err := os.ReadFile("../docs/server.md")
	require.NoError(t, err)
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /v1/[^`]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		told = append(told, row[1])
	}
	require.ElementsMatch(t, calls, told)
}
