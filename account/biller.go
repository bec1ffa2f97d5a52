package account

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Bill is what one account is billed.
type Bill struct {
	Account   string
	Invoices  []invoice.Invoice // by date
	Anomalies []Anomaly         // events that make no sense where they stand, as they happened
}

// BillAccount bills one account: the invoices dated up to and including through, as a pure
// function of its events. The events may be in any order and repeat each other; they are not
// changed. Invoices do not depend on through: a later one only adds to them.
//
// It is an error when the events belong to several accounts, contradict each other under one
// id, cannot be dated, or add up to more than fits an amount. Events that are merely out of
// place are anomalies, reported in the bill and left out of its figures.
func BillAccount(events []Event, catalogue invoice.Catalogue, policy invoice.Policy, through cycle.Date) (Bill, error) {
	if through.IsZero() {
		return Bill{}, errNoThrough
	}
	if len(events) == 0 {
		return Bill{}, nil
	}
	if err := policy.Check(); err != nil {
		return Bill{}, err
	}
	b := billers.Get().(*Biller)
	defer billers.Put(b)
	b.terms = newTerms(catalogue, policy)
	return b.bill(events, through)
}

var errNoThrough = errors.New("bill: no last day is given, expected the date through which to bill")

// billers are kept for [BillAccount], which is mostly called again and again.
var billers = sync.Pool{New: func() any { return new(Biller) }}

// Biller bills one account after the other, with the same memory, under one catalogue and policy. Each bill is that of
// [BillAccount], whatever was billed before it. The zero Biller is one of an empty catalogue and the default policy.
// It is not safe for concurrent use: there is one a worker.
type Biller struct {
	// ReuseInvoices makes the invoices of a bill good only until the next bill is made: their memory is used again.
	ReuseInvoices bool

	// InvoicesOnly leaves the anomalies of a bill nil, for a caller who bills the same events in many ways.
	InvoicesOnly bool

	terms   *terms
	history history
	billing billing
}

// NewBiller returns a biller. It is an error when the policy has a value that no policy can have.
func NewBiller(catalogue invoice.Catalogue, policy invoice.Policy) (*Biller, error) {
	if err := policy.Check(); err != nil {
		return nil, err
	}
	return &Biller{terms: newTerms(catalogue, policy)}, nil
}

// SetTerms has the biller bill under another catalogue and policy from now on. It is an error when the policy has a value that no
// policy can have, and changes nothing then.
func (b *Biller) SetTerms(catalogue invoice.Catalogue, policy invoice.Policy) error {
	if err := policy.Check(); err != nil {
		return err
	}
	b.terms = newTerms(catalogue, policy)
	return nil
}

// Bill bills one account, see [BillAccount].
func (b *Biller) Bill(events []Event, through cycle.Date) (Bill, error) {
	if through.IsZero() {
		return Bill{}, errNoThrough
	}
	if len(events) == 0 {
		return Bill{}, nil
	}
	return b.bill(events, through)
}

// BillLog bills the account whose events a log has. It keeps the log until it bills the next one.
func (b *Biller) BillLog(log Log, through cycle.Date) (Bill, error) {
	if through.IsZero() {
		return Bill{}, errNoThrough
	}
	if log == nil || log.Len() == 0 {
		return Bill{}, nil
	}
	if err := b.history.fillLog(log, b.setTerms()); err != nil {
		return Bill{}, err
	}
	return b.billHistory(log.Account(), through)
}

// setTerms is the terms, which a zero Biller does not have yet.
func (b *Biller) setTerms() *terms {
	if b.terms == nil {
		b.terms = newTerms(invoice.Catalogue{}, invoice.Policy{})
	}
	return b.terms
}

// bill bills some events, of which there is at least one.
func (b *Biller) bill(events []Event, through cycle.Date) (Bill, error) {
	if err := b.history.fill(events, b.setTerms()); err != nil {
		return Bill{}, err
	}
	return b.billHistory(events[0].Account, through)
}

// startBook starts the book of another account. The memory of the invoices before is used again where nobody uses them any more.
func (b *Biller) startBook() {
	if b.ReuseInvoices {
		b.billing.book.Reuse()
	} else {
		b.billing.book.Reset()
	}
}

// billHistory bills the account whose history is filled.
func (b *Biller) billHistory(account string, through cycle.Date) (Bill, error) {
	h, one := &b.history, &b.billing
	b.startBook()
	one.begin(b.terms, account, h)
	bill := Bill{Account: account}
	if !b.InvoicesOnly {
		bill.Anomalies = judge(h, one.view.timeline)
		one.view.timeline.reset(b.terms)
	}
	var err error
	if bill.Invoices, err = one.run(through, forever, false); err != nil {
		return Bill{}, fmt.Errorf("account %q: %w", shown(account), err)
	}
	if !b.ReuseInvoices {
		bill.Invoices = slices.Clone(bill.Invoices)
	}
	anomalies := one.setStatuses(bill.Invoices, through)
	if b.InvoicesOnly {
		return bill, nil
	}
	bill.Anomalies = append(bill.Anomalies, anomalies...)
	slices.SortStableFunc(bill.Anomalies, func(x, y Anomaly) int { return x.Event.Compare(&y.Event) })
	return bill, nil
}
