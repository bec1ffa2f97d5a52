package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prorata-go/prorata/books"
)

// What a session and a failure of access last.
const (
	sessionLasts = 12 * time.Hour
	maxSessions  = 10_000
	failuresLast = time.Minute
	maxFailures  = 10     // of one address, in that time
	maxAddresses = 10_000 // that are remembered
	cookieName   = "prorata_session"
)

// Who is the token that a request came with.
type Who struct {
	Token string // its name
	Write bool
}

type whoKey struct{}

// who is who a request is from; false without a token that holds.
func who(ctx context.Context) (Who, bool) {
	w, ok := ctx.Value(whoKey{}).(Who)
	return w, ok
}

// access knows sessions and failures. Tokens are the books'.
type access struct {
	books *books.Books
	now   func() time.Time
	open  bool // everybody may read and write: a demonstration, on loopback

	mutex    sync.Mutex
	sessions map[[sha256.Size]byte]session
	failures map[string]failures
}

type session struct {
	token string
	ends  time.Time
}

type failures struct {
	count int
	since time.Time
}

func newAccess(b *books.Books) *access {
	return &access{books: b, now: time.Now, sessions: map[[sha256.Size]byte]session{}, failures: map[string]failures{}}
}

// identify finds who a request is from: by its bearer token, else by its session.
func (a *access) identify(r *http.Request) (Who, bool, error) {
	if a.open {
		return Who{Token: "demo", Write: true}, true, nil
	}
	if secret, ok := bearer(r); ok {
		return a.byToken(r.Context(), "", secret)
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return Who{}, false, nil
	}
	a.mutex.Lock()
	s, ok := a.sessions[sha256.Sum256([]byte(cookie.Value))]
	a.mutex.Unlock()
	if !ok || a.now().After(s.ends) {
		return Who{}, false, nil
	}
	tokens, err := a.books.Tokens(r.Context())
	if err != nil {
		return Who{}, false, err
	}
	for _, t := range tokens {
		if t.Name == s.token && t.Revoked.IsZero() {
			return Who{Token: t.Name, Write: t.Write}, true, nil
		}
	}
	return Who{}, false, nil
}

// bearer is the token in a request's header.
func bearer(r *http.Request) (string, bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(secret), true
}

// byToken finds the token of a secret, and where it is named, of that name.
func (a *access) byToken(ctx context.Context, name, secret string) (Who, bool, error) {
	if a.open {
		return Who{Token: "demo", Write: true}, true, nil
	}
	t, ok, err := a.books.TokenOf(ctx, secret)
	if err != nil || !ok || name != "" && t.Name != name {
		return Who{}, false, err
	}
	return Who{Token: t.Name, Write: t.Write}, true, nil
}

// signIn starts a session and returns its cookie.
func (a *access) signIn(w Who, secure bool) *http.Cookie {
	value := make([]byte, 32)
	_, _ = rand.Read(value) // which never fails
	text := base64.RawURLEncoding.EncodeToString(value)
	now := a.now()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for key, s := range a.sessions {
		if now.After(s.ends) || len(a.sessions) >= maxSessions {
			delete(a.sessions, key)
		}
	}
	a.sessions[sha256.Sum256([]byte(text))] = session{token: w.Token, ends: now.Add(sessionLasts)}
	return &http.Cookie{
		Name: cookieName, Value: text, Path: "/", MaxAge: int(sessionLasts.Seconds()),
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}
}

// signOut ends the session of a request, and returns the cookie that takes its cookie away.
func (a *access) signOut(r *http.Request, secure bool) *http.Cookie {
	if cookie, err := r.Cookie(cookieName); err == nil {
		a.mutex.Lock()
		delete(a.sessions, sha256.Sum256([]byte(cookie.Value)))
		a.mutex.Unlock()
	}
	return &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
}

// failed notes that an address was not let in, and reports that it has failed too often. Whoever comes from there with a token that
// holds is let in all the same: others may share the address, and what protects a token is that it has 256 random bits.
func (a *access) failed(address string) (tooOften bool) {
	now := a.now()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	f, known := a.failures[address]
	if !known && len(a.failures) >= maxAddresses {
		for key, old := range a.failures {
			if now.Sub(old.since) > failuresLast {
				delete(a.failures, key)
			}
		}
		if len(a.failures) >= maxAddresses {
			clear(a.failures)
		}
	}
	if now.Sub(f.since) > failuresLast {
		f = failures{since: now}
	}
	f.count++
	a.failures[address] = f
	return f.count > maxFailures
}

// addressOf is where a request came from, without its port. Behind a proxy that is what the proxy says, else what the connection is.
func (s *Server) addressOf(r *http.Request) string {
	if s.settings.BehindProxy {
		if list := r.Header.Values("X-Forwarded-For"); len(list) > 0 {
			last := list[len(list)-1] // the proxy appends: what comes before is what a client said
			if i := strings.LastIndexByte(last, ','); i >= 0 {
				last = last[i+1:]
			}
			if address := strings.TrimSpace(last); address != "" && len(address) < 64 {
				return address
			}
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
