package server

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
)

// call is a call of the Distributor's API as it came.
type call struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	begun bool // the answer, row by row
	form  url.Values
	xml   bool
	who   Who
	terms books.Terms
}

// wire is a document in both of the Distributor's formats.
type wire interface {
	AppendJSON([]byte) []byte
	AppendXML([]byte) []byte
}

// callError is an error in the Distributor's words, with the status of HTTP.
type callError struct {
	status int
	text   string
}

func (e *callError) Error() string { return e.text }

func refuse(format string, args ...any) error {
	return &callError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// calls are those that are answered, by their name after distributor., reseller. or billing. One that has begun its answer row by row has no
// other.
var calls = map[string]func(*call) (wire, error){
	"distributor.billing": (*call).billing, "reseller.billing": (*call).billing,
	"billing.list": (*call).billingList, "billing.get": (*call).billingGet,
	"distributor.packages": (*call).packages, "reseller.packages": (*call).packages,
	"distributor.account": (*call).account, "reseller.account": (*call).account,
	"distributor.pending": (*call).pending, "reseller.pending": (*call).pending,
	"distributor.add": (*call).add, "reseller.add": (*call).add,
	"distributor.delete": (*call).remove, "reseller.delete": (*call).remove,
	"distributor.manage": (*call).manage, "reseller.manage": (*call).manage,
}

// distributorCalls adds the Distributor's own calls, of both versions.
func (s *Server) distributorCalls(mux *http.ServeMux) {
	for _, version := range []string{"api", "apiv2"} {
		mux.HandleFunc("GET /"+version+"/{method}", s.answerCall)
		mux.HandleFunc("POST /"+version+"/{method}", s.answerCall)
		mux.HandleFunc("/"+version+"/{method}", func(w http.ResponseWriter, r *http.Request) {
			c := call{w: w, xml: strings.HasSuffix(r.URL.Path, ".xml")}
			w.Header().Set("Allow", "GET, POST")
			c.write(http.StatusMethodNotAllowed, refusal{"expected GET or POST"})
		})
	}
}

func (s *Server) answerCall(w http.ResponseWriter, r *http.Request) {
	c := call{s: s, w: w, r: r}
	name, format := r.PathValue("method"), "json"
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name, format = name[:i], name[i+1:]
	}
	c.xml = format == "xml"
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	err := c.read()
	var answer wire
	if err == nil {
		err = c.letIn()
	}
	if err == nil {
		answer, err = c.answer(name, format)
	}
	var refused *callError
	var theirs *requestError
	switch {
	case c.begun && err == nil:
	case err == nil:
		c.write(http.StatusOK, answer)
	case c.begun:
		if r.Context().Err() == nil {
			s.log.Error("a request broke off", "path", r.URL.Path, "error", err)
		}
		panic(http.ErrAbortHandler)
	case errors.As(err, &refused) && refused.status == http.StatusUnauthorized:
		c.write(refused.status, notLetIn(refused.text))
	case errors.As(err, &refused):
		c.write(refused.status, refusal{refused.text})
	case errors.As(err, &theirs):
		c.write(http.StatusBadRequest, refusal{theirs.Error()})
	default:
		s.log.Error("a request failed", "path", r.URL.Path, "error", err)
		c.write(http.StatusInternalServerError, refusal{"something went wrong here"})
	}
}

// read reads the parameters: of the query, of a form, or of one in parts.
func (c *call) read() error {
	var err error
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/form-data") {
		err = c.r.ParseMultipartForm(MaxBody)
	} else {
		err = c.r.ParseForm()
	}
	if err != nil {
		return refuse("the form cannot be read: %v", err)
	}
	c.form = c.r.Form
	return nil
}

// letIn finds whose call it is.
func (c *call) letIn() error {
	from, ok, err := c.s.access.byToken(c.r.Context(), c.form.Get("api_user"), c.form.Get("api_key"))
	if err != nil {
		return err
	}
	if !ok || c.form.Get("api_user") == "" && !c.s.access.open {
		if c.s.access.failed(c.s.addressOf(c.r)) {
			return &callError{http.StatusTooManyRequests, "too many wrong credentials from this address, wait a minute"}
		}
		return &callError{http.StatusUnauthorized, "Permission denied, wrong credentials"}
	}
	c.who = from
	noteWho(c.r.Context(), from.Token)
	c.terms, err = c.s.books.Terms(c.r.Context())
	return err
}

func (c *call) answer(name, format string) (wire, error) {
	if format != "json" && format != "xml" {
		return nil, &callError{http.StatusNotFound, fmt.Sprintf("format %q, expected json or xml", names.Clip(format))}
	}
	do, ok := calls[name]
	if !ok {
		return nil, &callError{http.StatusNotFound, fmt.Sprintf("%s is not served here: these books answer billing, billing.list, billing.get, packages, account, pending, add, delete and manage", names.Clip(name))}
	}
	return do(c)
}

