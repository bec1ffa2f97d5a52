package cycle

import (
	"fmt"
	"time"
)

const (
	daySeconds = 24 * 60 * 60
	unixDay    = 719163 // the day number of 1970-01-01

	// reach is more than any zone is ahead of UTC or behind it. The farthest ever was Manila, which until 1844 kept a clock 15:56
	// behind.
	reach = 16 * 60 * 60

	// late is how much of a day is left when a clock that is put back from after midnight may show the day before once more. Since
	// 1970, when a second count starts, the earliest such hour was 23:00.
	late = 4 * 60 * 60
)

// DateOf gives the civil date of an instant in a zone, nil being UTC. It fails where that is outside the years 1 to 9999.
//
// A later instant is never of an earlier day: where a clock is put back across midnight, as in St. John's until 2011, the day that
// has begun goes on, and the evening that comes twice is not billed twice. So an instant is of the latest day whose Start is not
// after it.
func DateOf(t time.Time, loc *time.Location) (Date, error) {
	zoned, offset := loc != nil && loc != time.UTC, 0
	if zoned {
		_, offset = t.In(loc).Zone()
	}
	// The range of the seconds is checked before anything is added to them, since a time.Time may hold any int64 of them.
	unix, beyond := t.Unix(), int64(lastDay+2)*daySeconds
	if unix > -beyond && unix < beyond {
		sec := unix + unixDay*daySeconds + int64(offset)
		if d := (Date{int32(sec / daySeconds)}); sec > 0 && d.inRange() {
			if zoned && (sec%daySeconds >= daySeconds-late || unix < 0) && d.nextHasBegun(unix, int64(offset), loc) {
				return d.AddDays(1), nil
			}
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("date of instant %q: outside years 1 to 9999", t.UTC().Format(time.RFC3339))
}

// nextHasBegun reports that the clock, which shows d at an instant with an offset, has shown the day after it before.
func (d Date) nextHasBegun(unix, offset int64, loc *time.Location) bool {
	if unix >= 0 && offsetAt(unix-late, loc) == offset { // it was not put back this evening
		return false
	}
	next := d.AddDays(1)
	return next.inRange() && next.start(loc) <= unix
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
	if loc == nil || loc == time.UTC {
		return time.Unix(d.midnight(), 0).UTC()
	}
	return time.Unix(d.start(loc), 0).In(loc)
}

// midnight is when the day starts in UTC, in Unix seconds.
func (d Date) midnight() int64 { return (int64(d.n) - unixDay) * daySeconds }

// start is when the day starts in a zone, in Unix seconds.
//
// The day starts within reach of midnight in UTC, and mostly the offset is the same at both ends of that. Where it is not, the
// changes in between are found by halving. time.Date would be shorter, but where midnight is skipped or doubled it does not say
// which side it takes; and the bounds of an offset that time.Time.ZoneBounds gives may end before the instant they are of, on the
// last day of a leap year, so that going from one to the next may never end.
func (d Date) start(loc *time.Location) int64 {
	midnight := d.midnight()
	from, to := midnight-reach, midnight+reach
	offset, last := offsetAt(from, loc), offsetAt(to, loc)
	start := midnight - offset
	for offset != last {
		change := changeAfter(from, to, offset, loc)
		if start < change {
			break
		}
		from, offset = change, offsetAt(change, loc)
		start = max(change, midnight-offset)
	}
	return start
}

// changeAfter is the first second at which the offset is no longer what it is at from; at to it is another.
func changeAfter(from, to, offset int64, loc *time.Location) int64 {
	for to-from > 1 {
		if middle := from + (to-from)/2; offsetAt(middle, loc) == offset {
			from = middle
		} else {
			to = middle
		}
	}
	return to
}

// offsetAt is the offset in force in a zone at a Unix second.
func offsetAt(unix int64, loc *time.Location) int64 {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return int64(offset)
}
