package server_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// shown are the hidden fields of the form that a preview ends with.
func shown(page string) url.Values {
	form := url.Values{}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	return form
}

func (s *site) terms() books.Terms {
	s.t.Helper()
	terms, err := s.books.Terms(s.t.Context())
	require.NoError(s.t, err)
	return terms
}

// Terms from a date: shown first with what they do to next invoices, and then exactly those are added.
func TestTermsAreAddedAsShown(t *testing.T) {
	s := newSite(t)
	before := s.terms()
	w := s.ask(http.MethodPost, "/settings/preview", s.write, "name=Gold&price=69.95&credits=50000&overage=0.001&distributor_price=50.00&effective_from=2026-02-25")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Contains(t, w.Body.String(), "what was billed stands")
	require.Contains(t, w.Body.String(), "Add 1 package</button>")
	require.Equal(t, before, s.terms(), "a preview changes nothing")
	form := shown(w.Body.String())
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/settings/terms", s.write, form.Encode()).Code)
	after := s.terms()
	require.Equal(t, before.Number+1, after.Number)
	last := after.Packages[len(after.Packages)-1]
	require.Equal(t, []string{"Gold", "69.95 USD", "2026-02-25"}, []string{last.Name, last.Price.String(), last.EffectiveFrom.String()})
	again := s.ask(http.MethodPost, "/settings/terms", s.write, form.Encode())
	require.Equal(t, http.StatusBadRequest, again.Code)
	require.Contains(t, again.Body.String(), "look at it again")
}

// Terms that reach back are offered with the sum that they adjust, and added only while that is the sum.
func TestTermsThatReachBack(t *testing.T) {
	s := newSite(t)
	cheaper := invoice.Package{Name: "Gold", Price: money.MustParse("69.95 USD"), Credits: 50000}
	for _, p := range s.terms().Packages {
		if p.Name == "Gold" {
			cheaper = p
			cheaper.Price = money.MustParse("69.95 USD")
		}
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "<b>packages.json")
	require.NoError(t, err)
	_, err = file.Write([]byte("[" + string(cheaper.AppendJSON(nil)) + "]"))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	w := s.ask(http.MethodPost, "/settings/preview", s.write, body.String(), func(r *http.Request) { r.Header.Set("Content-Type", form.FormDataContentType()) })
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	would, err := s.books.AddTerms(t.Context(), books.Adding{Packages: []invoice.Package{cheaper}, Retroactive: true, DryRun: true, Now: demo.Now})
	require.NoError(t, err)
	fields := shown(w.Body.String())
	require.Equal(t, would.Adjustment.Total.String(), fields.Get("adjustment"))
	require.Negative(t, would.Adjustment.Total.Sign())
	require.Contains(t, w.Body.String(), "This reaches back")
	fields.Set("adjustment", "-1.00 USD")
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/settings/terms", s.write, fields.Encode()).Code)
	fields.Del("retroactive")
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/settings/terms", s.write, fields.Encode()).Code)
	require.EqualValues(t, 1, s.terms().Number)
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/settings/terms", s.write, shown(w.Body.String()).Encode()).Code)
	require.EqualValues(t, 2, s.terms().Number)
}

// What a preview says of an account's next invoice is what its page then says.
func TestPreviewOfThePolicyIsWhatComes(t *testing.T) {
	s := newSite(t)
	w := s.ask(http.MethodPost, "/settings/preview", s.write, "key=close_day&value=charged")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	w = s.ask(http.MethodPost, "/settings/preview", s.write, "key=timing&value=advance")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	row := regexp.MustCompile(`<a href="/account\?name=([^"]+)">[^<]+</a></th><td[^>]*>([0-9-]*)</td><td[^>]*>(?:<span[^>]*>)?([^<]+)(?:</span>)?</td><td[^>]*>(?:<span[^>]*>)?([^<]+)`).FindStringSubmatch(w.Body.String())
	require.NotNil(t, row)
	nextOf := func() string {
		return regexp.MustCompile(`<dt>Next invoice</dt><dd>([^<]+)`).FindStringSubmatch(s.get("/account?name=" + row[1]))[1]
	}
	require.Equal(t, row[3], nextOf())
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/settings/terms", s.write, shown(w.Body.String()).Encode()).Code)
	require.Equal(t, row[4], nextOf())
	require.Equal(t, "advance", s.terms().Policy.Value("timing"))
	require.Contains(t, s.get("/settings"), "before it")
}

