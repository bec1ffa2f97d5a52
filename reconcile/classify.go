package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// groupLedger groups one account and says what can be said of each group without looking for causes.
func (r *reconciler) groupLedger(l *ledger) {
	l.group()
	for _, g := range l.groups {
		g.currency = r.currency
		g.Class = r.classOf(l, g)
		r.note(l, g)
		if l.billedBy != NoCause {
			g.Unclaimed = "their periods are not ours"
			if g.Class == Matched {
				g.Class = Explained
				g.Causes = []Hit{{Cause: l.billedBy, Fact: l.billedBy.Words(), Text: strings.ToUpper(l.billed[:1]) + l.billed[1:] + ".", tier: existence, full: true, certain: true}}
			}
		}
	}
}

// classOf is what can be said of a group without looking for causes; a difference is Unexplained so far.
func (r *reconciler) classOf(l *ledger, g *Group) Class {
	theirs, ours := g.TheirFigures, g.OurFigures
	switch {
	case g.isBroken():
		return Broken
	case l.ambiguous != "":
		return Ambiguous
	case len(g.Theirs) == 0 && theirs == ours:
		g.Notes = append(g.Notes, "ours is an invoice of zero, which they did not send")
		return Tolerated
	case len(g.Ours) == 0 && theirs == ours && !slices.ContainsFunc(g.Theirs, func(t *Row) bool { return t.Figures != Figures{} }):
		g.Notes = append(g.Notes, "theirs is an invoice of zero, for which we have none")
		return Tolerated
	case theirs.Total() == ours.Total():
		return Matched
	case r.tolerable(g):
		return Tolerated
	case len(g.Theirs) == 0:
		return OursOnly
	case len(g.Ours) == 0:
		return TheirsOnly
	case g.isRepeated():
		return Duplicate
	}
	return Unexplained
}

// tolerable reports that no figure differs by more than the tolerance.
func (r *reconciler) tolerable(g *Group) bool {
	limit := r.in.Tolerance.Minor()
	for _, d := range g.Difference() {
		if abs(d) > limit {
			return false
		}
	}
	return true
}

// isRepeated reports that their rows are ours several times over, or that what is too much are rows that repeat others.
func (g *Group) isRepeated() bool {
	if len(g.Theirs) < 2 || slices.ContainsFunc(g.Theirs, func(t *Row) bool { return t.units > 1 || t.Figures.Total() < 0 }) {
		return false
	}
	for n := int64(2); n <= int64(len(g.Theirs)); n++ {
		if ours := g.OurFigures; ours.Total() > 0 && g.TheirFigures == (Figures{n * ours[0], n * ours[1], n * ours[2]}) && g.someComeTo(ours) {
			return true
		}
	}
	type content struct {
		period  cycle.Period
		kind    string
		figures Figures
	}
	seen := map[content]bool{}
	var again Figures
	for _, t := range g.Theirs {
		key := content{t.Period, strings.ToLower(t.Type), t.Figures}
		if seen[key] {
			again = again.plus(t.Figures)
		}
		seen[key] = true
	}
	return again.Total() > 0 && again == g.Difference()
}

// maxRepeated is of how many rows it is tried whether some of them come to a sum.
const maxRepeated = 12

// someComeTo reports that some of their rows come to some figures, as those of one bill of two do.
func (g *Group) someComeTo(f Figures) bool {
	if len(g.Theirs) > maxRepeated {
		return false
	}
	for set := 1; set < 1<<len(g.Theirs)-1; set++ {
		var sum Figures
		for i, t := range g.Theirs {
			if set>>i&1 == 1 {
				sum = sum.plus(t.Figures)
			}
		}
		if sum == f {
			return true
		}
	}
	return false
}

// note says what there is to say of a group beside its money.
func (r *reconciler) note(l *ledger, g *Group) {
	add := func(format string, args ...any) { g.Notes = append(g.Notes, fmt.Sprintf(format, args...)) }
	for _, text := range []string{l.note, l.ambiguous, l.billed} {
		if text != "" && len(g.Theirs) > 0 {
			add("%s", text)
		}
	}
	for _, t := range g.Theirs {
		if t.addedBy != "" {
			add("%s has %s, and is compared without it", t.Name(), t.addedBy)
		}
		if d := r.doubts[t]; d != "" {
			add("%s", d)
		}
		if _, err := invoice.ParseStatus(strings.ToLower(t.status())); err != nil && t.status() != "" {
			add("their status is %q, which is none that we know", t.status())
		}
	}
	if g.Class == Matched {
		r.noteForm(g)
	}
	if g.Class == OursOnly {
		for _, w := range r.withdrawn[l.account] {
			if !w.Period.Intersect(g.Period).IsEmpty() {
				add("they have only %s for it, whose status is %q", w.Name(), w.status())
			}
		}
	}
	if len(g.Theirs) == 1 && len(g.Ours) == 1 {
		g.noteFields()
	}
}

