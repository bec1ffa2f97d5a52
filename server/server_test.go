package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
	"github.com/prorata-go/prorata/server"
)

// site is a server of the demonstration's books, with a token that writes and one that reads.
type site struct {
	t           *testing.T
	books       *books.Books
	handler     http.Handler
	write, read string
	log         *bytes.Buffer
}

func newSite(t *testing.T, change ...func(*server.Settings)) *site {
	t.Helper()
	b, err := demo.Books(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	s := &site{t: t, books: b, log: &bytes.Buffer{}}
	s.write, err = b.AddToken(t.Context(), "writer", true, demo.Now)
	require.NoError(t, err)
	s.read, err = b.AddToken(t.Context(), "reader", false, demo.Now)
	require.NoError(t, err)
	settings := server.Settings{Now: demoClock, Log: slog.New(slog.NewJSONHandler(s.log, nil))}
	for _, f := range change {
		f(&settings)
	}
	made, err := server.New(b, settings)
	require.NoError(t, err)
	s.handler = made.Handler()
	return s
}

func demoClock() time.Time { return demo.Now }

// ask sends a request. The token is none where it is empty; a body is a form where it begins with no bracket.
func (s *site) ask(method, target, token, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8420"
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.ContainsAny(body[:1], "{[") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.note(r, body, w)
	return w
}

// note writes a request and its answer to the file that PRORATA_EXCHANGES names, one a line: the tests of ./clients hold them against
// the description.
func (s *site) note(r *http.Request, body string, w *httptest.ResponseRecorder) {
	file := os.Getenv("PRORATA_EXCHANGES")
	if file == "" || !strings.HasPrefix(r.URL.Path, "/v1/") {
		return
	}
	line, err := json.Marshal(map[string]any{
		"method": r.Method, "target": r.URL.RequestURI(), "header": r.Header, "body": []byte(body),
		"status": w.Code, "answer_header": w.Header(), "answer": w.Body.Bytes(),
	})
	require.NoError(s.t, err)
	to, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(s.t, err)
	_, err = to.Write(append(line, '\n'))
	require.NoError(s.t, errors.Join(err, to.Close()))
}

// get reads a page or document that has to be there.
func (s *site) get(target string) string {
	s.t.Helper()
	w := s.ask(http.MethodGet, target, s.read, "")
	require.Equal(s.t, http.StatusOK, w.Code, "GET %s: %s", target, w.Body)
	return w.Body.String()
}

const someone = "northgate-news@example.com"

func TestWhatIsShownToWhom(t *testing.T) {
	s := newSite(t)
	for _, target := range []string{"/v1/accounts", "/v1/invoices", "/v1/runs", "/metrics"} {
		require.Equal(t, http.StatusUnauthorized, s.ask(http.MethodGet, target, "", "").Code, target)
		require.Equal(t, http.StatusUnauthorized, s.ask(http.MethodGet, target, "prorata_wrong", "").Code, target)
		require.Equal(t, http.StatusOK, s.ask(http.MethodGet, target, s.read, "").Code, target)
	}
	for _, target := range []string{"/", "/accounts", "/account?name=" + someone, "/invoices", "/runs/preview", "/settings"} {
		w := s.ask(http.MethodGet, target, "", "")
		require.Equal(t, http.StatusSeeOther, w.Code, target)
		require.True(t, strings.HasPrefix(w.Header().Get("Location"), "/sign-in"), target)
	}
	for _, target := range []string{"/healthz", "/readyz", "/sign-in"} {
		require.Equal(t, http.StatusOK, s.ask(http.MethodGet, target, "", "").Code, target)
	}
}

func TestTokenThatReadsNeverWrites(t *testing.T) {
	s := newSite(t)
	before, err := s.books.Runs(t.Context())
	require.NoError(t, err)
	event := `{"id":"e-1","type":"usage.recorded","account":"` + someone + `","at":"2026-02-28","credits":1}`
	for _, c := range []struct{ method, target, body string }{
		{http.MethodPost, "/v1/events", event},
		{http.MethodPost, "/v1/runs", `{}`},
		{http.MethodPost, "/runs", "total=1.00+USD"},
		{http.MethodPost, "/account", url.Values{"name": {someone}, "what": {"close"}}.Encode()},
	} {
		require.Equal(t, http.StatusForbidden, s.ask(c.method, c.target, s.read, c.body).Code, c.target)
	}
	for _, call := range []string{"delete", "add", "account"} {
		form := url.Values{"api_user": {"reader"}, "api_key": {s.read}, "user": {someone}, "username": {"new"}, "package": {"Gold"}, "task": {"immediate_close"}}
		require.Equal(t, http.StatusForbidden, s.ask(http.MethodPost, "/api/distributor."+call+".json", "", form.Encode()).Code, call)
	}
	after, err := s.books.Runs(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, http.StatusOK, s.ask(http.MethodPost, "/v1/events", s.write, event).Code)
}

func TestRevokedTokenEndsAtOnce(t *testing.T) {
	s := newSite(t)
	w := s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {s.read}}.Encode())
	require.Equal(t, http.StatusSeeOther, w.Code)
	signedIn := func(r *http.Request) { r.AddCookie(w.Result().Cookies()[0]) }
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, "/accounts", "", "", signedIn).Code)
	require.NoError(t, s.books.RevokeToken(t.Context(), "reader", demo.Now))
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodGet, "/accounts", "", "", signedIn).Code)
	require.Equal(t, http.StatusUnauthorized, s.ask(http.MethodGet, "/v1/accounts", s.read, "").Code)
}

