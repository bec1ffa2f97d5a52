package invoice

import (
	"cmp"
	"slices"
	"sort"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Enter books the lines of an invoice that was issued, as if the book had made it: what they billed counts as billed. They
// may be lines that were read again. Invoices are entered in the order of their dates.
func (b *Book) Enter(lines []Line) (err error) {
	items := b.items.room(len(lines))
	for i := range lines {
		l := &lines[i]
		items = append(items, *l.item())
		is := &items[len(items)-1]
		is.Amount, is.Credits, is.standing = l.Amount, l.Credits(), 1
		is.Included, is.counted = is.Credits, true
		if l.Kind == Overage {
			is.Included -= l.Quantity()
		}
		at, found := len(b.billed), false
		if at > 0 && b.billed[at-1].Key.compare(&is.Key) >= 0 {
			at, found = b.find(&is.Key)
		}
		if !found {
			b.billed = slices.Insert(b.billed, at, is)
			continue
		}
		was := *b.billed[at]
		was.counting()
		if is.Amount, err = is.Amount.Add(was.Amount); err != nil {
			return err
		}
		is.Credits, is.Included, is.standing = is.Credits+was.Credits, is.Included+was.Included, is.standing+was.standing
		b.billed[at] = is
	}
	b.items.take(items)
	b.taken.items += len(items)
	return nil
}

// First is the first day of the first billing period, or of the first charge, that something was billed for. It is the zero Date
// where nothing was.
func (b *Book) First() cycle.Date {
	if len(b.billed) == 0 {
		return cycle.Date{}
	}
	return b.billed[0].Period
}

// Withdraw takes what the lines of an invoice billed out of the book, or with back puts it in
// again: a canceled invoice counts as never sent.
func (b *Book) Withdraw(lines []Line, back bool) error {
	for i := range lines {
		if err := b.countLine(&lines[i], back); err != nil {
			return err
		}
	}
	return nil
}

// countLine adds a line to what was billed for its key, or takes it off.
func (b *Book) countLine(l *Line, add bool) error {
	over := int64(0)
	if l.Kind == Overage {
		over = l.Quantity()
	}
	return b.count(l.item(), l.Amount, l.Credits(), over, add, add)
}

// count adds an amount, credits and credits over to what was billed for the key of an item, or takes them off. Whether that comes
// from one more line or refund that stands, or from one less, is for the caller to say.
func (b *Book) count(facts *Item, amount money.Amount, credits, over int64, add, more bool) (err error) {
	at, found := b.find(&facts.Key)
	var item Item // a copy: lines refer to those in the book
	if found {
		item = *b.billed[at]
		item.counting()
	} else {
		item = *facts
		item.Credits, item.Included, item.Amount = 0, 0, money.New(0, amount.Currency())
		item.counted, item.standing = true, 0
	}
	if more {
		item.standing++
	} else {
		item.standing--
	}
	if add {
		item.Credits += credits
		item.Included += credits - over
		item.Amount, err = item.Amount.Add(amount)
	} else {
		item.Credits -= credits
		item.Included -= credits - over
		item.Amount, err = item.Amount.Sub(amount)
	}
	if err != nil {
		return err
	}
	switch {
	case found && item.standing == 0:
		b.billed = slices.Delete(b.billed, at, at+1)
	case found:
		b.billed[at] = &item
	default:
		b.billed = slices.Insert(b.billed, at, &item)
	}
	return nil
}

// Restate gives what was billed for the key of a line the facts of that line: the days it was
// about and the terms it was billed by.
func (b *Book) Restate(l *Line) {
	facts := *l.item()
	if at, found := b.find(&facts.Key); found {
		was := *b.billed[at]
		was.counting()
		facts.Amount, facts.Credits, facts.Included = was.Amount, was.Credits, was.Included
		facts.counted, facts.standing = true, was.standing
		b.billed[at] = &facts
	}
}

func (b *Book) find(key *Key) (int, bool) {
	at := sort.Search(len(b.billed), func(i int) bool { return b.billed[i].Key.compare(key) >= 0 })
	return at, at < len(b.billed) && b.billed[at].Key == *key
}

// refund is what was given back for good of what was billed for a kind and package in a period,
// or for a charge.
type refund struct {
	key    Key // its Nth is refunded
	amount money.Amount
	days   []cycle.Period // of its lines, in order; the first are those it is shown with
}

// refunded is the Key.Nth of the item that says what a refund leaves of the amounts owed.
const refunded = -1

// Refund takes what the lines of an invoice billed as given back for good, or with back takes
// that back. Of each item, by period, kind and package, what was given back counts as not
// billed and is owed no more, where what is owed stays at 0 or more.
//
// With R given back and S owed, what is left to owe is max(0, S − R). The book says so with an
// item of its own, so that the others stay as they are: it is owed max(0, S − R) − S, and is
// billed −R with the refund. The two differ only once S falls below R: then a line takes back
// the credit that was given already.
func (b *Book) Refund(lines []Line, back bool) error {
	for i := range lines {
		l := &lines[i]
		key := l.Key()
		key.Nth = refunded
		if err := b.refund(key, l, back); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) refund(key Key, l *Line, back bool) (err error) {
	at := sort.Search(len(b.refunds), func(i int) bool { return b.refunds[i].key.compare(&key) >= 0 })
	if at == len(b.refunds) || b.refunds[at].key != key {
		b.refunds = slices.Insert(b.refunds, at, refund{key: key, amount: money.New(0, l.Amount.Currency())})
	}
	r := &b.refunds[at]
	nth, listed := slices.BinarySearchFunc(r.days, l.Dates, orderOfDays)
	switch {
	case !back:
		r.days = slices.Insert(r.days, nth, l.Dates)
		r.amount, err = r.amount.Add(l.Amount)
	default:
		if listed {
			r.days = slices.Delete(r.days, nth, nth+1)
		}
		r.amount, err = r.amount.Sub(l.Amount)
	}
	if err != nil {
		return err
	}
	facts := Item{Key: key, Days: l.Dates, Amount: r.amount, Terms: l.item().Terms, Description: l.item().Description}
	if len(r.days) > 0 {
		facts.Days = r.days[0]
	}
	if err := b.count(&facts, l.Amount, 0, 0, back, !back); err != nil {
		return err
	}
	if len(r.days) == 0 {
		b.refunds = slices.Delete(b.refunds, at, at+1)
	}
	return nil
}

func orderOfDays(x, y cycle.Period) int {
	return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End))
}