// noteForm says in words what is unlike in a group of the same money.
func (r *reconciler) noteForm(g *Group) {
	add := func(cause Cause, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		g.Notes = append(g.Notes, text)
		if len(g.Causes) == 0 {
			g.Causes = append(g.Causes, Hit{Cause: cause, Fact: cause.Words(), Text: strings.ToUpper(text[:1]) + text[1:] + ".", tier: form, full: true, certain: true})
		}
	}
	for _, t := range g.Theirs {
		if t.addedBy != "" && len(g.Causes) == 0 {
			g.Causes = append(g.Causes, Hit{Cause: Tax, Fact: Tax.Words(), Text: fmt.Sprintf("R%s has %s, and is compared without it.", t.Name()[1:], t.addedBy), tier: form, full: true, certain: true})
		}
	}
	switch {
	case g.accounts:
		add(Moved, "over all of the account's days together the same is billed: %s", g.number(g.TheirFigures.Total()))
	case g.moved:
		add(Moved, "%s", g.movedWords())
	case g.creditedLater():
		add(Moved, "%s", g.movedWords())
	}
	for k := range Kinds {
		if d := g.Difference()[k]; d > 0 {
			add(Moved, "%s more of %s, and as much less of another kind", g.number(d), k)
		}
	}
	switch n := len(g.Theirs); {
	case len(g.Ours) == 0:
		add(Split, "a charge and its reversal")
	case n > 1:
		add(Split, "in %d rows of theirs", n)
	}
}

// creditedLater reports that a credit of theirs is on a later invoice than ours.
func (g *Group) creditedLater() bool {
	var last cycle.Date
	for _, o := range g.Ours {
		last = cycle.Later(last, o.Date)
	}
	return !last.IsZero() && slices.ContainsFunc(g.Theirs, func(t *Row) bool { return t.Figures.Total() < 0 && t.Date.After(last) })
}

// movedWords say where a charge stands that is in another period or on another invoice than ours.
func (g *Group) movedWords() string {
	var newest *Row
	for _, t := range g.Theirs {
		if newest == nil || t.Date.After(newest.Date) || t.Date == newest.Date && t.Figures.Total() < newest.Figures.Total() {
			newest = t
		}
	}
	if newest == nil {
		return "nothing is owed over these periods together"
	}
	for _, t := range g.Theirs {
		if t.Figures.Total() < 0 {
			return fmt.Sprintf("credited on the invoice of %s, %s", dayWords(t.Date), t.Name())
		}
	}
	if newest.Figures[Overage] != 0 {
		return fmt.Sprintf("what was used before %s is on their %s", dayWords(newest.Period.Start), newest.Name())
	}
	return fmt.Sprintf("settled on the invoice of %s, %s", dayWords(newest.Date), newest.Name())
}

// dayWords is a day in a sentence: 10 May 2026.
func dayWords(d cycle.Date) string { return d.Start(nil).Format("2 January 2006") }

// noteFields are the differences of one row and one invoice that are not money.
func (g *Group) noteFields() {
	t, o := g.Theirs[0], g.Ours[0]
	note := func(what, a, b string) {
		if a != b && a != "" {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: theirs %s, ours %s", what, a, b))
		}
	}
	a, errA := wholeCount(t.Credits)
	if b, errB := wholeCount(o.Credits); errA != nil || errB != nil || a != b {
		note("credits", t.Credits, o.Credits)
	}
	note("package", t.Package, o.Package)
	if t.Period != daysOf(o) {
		note("period", t.Period.String(), o.Period.String())
	}
	note("date_invoiced", t.Date.String(), o.Date.String())
	if !strings.EqualFold(t.Type, o.Type) {
		note("type", t.Type, o.Type)
	}
}

// explainLedger looks for the causes of an account's groups that differ.
func (r *reconciler) explainLedger(l *ledger) {
	t := r.newTrial()
	defer r.trials.Put(t)
	var whole *assumptions
	for _, g := range l.groups {
		if !g.isDifferent() {
			continue
		}
		if whole == nil && l.assume != nil {
			a := l.assume()
			whole = &a
		}
		r.explainGroup(l, t, whole, g)
	}
}