// mayWrite refuses a call that changes the books from a token that only reads.
func (c *call) mayWrite() error {
	if !c.who.Write {
		return &callError{http.StatusForbidden, "this token only reads"}
	}
	if c.s.access.open && c.r.Method != http.MethodPost {
		return &callError{http.StatusMethodNotAllowed, "expected POST: a page of another site could send this without a token"}
	}
	return nil
}

func (c *call) write(status int, answer wire) {
	body := answer.AppendJSON
	if c.xml {
		body = answer.AppendXML
	}
	c.head(status)
	_, _ = c.w.Write(body(nil))
}

// head begins the answer.
func (c *call) head(status int) {
	kind := "application/json"
	if c.xml {
		kind = "text/xml; charset=utf-8"
	}
	c.w.Header().Set("Content-Type", kind)
	c.w.WriteHeader(status)
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// asJSON is a value as JSON, whose characters of HTML stay as they are.
func asJSON(b []byte, value any) []byte {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // of texts and numbers
	return append(b, buffer.Bytes()...)
}

// element is an element with text.
func element(b []byte, name, text string) []byte {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(text))
	return append(append(append(b, "<"+name+">"...), escaped.Bytes()...), "</"+name+">"...)
}

// success is the answer to what was done.
type success struct{}

func (success) AppendJSON(b []byte) []byte { return append(b, `{"message":"success"}`+"\n"...) }
func (success) AppendXML(b []byte) []byte {
	return append(b, xmlHead+"<result><message>success</message></result>\n"...)
}

// refusal is the Distributor's answer to what cannot be done.
type refusal struct{ text string }

func (r refusal) AppendJSON(b []byte) []byte {
	return asJSON(b, struct {
		Message string   `json:"message"`
		Errors  []string `json:"errors"`
	}{"error", []string{r.text}})
}

func (r refusal) AppendXML(b []byte) []byte {
	b = append(b, xmlHead+"<result><message>error</message><errors>"...)
	return append(element(b, "error", r.text), "</errors></result>\n"...)
}

// notLetIn is its answer to wrong credentials.
type notLetIn string

func (n notLetIn) AppendJSON(b []byte) []byte {
	type code struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	return asJSON(b, struct {
		Error code `json:"error"`
	}{code{http.StatusUnauthorized, string(n)}})
}

func (n notLetIn) AppendXML(b []byte) []byte {
	b = append(b, xmlHead+"<error><code>401</code>"...)
	return append(element(b, "message", string(n)), "</error>\n"...)
}

// record records an event, unless it would make no sense where it stands.
func (c *call) record(e account.Event) (wire, error) {
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	ctx := c.r.Context()
	if e.ID = newID(); e.At.IsZero() {
		e.At = c.s.now()
	}
	events, err := c.s.books.EventsOf(ctx, e.Account)
	var unknown *books.UnknownAccountError
	if err != nil && !(errors.As(err, &unknown) && e.Type == account.Created) {
		return nil, unknownAccount(err)
	}
	catalogue, err := invoice.NewCatalogue(c.terms.Packages, invoice.Retail)
	if err != nil {
		return nil, err
	}
	problem, err := newProblem(events, e, &catalogue, c.terms.Policy)
	if err != nil {
		return nil, refuse("%v", err)
	}
	if problem != "" {
		return nil, refuse("%s", problem)
	}
	recorded, err := c.s.books.Record(ctx, books.Recording{Events: books.Each(e), Now: c.s.recordInstant()})
	var problems books.Problems
	if errors.As(err, &problems) {
		return nil, refuse("%v", err)
	}
	if err != nil {
		return nil, err
	}
	c.s.meters.events.Add(recorded.Events)
	c.s.home.drop()
	return success{}, nil
}

// newProblem says why an event makes no sense beside others, or another does with it; empty where all is as it was.
func newProblem(events []account.Event, e account.Event, catalogue *invoice.Catalogue, policy invoice.Policy) (string, error) {
	before, err := account.Check(events, catalogue, policy)
	if err != nil {
		return "", err
	}
	known := map[string]bool{}
	for i := range before {
		known[before[i].Event.ID] = true
	}
	after, err := account.Check(append(slices.Clone(events), e), catalogue, policy)
	if err != nil {
		return "", err
	}
	for i := range after {
		if !known[after[i].Event.ID] {
			return after[i].Reason, nil
		}
	}
	return "", nil
}

// one is the parameter that names an account.
func (c *call) one(name string) (string, error) {
	if user := c.form.Get(name); user != "" {
		return user, nil
	}
	return "", refuse("%s is missing", name)
}

// standing is where an account stands.
func (c *call) standing(user string) (*account.Current, error) {
	st, err := c.s.standing(c.r.Context(), user)
	if err != nil {
		return nil, unknownAccount(err)
	}
	return &st.Current, nil
}
