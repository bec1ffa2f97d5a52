package invoice

import (
	"cmp"
	"slices"
	"sort"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// Book keeps what one account has been billed. The zero value has billed nothing.
type Book struct {
	billed  []*Item // by key; what an item says never changes, since lines refer to it
	refunds []refund
	level   map[Key]bool // of the refunds that make no sum differ: whether they make no credits differ either

	// What invoices are made of. Nothing in them changes once an invoice refers to it.
	items slab[Item]
	lines slab[Line]
	taken struct{ items, lines, longest int } // longest is the longest list of items that was compared, of which few are taken

	next   []*Item // what the stretches being compared come to, one after the other
	ranges []span  // where they are in billed, and how many of next are theirs
}

// span is a stretch of Book.billed, and how many items take its place.
type span struct{ from, to, n int }

// Reset starts the book of another account, with memory of the one before.
func (b *Book) Reset() {
	b.Restart()
	b.taken.items, b.taken.lines, b.taken.longest = 0, 0, 0
}

// Restart starts a book again of which other invoices were made. Those stay as they are, and Reuse uses the memory of all of them.
func (b *Book) Restart() { b.billed, b.refunds = b.billed[:0], b.refunds[:0] }

// Reuse is Reset for when nobody uses the invoices of the account before any more: their
// memory is used again too.
func (b *Book) Reuse() {
	b.items.rewind(b.taken.items + b.taken.longest)
	b.lines.rewind(b.taken.lines)
	b.Reset()
}

// Cut says what an invoice is about; owed minus billed says what is on it.
type Cut struct {
	Account  string
	Date     cycle.Date
	Type     Type
	Period   cycle.Period
	Terms    *Terms // the last in force in the period, nil when there were none
	Currency money.Currency

	// Stretches are the days in question, in order and apart from each other: owed lists
	// everything owed for the billing periods that start in them, and for the charges of their
	// days. What was billed for others stands.
	Stretches []cycle.Period
	// Required: the invoice is made even when nothing differs.
	Required bool
}

// Outcome says what came of comparing what is owed with what was billed.
type Outcome uint8

const (
	Equal   Outcome = iota // nothing differs: no invoice
	Waiting                // only the credits counted differ: they wait for the next invoice
	Made                   // an invoice was made
)

// Room is an empty list to put what is owed into, which the next Invoice then need not copy.
func (b *Book) Room() []Item { return b.items.room(itemsAtOnce) }

// itemsAtOnce is more items than most invoices look at.
const itemsAtOnce = 8

// Invoice makes the invoice of a cut in inv, a zero Invoice: everything owed less everything
// billed so far. Where no amount differs and no invoice is required, it makes and books
// nothing; then, and after an error, anything may be in inv. Its number and the instant of
// its cut are left to the caller.
//
// The memory of owed is the book's from then on, which may change what is in it and after it. This is the
// order of operations, in full: what is owed was rounded where the policy says; from here on
// there are only sums.
func (b *Book) Invoice(inv *Invoice, cut *Cut, owed []Item) (_ Outcome, err error) {
	if len(b.refunds) > 0 || len(b.level) > 0 {
		if owed, err = b.addRefunds(owed, cut.Stretches); err != nil {
			return Equal, err
		}
	}
	b.taken.longest = max(b.taken.longest, len(owed))
	sortItems(owed)
	c := comparison{book: b, owed: owed, lines: b.lines.room(min(len(owed)+1, slabSize)), next: b.next[:0]}
	b.ranges = b.ranges[:0]
	for i := range cut.Stretches {
		if err := c.compareIn(&cut.Stretches[i]); err != nil {
			return Equal, err
		}
	}
	b.next = c.next
	if !c.differs && !cut.Required {
		if c.credited {
			return Waiting, nil
		}
		return Equal, nil
	}
	sortLines(c.lines)
	inv.Account, inv.Type, inv.Date, inv.Period = cut.Account, cut.Type, cut.Date, cut.Period
	inv.Credits, inv.Lines = c.credits, c.lines
	if err := inv.total(cut); err != nil {
		return Equal, err
	}
	inv.Lines = b.lines.take(c.lines)
	b.items.take(owed[:c.kept])
	b.taken.items += c.kept
	b.taken.lines += len(c.lines)
	b.enter()
	return Made, nil
}

// sortItems sorts by key, which what is owed mostly is already.
func sortItems(items []Item) {
	for i := 1; i < len(items); i++ {
		if items[i-1].Key.compare(&items[i].Key) > 0 {
			slices.SortFunc(items, func(x, y Item) int { return x.Key.compare(&y.Key) })
			return
		}
	}
}

// sortLines sorts the lines of an invoice in reading order, in which they mostly are already.
func sortLines(lines []Line) {
	for i := 1; i < len(lines); i++ {
		if inReadingOrder(&lines[i-1], &lines[i]) > 0 {
			slices.SortFunc(lines, func(x, y Line) int { return inReadingOrder(&x, &y) })
			return
		}
	}
}

// inReadingOrder compares lines by their days, then as keys are.
func inReadingOrder(x, y *Line) int {
	if c := x.Dates.Start.Compare(y.Dates.Start); c != 0 {
		return c
	}
	if c := cmp.Compare(x.Kind, y.Kind); c != 0 {
		return c
	}
	if c := x.Dates.End.Compare(y.Dates.End); c != 0 {
		return c
	}
	return x.item().Key.compare(&y.item().Key)
}

// within is where billed has the items whose periods start in a stretch. Mostly they are the
// last.
func (b *Book) within(stretch *cycle.Period) (from, to int) {
	n := len(b.billed)
	if near := max(0, n-8); n == 0 || b.billed[near].Period.Before(stretch.Start) {
		for from = n; from > 0 && !b.billed[from-1].Period.Before(stretch.Start); {
			from--
		}
	} else {
		from = sort.Search(n, func(i int) bool { return !b.billed[i].Period.Before(stretch.Start) })
	}
	if n == 0 || b.billed[n-1].Period.Before(stretch.End) {
		return from, n
	}
	return from, from + sort.Search(n-from, func(i int) bool { return !b.billed[from+i].Period.Before(stretch.End) })
}

// enter books what was compared: the items of each stretch take the place of those before.
func (b *Book) enter() {
	end := len(b.next)
	for i := len(b.ranges) - 1; i >= 0; i-- { // from the last, so that no place moves before its turn
		r := b.ranges[i]
		now := b.next[end-r.n : end]
		end -= r.n
		switch {
		case r.to == len(b.billed):
			b.billed = append(b.billed[:r.from], now...)
		case r.n == r.to-r.from:
			copy(b.billed[r.from:], now)
		default:
			b.billed = slices.Replace(b.billed, r.from, r.to, now...)
		}
	}
}

// comparison is what is owed less what was billed, stretch by stretch.
type comparison struct {
	book     *Book
	owed     []Item // sorted by key
	at       int    // how many of them have been compared
	kept     int    // how many of them the book has to keep, which are moved to the front
	lines    []Line
	next     []*Item // what the stretches come to, one after the other
	credits  int64   // that come in with the lines
	differs  bool    // some amount does
	credited bool    // some count of credits does
}

// compareIn appends the lines of what is owed less what was billed in a stretch.
func (c *comparison) compareIn(stretch *cycle.Period) error {
	from, to := c.book.within(stretch)
	before := len(c.next)
	for at := from; ; {
		var was, is *Item
		if c.at < len(c.owed) && c.owed[c.at].Period.Before(stretch.End) {
			is = &c.owed[c.at]
		}
		if at < to {
			was = c.book.billed[at]
		}
		if was != nil && is != nil {
			switch order := was.Key.compare(&is.Key); {
			case order < 0:
				is = nil
			case order > 0:
				was = nil
			}
		}
		if is != nil {
			c.at++
		} else if was == nil {
			break
		}
		if was != nil {
			at++
		}
		if err := c.compare(was, is); err != nil {
			return err
		}
	}
	c.book.ranges = append(c.book.ranges, span{from, to, len(c.next) - before})
	return nil
}

// compare appends the line of one difference, if there is one; either of the two may be nil.
func (c *comparison) compare(was, is *Item) error {
	level, quiet := false, was != nil && is != nil && was.Amount == is.Amount && was.Credits == is.Credits
	if !quiet && len(c.book.level) > 0 {
		level, quiet = c.book.isLevel(firstOf(was, is).Key)
	}
	if quiet {
		if was != nil {
			c.next = append(c.next, was) // so that the book says what the lines do, and no more
		}
		return nil
	}
	switch {
	case was == nil && is.Settled && is.Amount.IsZero() && is.Credits == 0: // it was left out when it was settled, and is no news
		return nil
	case is != nil:
		is = c.keep(is)
		is.standing = 1
		if was != nil {
			is.standing += was.standing
		}
		c.next = append(c.next, is)
	case was.Amount.IsZero() && was.Credits == 0: // given back already
		c.next = append(c.next, was)
		return nil
	default:
		c.next = append(c.next, was.givenBack())
	}
	c.lines = append(c.lines, Line{})
	line := &c.lines[len(c.lines)-1]
	line.owed, line.billed = is, was
	if err := line.set(); err != nil {
		return err
	}
	credits := line.Credits()
	c.credits += credits
	c.credited = c.credited || credits != 0
	c.differs = c.differs || !level && !line.Amount.IsZero()
	// A free package's days and credits within the allowance are lines of zero, once.
	if was != nil && credits == 0 && line.Amount.IsZero() {
		c.lines = c.lines[:len(c.lines)-1]
	}
	return nil
}

// givenBack is an item of which nothing is billed any more. The book keeps it, so that what it holds follows from
// the lines of the invoices alone.
func (i *Item) givenBack() *Item {
	left := *i
	left.Amount, left.Credits, left.Included = money.New(0, i.Amount.Currency()), 0, 0
	left.counted = true
	left.standing++
	return &left
}

func firstOf(was, is *Item) *Item {
	if was != nil {
		return was
	}
	return is
}

// keep moves an item to those that the book has to keep, where it mostly is already.
func (c *comparison) keep(item *Item) *Item {
	kept := &c.owed[c.kept]
	if kept != item {
		*kept = *item
	}
	c.kept++
	return kept
}

// total adds up the lines and holds them against the package's full price.
func (inv *Invoice) total(cut *Cut) (err error) {
	zero := money.New(0, cut.Currency)
	sums := [...]money.Amount{Recurring: zero, Overage: zero, Charge: zero}
	for i := range inv.Lines {
		l := &inv.Lines[i]
		if l.Kind > Charge {
			return names.Check("kind", uint8(l.Kind), kinds)
		}
		if sums[l.Kind], err = sums[l.Kind].Add(l.Amount); err != nil {
			return err
		}
	}
	inv.Amount, inv.Overage, inv.AdditionalCharges = zero, sums[Overage], sums[Charge]
	if cut.Terms != nil {
		inv.Package = cut.Terms.Name()
		if inv.Amount, err = cut.Terms.PeriodPrice(); err != nil {
			return err
		}
	}
	if inv.Prorated, err = inv.Amount.Sub(sums[Recurring]); err != nil {
		return err
	}
	if inv.FinalAmount, err = sums[Recurring].Add(sums[Overage]); err != nil {
		return err
	}
	if inv.FinalAmount, err = inv.FinalAmount.Add(sums[Charge]); err != nil {
		return err
	}
	inv.Status = inv.StatusAtIssue()
	return nil
}
