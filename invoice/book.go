package invoice

import (
	"cmp"
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Book keeps what one account has been billed. The zero value has billed nothing.
type Book struct {
	billed []*Item // by key

	// What invoices are made of. Nothing in them changes once an invoice refers to it.
	items slab[Item]
	lines slab[Line]
	taken struct{ items, lines int }
}

// Reset starts the book of another account, with memory of the one before.
func (b *Book) Reset() {
	b.billed = b.billed[:0]
	b.taken.items, b.taken.lines = 0, 0
}

// Reuse is Reset for when nobody uses the invoices of the account before any more: their
// memory is used again too.
func (b *Book) Reuse() {
	b.items.rewind(b.taken.items)
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

	// From is the first billing period in question: owed lists everything owed for the
	// periods that start on it or later, and what was billed for earlier ones stands.
	From cycle.Date
	// Required: the invoice is made even when nothing differs.
	Required bool
}

// Invoice makes the invoice of a cut in inv, a zero Invoice: everything owed less everything
// billed so far. It reports false, and books nothing, when nothing differs and no invoice is
// required; then, and after an error, anything may be in inv. Its number is left to [Numbers].
//
// It reorders owed, and keeps no reference to it. This is the order of operations, in full:
// what is owed was rounded where the policy says; from here on there are only sums.
func (b *Book) Invoice(inv *Invoice, cut *Cut, owed []Item) (made bool, err error) {
	sortItems(owed)
	billed := b.since(cut.From)
	kept := append(b.items.room(len(owed)), owed...)
	lines, credits, differs, err := compare(b.lines.room(len(billed)+len(owed)), billed, kept)
	if err != nil || !differs && !cut.Required {
		return false, err
	}
	if !slices.IsSortedFunc(lines, inReadingOrder) {
		slices.SortFunc(lines, inReadingOrder)
	}
	inv.Account, inv.Type, inv.Date, inv.Period = cut.Account, cut.Type, cut.Date, cut.Period
	inv.Credits, inv.Lines = credits, lines
	if err = inv.total(cut); err != nil {
		return false, err
	}
	inv.Lines = b.lines.take(lines)
	b.taken.items += len(kept)
	b.taken.lines += len(lines)
	b.billed = b.billed[:len(b.billed)-len(billed)]
	for i := range b.items.take(kept) {
		b.billed = append(b.billed, &kept[i])
	}
	return true, nil
}

// Settled reports that everything owed for the periods from a day on is what was billed for
// them, the credits counted included. Like [Book.Invoice] it reorders owed.
func (b *Book) Settled(from cycle.Date, owed []Item) bool {
	sortItems(owed)
	billed := b.since(from)
	if len(billed) != len(owed) {
		return false
	}
	for i, was := range billed {
		if is := &owed[i]; was.Key != is.Key || was.Amount != is.Amount || was.Credits != is.Credits {
			return false
		}
	}
	return true
}

// sortItems sorts by key, which what is owed mostly is already.
func sortItems(items []Item) {
	for i := 1; i < len(items); i++ {
		if items[i-1].Key.Compare(&items[i].Key) > 0 {
			slices.SortFunc(items, func(x, y Item) int { return x.Key.Compare(&y.Key) })
			return
		}
	}
}

// since is what was billed for the periods from a day on. Mostly that is the last of it.
func (b *Book) since(from cycle.Date) []*Item {
	first := len(b.billed)
	for first > 0 && !b.billed[first-1].Period.Before(from) {
		first--
	}
	return b.billed[first:]
}

// compare appends the lines of what is owed less what was billed, both sorted by key, counts
// the credits that come in with them, and reports whether any amount differs.
func compare(lines []Line, billed []*Item, owed []Item) (_ []Line, credits int64, differs bool, err error) {
	for len(billed) > 0 || len(owed) > 0 {
		var was, is *Item
		order := 0
		switch {
		case len(billed) == 0:
			order = +1
		case len(owed) == 0:
			order = -1
		default:
			order = billed[0].Key.Compare(&owed[0].Key)
		}
		if order <= 0 {
			was, billed = billed[0], billed[1:]
			credits -= was.Credits
		}
		if order >= 0 {
			is, owed = &owed[0], owed[1:]
			credits += is.Credits
		}
		lines = append(lines, Line{})
		line := &lines[len(lines)-1]
		if err := line.set(is, was); err != nil {
			return nil, 0, false, err
		}
		differs = differs || !line.Amount.IsZero()
		// A free package's days are a line of zero; credits within the allowance are not.
		if firstTime := was == nil && line.Kind != Overage; !firstTime && line.Amount.IsZero() {
			lines = lines[:len(lines)-1]
		}
	}
	return lines, credits, differs, nil
}

// inReadingOrder sorts the lines of an invoice by their days, then as keys are.
func inReadingOrder(x, y Line) int {
	return cmp.Or(x.Dates.Start.Compare(y.Dates.Start), cmp.Compare(x.Kind, y.Kind),
		x.Dates.End.Compare(y.Dates.End), x.item().Key.Compare(&y.item().Key))
}

// total adds up the lines and holds them against the package's full price.
func (inv *Invoice) total(cut *Cut) (err error) {
	zero := money.New(0, cut.Currency)
	sums := [...]money.Amount{Recurring: zero, Overage: zero, Charge: zero}
	for i := range inv.Lines {
		l := &inv.Lines[i]
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
	inv.FinalAmount = sums[Recurring]
	for _, sum := range sums[Overage:] {
		if inv.FinalAmount, err = inv.FinalAmount.Add(sum); err != nil {
			return err
		}
	}
	if inv.FinalAmount.IsZero() {
		inv.Status = Paid
	}
	return nil
}
