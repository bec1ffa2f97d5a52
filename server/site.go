package server

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

//go:embed site
var siteFiles embed.FS

// page is what every page of the website is given.
type page struct {
	Title string // of the page
	Place string // the place in the bar it belongs to
	Who   Who
	Demo  bool
	Books string // the name of the store
	Body  any
	Wide  bool
}

// places are those in the bar.
var places = []struct{ Name, Path string }{
	{"Home", "/"}, {"Accounts", "/accounts"}, {"Invoices", "/invoices"}, {"Runs", "/runs"}, {"Reconcile", "/reconcile"}, {"Settings", "/settings"},
}

// pages are the templates, each with the frame of all pages around it.
type pages struct {
	byName map[string]*template.Template
	assets map[string]asset
}

// asset is a file of the website. Its path has a part of its hash, so that it may be kept for ever.
type asset struct {
	kind    string
	content []byte
}

func newPages() (*pages, error) {
	p := &pages{byName: map[string]*template.Template{}, assets: map[string]asset{}}
	paths := map[string]string{}
	add := func(name, kind string, content []byte) {
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		at := "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		p.assets[at], paths[name] = asset{kind, content}, at
	}
	css, err := siteFiles.ReadFile("site/assets/site.css")
	if err != nil {
		return nil, err
	}
	js, err := siteFiles.ReadFile("site/assets/site.js")
	if err != nil {
		return nil, err
	}
	add("site.css", "text/css; charset=utf-8", css)
	add("site.js", "text/javascript; charset=utf-8", js)
	add("document.css", "text/css; charset=utf-8", documentStyle())
	functions := template.FuncMap{
		"asset":      func(name string) string { return paths[name] },
		"places":     func() any { return places },
		"money":      shownMoney,
		"coded":      codedMoney,
		"digits":     bigMoney,
		"amount":     func(a money.Amount) string { return strings.Replace(digits.Group(a.Number()), "-", "−", 1) },
		"count":      func(n any) string { return digits.Group(fmt.Sprint(n)) },
		"name":       display.Text,
		"day":        longDay,
		"last":       func(p cycle.Period) cycle.Date { return p.Last() },
		"query":      func(s string) template.URL { return template.URL(url.QueryEscape(s)) }, // a string would be escaped again
		"zero":       func(a money.Amount) bool { return a.IsZero() },
		"minus":      func(a money.Amount) bool { return a.Sign() < 0 },
		"add":        func(a, b int) int { return a + b },
		"sub":        func(a, b int) int { return a - b },
		"mul":        func(a, b int) int { return a * b },
		"scale":      func(percent, whole int) int { return percent * whole / 100 },
		"month":      longMonth,
		"monthName":  func(d cycle.Date) string { name, _, _ := strings.Cut(longMonth(d), " "); return name },
		"shortMonth": func(d cycle.Date) string { return longMonth(d)[:3] },
		"at":         func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
	}
	frame, err := template.New("frame").Funcs(functions).ParseFS(siteFiles, "site/frame.gohtml", "site/parts.gohtml", "site/parts_list.gohtml", "site/parts_reconcile.gohtml")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(siteFiles, "site/*.gohtml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".gohtml")
		if name == "frame" || strings.HasPrefix(name, "parts") {
			continue
		}
		t, err := frame.Clone()
		if err == nil {
			t, err = t.ParseFS(siteFiles, file)
		}
		if err != nil {
			return nil, err
		}
		p.byName[name] = t
	}
	return p, nil
}

// documentStyle is the style of documents, for those that stand in a .sheet of a page.
func documentStyle() []byte {
	return []byte(".sheet {\n" + strings.ReplaceAll(statement.Stylesheet(), ":root", "&") + "}\n")
}

// inPage is a document that stands in a page, whose heading is that of the page's part.
func inPage(document statement.Part) template.HTML {
	return template.HTML(strings.NewReplacer("<h1>", `<h2 class="title">`, "</h1>", "</h2>").Replace(string(document)))
}

// shownMoney is an amount with its currency's sign and a true minus.
func shownMoney(a money.Amount) string {
	number := strings.TrimPrefix(a.Number(), "-")
	return strings.NewReplacer(number, digits.Group(number), "-", "−").Replace(a.Display())
}

// codedMoney is shownMoney in which the code of a currency that has no sign, such as KWD, can be left out by a table.
func codedMoney(a money.Amount) template.HTML {
	text := template.HTMLEscapeString(shownMoney(a))
	if before, after, coded := strings.Cut(text, a.Currency().String()+" "); coded {
		text = before + `<span class="currency">` + a.Currency().String() + " </span>" + after
	}
	return template.HTML(text)
}

// bigMoney is an amount among the figures at the top of a page: many digits stay together, and are smaller the more there are.
func bigMoney(a money.Amount) template.HTML {
	text := template.HTMLEscapeString(shownMoney(a))
	at := strings.LastIndexByte(text, ' ') + 1 // after a currency's code
	class := "long"
	switch n := len([]rune(text[at:])); {
	case n <= 9:
		return template.HTML(text)
	case n > 13:
		class = "longer"
	}
	return template.HTML(text[:at] + `<span class="nowrap ` + class + `">` + text[at:] + `</span>`)
}

