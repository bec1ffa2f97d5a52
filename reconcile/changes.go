package reconcile

import (
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// changes lists the changes worth trying for the group: those of a tier together, the most plausible first.
func (s *search) changes() []change {
	s.statedChanges()
	s.eventChanges()
	s.lineChanges()
	s.shiftChanges()
	s.unknownCloses()
	s.priceChanges()
	s.effectChanges()
	s.packageChanges()
	s.dayChanges()
	s.cutChanges()
	s.boundaryChanges()
	s.roundingChanges()
	s.usageChanges()
	slices.SortStableFunc(s.list, func(a, b change) int { return a.order() - b.order() })
	return s.list
}

// add adds a change, unless it cannot change what differs.
func (s *search) add(cause Cause, may kindSet, fact string, apply func(a assumptions) assumptions) {
	if may&s.differs != 0 || len(s.group.Theirs) == 0 {
		s.list = append(s.list, change{cause: cause, tier: cause.tier(), fact: fact, may: may, apply: apply})
	}
}

// share marks the changes that are added as no matter of one account.
func (s *search) share(add func()) {
	n := len(s.list)
	add()
	for i := range s.list[n:] {
		s.list[n+i].shared = true
	}
}

// policy adds a change of the policy.
func (s *search) policy(cause Cause, may kindSet, fact string, set func(p *invoice.Policy)) {
	s.share(func() { s.add(cause, may, fact, func(a assumptions) assumptions { return a.withPolicy(set) }) })
}

// arithmetic adds a change of the policy's arithmetic only.
func (s *search) arithmetic(cause Cause, may kindSet, fact string, set func(p *invoice.Policy)) {
	n := len(s.list)
	s.policy(cause, may, fact, set)
	for i := range s.list[n:] {
		s.list[n+i].arithmetic = set
	}
}

// maxShift is how many days earlier or later an event is tried.
const maxShift = 10

// maxEvents is how many events of an account, those nearest to the group's days, are changed one by one.
const maxEvents = 48

// nearEvents are the events that may shape the group: those not long before or after it. A creation, a cancellation and what was
// scheduled always may.
func (s *search) nearEvents(visit func(i int, e *account.Event, day cycle.Date)) {
	from, to := s.group.Period.Start.AddDays(-62), s.group.Period.End.AddDays(62)
	type found struct {
		i, away int
		day     cycle.Date
	}
	var list []found
	for i := range s.recent.events {
		e := &s.recent.events[i]
		if e.Type == account.UsageRecorded || e.Type == account.InvoiceStatusChanged || e.Type == account.EventVoided || i == 0 && s.recent.shortened {
			continue
		}
		day, err := cycle.DateOf(e.At, s.recent.policy.TimeZone)
		if err != nil || day.After(to) {
			continue
		}
		if !day.Before(from) || e.Type == account.Created || e.Type == account.ChangeCancelled || e.Type == account.PackageChanged ||
			e.Effective == account.PeriodEnd || e.Known().After(from.Start(nil)) {
			list = append(list, found{i, int(abs(int64(day.Sub(s.group.Period.End)))), day})
		}
	}
	if len(list) > maxEvents {
		slices.SortStableFunc(list, func(a, b found) int { return a.away - b.away })
		list = list[:maxEvents]
		slices.SortFunc(list, func(a, b found) int { return a.i - b.i })
	}
	for _, f := range list {
		visit(f.i, &s.recent.events[f.i], f.day)
	}
}

// isRecent reports that a day is not long before the group's.
func (s *search) isRecent(e *account.Event, day cycle.Date) bool {
	from := s.group.Period.Start.AddDays(-62)
	return !day.Before(from) || e.Type == account.Created || e.Type == account.ChangeCancelled || e.Effective == account.PeriodEnd || e.Known().After(from.Start(nil))
}

// statedChanges are what the rows themselves say: their credits, their package, their quantity.
func (s *search) statedChanges() {
	if len(s.group.Theirs) == 0 || len(s.group.Ours) == 0 {
		return
	}
	s.statedCredits()
	for _, t := range s.group.Theirs {
		if t.units > 1 {
			s.list = append(s.list, change{cause: Quantity, tier: stated, fact: fmt.Sprintf("for %d units, as their %s states", t.units, t.Name()), may: onRecurring,
				figures: func(ours Figures) (Figures, bool) { ours[Recurring] *= t.units; return ours, true }})
			break
		}
	}
	if name := s.pkg; name != "" {
		s.eachPackage(func(i int, e *account.Event) {
			if e.Package != name {
				n := len(s.list)
				s.add(OtherPackage, onAny, fmt.Sprintf("as %s, which their row states, not as %s", name, e.Package), changing(i, func(e *account.Event) { e.Package = name }))
				for j := range s.list[n:] {
					s.list[n+j].pkg, s.list[n+j].first = name, true
				}
			}
		})
	}
}

// order is that in which changes are tried: what a row states first.
func (c *change) order() int {
	if c.first {
		return int(stated)
	}
	return int(c.tier)
}

// theirPackage is the package that their rows state, where it is one of the list and another than on our invoices.
func (s *search) theirPackage() string {
	ours := map[string]bool{"": true}
	for _, o := range s.group.Ours {
		ours[o.Package] = true
	}
	for _, t := range s.group.Theirs {
		if !ours[t.Package] && s.catalogue.On(t.Package, t.Period.Start) != nil {
			return t.Package
		}
		ours[t.Package] = true
	}
	return ""
}

// eachPackage visits the events that put a package in force before the end of the group's days, the latest first: they matter most.
func (s *search) eachPackage(visit func(i int, e *account.Event)) {
	tried := 0
	for i := len(s.recent.events) - 1; i >= 0 && tried < maxEvents; i-- {
		e := &s.recent.events[i]
		if e.Type != account.Created && e.Type != account.PackageChanged {
			continue
		}
		if day, err := cycle.DateOf(e.At, s.recent.policy.TimeZone); err == nil && day.Before(s.group.Period.End) {
			tried++
			visit(i, e)
		}
	}
}

// lineChanges are those of our lines that they bill twice, or credits that they do not give.
func (s *search) lineChanges() {
	if len(s.group.Ours) == 0 || len(s.group.Theirs) == 0 || s.group.Class == Duplicate { // which says it already
		return
	}
	tried := 0
	for _, o := range s.group.Ours {
		for i := range o.charges {
			c := &o.charges[i]
			if c.kind == Other || c.amount == 0 || !s.differs.has(c.kind) || tried == maxEvents {
				continue
			}
			tried++
			cause, words, times := ChargedTwice, "twice", int64(+1)
			if c.amount < 0 {
				cause, words, times = CreditMissing, "not at all", -1
			}
			s.list = append(s.list, change{cause: cause, tier: existence, may: 1 << c.kind,
				fact: fmt.Sprintf("the line of %s for %s, %s, %s", s.group.number(c.amount), c.line.Package, c.days, words),
				figures: func(ours Figures) (Figures, bool) {
					ours[c.kind] += times * c.amount
					return ours, true
				}})
		}
	}
	if len(s.group.Ours) == 1 && s.group.Ours[0].charged() > 1 { // of one line it has been said
		s.list = append(s.list, change{cause: ChargedTwice, tier: existence, may: s.differs, fact: fmt.Sprintf("our whole invoice of %s twice", s.group.Ours[0].Date),
			figures: func(ours Figures) (Figures, bool) { return ours.plus(ours), true }})
	}
}
