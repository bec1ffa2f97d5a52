package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
)

// story is what happened to one account, and how it is billed.
type story struct {
	*rand.Rand
	name   string
	events []account.Event
	made   int

	singles map[string]distributor.Invoices // of an upstream with two errors: what it would bill with one of them, by its cause
}

func newStory(r *rand.Rand, name string) *story { return &story{Rand: r, name: name} }

func (s *story) pick(names []string) string { return names[s.IntN(len(names))] }

// at is an instant of a day, whole seconds.
func (s *story) at(day cycle.Date) time.Time {
	return day.Start(time.UTC).Add(time.Duration(1+s.IntN(86398)) * time.Second)
}

func (s *story) add(e account.Event) *account.Event {
	s.made++
	e.ID, e.Account = fmt.Sprintf("%s-%d", s.name, s.made), s.name
	s.events = append(s.events, e)
	return &s.events[len(s.events)-1]
}

func (s *story) create(day cycle.Date, name string) *account.Event {
	return s.add(account.Event{Type: account.Created, At: s.at(day), Package: name})
}

func (s *story) change(day cycle.Date, name string) *account.Event {
	return s.add(account.Event{Type: account.PackageChanged, At: s.at(day), Package: name})
}

func (s *story) close(day cycle.Date) *account.Event {
	return s.add(account.Event{Type: account.Closed, At: s.at(day)})
}

func (s *story) use(day cycle.Date, credits int64) *account.Event {
	return s.add(account.Event{Type: account.UsageRecorded, At: s.at(day), Credits: credits})
}

func (s *story) charge(day cycle.Date, minor int64) *account.Event {
	return s.add(account.Event{Type: account.ChargeAdded, At: s.at(day), Amount: money.New(minor, money.USD), Description: "extra"})
}

// day is one of the days from a to b.
func (s *story) day(a, b string) cycle.Date {
	from := date(a)
	return from.AddDays(s.IntN(date(b).Sub(from) + 1))
}

// begin creates the account, sometimes with a first period of its own, and uses some credits.
func (s *story) begin(name string) cycle.Date {
	day := s.day("2025-03-01", "2025-06-30")
	e := s.create(day, name)
	if s.IntN(4) == 0 {
		e.BillingDate = day.AddDays(5 + s.IntN(20))
	}
	return day
}

// weekly uses credits about once a week.
func (s *story) weekly(from, to cycle.Date, most int) {
	for d := from.AddDays(1); d.Before(to); d = d.AddDays(5 + s.IntN(4)) {
		s.use(d, int64(1+s.IntN(most)))
	}
}

// anything happens to the account.
func (s *story) anything() {
	day := s.begin(s.pick(append(paid, "Free")))
	s.weekly(day, through, 30000)
	if s.IntN(2) == 0 {
		e := s.change(s.day("2025-07-05", "2025-09-20"), s.pick(paid))
		e.Effective = account.Effective(s.IntN(2))
		if s.IntN(4) == 0 {
			e.RecordedAt = e.At.AddDate(0, 0, 1+s.IntN(40))
		}
	}
	for range s.IntN(3) {
		s.charge(s.day("2025-07-01", "2025-12-20"), int64(s.IntN(4000)-1500))
	}
	if s.IntN(2) == 0 {
		s.use(s.day("2025-07-01", "2025-09-01"), int64(s.IntN(90000))).RecordedAt = s.at(s.day("2025-09-10", "2025-10-20"))
	}
	if s.IntN(2) == 0 {
		s.close(s.day("2025-09-25", "2025-12-10")).Effective = account.Effective(s.IntN(2))
	}
}

// only returns the index of the latest event of a type.
func (s *story) only(t account.Type) int {
	for i := len(s.events) - 1; i >= 0; i-- {
		if s.events[i].Type == t {
			return i
		}
	}
	return -1
}

// closed is an account that closes in the middle of a period; changed one that changes.
func (s *story) closed() {
	day := s.begin(s.pick(paid))
	s.close(s.day("2025-09-05", "2025-11-20"))
	s.weekly(day, date("2025-09-01"), 20000)
}

func (s *story) changed() {
	day := s.begin(s.pick(paid))
	from := s.events[0].Package
	for s.change(s.day("2025-08-05", "2025-10-20"), s.pick(paid)); s.events[1].Package == from; s.events[1].Package = s.pick(paid) {
	}
	s.weekly(day, through, 20000)
}

// used is an account that uses more than is included.
func (s *story) used() {
	day := s.begin(s.pick(paid[:3]))
	s.weekly(day, through, 30000)
}

// later moves an instant by days.
func later(e *account.Event, days int) { e.At = e.At.AddDate(0, 0, days) }

// daysOff is 1 to 10, earlier or later.
func (s *story) daysOff() int {
	k := 1 + s.IntN(10)
	if s.IntN(2) == 0 {
		return -k
	}
	return k
}