func TestSignIn(t *testing.T) {
	s := newSite(t)
	wrong := s.ask(http.MethodPost, "/sign-in", "", "token=prorata_nothing")
	require.Equal(t, http.StatusUnauthorized, wrong.Code)
	require.Empty(t, wrong.Result().Cookies())
	for to, want := range map[string]string{
		"/accounts?q=a": "/accounts?q=a", "": "/", "https://evil.example/": "/", "//evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
	} {
		w := s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {" " + s.write + "\n"}, "to": {to}}.Encode())
		require.Equal(t, http.StatusSeeOther, w.Code, to)
		require.Equal(t, want, w.Header().Get("Location"), to)
		cookie := w.Result().Cookies()[0]
		require.True(t, cookie.HttpOnly)
		require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
		require.False(t, cookie.Secure, "on loopback without TLS a browser would not send it back")
		require.NotContains(t, cookie.Value, s.write)
	}
	w := s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {s.write}}.Encode())
	with := func(r *http.Request) { r.AddCookie(w.Result().Cookies()[0]) }
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, "/", "", "", with).Code)
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/sign-out", "", "", with).Code)
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodGet, "/", "", "", with).Code, "the session ended")
}

func TestCookieIsForTLSOnlyBehindAProxy(t *testing.T) {
	s := newSite(t, func(settings *server.Settings) { settings.Listen, settings.BehindProxy = "0.0.0.0:8420", true })
	w := s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {s.write}}.Encode())
	require.True(t, w.Result().Cookies()[0].Secure)
}

func TestOtherSitesCannotWrite(t *testing.T) {
	s := newSite(t)
	w := s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {s.write}}.Encode())
	cookie := w.Result().Cookies()[0]
	form := url.Values{"name": {someone}, "what": {"close"}}.Encode()
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		w := s.ask(http.MethodPost, "/account", "", form, func(r *http.Request) {
			r.AddCookie(cookie)
			r.Header.Set(header[0], header[1])
		})
		require.Equal(t, http.StatusForbidden, w.Code, header)
	}
	rebound := s.ask(http.MethodGet, "/", s.write, "", func(r *http.Request) { r.Host = "evil.example" })
	require.Equal(t, http.StatusMisdirectedRequest, rebound.Code)
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := newSite(t)
	for _, target := range []string{"/", "/sign-in", "/accounts", "/v1/accounts", "/v1/nothing", "/api/distributor.packages.json", "/healthz", "/nothing"} {
		h := s.ask(http.MethodGet, target, s.read, "").Header()
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", target)
		require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe", target)
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'", target)
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), target)
		require.NotEmpty(t, h.Get("Cache-Control"), target)
	}
}

