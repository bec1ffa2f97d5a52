package eventlog

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/invoice"
)

// Dates are the days on which something happened, whatever the order in which they are added and however often. They
// tell the first and the last of them, and which lie far from all others, see [Dates.Span]. The zero value has none. It
// is not safe for concurrent use.
//
// Of each day, in UTC, the first and the last second are kept, so that a span in any time zone is exact; that takes 8
// bytes, in pieces of 1024 days.
type Dates struct {
	pages map[int64]*datePage // by the number of the day that a page begins with, divided by its days

	// The day of the instant added last, which is not in its page yet: most logs have many events of a day one after the
	// other.
	start   int64 // its first second, since 0001-01-01T00:00:00Z
	last    int64 // the second of the day after the last at which something happened, 0 while there is none
	toFirst int64 // how many seconds before the end of the day the first is, 0 while there is none
}

const (
	secondsADay = 24 * 3600
	daysAPage   = 1 << 10
)

// endOfDates is a second of 10000-01-02, since 0001-01-01T00:00:00Z.
const endOfDates = (3652059 + 1) * secondsADay

type datePage [daysAPage]daySeconds

// daySeconds are the seconds of a day at which something happened.
type daySeconds struct{ first, last int32 } // last is the second after the last, 0 while there is none

func (s *daySeconds) add(second int64) {
	if s.last == 0 || int32(second) < s.first {
		s.first = int32(second)
	}
	if int32(second) >= s.last {
		s.last = int32(second) + 1
	}
}

// Add adds the instant of an event.
func (d *Dates) Add(t time.Time) { d.add(instant.Of(t)) }

func (d *Dates) add(i instant.Instant) {
	second := i.Sec - d.start
	if uint64(second) >= secondsADay {
		second = d.find(i.Sec)
	}
	d.last, d.toFirst = max(d.last, second+1), max(d.toFirst, secondsADay-second)
}

// find makes the day of an instant the one at hand, and returns the second of the day.
func (d *Dates) find(sec int64) int64 {
	d.flush()
	sec = min(max(sec, -secondsADay), endOfDates) // what is beyond the calendar is a day beyond it, and takes one page
	second := sec % secondsADay
	if second < 0 {
		second += secondsADay
	}
	d.start, d.last, d.toFirst = sec-second, 0, 0
	return second
}

// flush notes the day at hand in its page.
func (d *Dates) flush() {
	if d.last > 0 {
		day := d.at(d.start / secondsADay)
		day.add(secondsADay - d.toFirst)
		day.add(d.last - 1)
	}
}

// at is a day, counted from 0001-01-01.
func (d *Dates) at(day int64) *daySeconds {
	page := d.pages[day>>10]
	if page == nil {
		page = new(datePage)
		if d.pages == nil {
			d.pages = map[int64]*datePage{}
		}
		d.pages[day>>10] = page
	}
	return &page[day&(daysAPage-1)]
}

// AddAll adds all that others have.
func (d *Dates) AddAll(o *Dates) {
	o.flush()
	for number, page := range o.pages {
		for i, s := range page {
			if s.last > 0 {
				to := d.at(number*daysAPage + int64(i))
				to.add(int64(s.first))
				to.add(int64(s.last - 1))
			}
		}
	}
}

// AppendBinary appends all that there is, for [Dates.UnmarshalBinary]. The error is nil.
func (d *Dates) AppendBinary(b []byte) ([]byte, error) {
	was := int64(0)
	for _, day := range d.days() {
		s := d.at(day)
		b = binary.AppendVarint(b, day-was)
		b = binary.AppendUvarint(b, uint64(s.first))
		b = binary.AppendUvarint(b, uint64(s.last-1-s.first))
		was = day
	}
	return b, nil
}

// UnmarshalBinary adds what [Dates.AppendBinary] appended. An error leaves d as it was.
func (d *Dates) UnmarshalBinary(b []byte) error {
	var read Dates
	for day := int64(0); len(b) > 0; {
		step, n := binary.Varint(b)
		first, m := binary.Uvarint(b[max(n, 0):])
		more, k := binary.Uvarint(b[max(n, 0)+max(m, 0):])
		if n <= 0 || m <= 0 || k <= 0 || first >= secondsADay || more >= secondsADay-first {
			return errors.New("dates: the bytes are damaged, expected what AppendBinary writes")
		}
		if day += step; step > endOfDates || day < -1 || day > endOfDates/secondsADay {
			return errors.New("dates: a day beyond the years 1 to 9999, expected what AppendBinary writes")
		}
		s := read.at(day)
		s.add(int64(first))
		s.add(int64(first + more))
		b = b[n+m+k:]
	}
	d.AddAll(&read)
	return nil
}

// days are the days that there are, in order.
func (d *Dates) days() (list []int64) {
	d.flush()
	for _, number := range slices.Sorted(maps.Keys(d.pages)) {
		for i, s := range d.pages[number] {
			if s.last > 0 {
				list = append(list, number*daysAPage+int64(i))
			}
		}
	}
	return list
}

// A date is far from the others when no event lies within [farDays] of it but for a few: fewer than half of all days
// that have events. After the others, where those are [fewOf] times as many days, [farDaysOfMany] are enough: no log has
// much of the future. Before them they are not: accounts are older than the log of what they used.
const (
	farDays       = 3653 // ten years: an account may lie idle for long in a log of few
	farDaysOfMany = 366
	fewOf         = 100
)

