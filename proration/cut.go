package proration

// Cut says what goes wrong where a period is cut in parts. Anything but CutRight is a mistake that others are known to make: it is
// there to find out whether they did, and no policy has a name for it.
type Cut uint8

const (
	CutRight  Cut = iota
	LastMore      // a part that ends before its period does is charged for one day more at its end
	LastLess      // … for one day less
	FirstMore     // a part that starts after its period does is charged for one day more at its start
	FirstLess     // … for one day less
	Swapped       // the days used are taken for those left, and the reverse
)

// apply moves the ends of a part of a period of so many days.
func (c Cut) apply(from, to, of int) (int, int) {
	switch {
	case from == to:
	case c == LastMore && to < of:
		to++
	case c == LastLess && to < of:
		to--
	case c == FirstMore && from > 0:
		from--
	case c == FirstLess && from > 0:
		from++
	case c == Swapped && from == 0 && to < of:
		from, to = to, of
	case c == Swapped && from > 0 && to == of:
		from, to = 0, from
	}
	return from, to
}

// MonthOf is the day count that takes every period for one of so many days, 28 to 31, as [Thirty] does for 30. It has no name in
// a policy: it is what somebody counts who takes the calendar month of a change for the period it happened in.
func MonthOf(days int) DayCount {
	if days == 30 {
		return Thirty
	}
	return DayCount(days)
}

// length is the number of days of the month that a day count not of the calendar counts with.
func (c DayCount) length() int64 {
	if c <= Year365 {
		return 30
	}
	return int64(c)
}
