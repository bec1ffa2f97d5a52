package cycle

import (
	"errors"
	"fmt"

	"github.com/prorata-go/prorata/internal/mistake"
)

// maxEvery is the longest period, in months.
const maxEvery = 1200

// Schedule cuts time into periods of a number of months, counted from an anchor. Schedules compare with ==.
//
// The periods tile: each begins where the one before it ends, and every date from Start to 9999-12-31 lies in exactly one. The last
// period ends with that day, the last there is, however long it would have been; Whole is what it would have been. The zero value is
// "no schedule": its dates and periods are zero, and it holds no date.
type Schedule struct {
	start  Date  // the first day of period 0
	anchor Date  // what boundaries are counted from: start, or the end of a stub
	every  int32 // months, 1 to maxEvery
	end    mistake.MonthEnd
}

// NewSchedule gives the schedule of periods of every months (1 to 1200) from start on, a date in the years 1 to 9999.
func NewSchedule(start Date, every int) (Schedule, error) {
	if err := checkSchedule(start, every); err != nil {
		return Schedule{}, fmt.Errorf("new schedule: %w", err)
	}
	return Schedule{start: start, anchor: start, every: int32(every)}, nil
}

// NewStubSchedule gives the schedule whose first period is [start, billingDate) and whose next ones are every months (1 to 1200)
// long from billingDate on. The billing date must be later than start and at most every months after it: an account created on
// 2011-02-28 has its first monthly billing date on 2011-03-28 at the latest.
func NewStubSchedule(start, billingDate Date, every int) (Schedule, error) {
	if err := checkSchedule(start, every); err != nil {
		return Schedule{}, fmt.Errorf("new schedule: %w", err)
	}
	latest := Date{min(start.AddMonths(every).n, lastDay)}
	switch {
	case billingDate.IsZero():
		return Schedule{}, errors.New("new schedule: no billing date")
	case start.n == lastDay:
		return Schedule{}, fmt.Errorf("new schedule: a start on %s, the last day there is, has no billing date, expected none", start)
	case !billingDate.After(start):
		return Schedule{}, fmt.Errorf("new schedule: billing date %q is not later than the start, expected one from %s to %s", billingDate, start.AddDays(1), latest)
	case !billingDate.inRange():
		return Schedule{}, fmt.Errorf("new schedule: billing date %q: outside years 1 to 9999", billingDate)
	case billingDate.After(latest):
		return Schedule{}, fmt.Errorf("new schedule: billing date %q is too late for a start on %s, expected %s at the latest", billingDate, start, latest)
	}
	return Schedule{start: start, anchor: billingDate, every: int32(every)}, nil
}

func checkSchedule(start Date, every int) error {
	switch {
	case start.IsZero():
		return errors.New("no start")
	case !start.inRange():
		return fmt.Errorf("start %q: outside years 1 to 9999", start)
	case every < 1 || every > maxEvery:
		return fmt.Errorf("every %d months: outside 1 to %d", every, maxEvery)
	}
	return nil
}

// Start gives the first day of the first period.
func (s Schedule) Start() Date { return s.start }

// Boundary gives the first day of period k. Boundary 0 is the start. Without a stub, boundary k is the anchor plus k times every
// months; with one, boundary 1 is the anchor and boundary k the anchor plus k-1 times every months. The day is clamped to the
// month's last and always computed from the anchor, so it never drifts.
//
// Below 0 it stays at the start. The last period ends where the days do, so the boundary after it, and any later one, is the day after
// 9999-12-31: the end of a half-open period, and no date to show.
func (s Schedule) Boundary(k int) Date { return s.Period(k).Start }

// Period gives period k, [Boundary(k), Boundary(k+1)). It is empty where k is below 0 or beyond the last period.
func (s Schedule) Period(k int) Period {
	p := s.full(k)
	if p.End.n > lastDay+1 {
		p = Period{Date{min(p.Start.n, lastDay+1)}, Date{lastDay + 1}}
	}
	return p
}

// full is period k as it is without an end of all days. It is empty beyond the year 10100.
func (s Schedule) full(k int) Period {
	if k < 0 || s.every == 0 {
		return Period{s.start, s.start}
	}
	k -= s.stub()
	if k < 0 {
		return Period{s.start, s.anchor}
	}
	if s.end != mistake.Anchored {
		return Period{s.otherBoundary(k), s.otherBoundary(k + 1)}
	}
	// The day of the month is taken from the anchor once and serves both ends.
	year, month, day := s.anchor.Civil()
	every := int(s.every)
	month += year*12 - 1 + clampMonths(clampMonths(k)*every)
	return Period{Date{daysFromMonth(month, day)}, Date{daysFromMonth(month+every, day)}}
}

// Index gives the number of the period that holds d, and false where there is none: before the start, and after 9999-12-31. It is
// arithmetic, at the same cost for any distance.
func (s Schedule) Index(d Date) (int, bool) {
	switch {
	case s.every == 0 || d.Before(s.start) || d.n > lastDay:
		return 0, false
	case d.Before(s.anchor):
		return 0, true // in the stub
	}
	year, month, day := s.anchor.Civil()
	from := year*12 + month - 1
	year, month, _ = d.Civil()
	every := int(s.every)
	k := int(int32(year*12+month-1-from) / s.every)
	if s.end != mistake.Anchored {
		return s.otherIndex(k, d) + s.stub(), true
	}
	// Boundary k is in the month of d or before it. In the same month it may be on a later day, and then d is in the period before.
	if daysFromMonth(from+k*every, day) > d.n {
		k--
	}
	return k + s.stub(), true
}

// Whole gives what period k is measured against: the period itself, also where the billing date is exactly every months after the
// start (2026-01-31 and 2026-02-28), except for a shorter first one, a stub, which is the last days of
// [billing date - every months, billing date), and for the period that 9999-12-31 cuts short, which is the first days of what it would
// have been.
func (s Schedule) Whole(k int) Period {
	p := s.full(k)
	switch {
	case k == 0 && s.stub() == 1 && s.anchor != s.start.AddMonths(int(s.every)):
		p.Start = s.anchor.AddMonths(-int(s.every))
	case p.Start.n > lastDay:
		return s.Period(k)
	}
	return p
}

// stub gives the number of periods before the anchor, 0 or 1.
func (s Schedule) stub() int {
	if s.anchor != s.start {
		return 1
	}
	return 0
}
