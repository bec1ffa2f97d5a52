package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// accountsShown is how many accounts a page of the list has.
const accountsShown = 50

// accountList is a page of the list of accounts.
type accountList struct {
	Query, Status string
	Rows          []accountRow
	Next          string // the first name of the next page
	From          string
	Any           bool // there are accounts at all
}

type accountRow struct {
	account.Current
	Due cycle.Date
}

// scanned is how many accounts a page looks at to find those asked for; the next page goes on from there.
const scanned = 2000

func (s *Server) accountsPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list := accountList{Query: q.Get("q"), Status: q.Get("status"), From: q.Get("from")}
	st, err := s.standing(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	looked := 0
	for a, err := range s.books.Accounts(r.Context(), list.From) {
		if err != nil {
			s.fail(w, r, err)
			return
		}
		list.Any = true
		if looked++; len(list.Rows) == accountsShown || looked > scanned {
			list.Next = a.Name
			break
		}
		if !strings.Contains(strings.ToLower(a.Name), strings.ToLower(list.Query)) {
			continue
		}
		c, err := st.of(r.Context(), a.Name)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if list.Status == "open" && !c.Open || list.Status == "closed" && c.Open {
			continue
		}
		list.Rows = append(list.Rows, accountRow{Current: c, Due: a.Next})
	}
	s.show(w, r, http.StatusOK, "accounts", page{Title: "Accounts", Place: "/accounts", Body: list})
}

// standing says where accounts stand today.
type standing struct {
	books  *books.Books
	biller *account.Biller
	today  cycle.Date
}

func (s *Server) standing(ctx context.Context) (*standing, error) {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return nil, err
	}
	today, err := s.today(&terms)
	if err != nil {
		return nil, err
	}
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Retail)
	if err != nil {
		return nil, err
	}
	biller, err := account.NewBiller(catalogue, terms.Policy)
	if err != nil {
		return nil, err
	}
	return &standing{books: s.books, biller: biller, today: today}, nil
}

// of is where an account stands.
func (st *standing) of(ctx context.Context, name string) (c account.Current, err error) {
	for c, err = range st.books.Status(ctx, st.today, name) {
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

func (st *standing) issued(ctx context.Context, name string) (list []invoice.Invoice, err error) {
	for inv, err := range st.books.Invoices(ctx, books.Which{Accounts: []string{name}}) {
		if err != nil {
			return nil, err
		}
		list = append(list, inv)
	}
	return list, nil
}

// Meter is the bar of credits used: what is included is its whole width, or what was used where that is more.
func (r accountRow) Meter() meter { return meterOf(&r.Current) }

type meter struct {
	Used, Over int // parts of 1,000
	Text       string
}

func meterOf(c *account.Current) (m meter) {
	whole := max(c.CreditsUsed, c.CreditsAllowed)
	if whole > 0 {
		m.Over = int(float64(c.CreditsOverage) / float64(whole) * 1000) // of a drawing: figures beside it are exact
		m.Used = min(1000-m.Over, int(float64(c.CreditsUsed-c.CreditsOverage)/float64(whole)*1000))
	}
	m.Text = fmt.Sprintf("%s of %s", grouped(c.CreditsUsed), grouped(c.CreditsAllowed))
	if c.CreditsOverage > 0 {
		m.Text += fmt.Sprintf(", %s over", grouped(c.CreditsOverage))
	}
	return m
}

// accountPage is all there is to an account.
type accountBody struct {
	Name      string
	Current   account.Current
	Meter     meter
	Invoices  []invoice.Invoice // newest first
	Total     money.Amount
	Events    []shownEvent // newest first
	Packages  []string
	Timeline  timeline
	Stretches []account.Stretch
	Today     cycle.Date
	WhatIf    *whatIf
	Asked     map[string]string // the form that WhatIf is of, to record it
	Done      string
	Wrong     string
}

// asked is what a form of the account's page was sent with.
type asked struct{ What, Package, Effective, Day, Amount, Description string }

// Form is what the form of an action shows: what it was sent with, where it was.
func (b *accountBody) Form(what string) asked {
	if b.Asked["what"] != what {
		return asked{What: what}
	}
	a := b.Asked
	return asked{what, a["package"], a["effective"], a["day"], a["amount"], a["description"]}
}

// shownEvent is an event of an account, with what became of it.
type shownEvent struct {
	account.Event
	Words   string
	Late    bool // it was recorded on a later day than it happened
	Voided  bool
	Problem string // why it makes no sense where it stands
}

// whatIf is what would come of something that has not happened.
type whatIf struct {
	Words     string
	Before    money.Amount // what the next invoice would be without it
	After     money.Amount
	Invoice   invoice.Invoice
	Anomalies []shownAnomaly
	Others    int // other events that make no sense then
}

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	b, err := s.accountBody(r.Context(), q.Get("name"))
	if err != nil {
		s.wrong(w, r, "There is no such account", err)
		return
	}
	b.Done = q.Get("done")
	if q.Has("what") {
		if b.WhatIf, err = s.whatIf(r.Context(), b, q); err != nil {
			b.Wrong = err.Error()
		}
		b.Asked = map[string]string{"id": newID()}
		for key := range q {
			if key != "id" {
				b.Asked[key] = q.Get(key)
			}
		}
	}
	s.show(w, r, http.StatusOK, "account", page{Title: b.Name, Place: "/accounts", Body: b})
}

func (s *Server) accountBody(ctx context.Context, name string) (*accountBody, error) {
	st, err := s.standing(ctx)
	if err != nil {
		return nil, err
	}
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return nil, err
	}
	b := &accountBody{Name: name, Today: st.today, Total: money.New(0, terms.Policy.MoneyCurrency())}
	events, err := s.books.EventsOf(ctx, name)
	if err != nil {
		return nil, unknownAccount(err)
	}
	if b.Invoices, err = st.issued(ctx, name); err != nil {
		return nil, err
	}
	if b.Current, err = st.of(ctx, name); err != nil {
		return nil, err
	}
	b.Meter = meterOf(&b.Current)
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Retail)
	if err != nil {
		return nil, err
	}
	anomalies, err := account.Check(events, &catalogue, terms.Policy)
	if err != nil {
		return nil, err
	}
	b.Events = showEvents(events, anomalies, terms.Policy)
	if b.Stretches, err = account.Stretches(events, catalogue, terms.Policy); err != nil {
		return nil, err
	}
	b.Timeline = drawTimeline(events, b.Stretches, b.Invoices, &b.Current, st.today, terms.Policy)
	for _, p := range terms.Packages {
		if !slices.Contains(b.Packages, p.Name) {
			b.Packages = append(b.Packages, p.Name)
		}
	}
	for i := range b.Invoices {
		if b.Invoices[i].Status == invoice.Canceled {
			continue
		}
		if b.Total, err = b.Total.Add(b.Invoices[i].FinalAmount); err != nil {
			return nil, err
		}
	}
	slices.Reverse(b.Invoices)
	return b, nil
}

