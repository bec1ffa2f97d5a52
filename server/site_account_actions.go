package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
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

// unknownAccount makes the error of something that is not in the books one of whoever asked for it.
func unknownAccount(err error) error {
	if notThere(err) {
		return &requestError{err}
	}
	return err
}

// notThere reports that an error is about an account, an invoice or a run that is not in the books.
func notThere(err error) bool {
	var account *books.UnknownAccountError
	var number *books.UnknownInvoiceError
	var run *books.UnknownRunError
	return errors.As(err, &account) || errors.As(err, &number) || errors.As(err, &run)
}

// actions are what can be done with an account, by the value of "what" in a form.
var actions = map[string]func(e *account.Event, form url.Values, policy invoice.Policy) error{
	"close": func(e *account.Event, form url.Values, _ invoice.Policy) (err error) {
		e.Type = account.Closed
		return setEffective(e, form)
	},
	"change": func(e *account.Event, form url.Values, _ invoice.Policy) (err error) {
		e.Type, e.Package = account.PackageChanged, form.Get("package")
		if e.Package == "" {
			return badRequest("expected the package to change to")
		}
		return setEffective(e, form)
	},
	"charge": func(e *account.Event, form url.Values, policy invoice.Policy) (err error) {
		e.Type, e.Description = account.ChargeAdded, strings.TrimSpace(form.Get("description"))
		if e.Description == "" {
			return badRequest("expected what the charge is for: it stands on the invoice")
		}
		if e.Amount, err = money.ParseIn(strings.TrimSpace(form.Get("amount")), policy.MoneyCurrency()); err != nil {
			return badRequest("amount %q, expected a decimal such as 12.50, or -12.50 for a credit", form.Get("amount"))
		}
		return nil
	},
	"cancel": func(e *account.Event, _ url.Values, _ invoice.Policy) error {
		e.Type = account.ChangeCancelled
		return nil
	},
	"void": func(e *account.Event, form url.Values, _ invoice.Policy) error {
		e.Type, e.Voids = account.EventVoided, form.Get("event")
		if e.Voids == "" {
			return badRequest("expected the id of the event to void")
		}
		return nil
	},
	"status": func(e *account.Event, form url.Values, _ invoice.Policy) (err error) {
		e.Type, e.Invoice = account.InvoiceStatusChanged, form.Get("invoice")
		if e.Status, err = parseStatus(form.Get("status")); err != nil {
			return badRequest("status: %w", err)
		}
		return nil
	},
}

func setEffective(e *account.Event, form url.Values) (err error) {
	if text := form.Get("effective"); text != "" {
		if e.Effective, err = account.ParseEffective(text); err != nil {
			return badRequest("%w", err)
		}
	}
	return nil
}

// eventOf is the event that a form asks for. It happens on the form's day, or now.
func (s *Server) eventOf(name string, form url.Values, policy invoice.Policy) (account.Event, error) {
	make, ok := actions[form.Get("what")]
	if !ok {
		return account.Event{}, badRequest("what %q, expected one of close, change, charge, cancel, void and status", form.Get("what"))
	}
	e := account.Event{Account: name, At: s.now()}
	if text := form.Get("day"); text != "" {
		day, err := parseDay(text)
		if err != nil {
			return e, badRequest("day: %w", err)
		}
		if today, err := cycle.DateOf(e.At, policy.TimeZone); err != nil || day != today {
			e.At = day.Start(policy.TimeZone)
			e.RecordedAt = s.now()
		}
	}
	if err := make(&e, form, policy); err != nil {
		return e, err
	}
	e.ID = form.Get("id")
	if e.ID == "" {
		e.ID = newID()
	}
	return e, nil
}

// newID is an id that no event has. A form brings one with it, so that sending it twice records one event.
func newID() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // which never fails
	return "web-" + hex.EncodeToString(b)
}

// whatIf says what the next invoice would be if what a form asks for happened.
func (s *Server) whatIf(b *accountBody, form url.Values) (*whatIf, error) {
	e, err := s.eventOf(b.Name, form, b.Standing.Terms.Policy)
	if err != nil {
		return nil, err
	}
	return b.Standing.comesOf(e)
}

// comesOf says what the next invoice of an account would be if an event happened.
func (st *standing) comesOf(e account.Event) (*whatIf, error) {
	policy, events := st.Terms.Policy, st.Events
	day := st.today
	if on, err := cycle.DateOf(e.At, policy.TimeZone); err == nil && on.After(day) {
		day = on // nothing else happens until then
	}
	before, err := st.biller.Status(events, st.Issued, day)
	if err != nil {
		return nil, err
	}
	w := &whatIf{Words: wordsOf(&e, events, policy), Before: before.Projected}
	zero := money.New(0, policy.MoneyCurrency())
	if before.Next.Date.IsZero() {
		w.Before = zero
	}
	with := append(slices.Clone(events), e)
	after, err := st.biller.Status(with, st.Issued, day)
	if err != nil {
		return nil, err
	}
	if w.After = after.Projected; after.Next.Date.IsZero() {
		w.After = zero
	}
	w.Invoice = after.Next
	if w.Change, err = w.After.Sub(w.Before); err != nil {
		return nil, err
	}
	known, err := account.Check(events, &st.catalogue, policy)
	if err != nil {
		return nil, err
	}
	anomalies, err := account.Check(with, &st.catalogue, policy)
	if err != nil {
		return nil, err
	}
	for i := range anomalies {
		id := anomalies[i].Event.ID
		if id == e.ID {
			w.Anomalies = append(w.Anomalies, showAnomaly(&anomalies[i]))
		} else if !slices.ContainsFunc(known, func(a account.Anomaly) bool { return a.Event.ID == id }) {
			w.Others++
		}
	}
	return w, nil
}

// wordsOf says what an event of an account would be, and when; of a voiding, what the voided event is.
func wordsOf(e *account.Event, events []account.Event, policy invoice.Policy) string {
	said, of := words(e), e
	if e.Type == account.EventVoided {
		i := slices.IndexFunc(events, func(other account.Event) bool { return other.ID == e.Voids })
		if i < 0 {
			return said
		}
		of = &events[i]
		said += ": " + words(of)
	}
	if on, err := cycle.DateOf(of.At, policy.TimeZone); err == nil {
		said += ", " + longDay(on)
	}
	return said
}

// accountAction records what a form asks for.
func (s *Server) accountAction(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.wrong(w, r, "Nothing was recorded", badRequest("%w", err))
		return
	}
	name := r.PostFormValue("name")
	err := s.act(r.Context(), name, r.PostForm)
	if err != nil {
		var problems books.Problems
		if errors.As(err, &problems) {
			err = &requestError{err}
		}
		s.wrong(w, r, "Nothing was recorded", err)
		return
	}
	http.Redirect(w, r, accountURL(name, url.Values{"done": {"Recorded. Every figure here knows of it."}}), http.StatusSeeOther)
}

func (s *Server) act(ctx context.Context, name string, form url.Values) error {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return err
	}
	if _, err := s.books.EventsOf(ctx, name); err != nil {
		return unknownAccount(err)
	}
	e, err := s.eventOf(name, form, terms.Policy)
	if err != nil {
		return err
	}
	recorded, err := s.books.Record(ctx, books.Recording{Events: books.Each(e)})
	if err != nil {
		return err
	}
	s.meters.events.Add(recorded.Events)
	s.home.drop()
	return nil
}
