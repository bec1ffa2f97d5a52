package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// shownAnomaly is an event that makes no sense, and what can be done about it.
type shownAnomaly struct {
	Account, Event, Type, Reason, Advice string
	At                                   time.Time
}

func showAnomaly(a *account.Anomaly) shownAnomaly {
	return shownAnomaly{
		Account: a.Event.Account, Event: a.Event.ID, Type: a.Event.Type.String(), Reason: a.Reason, At: a.Event.At, Advice: advice[a.Code],
	}
}

// advice says what to do about an anomaly.
var advice = map[account.AnomalyCode]string{
	account.NotCreated:        "Record the creation if it is missing, with the instant it really had; else void this event.",
	account.AlreadyOpen:       "If it was meant as a change of package, record that; then void this event.",
	account.AlreadyClosed:     "If the account was created again, record that; if the close was a mistake, void the close; else void this event.",
	account.UnknownPackage:    "Add the package to the price list, or void this event and record it with the right name.",
	account.NothingToCancel:   "Void this event.",
	account.OutOfCalendar:     "Its date is wrong: void it, and record it again.",
	account.UnknownInvoice:    "Its number is wrong: void it, and record the status again.",
	account.StatusIsFinal:     "Canceled and refunded are final: if that was the mistake, void it; else void this event.",
	account.UnknownEvent:      "Its id is wrong: record the voiding again, and void this one.",
	account.AlreadyVoided:     "Nothing: the event is voided already.",
	account.VoidingOfAVoiding: "A voiding stays. Record the event that it voided again, under a new id.",
}

// runInstant is when a run of now would be: never before the last one.
func (s *Server) runInstant(ctx context.Context) time.Time {
	now := s.now()
	if head, err := s.books.Head(ctx); err == nil && head.At.After(now) {
		return head.At
	}
	return now
}

var runColumns = columnsOf[books.Run]{
	Name: "runs", Path: "/runs", Sort: "-run", Length: 100,
	Columns: []column[books.Run]{
		countColumn("run", "Run", func(r *books.Run) int64 { return r.Number }).asWords(),
		textColumn("at", "At (UTC)", func(r *books.Run) string { return r.At.UTC().Format(time.RFC3339) }),
		dateColumn("through", "Dated through", func(r *books.Run) cycle.Date { return r.Through }).optional(),
		countColumn("invoices", "Invoices", func(r *books.Run) int64 { return r.Invoices }),
		amountColumn("total", "Total", func(r *books.Run) money.Amount { return r.Total }),
		{Name: "seal", Head: "Seal", Optional: true, Cell: func(r *books.Run) string { return r.Seal }},
	},
}

func (s *Server) runsPage(w http.ResponseWriter, r *http.Request) {
	runs, err := s.books.Runs(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b := runColumns.of(runs, r.URL.Query())
	if !b.file(s, w, r, terms.Policy.MoneyCurrency()) {
		s.show(w, r, http.StatusOK, "runs", page{Title: "Runs", Place: "/runs", Body: b})
	}
}

// preview is what a run would issue.
type preview struct {
	Run       books.Run
	Invoices  []previewed
	More      int
	Total     money.Amount
	Accounts  int
	Anomalies []shownAnomaly
}

// previewed is an invoice that would be issued, beside the one of the account before it.
type previewed struct {
	Invoice invoice.Invoice
	Before  *money.Amount // what the one before came to
	Change  money.Amount
}

// Why says how an invoice comes about that is unlike the one before.
func (p *previewed) Why() string {
	if p.Change.IsZero() {
		return ""
	}
	var said []string
	for i := range p.Invoice.Lines {
		if l := &p.Invoice.Lines[i]; !l.Amount.IsZero() {
			said = append(said, l.Explanation())
		}
	}
	return strings.Join(said, "; ")
}

// mostPreviewed is how many invoices a preview lists; its total has all.
const mostPreviewed = 500

func (s *Server) previewPage(w http.ResponseWriter, r *http.Request) {
	p := preview{}
	issued, err := s.books.Issue(r.Context(), books.Issuing{Now: s.runInstant(r.Context()), DryRun: true, Each: func(list []invoice.Invoice) error {
		for i := range list {
			p.Invoices = append(p.Invoices, previewed{Invoice: list[i], Change: list[i].FinalAmount})
		}
		return nil
	}})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Run, p.Total, p.Accounts = issued.Run, issued.Run.Total, issued.Accounts
	for i := range issued.Anomalies {
		p.Anomalies = append(p.Anomalies, showAnomaly(&issued.Anomalies[i]))
	}
	if err := s.compare(r.Context(), p.Invoices); err != nil {
		s.fail(w, r, err)
		return
	}
	slices.SortStableFunc(p.Invoices, func(a, b previewed) int { return cmp.Compare(magnitude(b.Change), magnitude(a.Change)) })
	if len(p.Invoices) > mostPreviewed {
		p.More = len(p.Invoices) - mostPreviewed
		p.Invoices = p.Invoices[:mostPreviewed]
	}
	s.show(w, r, http.StatusOK, "preview", page{Title: "What would be issued now", Place: "/runs", Body: p})
}

func magnitude(a money.Amount) int64 { return max(a.Minor(), -a.Minor()) }

// compare sets what the invoices before came to: those that were issued, and those of the same run.
func (s *Server) compare(ctx context.Context, list []previewed) error {
	var names []string
	for i := range list {
		names = append(names, list[i].Invoice.Account)
	}
	if names = slices.Compact(slices.Sorted(slices.Values(names))); len(names) == 0 {
		return nil
	}
	last := map[string]money.Amount{}
	for inv, err := range s.books.Invoices(ctx, books.Which{Accounts: names}) {
		if err != nil {
			return err
		}
		last[inv.Account] = inv.FinalAmount
	}
	for i := range list {
		before, ok := last[list[i].Invoice.Account]
		last[list[i].Invoice.Account] = list[i].Invoice.FinalAmount
		if !ok {
			continue
		}
		change, err := list[i].Invoice.FinalAmount.Sub(before)
		if err != nil {
			return err
		}
		list[i].Before, list[i].Change = &before, change
	}
	return nil
}

// errChanged ends a run that would issue something else than was shown.
var errChanged = errors.New("what would be issued has changed since it was shown; look at it again")

func (s *Server) runAction(w http.ResponseWriter, r *http.Request) {
	shown, err := money.Parse(r.PostFormValue("total"))
	if err != nil {
		s.wrong(w, r, "The run was not started", badRequest("total %q, expected the total that the preview shows", r.PostFormValue("total")))
		return
	}
	now := s.runInstant(r.Context())
	would, err := s.books.Issue(r.Context(), books.Issuing{Now: now, DryRun: true})
	if err == nil && would.Run.Total != shown {
		err = &requestError{errChanged}
	}
	var issued books.Issued
	if err == nil {
		issued, err = s.books.Issue(r.Context(), books.Issuing{Now: now})
	}
	if err != nil {
		s.wrong(w, r, "Nothing was issued", err)
		return
	}
	s.home.drop()
	s.meters.issued(&issued)
	http.Redirect(w, r, "/invoices?run="+strconv.FormatInt(issued.Run.Number, 10), http.StatusSeeOther)
}