// addRefunds appends to what is owed what refunds leave of it, and notes the refunds that change
// nothing at all: there the items of a period, kind and package differ, and their sums do not.
func (b *Book) addRefunds(owed []Item, stretches []cycle.Period) ([]Item, error) {
	clear(b.level)
	var is map[Key]total
	for i := range stretches {
		stretch := &stretches[i]
		refunds := b.refundsWithin(stretch)
		if len(refunds) == 0 {
			continue // mostly
		}
		if is == nil {
			var err error
			if is, err = sumUp(len(owed), func(i int) *Item { return &owed[i] }); err != nil {
				return nil, err
			}
		}
		from, to := b.within(stretch)
		was, err := sumUp(to-from, func(i int) *Item { return b.billed[from+i] })
		if err != nil {
			return nil, err
		}
		for i := range refunds {
			r := &refunds[i]
			if r.amount.IsZero() {
				continue
			}
			item, err := r.item(is[r.key])
			if err != nil {
				return nil, err
			}
			owed = append(owed, item)
			now := is[r.key]
			if now.amount, err = item.Amount.Add(now.in(item.Amount.Currency())); err != nil {
				return nil, err
			}
			if before := was[r.key]; before.in(item.Amount.Currency()) == now.amount {
				if b.level == nil {
					b.level = map[Key]bool{}
				}
				b.level[r.key] = before.credits == now.credits
			}
		}
	}
	return owed, nil
}

// refundsWithin are the refunds of what is owed for the periods that start in a stretch.
func (b *Book) refundsWithin(stretch *cycle.Period) []refund {
	before := func(day cycle.Date) int {
		return sort.Search(len(b.refunds), func(i int) bool { return !b.refunds[i].key.Period.Before(day) })
	}
	from := before(stretch.Start)
	return b.refunds[from:max(from, before(stretch.End))]
}

// item is what a refund leaves of some amounts that are owed.
func (r *refund) item(owed total) (Item, error) {
	is := owed.in(r.amount.Currency())
	left, err := is.Sub(r.amount)
	if err != nil {
		return Item{}, err
	}
	if left.Sign() < 0 {
		left = money.New(0, left.Currency())
	}
	item := Item{Key: r.key, Days: r.days[0], Terms: owed.terms, Returned: r.amount}
	item.Amount, err = left.Sub(is)
	return item, err
}

// total is the sum of the items of a period, kind and package. The zero value is the sum of none.
type total struct {
	amount  money.Amount
	credits int64
	terms   *Terms
}

// in is the amount in a currency, which is the zero value's too.
func (t total) in(c money.Currency) money.Amount {
	if t.amount == (money.Amount{}) {
		return money.New(0, c)
	}
	return t.amount
}

// sumUp sums n items by period, kind and package.
func sumUp(n int, item func(int) *Item) (map[Key]total, error) {
	sums := map[Key]total{}
	for i := range n {
		key := item(i).Key
		key.Nth = refunded
		sum := sums[key]
		amount, err := item(i).Amount.Add(sum.in(item(i).Amount.Currency()))
		if err != nil {
			return nil, err
		}
		sums[key] = total{amount, sum.credits + item(i).Credits, item(i).Terms}
	}
	return sums, nil
}

// isLevel reports that a refund makes the items of a key's period, kind and package differ, but
// not their sum, and whether not their credits either.
func (b *Book) isLevel(key Key) (level, quiet bool) {
	if len(b.level) == 0 {
		return false, false
	}
	key.Nth = refunded
	quiet, level = b.level[key]
	return level, quiet
}