func TestWrongTokensWait(t *testing.T) {
	s := newSite(t)
	codes := map[int]int{}
	for range 15 {
		codes[s.ask(http.MethodGet, "/v1/accounts", "prorata_guess", "").Code]++
	}
	require.Equal(t, map[int]int{http.StatusUnauthorized: 10, http.StatusTooManyRequests: 5}, codes)
	const calls = "/api/distributor.packages.json?api_user=writer&api_key="
	require.Equal(t, http.StatusTooManyRequests, s.ask(http.MethodPost, "/sign-in", "", "token=prorata_guess").Code)
	require.Equal(t, http.StatusTooManyRequests, s.ask(http.MethodGet, calls+"prorata_guess", "", "").Code)
	other := s.ask(http.MethodGet, "/v1/accounts", "prorata_guess", "", func(r *http.Request) { r.RemoteAddr = "127.0.0.2:9" })
	require.Equal(t, http.StatusUnauthorized, other.Code, "another address does not wait")
	// Neither does a token that holds, whoever else shares its address.
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, "/v1/accounts", s.read, "").Code)
	require.Equal(t, http.StatusOK, s.ask(http.MethodGet, calls+s.write, "", "").Code)
	require.Equal(t, http.StatusSeeOther, s.ask(http.MethodPost, "/sign-in", "", "token="+s.write).Code)
	require.Equal(t, http.StatusTooManyRequests, s.ask(http.MethodGet, "/v1/accounts", "prorata_guess", "").Code, "it does not let the others try again")
}

func TestLogHoldsNoTokenAndNoLineOfItsOwn(t *testing.T) {
	s := newSite(t)
	s.ask(http.MethodPost, "/sign-in", "", url.Values{"token": {s.write}}.Encode())
	s.ask(http.MethodGet, "/v1/accounts", s.write, "")
	s.ask(http.MethodGet, "/api/distributor.packages.json?api_user=writer&api_key="+s.write, "", "")
	s.ask(http.MethodGet, "/accounts%0A%7B%22level%22:%22ERROR%22%7D", s.write, "")
	s.ask(http.MethodGet, "/v1/accounts?token="+s.write, "", "")
	require.NotContains(t, s.log.String(), s.write)
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
	require.Len(t, lines, 5)
	for _, line := range lines {
		require.True(t, json.Valid([]byte(line)), line)
	}
}

func TestWhereItMayListen(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings server.Settings
		wrong    string
	}{
		{"loopback", server.Settings{Listen: "127.0.0.1:0"}, ""},
		{"loopback of version 6", server.Settings{Listen: "[::1]:0"}, ""},
		{"everywhere", server.Settings{Listen: ":8420"}, "in the clear"},
		{"an address", server.Settings{Listen: "192.0.2.1:8420"}, "in the clear"},
		{"behind a proxy", server.Settings{Listen: ":8420", BehindProxy: true}, ""},
		{"with TLS", server.Settings{Listen: ":8420", TLSCert: "c.pem", TLSKey: "k.pem"}, ""},
		{"half of TLS", server.Settings{TLSCert: "c.pem"}, "one of them is missing"},
		{"open to all", server.Settings{Listen: ":8420", Open: true, BehindProxy: true}, "loopback only"},
		{"no port", server.Settings{Listen: "127.0.0.1"}, "HOST:PORT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := server.New(nil, c.settings)
			if c.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wrong)
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	s := newSite(t)
	big := strings.Repeat(" ", server.MaxBody+1)
	require.Equal(t, http.StatusRequestEntityTooLarge, s.ask(http.MethodPost, "/v1/runs", s.write, "{"+big+"}").Code)
	require.Equal(t, http.StatusBadRequest, s.ask(http.MethodPost, "/api/distributor.packages.json", "", "a="+big).Code)
	require.NotEqual(t, http.StatusOK, s.ask(http.MethodPost, "/account", s.write, "a="+big).Code)
}

func TestRunStopsInOrder(t *testing.T) {
	s := newSite(t)
	made, err := server.New(s.books, server.Settings{Listen: "127.0.0.1:0"})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	at := make(chan string, 1)
	ended := make(chan error, 1)
	go func() { ended <- made.Run(ctx, func(a net.Addr) { at <- a.String() }) }()
	resp, err := http.Get("http://" + <-at + "/healthz")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "ok\n", string(body))
	stop()
	require.NoError(t, <-ended)
}
