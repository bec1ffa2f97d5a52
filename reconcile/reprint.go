package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// print is what the figures of a row's invoice are made of.
type print struct {
	dates prints
	terms [components][]term
	whole *money.Amount    // the recurring figure, where no arithmetic changes it
	used  [4]*money.Amount // the overage, by rounding
}

// term is what is owed for a line, or what an invoice before owed for it, which is taken off.
type term struct {
	*invoice.Line
	less bool
}

// takeApart says what the figures of an invoice are made of: what is owed for its lines, and what the invoices before it owed for
// the same things.
func takeApart(inv *invoice.Invoice, before []invoice.Invoice) *print {
	last := map[invoice.Key]*invoice.Line{}
	for i := range before {
		for j := range before[i].Lines {
			l := &before[i].Lines[j]
			last[l.Key()] = l
		}
	}
	out := &print{}
	for i := range inv.Lines {
		l := &inv.Lines[i]
		terms := &out.terms[component(l.Kind)]
		*terms = append(*terms, term{l, false})
		if was := last[l.Key()]; was != nil {
			*terms = append(*terms, term{was, true})
		}
	}
	return out
}

// cut reports that some line is for part of a price, so that the arithmetic of shares matters.
func (p *print) cut() bool {
	return slices.ContainsFunc(p.terms[recurring], func(t term) bool { return t.Days() != t.PeriodDays() })
}

// sum is a component's figure in an arithmetic; the zero Amount, which is nobody's figure, where it does not fit.
func (p *print) sum(c component, sums invoice.Policy) money.Amount {
	sum := money.New(0, sums.MoneyCurrency())
	for _, t := range p.terms[c] {
		a, err := t.Under(sums)
		if err == nil && t.less {
			sum, err = sum.Sub(a)
		} else if err == nil {
			sum, err = sum.Add(a)
		}
		if err != nil {
			return money.Amount{}
		}
	}
	return sum
}