// explainGroup finds the causes of a group that differs.
func (r *reconciler) explainGroup(l *ledger, t *trial, whole *assumptions, g *Group) {
	certain := func(cause Cause, text string) {
		g.Causes = append(g.Causes, Hit{Cause: cause, Fact: cause.Words(), Text: text, tier: cause.tier(), fixes: g.differs(), full: true, certain: true})
	}
	switch g.Class {
	case Explained: // by the account's billing day
		return
	case Broken:
		for _, t := range g.Theirs {
			if t.broken != "" {
				certain(BrokenRow, fmt.Sprintf("Row %s does not add up: %s; expected %s.", t.Number, t.broken, g.number(g.OurFigures.Total())))
			}
		}
		return
	case Duplicate:
		certain(ChargedTwice, g.repeatedWords())
	case Ambiguous:
		return
	case OursOnly:
		if ours := g.OurFigures.Total(); len(g.Causes) == 0 && ours < 0 {
			certain(CreditMissing, fmt.Sprintf("Our credit of %s for %s has no row of theirs.", g.lastDate(), g.number(ours)))
		} else if len(g.Causes) == 0 {
			certain(NotBilledUpstream, fmt.Sprintf("Our invoice of %s for %s has no row of theirs.", g.lastDate(), g.number(g.OurFigures.Total())))
		}
	case TheirsOnly:
		if len(g.Causes) == 0 {
			if cause, text := r.withoutOurs(l, whole, g); cause != NoCause {
				certain(cause, text)
			}
		}
	}
	if whole == nil || len(whole.events) == 0 {
		return
	}
	for i := range whole.events {
		if e := &whole.events[i]; e.Type != account.UsageRecorded && e.Type != account.InvoiceStatusChanged && len(g.Events) < maxEvents {
			g.Events = append(g.Events, e.ID)
		}
	}
	slices.Sort(g.Events)
	if len(g.Theirs) == 0 && !l.maySearchAbsent() {
		return
	}
	s := r.newSearch(l, whole, g)
	s.trial = t
	s.run()
	g.Causes = rankHits(append(g.Causes, s.hits...))
	g.outcomes = s.outcomes
	if g.Class == Unexplained && g.isCovered() {
		g.Class = Explained
	}
	if g.Class == Unexplained {
		g.Implied = r.implied(s)
	}
}

// isCovered reports that every kind that differs has a cause that was found, among those to believe: a rival alone explains nothing.
func (g *Group) isCovered() bool {
	var found kindSet
	for _, h := range g.Believed() {
		if !h.Possible() {
			found |= h.fixes
		}
	}
	return g.differs()&^found == 0
}

// repeatedWords say what is billed more than once.
func (g *Group) repeatedWords() string {
	var numbers []string
	for _, t := range g.Theirs[:min(len(g.Theirs), 6)] {
		if t.Number != "" {
			numbers = append(numbers, t.Number)
		}
	}
	text := fmt.Sprintf("They bill %s in %d rows", g.number(g.TheirFigures.Total()), len(g.Theirs))
	if len(numbers) > 0 {
		text += " (" + strings.Join(numbers, ", ") + ")"
	}
	return text + fmt.Sprintf(", expected %s once.", g.number(g.OurFigures.Total()))
}

// withoutOurs says why we bill nothing where they do, if that can be told from the events and the days alone.
func (r *reconciler) withoutOurs(l *ledger, whole *assumptions, g *Group) (Cause, string) {
	billed := fmt.Sprintf("They bill %s for %s", g.number(g.TheirFigures.Total()), g.Period)
	if whole == nil {
		text := billed + fmt.Sprintf(", and no event names the account %q", l.account)
		if l.nearest != "" {
			text += fmt.Sprintf("; one that is spelled much like it is %q", l.nearest)
		}
		return UnknownAccount, text + "."
	}
	var created, closed cycle.Date
	for i := range whole.events {
		day, err := cycle.DateOf(whole.events[i].At, r.in.Policy.TimeZone)
		switch {
		case err != nil:
		case whole.events[i].Type == account.Created:
			closed = cycle.Date{}
			if created.IsZero() {
				created = day
			}
		case whole.events[i].Type == account.Closed:
			closed = day
		}
	}
	switch {
	case !created.IsZero() && !created.Before(g.Period.End):
		return BilledBeforeCreation, fmt.Sprintf("%s, and the account was created on %s.", billed, created)
	case !closed.IsZero() && !closed.After(g.Period.Start):
		return ClosedStillBilled, fmt.Sprintf("%s, and the account was closed on %s.", billed, closed)
	}
	return NoCause, ""
}

// wholeCount reads a count, which may be written with a decimal point and zeros.
func wholeCount(text string) (int64, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, fmt.Errorf("%q is no whole number", text)
	}
	a, err := money.ParseIn(whole, money.MustCurrency("JPY"))
	return a.Minor(), err
}
