package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzhttp"

	"github.com/prorata-go/prorata/books"
)

// Bounds of what a request may bring, in bytes.
const (
	MaxBody   = 1 << 20
	MaxEvents = 64 << 20
	MaxUpload = 64 << 20
)

// DefaultListen is where the server listens unless it is told.
const DefaultListen = "127.0.0.1:8420"

// Settings say where the server listens, and to whom. The zero Settings are loopback only.
type Settings struct {
	Listen string // HOST:PORT; "" is DefaultListen

	// TLSCert and TLSKey are files. With them, or with BehindProxy, the server may listen on other addresses than loopback.
	TLSCert, TLSKey string
	BehindProxy     bool // a proxy with TLS is before it, which sets X-Forwarded-For

	// Open lets everybody read and write without a token: for a demonstration, on loopback only.
	Open bool

	Now func() time.Time // the clock; nil is the machine's
	Log *slog.Logger     // nil logs nothing
}

// Server answers for some books.
type Server struct {
	books    *books.Books
	settings Settings
	access   *access
	log      *slog.Logger
	meters   *meters
	pages    *pages
	openapi  *huma.OpenAPI
	home     home
	own      ownMonths
	now      func() time.Time
	handler  http.Handler

	reconciling chan struct{} // has room while none is made
	drafts      drafts
	reports     reports
}

// New makes a server. It is an error when the settings would show the books to others without TLS.
func New(b *books.Books, settings Settings) (*Server, error) {
	if settings.Listen == "" {
		settings.Listen = DefaultListen
	}
	host, _, err := net.SplitHostPort(settings.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen %q, expected HOST:PORT, such as %s: %w", settings.Listen, DefaultListen, err)
	}
	loopback := isLoopback(host)
	tls := settings.TLSCert != "" || settings.TLSKey != ""
	switch {
	case (settings.TLSCert == "") != (settings.TLSKey == ""):
		return nil, errors.New("TLS wants a certificate and its key, and one of them is missing")
	case settings.Open && (!loopback || tls || settings.BehindProxy):
		return nil, fmt.Errorf("listen %q: a server without tokens listens on loopback only", settings.Listen)
	case !loopback && !tls && !settings.BehindProxy:
		return nil, fmt.Errorf("listen %q: tokens and invoices would cross the network in the clear; expected loopback, a TLS certificate and key, or a proxy with TLS before it", settings.Listen)
	}
	s := &Server{books: b, settings: settings, access: newAccess(b), log: settings.Log, meters: newMeters(), reconciling: make(chan struct{}, 1)}
	s.access.open, s.home.positions.server = settings.Open, s
	s.own = ownMonths{server: s, busy: make(chan struct{}, 1)}
	s.now = time.Now
	if settings.Now != nil {
		s.now = settings.Now
	}
	if s.pages, err = newPages(); err != nil {
		return nil, err
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.handler = s.wrap(s.routes())
	return s, nil
}

// Handler is everything the server answers, for tests and for a program with a server of its own.
func (s *Server) Handler() http.Handler { return s.handler }

// wrap puts around all routes what holds for all: from the outside in, the log and the metrics, what must not happen, the headers of
// safety, compression, and who the request is from.
func (s *Server) wrap(routes http.Handler) http.Handler {
	h := s.identified(routes)
	h = gzhttp.GzipHandler(h)
	csrf := http.NewCrossOriginProtection()
	h = csrf.Handler(h)
	h = s.named(h)
	h = safe(h)
	return s.logged(h)
}

// identified finds who a request is from, and refuses a wrong token from an address that had too many.
func (s *Server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok, err := s.access.identify(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if _, carries := bearer(r); carries && !ok && s.access.failed(s.addressOf(r)) {
			tooMany(w, r)
			return
		}
		if ok {
			noteWho(r.Context(), from.Token)
			r = r.WithContext(context.WithValue(r.Context(), whoKey{}, from))
		}
		next.ServeHTTP(w, r)
	})
}

func tooMany(w http.ResponseWriter, r *http.Request) {
	const why = "too many wrong tokens from this address, wait a minute"
	w.Header().Set("Retry-After", fmt.Sprint(int(failuresLast.Seconds())))
	if route(r) == "v1" {
		refuseInProblem(w, http.StatusTooManyRequests, why)
		return
	}
	http.Error(w, why, http.StatusTooManyRequests)
}

// named refuses names that are not this server's: on loopback without a proxy, others than loopback's. A site that makes its own name
// mean 127.0.0.1 would otherwise be of the same origin.
func (s *Server) named(next http.Handler) http.Handler {
	host, _, _ := net.SplitHostPort(s.settings.Listen)
	if s.settings.BehindProxy || !isLoopback(host) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Host
		if h, _, err := net.SplitHostPort(name); err == nil {
			name = h
		}
		if !isLoopback(strings.Trim(name, "[]")) {
			http.Error(w, "this server answers to localhost only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback reports that a host is this machine alone.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// secure reports that cookies are for TLS only.
func (s *Server) secure() bool { return s.settings.TLSCert != "" || s.settings.BehindProxy }

// Run listens until ctx ends, and then finishes what is under way, for ten seconds at most. When it listens, listening is told where,
// if it is not nil.
func (s *Server) Run(ctx context.Context, listening func(net.Addr)) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.settings.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	if listening != nil {
		listening(l.Addr())
	}
	ended := make(chan error, 1)
	go func() {
		if s.settings.TLSCert != "" {
			ended <- server.ServeTLS(l, s.settings.TLSCert, s.settings.TLSKey)
		} else {
			ended <- server.Serve(l)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(finish); err != nil {
		return errors.Join(fmt.Errorf("stopping: %w", err), server.Close())
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