// farAtEnd counts the days at the end of a list of n that are far from all others; gap is how many days a day of the
// list comes after the one before it, and ofMany how many days are far where there are many others.
func farAtEnd(n int, ofMany int64, gap func(i int) int64) (far int) {
	for i := n - 1; i > n-i; i-- {
		if g := gap(i); g > farDays || g > ofMany && fewOf*(n-i) <= i {
			far = n - i
		}
	}
	return far
}

// stretch is from one event to another, to the second.
type stretch struct{ first, last instant.Instant }

// stretches are the events that are not far from the others, and those that are; a zero stretch has none. The gap is
// from the last event before the widest gap within main to the first after it, if it is wide enough for far dates.
func (d *Dates) stretches() (main, before, after, gap stretch) {
	days := d.days()
	n := len(days)
	if n == 0 {
		return main, before, after, gap
	}
	first := func(i int) instant.Instant {
		return instant.Instant{Sec: days[i]*secondsADay + int64(d.at(days[i]).first)}
	}
	last := func(i int) instant.Instant {
		return instant.Instant{Sec: days[i]*secondsADay + int64(d.at(days[i]).last) - 1}
	}
	late := farAtEnd(n, farDaysOfMany, func(i int) int64 { return days[i] - days[i-1] })
	early := farAtEnd(n, farDays, func(i int) int64 { return days[n-i] - days[n-1-i] })
	if early > 0 {
		before = stretch{first(0), last(early - 1)}
	}
	if late > 0 {
		after = stretch{first(n - late), last(n - 1)}
	}
	for i, widest := early+1, int64(farDays); i < n-late; i++ {
		if days[i]-days[i-1] > widest {
			widest = days[i] - days[i-1]
			gap = stretch{last(i - 1), first(i)}
		}
	}
	return stretch{first(early), last(n - late - 1)}, before, after, gap
}

// Span is the stretch of time in which the events of a log happened, by their at; recorded_at does not count. The zero
// Span is that of no events.
//
// Few dates that lie far from all others are mostly mistakes, of a year typed wrong or a clock that was not set: a usage
// of 2062, a sign-up of 1926. They are not between First and Last. The days that have events, in UTC, decide it, each
// once, so that neither their order nor repeats nor shards change it: the last of them are far when they are fewer than
// half of all, and more than ten years lie between them and the one before; where the others are a hundred times as
// many, more than 366 days do. The first are, likewise, by the ten years alone: a sign-up of seven years before the usage
// that a log begins with is none.
type Span struct {
	First, Last cycle.Date // of the events that are not far from the others
	Before      Far        // what is far before First
	After       Far        // what is far after Last

	// Gap is from the last event before the widest gap between First and Last to the first event after it, when it is of
	// more than ten years: then as many days lie on either side, and which of them are mistakes is not for their number
	// to say. Else it is zero.
	Gap struct{ From, To cycle.Date }
}

// Far is what lies far before or after all other events; the zero Far is nothing.
type Far struct {
	First, Last cycle.Date

	// Events are the events, by instant, account and id, and at most [MaxFar] of them. N is how many there are. Of
	// accounts that were read and not kept there are dates only.
	Events []account.Event
	N      int
}

// MaxFar is how many events a [Far] lists.
const MaxFar = 20

// Span is the span of the dates in the policy's time zone, without events. The error is that of a date outside the years
// 1 to 9999.
func (d *Dates) Span(policy invoice.Policy) (s Span, err error) {
	main, before, after, gap := d.stretches()
	for _, to := range []struct {
		first, last *cycle.Date
		stretch
	}{
		{&s.First, &s.Last, main}, {&s.Before.First, &s.Before.Last, before}, {&s.After.First, &s.After.Last, after}, {&s.Gap.From, &s.Gap.To, gap},
	} {
		if to.stretch == (stretch{}) {
			continue
		}
		if *to.first, err = cycle.DateOf(to.stretch.first.Time(), policy.TimeZone); err != nil {
			return Span{}, err
		}
		if *to.last, err = cycle.DateOf(to.stretch.last.Time(), policy.TimeZone); err != nil {
			return Span{}, err
		}
	}
	return s, nil
}

// Span is the span of all events, those of accounts that were read and not kept included, whose events it does not
// list. The error is that of a date outside the years 1 to 9999, or of a policy whose time zone or currency is not the one
// that events were loaded under.
func (es *Events) Span(policy invoice.Policy) (Span, error) {
	if err := es.check(policy); err != nil {
		return Span{}, fmt.Errorf("span: %w", err)
	}
	var all Dates
	all.AddAll(&es.seen.kept)
	all.AddAll(&es.seen.others)
	s, err := all.Span(policy)
	if err != nil || s.Before.First.IsZero() && s.After.First.IsZero() {
		return s, err
	}
	main, _, _, _ := all.stretches()
	for p, l := range es.all() {
		for records := es.store.records(p, l, nil); records.more(); {
			r := records.next()
			switch at := r.second(); {
			case at < main.first.Sec:
				s.Before.add(&r)
			case at > main.last.Sec:
				s.After.add(&r)
			}
		}
	}
	s.Before.cut()
	s.After.cut()
	return s, nil
}

func (f *Far) add(r *record) {
	var e account.Event
	r.event(&e)
	f.Events = append(f.Events, e)
	if f.N++; len(f.Events) == 8*MaxFar {
		f.cut()
	}
}

// cut leaves the first of the events.
func (f *Far) cut() {
	slices.SortFunc(f.Events, func(a, b account.Event) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Account, b.Account), strings.Compare(a.ID, b.ID))
	})
	f.Events = f.Events[:min(MaxFar, len(f.Events))]
}
