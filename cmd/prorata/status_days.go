package main

import (
	"cmp"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// statusDays finds the days on which invoices got the status that they have, of one account after the other.
type statusDays struct {
	eventsOf func(account string) ([]account.Event, error)
	err      error // the first of eventsOf
	zone     *time.Location
	account  string
	statuses []account.Event // of the account, without those that are voided
}

// of is the day of the last event that gives the invoice its status, or of the first if no other counts after it. It is the zero
// Date where no event does.
func (s *statusDays) of(inv *invoice.Invoice) cycle.Date {
	if s.account != inv.Account || s.statuses == nil {
		s.read(inv.Account)
	}
	found, number := (*account.Event)(nil), inv.Number.String()
	for i := range s.statuses {
		e := &s.statuses[i]
		if e.Invoice != number || e.Status != inv.Status {
			continue
		}
		if final := inv.Status == invoice.Refunded || inv.Status == invoice.Canceled; found == nil || final == (e.Compare(found) < 0) {
			found = e
		}
	}
	if found == nil {
		return cycle.Date{}
	}
	day, err := cycle.DateOf(found.At, s.zone)
	if err != nil { // no event that was read is outside the calendar
		return cycle.Date{}
	}
	return day
}

func (s *statusDays) read(name string) {
	s.account, s.statuses = name, []account.Event{}
	events, err := s.eventsOf(name)
	s.err = cmp.Or(s.err, err)
	voided := map[string]bool{}
	for i := range events {
		if events[i].Type == account.EventVoided {
			voided[events[i].Voids] = true
		}
	}
	for i := range events {
		if events[i].Type == account.InvoiceStatusChanged && !voided[events[i].ID] {
			s.statuses = append(s.statuses, events[i])
		}
	}
}
