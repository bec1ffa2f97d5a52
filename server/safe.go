package server

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// policy is the content security policy of all pages: nothing from elsewhere, no script within a page, in no frame.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// safe sets the headers that keep browsers from doing what nobody asked for. What is about the books is kept by no cache, unless a
// handler says otherwise.
func safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// note is what is said of a request in the log when it is done; handlers inside fill it.
type note struct{ who string }

type noteKey struct{}

func noteWho(ctx context.Context, token string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.who = token
	}
}

// answer remembers how a request was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is within.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// logged writes a line for each request: never its query, its body or its headers, which may hold a token. A handler's panic is a 500
// and a line, and the server goes on.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, n, a := time.Now(), &note{}, &answer{ResponseWriter: w}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.log.Error("a request broke off", "method", r.Method, "path", r.URL.Path, "panic", p)
				if a.status == 0 {
					http.Error(a, "something went wrong here; the log has it", http.StatusInternalServerError)
				}
			}
			took := time.Since(start)
			s.meters.request(route(r), a.status, took)
			s.log.Info("request", "method", r.Method, "path", r.URL.Path, "status", a.status, "bytes", a.bytes, "took", took.Round(time.Microsecond), "token", n.who, "address", s.addressOf(r))
			if p == http.ErrAbortHandler { // an answer that broke off must not look like a whole one
				panic(p)
			}
		}()
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})
}

// route names the part of the server that a request is for, for the metrics: few names, whatever is asked for.
func route(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "api", "apiv2", "v1", "assets", "healthz", "readyz", "metrics":
		return first
	}
	return "site"
}
