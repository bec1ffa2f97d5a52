package cycle

// MonthEnd says where a boundary lies in a month that does not have the anchor's day. Anything but Anchored is how others are known
// to count: it is there to find out whether they do, and costs more than the arithmetic of Anchored.
type MonthEnd uint8

const (
	Anchored   MonthEnd = iota // the month's last day, always counted from the anchor: 31 Jan, 28 Feb, 31 Mar
	Drifted                    // the month's last day, counted from the boundary before: 31 Jan, 28 Feb, 28 Mar
	Overflowed                 // as many days into the next month: 31 Jan, 3 Mar, 31 Mar, 1 May
	FromEnd                    // as many days before the month's last as the anchor: 28 Feb, 31 Mar, 30 Apr
)

// WithMonthEnd gives the schedule with its boundaries placed otherwise.
func (s Schedule) WithMonthEnd(m MonthEnd) Schedule {
	s.end = m
	return s
}

// otherBoundary is the anchor plus k periods, where that is not the clamped day.
func (s Schedule) otherBoundary(k int) Date {
	year, month, day := s.anchor.Civil()
	from := year*12 + month - 1
	months := clampMonths(clampMonths(k) * int(s.every))
	to := from + months
	if to < minYear*12 || to >= (maxYear+1)*12 {
		return Date{daysFromMonth(to, day)}
	}
	length := func(month int) int { return daysIn(month/12, month%12+1) }
	switch s.end {
	case Drifted:
		// A month of 28 days, beyond which nothing drifts, comes at the latest after the next two Februaries of one kind.
		for m := from; m <= to && day > 28; m += int(s.every) {
			day = min(day, length(m))
		}
	case Overflowed:
		if beyond := day - length(to); beyond > 0 {
			return Date{daysFromMonth(to+1, beyond)}
		}
	case FromEnd:
		day = max(1, length(to)-(length(from)-day))
	}
	return Date{daysFromMonth(to, day)}
}

// otherIndex is the period, counted from the anchor, that holds d; k is near it.
func (s Schedule) otherIndex(k int, d Date) int {
	for k > 0 && s.otherBoundary(k).After(d) {
		k--
	}
	for !s.otherBoundary(k + 1).After(d) {
		k++
	}
	return k
}
