package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/invoice"
)

// tier is how near at hand a cause is: the first tier with an exact hit wins.
type tier uint8

const (
	existence tier = iota // existence and time
	price
	dayCount
	rounding
	usage
	together // two at once: possible, never found
)

// which are components, as a set.
type which uint8

const (
	onRecurring which = 1 << recurring
	onOverage   which = 1 << overage
	onCharges   which = 1 << charges
	onAny             = onRecurring | onOverage | onCharges
)

// candidate is one thing that may be otherwise upstream.
type candidate struct {
	tier   tier
	code   string
	change string // in words: "as if closed on 2010-11-14"
	may    which  // the components that it can change
	pkg    string // a package that must be on the invoice, if it is what makes their figure
	make   func(w world) world
	sums   func(p *invoice.Policy) // the arithmetic of shares, where that is all it changes
	shared bool                    // it is no matter of one account: others may have it too

	// invoice changes the row's invoice itself: a line that is on it twice, or not at all.
	// What it does to each component is the answer.
	invoice func(inv *invoice.Invoice) *Figures
}

// list gathers the candidates worth trying for a row: those of a tier together, the most
// plausible first.
type candidates struct {
	*reconciler
	world   *world
	whole   *world // with what happened long before too
	row     *pair
	differs which
	list    []candidate
}

// add adds a candidate, unless it cannot change what differs.
func (l *candidates) add(t tier, code string, may which, change string, make func(w world) world) {
	if may&l.differs != 0 {
		l.list = append(l.list, candidate{tier: t, code: code, change: change, may: may, make: make})
	}
}

// share marks the candidates that are added as no matter of one account.
func (l *candidates) share(add func()) {
	n := len(l.list)
	add()
	for i := range l.list[n:] {
		l.list[n+i].shared = true
	}
}

// under adds a candidate that changes the policy.
func (l *candidates) under(t tier, code string, may which, words string, change func(p *invoice.Policy)) {
	l.share(func() { l.add(t, code, may, words, func(w world) world { return w.under(change) }) })
}

// sums adds a candidate that changes the policy's arithmetic only.
func (l *candidates) sums(t tier, code string, may which, words string, change func(p *invoice.Policy)) {
	n := len(l.list)
	l.under(t, code, may, words, change)
	for i := range l.list[n:] {
		l.list[n+i].sums = change
	}
}

// candidates lists the changes worth trying for a row.
func (r *reconciler) candidates(whole, w *world, row *pair, differs which) []candidate {
	l := &candidates{reconciler: r, world: w, whole: whole, row: row, differs: differs}
	l.events()
	l.lines()
	l.neighbours()
	l.shifts()
	l.unknownClose()
	l.prices()
	l.effects()
	l.packages()
	l.days()
	l.cuts()
	l.billing()
	l.roundings()
	l.usage()
	slices.SortStableFunc(l.list, func(a, b candidate) int { return int(a.tier) - int(b.tier) })
	return l.list
}