func TestSettingsRefuse(t *testing.T) {
	s := newSite(t)
	for form, says := range map[string]string{
		"key=timing&value=sometimes": "sometimes", "key=currency&value=EUR": "expected new books", "key=nothing&value=1": "nothing", "name=Gold&price=ten": "price", "name=&price=1": "name", "packages=%7B": "the form",
	} {
		w := s.ask(http.MethodPost, "/settings/preview", s.write, form)
		require.Equal(t, http.StatusBadRequest, w.Code, form)
		require.Contains(t, w.Body.String(), says, form)
	}
	require.Contains(t, s.ask(http.MethodPost, "/settings/preview", s.write, "key=timing&value=arrears").Body.String(), "in force already")
	for _, target := range []string{"/settings/preview", "/settings/terms", "/settings/tokens", "/settings/revoke"} {
		require.Equal(t, http.StatusForbidden, s.ask(http.MethodPost, target, s.read, "name=reader&token_name=x&key=timing&value=advance&terms=1").Code, target)
	}
	page := s.get("/settings")
	require.NotContains(t, page, "<form method=\"post\" action=\"/settings", "a token that reads is offered nothing that writes")
	require.NotContains(t, s.get("/settings/revoke?name=reader"), `action="/settings/revoke"`)
	require.EqualValues(t, 1, s.terms().Number)
}

// Every key of the policy is shown in words, and so is each value that can be chosen.
func TestPolicyInWords(t *testing.T) {
	s := newSite(t)
	page := s.ask(http.MethodGet, "/settings", s.write, "").Body.String()
	for _, key := range invoice.PolicyKeys() {
		require.Contains(t, page, `<span class="code small">`+key+`</span>`)
		var values []string
		if choices := regexp.MustCompile(`<select id="` + key + `" name="value">(.*?)</select>`).FindStringSubmatch(page); choices != nil {
			for _, value := range regexp.MustCompile(`<option value="([^"]+)"`).FindAllStringSubmatch(choices[1], -1) {
				values = append(values, value[1])
			}
		}
		require.Equal(t, invoice.PolicyWords(key), values, key)
	}
}

// A token is shown once, does what it may, and ends when it is revoked.
func TestTokensOfThePage(t *testing.T) {
	s := newSite(t)
	w := s.ask(http.MethodPost, "/settings/tokens", s.write, "token_name=backend&may=read")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	token := regexp.MustCompile(`prorata_[A-Za-z0-9_-]+`).FindString(w.Body.String())
	require.NotEmpty(t, token)
	require.NotContains(t, s.get("/settings"), token)
	require.NotContains(t, s.log.String(), token)
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, "/v1/runs", token, "").Code)
	require.Equal(t, http.StatusForbidden, s.ask(http.MethodPost, "/v1/runs", token, "{}").Code)
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/settings/tokens", s.write, "token_name=backend").Code, "a name is used once")
	require.Contains(t, s.ask(http.MethodGet, "/settings/revoke?name=backend", s.write, "").Body.String(), "lets nobody in")
	require.Contains(t, s.ask(http.MethodGet, "/settings/revoke?name=writer", s.write, "").Body.String(), "You are signed in with it")
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, "/v1/runs", token, "").Code, "looking revokes nothing")
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/settings/revoke", s.write, "name=backend").Code)
	require.Equal(t, http.StatusUnauthorized, s.ask(http.MethodGet, "/v1/runs", token, "").Code)
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/settings/revoke?name=backend", s.write, "").Code)
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/settings/revoke", s.write, "name=nobody").Code)
}
