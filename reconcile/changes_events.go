package reconcile

import (
	"fmt"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
)

// eventChanges are events that are missing on their side, that they have twice, or that they learned of at another time than we.
func (s *search) eventChanges() {
	period, date := s.group.Period, s.lastInvoiced()
	s.nearEvents(func(i int, e *account.Event, day cycle.Date) {
		recent := s.isRecent(e, day)
		if !recent && e.Type != account.PackageChanged { // an upgrade that they never made, however long ago
			return
		}
		switch e.Type {
		case account.Created:
			if len(s.group.Theirs) == 0 || i > 0 { // they bill something: an earlier life then
				s.add(CreationMissing, onAny, fmt.Sprintf("as if the account had not been created on %s", day), dropping(i))
			}
			return
		case account.Closed:
			s.add(ClosedStillBilled, onAny, fmt.Sprintf("as if the close of %s had not happened", day), dropping(i))
		case account.PackageChanged:
			s.add(ChangeIgnored, onAny, fmt.Sprintf("as if the change to %s on %s had not happened", e.Package, day), dropping(i))
		case account.ChargeAdded:
			s.chargeChanges(i, e, day)
			return
		case account.ChangeCancelled:
			s.add(CancellationMissing, onAny, fmt.Sprintf("as if the cancellation of %s had not happened", day), dropping(i))
		default:
			return
		}
		if day.Before(period.Start.AddDays(-93)) && !recent { // nobody learns of it so late
			return
		}
		if e.Known().After(e.At) {
			s.add(KnownAtOnce, onAny, fmt.Sprintf("as if the %s of %s had been known at once", noun(e), day),
				changing(i, func(e *account.Event) { e.RecordedAt = time.Time{} }))
			return
		}
		cut := date.AddDays(s.recent.policy.SettleDays)
		if !day.After(date) {
			s.add(KnownLate, onAny, fmt.Sprintf("as if the %s of %s had become known after the invoice of %s", noun(e), day, date),
				changing(i, func(e *account.Event) { e.RecordedAt = cut.AddDays(2).Start(nil) }))
		}
		if eve := cut.AddDays(-1); day.Before(eve) {
			s.add(KnownLate, onAny, fmt.Sprintf("as if the %s of %s had become known just before the invoice of %s", noun(e), day, date),
				changing(i, func(e *account.Event) { e.RecordedAt = eve.Start(s.recent.policy.TimeZone) }))
		}
	})
	s.oldChanges()
}

// maxOldChanges is how many package changes from long before are tried as not made.
const maxOldChanges = 4

// oldChanges are upgrades that they never made, however long ago, where the account's history was shortened.
func (s *search) oldChanges() {
	if !s.recent.shortened {
		return
	}
	from, tried := s.recent.events[0].At, 0
	for i := len(s.whole.events) - 1; i >= 0 && tried < maxOldChanges; i-- {
		e := &s.whole.events[i]
		if e.Type != account.PackageChanged || !e.At.Before(from) {
			continue
		}
		if day, err := cycle.DateOf(e.At, s.recent.policy.TimeZone); err == nil {
			tried++
			s.add(ChangeIgnored, onAny, fmt.Sprintf("as if the change to %s on %s had not happened", e.Package, day), func(assumptions) assumptions {
				return s.whole.without(i).around(s.group.Period, s.through)
			})
		}
	}
}

// lastInvoiced is the latest date of an invoice of the group: ours, or else theirs.
func (s *search) lastInvoiced() (date cycle.Date) {
	for _, o := range s.group.Ours {
		date = cycle.Later(date, o.Date)
	}
	if date.IsZero() {
		date = s.group.lastDate()
	}
	return date
}

func noun(e *account.Event) string {
	switch e.Type {
	case account.Closed:
		return "close"
	case account.PackageChanged:
		return "change to " + e.Package
	case account.ChangeCancelled:
		return "cancellation"
	}
	return "event"
}

