package server

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// accountsBody is the list of accounts.
type accountsBody struct {
	*list[accountRow]
	Package, Status string
	Packages        []string
	Statuses        []choice
}

// choice is a value of a field and what it is called.
type choice struct{ Value, Text string }

// accountStatuses are what the list of accounts can be cut down to.
var accountStatuses = []choice{
	{"", "all"}, {"open", "open"}, {"closed", "closed"}, {"waiting", "with a change or close waiting"}, {"overdue", "with something overdue"}, {"anomalies", "with events that are not billed"},
}

type accountRow struct {
	*position
	Meter meter
}

// scanned is how many accounts the API looks at to find those asked for; the next page goes on from there.
const scanned = 2000

var accountColumns = columnsOf[accountRow]{
	Name: "accounts", Path: "/accounts", Sort: "account", Length: 50, Fields: []string{"package", "status"},
	Columns: []column[accountRow]{
		textColumn("account", "Account", func(r *accountRow) string { return r.Current.Account }),
		textColumn("status", "", func(r *accountRow) string { return map[bool]string{true: "open", false: "closed"}[r.Current.Open] }),
		textColumn("package", "Package", func(r *accountRow) string { return r.Current.Package }),
		countColumn("credits_used", "Credits", func(r *accountRow) int64 { return r.Current.CreditsUsed }).asWords(),
		countColumn("credits_allowed", "", func(r *accountRow) int64 { return r.Current.CreditsAllowed }),
		countColumn("credits_overage", "", func(r *accountRow) int64 { return r.Current.CreditsOverage }),
		dateColumn("next_invoice", "Billed on", func(r *accountRow) cycle.Date { return r.Current.Next.Date }).optional(),
		amountColumn("projected_amount", "Next invoice", func(r *accountRow) money.Amount { return r.Current.Projected }),
		amountColumn("open", "Open", func(r *accountRow) money.Amount { return r.Balance.Open }).optional(),
		dateColumn("pending_date", "", func(r *accountRow) cycle.Date { return r.Current.Pending.Day }),
		textColumn("pending_package", "", func(r *accountRow) string { return r.Current.Pending.Package }),
	},
}

