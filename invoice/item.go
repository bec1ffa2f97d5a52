package invoice

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// Kind is what an amount is for.
type Kind uint8

const (
	Recurring Kind = iota // a package's price for days
	Overage               // credits beyond the package's
	Charge                // a one-off charge, or a credit when negative
)

var kinds = []string{"recurring", "overage", "charge"}

// ParseKind reads "recurring", "overage" or "charge".
func ParseKind(s string) (Kind, error) {
	i, err := names.Index("kind", s, kinds)
	return Kind(i), err
}

func (k Kind) String() string { return names.Word(uint8(k), kinds) }

// Key says what an amount is for, so that what is owed for it can be held against what has
// been billed for it. Two items of one account never have the same key.
type Key struct {
	Period cycle.Date // first day of the billing period; a charge's own day, wherever periods start
	Nth    int32      // recurring and overage: which of the period's phases with that package, from 0; -1 is what refunds leave
	Kind   Kind
	Of     string // recurring and overage: the package; a charge: the id of its event
}

// compare orders keys by period, kind, package or event, and phase.
func (k *Key) compare(o *Key) int {
	if c := k.Period.Compare(o.Period); c != 0 {
		return c
	}
	if c := cmp.Compare(k.Kind, o.Kind); c != 0 {
		return c
	}
	if c := strings.Compare(k.Of, o.Of); c != 0 {
		return c
	}
	return cmp.Compare(k.Nth, o.Nth)
}

// Item is an amount owed, with the facts it was computed from. Whatever else there is to say
// about it follows from them, and is worked out when it is asked for.
type Item struct {
	Key
	Amount money.Amount
	Days   cycle.Period // the days it is about

	// Settled: an invoice before this one had already settled those days, or that usage, so
	// that whatever comes now is an adjustment.
	Settled bool

	// Of an item in a book. counted: it was added up from lines, and its credits over are Credits − Included.
	// standing: how many lines and refunds it comes from; the book has it as long as there are any.
	counted  bool
	standing int32

	share  proration.Share // recurring: how the price was shared out
	period cycle.Date      // of a charge: the first day of the billing period that it settles

	Usage
	Terms *Terms // recurring and overage: the package's

	Description string       // a charge's
	Returned    money.Amount // of what refunds leave: what was given back
}

// Usage is the credits that a phase used in a period, and what of an allowance they found.
type Usage struct {
	Credits   int64  // used
	Included  int64  // what was left of the allowance for them, which may be more than they are
	Allowance int64  // all of it
	With      string // the package whose allowance it is, where that is another
}

// SetRecurring makes a zero item the price of part of a period. The days it is about are the
// part. It is set where it stays, as all lines and items are that are made by the million:
// making it elsewhere and copying it took longer than the arithmetic.
func (i *Item) SetRecurring(key Key, terms *Terms, rule proration.Rule, whole, part cycle.Period) error {
	i.Key, i.Kind, i.Days, i.Terms = key, Recurring, part, terms
	price, err := terms.PeriodPrice()
	if err != nil {
		return err
	}
	if i.share, err = rule.Share(price, whole, part); err != nil {
		return fmt.Errorf("recurring charge of package %q for %s: %w", names.Clip(terms.Name()), part, err)
	}
	i.Amount = i.share.Amount
	return nil
}

// SetOverage makes a zero item the price of the credits used beyond those included.
func (i *Item) SetOverage(key Key, terms *Terms, policy *Policy, days cycle.Period, usage Usage) (err error) {
	i.Key, i.Kind, i.Days, i.Usage, i.Terms = key, Overage, days, usage, terms
	if terms == nil {
		return errNoTerms
	}
	if usage.Credits < 0 || usage.Included < 0 {
		return fmt.Errorf("overage of package %q for %s: %d credits, %d included, expected none below zero", names.Clip(terms.Name()), days, usage.Credits, usage.Included)
	}
	if i.Amount, err = terms.CreditPrice().Times(i.over(), policy.MoneyCurrency(), policy.Rounding); err != nil {
		return fmt.Errorf("overage of package %q for %s: %w", names.Clip(terms.Name()), days, err)
	}
	return nil
}

// NewCharge is a one-off charge or credit of a day in a billing period.
func NewCharge(event string, day cycle.Date, period cycle.Period, amount money.Amount, description string) Item {
	return Item{Key: Key{Period: day, Kind: Charge, Of: event}, Amount: amount, period: period.Start,
		Days: cycle.Period{Start: day, End: day.AddDays(1)}, Description: description}
}

// billingPeriod is the first day of the billing period that the item settles.
func (i *Item) billingPeriod() cycle.Date {
	if i.Kind == Charge && !i.period.IsZero() {
		return i.period
	}
	return i.Period
}

// over is the number of credits charged for.
func (i *Item) over() int64 {
	if i.counted {
		return i.Credits - i.Included
	}
	return max(0, i.Credits-i.Included)
}

// counting makes an item one that lines are added to.
func (i *Item) counting() {
	i.Included = i.Credits - i.over()
	i.counted = true
}

// appendSentence explains the item's own amount. Of the credits it counts, so many were counted before.
func (i *Item) appendSentence(b []byte, before int64) []byte {
	switch {
	case i.Nth == refunded:
		return append(i.Returned.AppendDisplay(append(b, "not credited twice: "...)), " of this was refunded"...)
	case i.Kind == Recurring:
		return i.share.AppendExplanation(b)
	case i.Kind == Charge:
		return append(b, i.Description...)
	}
	b = digits.AppendInt(b, i.Credits)
	over := i.over()
	if over == 0 && i.Included == i.Allowance && i.With == "" {
		b = digits.AppendInt(append(b, " of "...), i.Included)
		return appendBefore(append(b, " included credits used"...), before)
	}
	b = appendBefore(append(b, " credits used"...), before)
	b = digits.AppendInt(append(b, " − "...), min(i.Included, i.Credits))
	if i.With != "" {
		b = append(append(b, " included with "...), i.With...)
	} else {
		b = append(b, " included"...)
	}
	if i.Included < i.Allowance {
		b = digits.AppendInt(append(b, " (of "...), i.Allowance)
		b = append(b, ", less what was used before)"...)
	}
	b = digits.AppendInt(append(b, " = "...), over)
	if over == 0 {
		return b
	}
	return i.Terms.CreditPrice().AppendDisplay(append(b, " × "...), i.Amount.Currency())
}

// appendBefore says how many credits an earlier invoice counted, if any.
func appendBefore(b []byte, credits int64) []byte {
	if credits == 0 {
		return b
	}
	return append(digits.AppendInt(append(b, " ("...), credits), " counted before)"...)
}