// longDay is a date in a sentence.
func longDay(d cycle.Date) string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Civil()
	return fmt.Sprintf("%d %s %d", day, time.Month(m), y)
}

// show writes a page, whole or not at all.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	p.Who, _ = who(r.Context())
	p.Demo, p.Books = s.settings.Open, s.books.Name()
	var b bytes.Buffer
	if err := s.pages.byName[name].ExecuteTemplate(&b, "frame", p); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// problem is the page of a request that cannot be done: what is wrong with it, and what to do.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	s.show(w, r, status, "problem", page{Title: title, Body: text})
}

// site adds the website.
func (s *Server) site(mux *http.ServeMux) {
	mux.HandleFunc("GET /assets/", s.asset)
	mux.HandleFunc("GET /sign-in", s.signInPage)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	read := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, s.signedIn(0, h)) }
	write := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, s.signedIn(MaxBody, h)) }
	read("GET /{$}", s.homePage)
	read("GET /accounts", s.accountsPage)
	read("GET /account", s.accountPage)
	write("POST /account", s.accountAction)
	read("GET /invoices", s.invoicesPage)
	read("GET /invoice", s.invoicePage)
	read("GET /balance", s.balancePage)
	read("GET /runs", s.runsPage)
	read("GET /runs/preview", s.previewPage)
	write("POST /runs", s.runAction)
	read("GET /reconcile", s.reconcilePage)
	mux.Handle("POST /reconcile", s.signedIn(MaxUpload, s.reconcileAction))
	read("GET /reconcile/tables", s.tablesPage)
	write("POST /reconcile/tables", s.tablesAction)
	read("GET /reconciliation", s.reportPage)
	read("GET /reconciliation/group", s.groupPage)
	read("GET /reconciliation/claims", s.claimsFile)
	read("GET /settings", s.settingsPage)
	read("GET /docs", s.docsPage)
	write("POST /settings/preview", s.termsPreviewPage)
	write("POST /settings/terms", s.addTerms)
	write("POST /settings/tokens", s.addToken)
	read("GET /settings/revoke", s.revokePage)
	write("POST /settings/revoke", s.revokeToken)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := who(r.Context()); !ok {
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
			return
		}
		s.problem(w, r, http.StatusNotFound, "There is no such page", "The address is wrong, or what was there has another name now.")
	})
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.pages.assets[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.content)
}

// signedIn lets people pass who have signed in, and asks others to. What changes the books is sent at most so many bytes; 0 is what only
// reads.
func (s *Server) signedIn(most int64, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, ok := who(r.Context())
		switch {
		case !ok:
			to := "/sign-in"
			if r.Method == http.MethodGet && r.URL.Path != "/" {
				to += "?to=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
		case most > 0 && !from.Write:
			s.problem(w, r, http.StatusForbidden, "This token only reads", "What you asked for changes the books. Sign in with a token that was made with --write.")
		default:
			if most > 0 {
				r.Body = http.MaxBytesReader(w, r.Body, most)
			}
			next(w, r)
		}
	})
}

// signInForm is what the page to sign in says.
type signInForm struct{ Wrong, To, Store string }

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) {
	if _, ok := who(r.Context()); ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.show(w, r, http.StatusOK, "sign-in", page{Title: "Sign in", Body: signInForm{To: ownPath(r.URL.Query().Get("to")), Store: s.books.Name()}})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	to := ownPath(r.FormValue("to"))
	from, ok, err := s.access.byToken(r.Context(), "", strings.TrimSpace(r.PostFormValue("token")))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !ok {
		status, wrong := http.StatusUnauthorized, "That is no token of this store, or it was revoked."
		if s.access.failed(s.addressOf(r)) {
			w.Header().Set("Retry-After", fmt.Sprint(int(failuresLast.Seconds())))
			status, wrong = http.StatusTooManyRequests, "Too many wrong tokens came from this address. Wait a minute, then try again."
		}
		s.show(w, r, status, "sign-in", page{Title: "Sign in", Body: signInForm{Wrong: wrong, To: to, Store: s.books.Name()}})
		return
	}
	noteWho(r.Context(), from.Token)
	http.SetCookie(w, s.access.signIn(from, s.secure()))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.access.signOut(r, s.secure()))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// ownPath is a path of this website, or the home page's: what is after a sign-in never leads elsewhere.
func ownPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// wrong answers an error of what a person asked for: with a page that says it where it is their doing, else with a log.
func (s *Server) wrong(w http.ResponseWriter, r *http.Request, title string, err error) {
	var theirs *requestError
	if errors.As(err, &theirs) {
		s.problem(w, r, http.StatusBadRequest, title, theirs.Error())
		return
	}
	s.fail(w, r, err)
}

// requestError is an error of what was asked for, in words for whoever asked.
type requestError struct{ error }

func (e *requestError) Unwrap() error { return e.error }

func badRequest(format string, args ...any) error { return &requestError{fmt.Errorf(format, args...)} }