func (s *Server) accountsPage(w http.ResponseWriter, r *http.Request) {
	p, ok := s.positions(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	b := accountsBody{Package: q.Get("package"), Status: q.Get("status"), Statuses: accountStatuses}
	names := map[string]bool{}
	rows := make([]accountRow, 0, len(p.accounts))
	for _, one := range p.accounts {
		names[one.Current.Package] = true
		if one.is(b.Status) && (b.Package == "" || one.Current.Package == b.Package) {
			rows = append(rows, accountRow{position: one})
		}
	}
	delete(names, "")
	b.Packages = slices.Sorted(maps.Keys(names))
	b.list = accountColumns.of(rows, q)
	b.Of = len(p.accounts)
	if b.file(s, w, r, p.terms.Policy.MoneyCurrency()) {
		return
	}
	for i := range b.Rows {
		b.Rows[i].Meter = meterOf(&b.Rows[i].Current)
	}
	s.show(w, r, http.StatusOK, "accounts", page{Title: "Accounts", Place: "/accounts", Body: b})
}

// standing is what there is of an account, and where it stands today.
type standing struct {
	books.History
	*billing
	Current account.Current
}

// billing is how accounts are billed today.
type billing struct {
	today     cycle.Date
	catalogue invoice.Catalogue
	biller    *account.Biller
}

// standings yields where accounts stand, by their names, or all.
func (s *Server) standings(ctx context.Context, names ...string) iter.Seq2[*standing, error] {
	return func(yield func(*standing, error) bool) {
		var b *billing
		for h, err := range s.books.Histories(ctx, names...) {
			st := &standing{History: h}
			if err == nil && b == nil {
				b, err = s.billing(h.Terms)
			}
			if st.billing = b; err == nil {
				st.Current, err = b.biller.Status(h.Events, h.Issued, b.today)
			}
			if next := &st.Current.Next; err == nil && !next.Date.IsZero() {
				next.Number, err = next.Number.WithPrefix(s.books.NumberPrefix())
			}
			if !yield(st, err) || err != nil {
				return
			}
		}
	}
}

// standing is where one account stands.
func (s *Server) standing(ctx context.Context, name string) (st *standing, err error) {
	for st, err = range s.standings(ctx, name) {
		if err != nil {
			return nil, err
		}
	}
	return st, nil
}

func (s *Server) billing(terms *books.Terms) (b *billing, err error) {
	b = &billing{}
	if b.today, err = s.today(terms); err != nil {
		return nil, err
	}
	if b.catalogue, err = invoice.NewCatalogue(terms.Packages, invoice.Retail); err != nil {
		return nil, err
	}
	b.biller, err = account.NewBiller(b.catalogue, terms.Policy)
	return b, err
}

// meter is the bar of credits used: what is included is its whole width, or what was used where that is more.
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
	Standing  *standing
	Current   account.Current
	Meter     meter
	Issued    []invoice.Invoice // by date
	Invoices  *list[invoice.Invoice]
	Total     money.Amount
	Owes      books.Balance // today
	Late      money.Amount  // of it, what is overdue
	Events    *list[shownEvent]
	Currency  money.Currency
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
	Change    money.Amount
	Invoice   invoice.Invoice
	Anomalies []shownAnomaly
	Others    int // other events that make no sense then
}

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	b, err := s.accountBody(r.Context(), q.Get("name"), listsOnly(q))
	if err != nil {
		s.wrong(w, r, "There is no such account", err)
		return
	}
	if b.Invoices.file(s, w, r, b.Currency) || b.Events.file(s, w, r, b.Currency) {
		return
	}
	b.Done = q.Get("done")
	if q.Has("what") {
		if b.WhatIf, err = s.whatIf(b, q); err != nil {
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

// The lists on the page of an account.
var (
	accountInvoices = invoicesOf(columnsOf[invoice.Invoice]{
		Name: "invoices", Path: "/account", Anchor: "invoices", Prefix: "invoices.", Sort: "-date_invoiced", Length: 50,
	}, invoiceDate, invoiceNumber, invoicePeriod, invoiceStatus, invoiceTotal)

	accountEvents = columnsOf[shownEvent]{
		Name: "events", Path: "/account", Anchor: "events", Prefix: "events.", Sort: "-at", Length: 100,
		Columns: []column[shownEvent]{
			{Name: "at", Head: "When", Cell: func(e *shownEvent) string { return e.At.UTC().Format(time.RFC3339Nano) }, Order: func(a, b *shownEvent) int { return a.Event.Compare(&b.Event) }},
			textColumn("what", "What", func(e *shownEvent) string { return e.Words }),
			{Name: "recorded", Head: "Recorded", Optional: true, Cell: func(e *shownEvent) string { return e.Known().UTC().Format(time.RFC3339Nano) },
				Order: func(a, b *shownEvent) int { return a.Known().Compare(b.Known()) }},
			textColumn("type", "", func(e *shownEvent) string { return e.Type.String() }),
			textColumn("id", "", func(e *shownEvent) string { return e.ID }),
			textColumn("problem", "", func(e *shownEvent) string { return e.Problem }),
			textColumn("void", "", func(e *shownEvent) string { return map[bool]string{true: "void"}[e.Voided] }),
		},
	}
)

// listsOnly are the parameters of an address that say how the lists on the page of an account are shown.
func listsOnly(q url.Values) url.Values {
	only := url.Values{"name": {q.Get("name")}}
	for key := range q {
		if strings.HasPrefix(key, accountInvoices.Prefix) || strings.HasPrefix(key, accountEvents.Prefix) {
			only.Set(key, q.Get(key))
		}
	}
	return only
}

func (s *Server) accountBody(ctx context.Context, name string, q url.Values) (*accountBody, error) {
	st, err := s.standing(ctx, name)
	if err != nil {
		return nil, unknownAccount(err)
	}
	policy := st.Terms.Policy
	b := &accountBody{Name: name, Standing: st, Current: st.Current, Meter: meterOf(&st.Current), Today: st.today, Currency: policy.MoneyCurrency()}
	anomalies, err := account.Check(st.Events, &st.catalogue, policy)
	if err != nil {
		return nil, err
	}
	b.Events = accountEvents.of(showEvents(st.Events, anomalies, policy), q)
	if b.Stretches, err = account.Stretches(st.Events, st.catalogue, policy); err != nil {
		return nil, err
	}
	b.Timeline = drawTimeline(st.Events, b.Stretches, st.Issued, &b.Current, st.today, policy)
	for _, p := range st.Terms.Packages {
		if !slices.Contains(b.Packages, p.Name) {
			b.Packages = append(b.Packages, p.Name)
		}
	}
	if err := b.setOwes(ctx, s.books); err != nil {
		return nil, err
	}
	b.Total = money.New(0, b.Currency)
	for i := range st.Issued {
		if st.Issued[i].Status == invoice.Canceled {
			continue
		}
		if b.Total, err = b.Total.Add(st.Issued[i].FinalAmount); err != nil {
			return nil, err
		}
	}
	b.Issued, b.Invoices = st.Issued, accountInvoices.of(slices.Clone(st.Issued), q)
	return b, nil
}

// voidedIDs are the ids of events that are voided.
func voidedIDs(events []account.Event) map[string]bool {
	voided := map[string]bool{}
	for i := range events {
		if events[i].Type == account.EventVoided {
			voided[events[i].Voids] = true
		}
	}
	return voided
}

// setOwes sets what the account owes today.
func (b *accountBody) setOwes(ctx context.Context, from *books.Books) (err error) {
	b.Late = money.New(0, b.Currency)
	b.Owes.Open, b.Owes.Credit = b.Late, b.Late
	if len(b.Standing.Issued) == 0 {
		return nil
	}
	for b.Owes, err = range from.Balances(ctx, books.Balancing{AsOf: b.Today, PaymentDays: paymentDays, Accounts: []string{b.Name}}) {
		for i := 1; i < len(b.Owes.Ages) && err == nil; i++ {
			b.Late, err = b.Late.Add(b.Owes.Ages[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// showEvents words events, the newest first.
func showEvents(events []account.Event, anomalies []account.Anomaly, policy invoice.Policy) []shownEvent {
	voided, reasons := voidedIDs(events), map[string]string{}
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

// words says what an event does, as a sentence.
func words(e *account.Event) string {
	text := statement.EventWords(e, shownMoney)
	return strings.ToUpper(text[:1]) + text[1:]
}

func accountURL(name string, more url.Values) string {
	q := url.Values{"name": {name}}
	for key, values := range more {
		q[key] = values
	}
	return "/account?" + q.Encode()
}
