package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/cycle"
)

// scope is what is compared: the dates of the invoices in question, and how the Distributor dates its rows.
type scope struct {
	from, through cycle.Date // both inclusive
	inAdvance     bool       // most of their rows are dated on or before their first day
	lag           int        // how many days after its period a row of theirs is dated as a rule
}

// farYears is how far a row may be from the others and from the latest event. What is further, such as a row dated 2206 for 2026, is
// left out and named, unless the dates to compare are given: it would have every account billed for centuries.
const farYears = 10

// takeScope finds the dates to compare, and leaves out the rows outside of them.
func (r *reconciler) takeScope(d *documents) error {
	all := slices.Concat(d.rows, d.withdrawn)
	for _, l := range d.leftOut {
		if l.Why == Superseded {
			all = append(all, l.Row)
		}
	}
	r.scope.from, r.scope.through = r.in.From, r.in.Through
	far, err := r.farFrom(all)
	if err != nil {
		return err
	}
	for _, row := range all {
		if far(row) {
			continue
		}
		if r.in.From.IsZero() && (r.scope.from.IsZero() || row.Date.Before(r.scope.from)) {
			r.scope.from = row.Date
		}
		if r.in.Through.IsZero() && row.Date.After(r.scope.through) {
			r.scope.through = row.Date
		}
	}
	if err := r.checkDates(); err != nil {
		return err
	}
	kept, outside, farRows := d.rows[:0], 0, 0
	for _, row := range d.rows {
		switch {
		case far(row):
			farRows++
			row.far = true
			d.leaveOut(row, OtherDates, fmt.Sprintf("its dates are more than %d years from all others", farYears))
		case row.Date.Before(r.scope.from) || row.Date.After(r.scope.through):
			outside++
			d.leaveOut(row, OtherDates, fmt.Sprintf("dated %s", row.Date))
		default:
			row.compared = true
			kept = append(kept, row)
		}
	}
	d.rows = kept
	if farRows > 0 {
		d.problems = append(d.problems, fmt.Sprintf("left out, as their dates are more than %d years from all others: %d of their rows", farYears, farRows))
	}
	switch {
	case outside > 0 && len(kept) == 0: // whoever asks for other dates than the documents' is to know it
		d.problems = append(d.problems, fmt.Sprintf("no row of theirs is dated from %s through %s, %d left out", r.scope.from, r.scope.through, outside))
	case outside > 0:
		d.notes = append(d.notes, fmt.Sprintf("left out, as they are dated before %s or after %s: %d of their rows", r.scope.from, r.scope.through, outside))
	}
	r.scope.learn(kept)
	return nil
}

// farFrom says which rows are far from all others: from the middle one, and from the latest event.
func (r *reconciler) farFrom(rows []*Row) (func(row *Row) bool, error) {
	if len(rows) == 0 {
		return func(*Row) bool { return false }, nil
	}
	span, err := r.in.Events.Span(r.in.Policy)
	if err != nil {
		return nil, err
	}
	dates := make([]cycle.Date, len(rows))
	for i, row := range rows {
		dates[i] = row.Date
	}
	slices.SortFunc(dates, cycle.Date.Compare)
	middle, latest := dates[len(dates)/2], span.Last
	if len(rows) < 3 && !latest.IsZero() {
		middle = latest
	}
	near := func(day, to cycle.Date) bool {
		return !to.IsZero() && !day.After(to.AddMonths(12*farYears)) && !day.Before(to.AddMonths(-12*farYears))
	}
	given := func(day cycle.Date) bool {
		return !r.in.From.IsZero() && !day.Before(r.in.From) && !r.in.Through.IsZero() && !day.After(r.in.Through)
	}
	ok := func(day cycle.Date) bool { return near(day, middle) || near(day, latest) || given(day) }
	return func(row *Row) bool { return !ok(row.Date) || !ok(row.Period.Start) || !ok(row.Period.End) }, nil
}

// checkDates refuses dates of which the first is after the last: nothing would be compared.
func (r *reconciler) checkDates() error {
	if r.scope.through.IsZero() || !r.scope.through.Before(r.scope.from) {
		return nil
	}
	whence := func(asked cycle.Date, which string) string {
		if asked.IsZero() {
			return "the " + which + " date_invoiced of the documents"
		}
		return "as asked for"
	}
	return fmt.Errorf("no dates to compare: from %s, %s, through %s, %s", r.scope.from, whence(r.in.From, "earliest"), r.scope.through,
		whence(r.in.Through, "latest"))
}

// learn sees how they date their rows.
func (s *scope) learn(rows []*Row) {
	lags := map[int]int{}
	for _, r := range rows {
		lags[r.Date.Sub(r.Period.End)]++
	}
	s.inAdvance = advanceOver(rows) > 0
	for lag, n := range lags {
		if c := cmp.Or(cmp.Compare(n, lags[s.lag]), cmp.Compare(s.lag, lag)); lag > 0 && lag <= 31 && c > 0 {
			s.lag = lag
		}
	}
}

// advanceOver is for how many more of an account's stretches of days rows bill in advance than in arrears. A charge and what takes it back
// are no bill, on whatever dates they are.
func advanceOver(rows []*Row) (more int) {
	type stretch struct {
		owner  string
		period cycle.Period
	}
	recurring, first := map[stretch]int64{}, map[stretch]*Row{}
	for _, r := range rows {
		at := stretch{r.owner, r.Period}
		recurring[at] += r.Figures[Recurring]
		if was := first[at]; r.Figures[Recurring] > 0 && (was == nil || r.Date.Before(was.Date)) {
			first[at] = r
		}
	}
	for at, sum := range recurring {
		switch {
		case sum <= 0:
		case first[at].inAdvance():
			more++
		default:
			more--
		}
	}
	return more
}

// has reports that an invoice's date is one of those compared.
func (s *scope) has(date cycle.Date) bool { return !date.Before(s.from) && !date.After(s.through) }

// isBefore reports that a row of theirs is about days before the dates compared, whose own invoice is not among them.
func (s *scope) isBefore(r *Row) bool { return r.stretch.End.AddDays(s.lag).Before(s.from) }

// notDueYet reports that a line of ours, which no row of theirs covers, is one that they bill on an invoice outside the dates compared:
// they bill in advance what we bill in arrears, or the reverse.
func (l *ledger) notDueYet(c *charge) bool {
	if c.kind != Recurring {
		return false
	}
	if l.inAdvance {
		return !c.date.Before(c.days.End) && c.days.Start.Before(l.scope.from)
	}
	return !c.date.After(c.days.Start) && c.days.End.After(l.scope.through)
}