// showEvents words events, the newest first.
func showEvents(events []account.Event, anomalies []account.Anomaly, policy invoice.Policy) []shownEvent {
	voided, reasons := map[string]bool{}, map[string]string{}
	for i := range events {
		if events[i].Type == account.EventVoided {
			voided[events[i].Voids] = true
		}
	}
	for i := range anomalies {
		reasons[anomalies[i].Event.ID] = anomalies[i].Reason
	}
	list := make([]shownEvent, len(events))
	for i := range events {
		e := events[i]
		happened, err := cycle.DateOf(e.At, policy.TimeZone)
		known, err2 := cycle.DateOf(e.Known(), policy.TimeZone)
		list[i] = shownEvent{Event: e, Words: words(&e), Voided: voided[e.ID], Problem: reasons[e.ID], Late: err == nil && err2 == nil && known.After(happened)}
	}
	slices.SortFunc(list, func(a, b shownEvent) int { return b.Event.Compare(&a.Event) })
	return list
}

// words says what an event is.
func words(e *account.Event) string {
	when := ""
	if e.Effective == account.PeriodEnd {
		when = " at the end of the billing period"
	}
	switch e.Type {
	case account.Created:
		if !e.BillingDate.IsZero() {
			return fmt.Sprintf("Created with %s, first billed on %s", e.Package, e.BillingDate)
		}
		return "Created with " + e.Package
	case account.PackageChanged:
		return "Changed to " + e.Package + when
	case account.Closed:
		return "Closed" + when
	case account.ChangeCancelled:
		return "The change that was waiting is cancelled"
	case account.UsageRecorded:
		return grouped(e.Credits) + " credits used"
	case account.ChargeAdded:
		kind := "Charge"
		if e.Amount.Sign() < 0 {
			kind = "Credit"
		}
		return fmt.Sprintf("%s of %s: %s", kind, shownMoney(e.Amount), e.Description)
	case account.InvoiceStatusChanged:
		return fmt.Sprintf("Invoice %s is %s", e.Invoice, strings.ToLower(e.Status.String()))
	case account.EventVoided:
		return "Event " + e.Voids + " is void"
	}
	return e.Type.String()
}

func accountURL(name string, more url.Values) string {
	q := url.Values{"name": {name}}
	for key, values := range more {
		q[key] = values
	}
	return "/account?" + q.Encode()
}
