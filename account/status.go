package account

import (
	"fmt"
	"slices"
	"sort"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// final reports that no status comes after one.
func final(s invoice.Status) bool { return s == invoice.Canceled || s == invoice.Refunded }

// standing is where an invoice stands that events cancel or refund.
type standing struct {
	day      cycle.Date     // of the invoice
	statuses []*entry       // that are final, in order
	counted  invoice.Status // what the book has taken account of: one that is final, or Unpaid
}

// findStandings lists the invoices that events cancel or refund, by day, and when their statuses
// become known and are voided.
func (b *billing) findStandings() {
	list := b.standings[:0]
	for _, e := range b.history.statuses {
		if day, own := b.numbers.Day(e.event().Invoice); own && final(e.event().Status) {
			list = append(list, standing{day: day, statuses: []*entry{e}})
		}
	}
	slices.SortStableFunc(list, func(x, y standing) int { return x.day.Compare(y.day) })
	b.standings = list[:0]
	for _, s := range list {
		if n := len(b.standings); n > 0 && b.standings[n-1].day == s.day {
			b.standings[n-1].statuses = append(b.standings[n-1].statuses, s.statuses...)
			continue
		}
		b.standings = append(b.standings, s)
	}
	for i := range b.standings {
		for _, e := range b.standings[i].statuses {
			e.place = int32(i)
			b.history.learn(&b.statusNews, e)
		}
	}
	slices.SortStableFunc(b.statusNews, func(x, y learning) int { return x.when.Compare(y.when) })
}

// countStatuses takes account of the invoices that are canceled or refunded as known by an
// instant: what was billed by them counts as not billed.
func (b *billing) countStatuses(by instant) error {
	for _, i := range b.dueStandings(by) {
		s := &b.standings[i]
		at, made := b.invoiceOf(s.day)
		if !made { // it is due again when it is
			continue
		}
		if slices.ContainsFunc(s.statuses, func(e *entry) bool { return e.at.Before(b.created[at]) }) {
			b.unsure = append(b.unsure, i)
		}
		now := b.statusOf(s, at, by)
		if now == s.counted {
			continue
		}
		lines := b.made[at].Lines
		if err := b.countInvoice(lines, s.counted, true); err != nil {
			return err
		}
		if err := b.countInvoice(lines, now, false); err != nil {
			return err
		}
		s.counted = now
		for i := range lines {
			key := lines[i].Key()
			b.touch(onlyDay(key.Period))
			b.restate(&key)
		}
	}
	return nil
}

// statusWaits reports that an invoice is canceled or refunded, which the next one is to take account
// of: the status may have been recorded before the invoice was cut.
func (b *billing) statusWaits() bool {
	for i := range b.standings {
		s := &b.standings[i]
		if at, made := b.invoiceOf(s.day); made && b.statusOf(s, at, b.compared.by) != s.counted {
			return true
		}
	}
	return false
}

// dueStandings are the places of the standings that may have changed since the last cut, by day:
// a status became known or was voided, or the invoice was made; and those that depend on when
// the account is known to be created. To look at all on each cut takes the square of their number.
func (b *billing) dueStandings(by instant) []int32 {
	due := append(b.due[:0], b.unsure...)
	b.unsure = b.unsure[:0]
	for ; b.statusesKnown < len(b.statusNews) && !b.statusNews[b.statusesKnown].when.After(by); b.statusesKnown++ {
		due = append(due, b.statusNews[b.statusesKnown].place)
	}
	for ; b.statusesMade < len(b.made); b.statusesMade++ {
		if i, found := b.placeOf(b.made[b.statusesMade].Date); found {
			due = append(due, int32(i))
		}
	}
	slices.Sort(due)
	b.due = slices.Compact(due)
	return b.due
}

// restate gives what was billed for a key the facts of the last invoice about it that is not
// canceled.
func (b *billing) restate(key *invoice.Key) {
	for i := len(b.made) - 1; i >= 0 && !b.made[i].Date.Before(key.Period); i-- {
		for n := range b.made[i].Lines {
			l := &b.made[i].Lines[n]
			if is := l.Key(); is != *key {
				continue
			}
			if s, found := b.standingOf(b.made[i].Date); !found || s.counted != invoice.Canceled {
				b.book.Restate(l)
				return
			}
		}
	}
}

func (b *billing) standingOf(day cycle.Date) (*standing, bool) {
	at, found := b.placeOf(day)
	if !found {
		return nil, false
	}
	return &b.standings[at], true
}

// placeOf is the place of the standing of a day's invoice.
func (b *billing) placeOf(day cycle.Date) (int, bool) {
	return slices.BinarySearchFunc(b.standings, day, func(s standing, day cycle.Date) int { return s.day.Compare(day) })
}

// countInvoice takes account of the status of an invoice with some lines, or takes that back.
func (b *billing) countInvoice(lines []invoice.Line, status invoice.Status, back bool) error {
	switch status {
	case invoice.Canceled:
		return b.book.Withdraw(lines, back)
	case invoice.Refunded:
		return b.book.Refund(lines, back)
	}
	return nil
}

// statusOf is the final status of an invoice as known by an instant: the first in order stands.
func (b *billing) statusOf(s *standing, made int, by instant) invoice.Status {
	for _, e := range s.statuses {
		if b.history.counts(e, by) && !b.beforeCreation(e, made) {
			return e.event().Status
		}
	}
	return invoice.Unpaid
}

// beforeCreation reports that a status is from before the account was created, by what is known
// now and by what was known to the invoice it is of: voiding the creation later does not bring
// back an invoice that was canceled.
func (b *billing) beforeCreation(e *entry, made int) bool {
	return e.at.Before(b.created[made]) && (b.view.phase == nil || e.at.Before(b.view.created()))
}

func (b *billing) invoiceOf(day cycle.Date) (int, bool) {
	at := sort.Search(len(b.made), func(i int) bool { return !b.made[i].Date.Before(day) })
	return at, at < len(b.made) && b.made[at].Date == day
}

// SetStatuses gives invoices that were issued to an account, in the order of their dates, the statuses that its events say they
// have, with everything known; without one an invoice is Unpaid, or Paid where it is zero. The invoices may be some of all, and usage
// and charges need not be among the events.
func (b *Biller) SetStatuses(events []Event, issued []invoice.Invoice) error {
	if len(issued) == 0 {
		return nil
	}
	if err := b.history.fill(events, b.setTerms()); err != nil {
		return err
	}
	one := &b.billing
	b.startBook()
	one.begin(b.terms, issued[0].Account, &b.history)
	for i := range issued {
		one.remember(&issued[i])
		issued[i].Status = issued[i].StatusAtIssue()
	}
	one.setStatuses(issued, lastDay)
	return nil
}

// setStatuses gives invoices the status that events say they have, with everything known. A
// status of an invoice that is not there makes no sense, unless it may come after through, and
// none does after one that is final.
func (b *billing) setStatuses(invoices []invoice.Invoice, through cycle.Date) []Anomaly {
	var anomalies []Anomaly
	if len(b.history.statuses) > 0 {
		b.learn(b.history.allKnown)
	}
	for _, e := range b.history.statuses {
		if e.voided {
			continue
		}
		day, own := b.numbers.Day(e.event().Invoice)
		at, found := b.invoiceOf(day)
		found = found && own
		var why fault
		switch {
		case found && b.beforeCreation(e, at):
			why = fault{NotCreated, b.view.reason(NotCreated, e)}
		case found && final(invoices[at].Status):
			why = fault{StatusIsFinal, fmt.Sprintf("the invoice is %s, which no later status changes; a mistake is voided", invoices[at].Status.Key())}
		case found:
			invoices[at].Status = e.event().Status
		case !own || !day.After(through):
			why = fault{UnknownInvoice, fmt.Sprintf("the account has no invoice %q", shown(e.event().Invoice))}
		}
		if why.code != 0 {
			anomalies = append(anomalies, Anomaly{Event: *e.event(), Code: why.code, Reason: why.reason})
		}
	}
	return anomalies
}
