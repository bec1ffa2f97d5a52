package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
)

// routes are all paths. Each part of the server adds its own.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, "ok\n") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.wants(false, s.meters))
	s.distributorCalls(mux)
	s.api(mux)
	s.site(mux)
	return mux
}

func plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text))
}

// ready says whether the store answers.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if _, err := s.books.Head(r.Context()); err != nil {
		s.log.Error("the store does not answer", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	plain(w, "ready\n")
}

// wants lets a request pass to a handler of programs when it has a token, which may write if it must.
func (s *Server) wants(write bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok := who(r.Context())
		switch {
		case !ok:
			w.Header().Set("WWW-Authenticate", `Bearer realm="prorata"`)
			http.Error(w, "expected Authorization: Bearer and a token; prorata token add makes one", http.StatusUnauthorized)
		case write && !from.Write:
			http.Error(w, "this token only reads; expected one that was made with --write", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// fail answers what is no fault of the request. The log has the error; the answer does not, which may name files and hosts.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody waits for an answer
	}
	s.log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	if route(r) == "site" {
		var b bytes.Buffer
		from, _ := who(r.Context())
		p := page{Title: "Something went wrong here", Who: from, Demo: s.settings.Open, Books: s.books.Name(), Body: "It is no fault of yours, and the log has it. Try again; if it stays, show the log to whoever runs this server."}
		if s.pages.byName["problem"].ExecuteTemplate(&b, "frame", p) == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write(b.Bytes())
			return
		}
	}
	http.Error(w, "something went wrong here; the log has it", http.StatusInternalServerError)
}
