// Package mistake names the mistakes that others are known to make when they bill, so that package reconcile can bill as they
// would have, to find out whether they did. It is internal: no policy file has a key for any of them, and no program outside of
// this module can bill by one.
package mistake

// Set is what is wrong at once. The zero value is nothing.
type Set struct {
	MonthEnd  MonthEnd
	Cut       Cut
	MonthDays uint8 // every period is taken for one of so many days; 0 is its own days
}

// And is the set with the mistakes of another, which replace those of its own that are of the same kind.
func (s Set) And(o Set) Set {
	if o.MonthEnd != Anchored {
		s.MonthEnd = o.MonthEnd
	}
	if o.Cut != Right {
		s.Cut = o.Cut
	}
	if o.MonthDays != 0 {
		s.MonthDays = o.MonthDays
	}
	return s
}

// MonthEnd says where a boundary lies in a month that does not have the anchor's day.
type MonthEnd uint8

const (
	Anchored   MonthEnd = iota // right: the month's last day, always counted from the anchor: 31 Jan, 28 Feb, 31 Mar
	Drifted                    // the month's last day, counted from the boundary before: 31 Jan, 28 Feb, 28 Mar
	Overflowed                 // as many days into the next month: 31 Jan, 3 Mar, 31 Mar, 1 May
	FromEnd                    // as many days before the month's last as the anchor: 28 Feb, 31 Mar, 30 Apr
)

// Cut says what goes wrong where a period is cut in parts.
type Cut uint8

const (
	Right     Cut = iota
	LastMore      // a part that ends before its period does is charged for one day more at its end
	LastLess      // … for one day less
	FirstMore     // a part that starts after its period does is charged for one day more at its start
	FirstLess     // … for one day less
	Swapped       // the days used are taken for those left, and the reverse
)

// Days moves the ends of a part of a period of so many days.
func (c Cut) Days(from, to, of int) (int, int) {
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
