package cycle

import "github.com/prorata-go/prorata/internal/mistake"

// WithMistakes is the schedule with its boundaries placed as others are known to place them, for package reconcile. It costs more
// than the arithmetic of a schedule that is right. What type mistakes are of, only this module can name.
func (s Schedule) WithMistakes(m mistake.Set) Schedule {
	s.end = mistake.Set{MonthEnd: s.end}.And(m).MonthEnd
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
	case mistake.Drifted:
		// A month of 28 days, beyond which nothing drifts, comes at the latest after the next two Februaries of one kind.
		for m := from; m <= to && day > 28; m += int(s.every) {
			day = min(day, length(m))
		}
	case mistake.Overflowed:
		if beyond := day - length(to); beyond > 0 {
			return Date{daysFromMonth(to+1, beyond)}
		}
	case mistake.FromEnd:
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
