package account_test

import (
	"fmt"
	"sync"
	"time"
)

// The oracle bills an account a second time, slowly and obviously: it goes from day to day,
// and on every day computes all that is owed from the events known then, in fractions of any
// length. It shares no code with the engine but the types that its input is made of.
//
// This file is its calendar.

// day counts days from 1970-01-01.
type day int

func civil(year int, month time.Month, d int) day {
	return day(time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (d day) civil() (int, time.Month, int) {
	return time.Unix(int64(d)*24*60*60, 0).UTC().Date()
}

func (d day) String() string {
	year, month, n := d.civil()
	return fmt.Sprintf("%04d-%02d-%02d", year, int(month), n)
}

// addMonths is the same day of another month, or that month's last.
func (d day) addMonths(n int) day {
	year, month, dom := d.civil()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return civil(year, month+time.Month(n), min(dom, last))
}

// dayOf is the date on a calendar that hangs in a time zone, from which the leaf of a day is torn
// off once: where the clock is put back across midnight, the new day goes on.
func dayOf(t time.Time, loc *time.Location) day {
	d := civil(t.In(loc).Date())
	if !startOf(d+1, loc).After(t) {
		return d + 1
	}
	return d
}

type zoneDay struct {
	loc *time.Location
	day day
}

var starts sync.Map // of zoneDay: the search below is slow

// startOf is the first instant of a day: the first quarter of an hour with that date or, where
// a zone leaves the date out, with a later one. The zones here change their clocks on quarters
// in the years used, see TestOracleCalendar.
func startOf(d day, loc *time.Location) time.Time {
	if t, ok := starts.Load(zoneDay{loc, d}); ok {
		return t.(time.Time)
	}
	year, month, n := d.civil()
	t := time.Date(year, month, n-1, 6, 0, 0, 0, time.UTC)
	for civil(t.In(loc).Date()) < d {
		t = t.Add(15 * time.Minute)
	}
	starts.Store(zoneDay{loc, d}, t)
	return t
}

// stretch is a billing period [start, end), and the whole one of n days, from wholeStart on,
// that its price is for.
type stretch struct {
	start, end, wholeStart day
	n                      int
}

func (s stretch) holds(d day) bool { return s.start <= d && d < s.end }

// segment is where a grid of periods starts anew: with a life or with a restart. Boundaries
// are whole months from the anchor, which is the start or, with a billing date, that.
type segment struct{ start, anchor day }

type grid []segment

// period finds the period of a day by walking there from the segment's start.
func (g grid) period(d day) stretch {
	i := len(g) - 1
	for g[i].start > d {
		i--
	}
	s := g[i]
	p := stretch{start: s.start, end: s.anchor, wholeStart: s.anchor.addMonths(-1)}
	if s.anchor == s.start.addMonths(1) { // a month on: a whole period
		p.wholeStart = s.start
	}
	for k := 0; p.end <= d; k++ {
		p = stretch{start: s.anchor.addMonths(k), end: s.anchor.addMonths(k + 1), wholeStart: s.anchor.addMonths(k)}
	}
	p.n = int(p.end - p.wholeStart)
	if i+1 < len(g) {
		p.end = min(p.end, g[i+1].start)
	}
	return p
}

func (g grid) first() day { return g[0].start }

func (g grid) isBoundary(d day) bool { return g.period(d).start == d }
