package cycle

import (
	"fmt"
	"time"
)

const (
	daySeconds = 24 * 60 * 60
	unixDay    = 719163 // the day number of 1970-01-01

	lateEvening = 20 * 60 * 60 // no clock is put back from after midnight to before this second of the day
)

// DateOf gives the civil date of an instant in a zone, nil being UTC. It fails where that is outside the years 1 to 9999.
//
// A later instant is never of an earlier day: where a clock is put back across midnight, as in St. John's until 2011, the day that
// has begun goes on, and the evening that comes twice is not billed twice.
func DateOf(t time.Time, loc *time.Location) (Date, error) {
	offset := 0
	if loc != nil && loc != time.UTC {
		_, offset = t.In(loc).Zone()
	}
	// The range of the seconds is checked before anything is added to them, since a time.Time may hold any int64 of them.
	sec, beyond := t.Unix(), int64(lastDay+2)*daySeconds
	if sec > -beyond && sec < beyond {
		sec += unixDay*daySeconds + int64(offset)
		if d := (Date{int32(sec / daySeconds)}); sec > 0 && d.inRange() {
			if next := d.AddDays(1); loc != nil && loc != time.UTC && sec%daySeconds >= lateEvening && next.inRange() && !next.Start(loc).After(t) {
				return next, nil
			}
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("date of instant %q: outside years 1 to 9999", t.UTC().Format(time.RFC3339))
}

// Start gives the first instant of the day in a zone, nil being UTC: the earliest whose civil date there is d or later.
//
// Where a change of the clock skips midnight, that is the instant after the gap; where midnight comes twice, the first; and a day
// that a zone left out altogether starts when the next one does. Where a clock is put back across midnight, instants after Start
// may for a while belong to the day before once more. The Start of the zero Date is the zero time.Time.
func (d Date) Start(loc *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	midnight := (int64(d.n) - unixDay) * daySeconds // in UTC
	if loc == nil || loc == time.UTC {
		return time.Unix(midnight, 0).UTC()
	}
	// Go through the stretches of constant offset, from one that is surely early enough, to the first in which the local time
	// reaches midnight. time.Date would be shorter, but where midnight is skipped or doubled it does not say which side it takes.
	t := time.Unix(midnight-2*daySeconds, 0).In(loc)
	for {
		_, offset := t.Zone()
		from, to := t.ZoneBounds()
		start := midnight - int64(offset)
		if !from.IsZero() {
			start = max(start, from.Unix())
		}
		if to.IsZero() || start < to.Unix() {
			return time.Unix(start, 0).In(loc)
		}
		t = to
	}
}
