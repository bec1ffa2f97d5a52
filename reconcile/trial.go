package reconcile

import (
	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// trial bills what is tried, one change after the other, with the same memory: a group that differs is billed some hundred times. Each
// worker has one.
type trial struct {
	biller        account.Biller
	first, second room // of a change, and of another beside it
}

// newTrial is a trial that no other worker has; whoever is done with it puts it back.
func (r *reconciler) newTrial() *trial {
	if t, ok := r.trials.Get().(*trial); ok {
		return t
	}
	return &trial{biller: account.Biller{ReuseInvoices: true, InvoicesOnly: true}}
}

// room is memory for the events of a change, used again for the next one.
type room struct{ events []account.Event }

// bill is [assumptions.bill]; the invoices are good until the next bill.
func (t *trial) bill(a *assumptions, through cycle.Date) []invoice.Invoice {
	catalogue := a.terms()
	if catalogue == nil {
		return nil
	}
	if err := t.biller.SetTerms(*catalogue, a.policy); err != nil {
		return nil
	}
	bill, err := t.biller.Bill(a.events, through)
	if err != nil {
		return nil
	}
	return bill.Invoices
}

// bill bills what is tried for the group. The invoices are good until the next bill.
func (s *search) bill(a assumptions) []invoice.Invoice {
	if s.trial == nil {
		return a.bill(s.through)
	}
	return s.trial.bill(&a, s.through)
}

// copied is an empty slice with room for the events and one more.
func (a *assumptions) copied() []account.Event {
	n := len(a.events) + 1
	if a.room == nil {
		return make([]account.Event, 0, n)
	}
	if cap(a.room.events) < n {
		a.room.events = make([]account.Event, 0, 2*n)
	}
	return a.room.events[:0]
}

// trying are the assumptions to change, with memory for it.
func (s *search) trying() assumptions {
	a := s.recent
	if s.trial != nil {
		a.room = &s.trial.first
	}
	return a
}
