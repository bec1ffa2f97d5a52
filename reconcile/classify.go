package reconcile

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// classify fills the rows, several at a time; each is a pure function of its pair.
func (r *reconciler) classify(ctx context.Context, pairs []pair, rows []Row) error {
	return r.parallel(ctx, len(pairs), func(i int) { rows[i] = r.row(&pairs[i]) })
}

// parallel does n independent things, several at a time.
func (r *reconciler) parallel(ctx context.Context, n int, do func(i int)) error {
	workers := r.in.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int, 64)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	var err error
	for i := range n {
		if err = ctx.Err(); err != nil {
			break
		}
		next <- i
	}
	close(next)
	done.Wait()
	return err
}

// row makes the row of a pair.
func (r *reconciler) row(p *pair) Row {
	row := Row{Account: p.account, Notes: slices.Clone(p.notes)}
	zero := money.New(0, r.currency)
	row.Figures.Theirs = Figures{zero, zero, zero, zero}
	row.Figures.Ours = row.Figures.Theirs
	if p.theirs != nil {
		row.Theirs, row.Figures.Theirs = p.theirs.theirs, p.theirs.Figures
	}
	if p.ours != nil {
		row.Ours, row.Figures.Ours = p.ours.ours, p.ours.Figures
	}
	row.Difference, _ = row.Figures.Theirs.Final.Sub(row.Figures.Ours.Final)
	row.Class = r.class(p, &row)
	if row.Class >= Explained && row.Class <= OursOnly {
		r.findCauses(p, &row)
	}
	if p.theirs != nil {
		row.Notes = append(row.Notes, statusNotes(p.theirs.theirs.Status)...)
		if p.ours != nil {
			row.Notes = append(row.Notes, notes(p.theirs, p.ours)...)
		}
	}
	return row
}

// class is what can be said of a pair without looking for causes; a difference is Unexplained
// so far.
func (r *reconciler) class(p *pair, row *Row) Class {
	theirs, ours := &row.Figures.Theirs, &row.Figures.Ours
	note := func(text string) { row.Notes = append(row.Notes, text) }
	switch {
	case p.ambiguous:
		note("more than one row of the other side fits it equally well")
		return Ambiguous
	case p.theirs != nil && p.theirs.repeats != nil:
		note(p.theirs.repeat())
		return Duplicate
	case p.theirs != nil && p.theirs.broken != "":
		note(p.theirs.broken)
		return Broken
	case p.theirs == nil && theirs.same(ours):
		note("ours is an invoice of zero, which they did not send")
		return Tolerated
	case p.ours == nil && theirs.same(ours):
		note("theirs is an invoice of zero, for which we have none")
		return Tolerated
	case p.theirs == nil:
		return OursOnly
	case p.ours == nil:
		return TheirsOnly
	case theirs.same(ours):
		return Matched
	case r.tolerable(theirs, ours):
		return Tolerated
	}
	return Unexplained
}

// tolerable reports that no figure differs by more than the tolerance.
func (r *reconciler) tolerable(a, b *Figures) bool {
	limit := r.in.Tolerance.Minor()
	for c := range components {
		d, err := a.of(c).Sub(b.of(c))
		if err != nil || d.Minor() > limit || d.Minor() < -limit {
			return false
		}
	}
	return true
}

// findCauses explains a row that differs.
func (r *reconciler) findCauses(p *pair, row *Row) {
	w := r.worldOf(row.Account)
	for i := range w.events {
		if w.events[i].Type != account.UsageRecorded && w.events[i].Type != account.InvoiceStatusChanged {
			row.Events = append(row.Events, w.events[i].ID)
		}
	}
	slices.Sort(row.Events)
	row.Events = slices.Compact(row.Events)
	switch {
	case p.ours == nil:
		if f, ok := r.withoutOurs(p, w.events); ok {
			row.Findings = append(row.Findings, f)
		}
	case p.theirs == nil:
		row.Findings = append(row.Findings, Finding{Code: "not_billed_upstream", Change: "they have no such invoice", full: true, certain: true,
			Sentence: fmt.Sprintf("our invoice of %s for %s has no row of theirs", p.ours.date, p.ours.Final.Number())})
	}
	if len(w.events) > 0 {
		s := r.explain(w, p)
		row.Findings = append(row.Findings, s.ranked()...)
		row.outcomes = s.outcomes
		if p.ours == nil {
			row.Findings = append(row.Findings, r.billedTwice(p)...)
		}
		if row.Class == Unexplained && covered(p, row.Believed()) {
			row.Class = Explained
		}
		if row.Class == Unexplained {
			row.Implied = r.implied(s)
		}
	}
}