// chargeChanges are a one-off charge or credit that is missing on their side, there twice, or on another invoice.
func (s *search) chargeChanges(i int, e *account.Event, day cycle.Date) {
	text, cause := fmt.Sprintf("the charge %q of %s on %s", e.Description, e.Amount.Number(), day), ChargeMissing
	if e.Amount.Sign() < 0 {
		text, cause = fmt.Sprintf("the credit %q of %s on %s", e.Description, e.Amount.Number(), day), CreditMissing
	}
	s.add(cause, onOther, "as if "+text+" had not been made", dropping(i))
	s.add(ChargedTwice, onOther, "as if "+text+" had been made twice", func(a assumptions) assumptions {
		again := a.events[i]
		again.ID += " (again)"
		return a.with(again)
	})
	for _, months := range []int{-1, +1} {
		s.add(NeighbouringInvoice, onOther, "as if "+text+" belonged to the neighbouring invoice",
			changing(i, func(e *account.Event) { e.At, e.RecordedAt = e.At.AddDate(0, months, 0), time.Time{} }))
	}
}

// shiftChanges take an event some days earlier or later, the fewest first.
func (s *search) shiftChanges() {
	otherDays := len(s.group.Theirs) > 0 && len(s.group.Ours) > 0 && !s.sameDays(s.base)
	for k := 1; k <= maxShift; k++ {
		for _, n := range []int{-k, k} {
			s.nearEvents(func(i int, e *account.Event, day cycle.Date) {
				if e.Effective == account.PeriodEnd || !s.isRecent(e, day) {
					return
				}
				move := func(cause Cause, verb string) {
					s.add(cause, onAny, fmt.Sprintf("as if %s on %s, not on %s", verb, day.AddDays(n), day), changing(i, func(e *account.Event) { shift(e, n) }))
				}
				switch {
				case e.Type == account.Created && otherDays: // another creation is another grid: not where the days agree
					move(CreationDate, "created")
				case e.Type == account.Closed:
					move(CloseDate, "closed")
				case e.Type == account.PackageChanged:
					move(ChangeDate, "changed to "+e.Package)
				}
			})
		}
	}
}

// unknownCloses are a close that we know nothing of: they bill no more, though another row was due. Of the days of their last row, one
// may print it.
func (s *search) unknownCloses() {
	open := false
	for i := range s.recent.events {
		switch s.recent.events[i].Type {
		case account.Created:
			open = true
		case account.Closed:
			open = false
		}
	}
	theirs := len(s.group.Theirs) > 0
	if !open && theirs {
		return // it is our own close then, on another day
	}
	var last *Row
	for _, t := range s.ledger.theirs {
		if last == nil || t.Period.End.After(last.Period.End) {
			last = t
		}
	}
	if last == nil {
		start := s.group.Period.Start
		s.add(CloseExtra, onAny, fmt.Sprintf("as if closed before %s", start), closing(start, 0))
		return
	}
	if theirs && (!slices.ContainsFunc(s.group.Theirs, func(t *Row) bool { return t.Period.End == last.Period.End }) || !last.Date.AddMonths(1).Before(s.scope.through) &&
		(len(s.group.Ours) == 0 || s.group.Period.Start.Before(last.Period.Start))) {
		return
	}
	busy := map[cycle.Date]bool{}
	for i := range s.recent.events {
		if day, err := cycle.DateOf(s.recent.events[i].At, s.recent.policy.TimeZone); err == nil {
			busy[day] = true
		}
	}
	for day := last.Period.End; !day.Before(cycle.Earlier(last.Period.Start, last.Period.End.AddDays(-31))); day = day.AddDays(-1) {
		fact := fmt.Sprintf("as if closed on %s", day)
		s.add(CloseExtra, onAny, fact, closing(day, time.Second))
		if busy[day] { // with that day's credits too
			s.add(CloseExtra, onAny, fact, closing(day, 24*time.Hour-time.Second))
		}
	}
}

// closing has the account close on a day, so long after its start.
func closing(day cycle.Date, after time.Duration) func(a assumptions) assumptions {
	return func(a assumptions) assumptions {
		at := day.Start(a.policy.TimeZone).Add(after)
		events := a.copied()
		for i := range a.events {
			if e := &a.events[i]; e.Type == account.Created && e.At.After(at) || e.Type != account.Closed && e.At.Before(at) {
				events = append(events, *e)
			}
		}
		if len(events) == 0 {
			return a.withEvents(nil)
		}
		return a.withEvents(append(events, account.Event{ID: "(a close)", Type: account.Closed, Account: events[0].Account, At: at}))
	}
}
