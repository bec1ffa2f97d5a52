package cycle

// Period is a stretch of days, half-open: Start belongs to it and End does not. It is empty where End is not after Start, and the
// zero value is empty.
type Period struct{ Start, End Date }

// Days gives the number of days, 0 or less where the period is empty.
func (p Period) Days() int { return p.End.Sub(p.Start) }

// Contains reports whether d is one of the period's days.
func (p Period) Contains(d Date) bool { return p.Start.n <= d.n && d.n < p.End.n }

// Last gives the inclusive last day, the one that documents show. An empty period has none, and Last is then before Start.
func (p Period) Last() Date { return p.End.AddDays(-1) }

// IsEmpty reports whether the period has no days.
func (p Period) IsEmpty() bool { return p.End.n <= p.Start.n }

// Intersect gives the days that are in both periods. Where there are none it is empty, Start and End being the same day.
func (p Period) Intersect(o Period) Period {
	start := max(p.Start.n, o.Start.n)
	return Period{Date{start}, Date{max(start, min(p.End.n, o.End.n))}}
}

// String gives the first and the last day, as documents show them: "2010-08-30 … 2010-09-29". An empty period is
// "2010-08-30 (no days)", and the zero Period is "".
func (p Period) String() string {
	switch {
	case p == Period{}:
		return ""
	case p.IsEmpty():
		return p.Start.String() + " (no days)"
	}
	return p.Start.String() + " … " + p.Last().String()
}