// covered reports that every figure that differs has a cause that was found, among those to believe: a rival alone explains nothing.
func covered(p *pair, findings []Finding) bool {
	for c := range components {
		if p.theirs.of(c) == p.ours.of(c) {
			continue
		}
		if !slices.ContainsFunc(findings, func(f Finding) bool { return f.fixes[c] && !f.Possible() }) {
			return false
		}
	}
	return true
}

// withoutOurs says why we bill nothing where they do, if that can be told from the events and
// their other rows alone.
func (r *reconciler) withoutOurs(p *pair, events []account.Event) (Finding, bool) {
	found := func(code, change, sentence string) (Finding, bool) {
		return Finding{Code: code, Change: change, Sentence: sentence, full: true, certain: true}, true
	}
	if len(events) == 0 {
		text := fmt.Sprintf("no event names the account %q", p.theirs.account)
		if near, ok := r.spelling().near(p.theirs.account); ok {
			text += fmt.Sprintf("; one that is spelled much like it is %q", near)
		}
		return found("unknown_account", "no event names this account", text)
	}
	var created, closed cycle.Date
	for i := range events {
		day, err := cycle.DateOf(events[i].At, r.in.Policy.TimeZone)
		switch {
		case err != nil:
		case events[i].Type == account.Created:
			closed = cycle.Date{}
			if created.IsZero() {
				created = day
			}
		case events[i].Type == account.Closed:
			closed = day
		}
	}
	switch {
	case !created.IsZero() && !created.Before(p.theirs.period.End):
		return found("billed_before_creation", "they bill before the account was created",
			fmt.Sprintf("they bill %s, but the account was created on %s", p.theirs.period, created))
	case !closed.IsZero() && !closed.After(p.theirs.period.Start):
		return found("closed_still_billed", "they bill after the account was closed",
			fmt.Sprintf("they bill %s, but the account was closed on %s", p.theirs.period, closed))
	}
	return Finding{}, false
}

// billedTwice says which other row of theirs bills the days of one that we do not have. In
// advance, what is settled after a change is for days billed before, so that only the same period
// and type again is sure to be too much.
func (r *reconciler) billedTwice(p *pair) []Finding {
	var list []Finding
	for _, other := range r.byAccount[fold(p.theirs.account)] {
		if other == p.theirs || other.period.Intersect(p.theirs.period).IsEmpty() ||
			other.Final.Sign() <= 0 || p.theirs.Final.Sign() <= 0 { // a credit is no second charge
			continue
		}
		same := other.period == p.theirs.period && strings.EqualFold(other.kind, p.theirs.kind)
		f := Finding{Code: "charged_twice", Change: "their row " + other.number + " bills these days too", full: true, certain: same && other.same(&p.theirs.Figures),
			Sentence: fmt.Sprintf("they bill %s here and %s in %s", p.theirs.period, other.period, other.number)}
		if !same {
			f.tier, f.Tried, f.Range = together, 1, 1
		}
		list = append(list, f)
	}
	return list[:min(1, len(list))]
}

// statusNotes says what a status of theirs means for the row: that it was taken back, or that nobody knows.
func statusNotes(s string) []string {
	if s == invoice.Canceled.String() || s == invoice.Refunded.String() {
		return []string{"their status is " + s}
	}
	if _, err := invoice.ParseStatus(strings.ToLower(s)); err != nil && s != "" {
		return []string{fmt.Sprintf("their status is %q, which is none that we know", s)}
	}
	return nil
}

// notes are the differences that are not money.
func notes(theirs, ours *side) []string {
	var list []string
	note := func(what, a, b string) {
		if a != b && a != "" {
			list = append(list, fmt.Sprintf("%s: theirs %s, ours %s", what, a, b))
		}
	}
	note("credits", theirs.credits, ours.credits)
	note("package", theirs.pkg, ours.pkg)
	note("period", theirs.period.String(), ours.period.String())
	note("date_invoiced", theirs.date.String(), ours.date.String())
	if !strings.EqualFold(theirs.kind, ours.kind) {
		note("type", theirs.kind, ours.kind)
	}
	return list
}

// priceOf is the full price of a row's package, the most its days can cost.
func (r *reconciler) priceOf(row *pair) money.Amount {
	s := row.either()
	if row.ours != nil {
		s = row.ours
	}
	if t := r.catalogue.On(s.pkg, s.period.Start); t != nil {
		if price, err := t.PeriodPrice(); err == nil {
			return price
		}
	}
	return money.New(0, r.currency)
}

// wholeOf is the recurring line of our row, when there is one only and it is no adjustment.
func wholeOf(row *pair) *invoice.Line {
	var only *invoice.Line
	if row.ours == nil {
		return nil
	}
	for i := range row.ours.ours.Lines {
		if l := &row.ours.ours.Lines[i]; l.Kind == invoice.Recurring {
			if only != nil || l.Adjustment {
				return nil
			}
			only = l
		}
	}
	return only
}
