package account

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Issuing says what to issue: what an account is to be billed beyond the invoices that it was sent already.
type Issuing struct {
	Events    []Event           // of the account, as recorded so far, in any order
	Issued    []invoice.Invoice // to the account so far, by date; they may have been read from their JSON
	Catalogue invoice.Catalogue
	Policy    invoice.Policy
	Through   cycle.Date // the last day to bill; the zero Date is none, and By alone decides
	By        time.Time  // the instant: only what is final by then is issued

	// Since says that something is left out. What is issued is the same, or the error is [ErrLeftOut]. What was recorded meanwhile counts from
	// when [CountsFrom] says, and has new ids.
	Since Since
}

// Issuance is what is new.
type Issuance struct {
	Invoices  []invoice.Invoice // new and final, by date, with the status at their issue: Unpaid, or Paid where it is zero
	Anomalies []Anomaly         // of the events, those that make no sense where they stand, as they happened
	// Next is the first day that is not billed yet and on which something may be billed, if nothing more is recorded.
	// The zero Date is none.
	Next cycle.Date
	// Passed is the latest boundary after the last invoice that had none; the zero Date is none. If usage, a charge or the status of an
	// invoice is recorded later that counts from before its cut, it is billed on that day or on an earlier boundary without an invoice,
	// though Next is another.
	Passed cycle.Date
	// Stands is the start of a billing period before which all that was owed was billed when the last invoice was cut, so that a later Issuing
	// does without what it was made of, see Since. The zero Date says that it takes all.
	Stands cycle.Date
}

// Issue bills one account what it has not been billed yet, and only what is final. What was issued counts as billed, line
// by line, whatever the events, the packages and the policy say today, and no day up to the last invoice issued is billed
// again: what differs is an adjustment on the next invoice. So it may be called as often as one likes. Issued by one call
// or by many, at whatever instants, the invoices are those of [BillAccount], as long as events count only from when they
// were recorded, see [CountsFrom].
//
// The errors are those of [BillAccount], and that invoices were issued to another account, or are not in the order of
// their dates.
func Issue(what Issuing) (Issuance, error) {
	if err := what.Policy.Check(); err != nil {
		return Issuance{}, err
	}
	b := billers.Get().(*Biller)
	defer billers.Put(b)
	b.terms = newTerms(what.Catalogue, what.Policy)
	return b.IssueSince(what.Since, what.Events, what.Issued, what.Through, what.By)
}

// Issue is [Issue] under the biller's catalogue and policy, with its memory.
func (b *Biller) Issue(events []Event, issued []invoice.Invoice, through cycle.Date, by time.Time) (Issuance, error) {
	return b.IssueSince(Since{}, events, issued, through, by)
}

// IssueSince is Issue where something is left out.
func (b *Biller) IssueSince(since Since, events []Event, issued []invoice.Invoice, through cycle.Date, by time.Time) (Issuance, error) {
	switch {
	case by.IsZero():
		return Issuance{}, errNoInstant
	case len(events) == 0 && len(issued) > 0:
		return Issuance{}, fmt.Errorf("account %q: %d invoices were issued to it, but it has no events", shown(issued[0].Account), len(issued))
	case len(events) == 0:
		return Issuance{}, nil
	}
	if err := b.history.fill(events, b.setTerms()); err != nil {
		return Issuance{}, err
	}
	if through.IsZero() {
		through = lastDay
	}
	return b.issueHistory(events[0].Account, since, issued, through, by)
}

var errNoInstant = errors.New("issue: no instant is given, expected the one by which what is issued is final")

// issueHistory issues to the account whose history is filled.
func (b *Biller) issueHistory(account string, since Since, issued []invoice.Invoice, through cycle.Date, by time.Time) (Issuance, error) {
	h, one := &b.history, &b.billing
	b.startBook()
	one.begin(b.terms, account, h)
	if one.since = since; one.lacks() {
		return Issuance{}, ErrLeftOut
	}
	is := Issuance{Anomalies: judge(h, one.view.timeline)}
	one.view.timeline.reset(b.terms)
	today := one.today(by)
	err := one.resume(issued)
	if err == nil {
		_, err = one.run(through, today, false)
	}
	if err != nil {
		return Issuance{}, fmt.Errorf("account %q: %w", shown(account), err)
	}
	if !one.next.After(lastDay) {
		is.Next = one.next
	}
	is.Passed, is.Stands = one.passed, one.stands(len(issued))
	if is.Invoices = one.made[len(issued):]; !b.ReuseInvoices {
		is.Invoices = slices.Clone(is.Invoices)
	}
	if len(h.statuses) > 0 {
		over := cycle.Earlier(through, today.AddDays(-1)) // later than the last invoice there can be
		if !is.Next.IsZero() {
			over = cycle.Earlier(over, is.Next.AddDays(-1))
		}
		one.atIssue = append(one.atIssue[:0], one.made...)
		for i := range one.atIssue {
			one.atIssue[i].Status = one.atIssue[i].StatusAtIssue()
		}
		is.Anomalies = append(is.Anomalies, one.setStatuses(one.atIssue, over)...)
		slices.SortStableFunc(is.Anomalies, func(x, y Anomaly) int { return x.Event.Compare(&y.Event) })
	}
	return is, nil
}

// today is the day whose cut at the start was the last by an instant. The invoices of the days before it are final.
func (b *billing) today(by time.Time) cycle.Date {
	day, err := cycle.DateOf(by, b.policy.TimeZone)
	switch {
	case err == nil:
	case by.Year() > 1:
		return forever
	default:
		return cycle.Date{}
	}
	return day.AddDays(-b.policy.SettleDays)
}

// CountsFrom is the instant from which an event may count at the earliest that is recorded after an invoice of its account
// was issued, given the day of that invoice: the end of the day and of settle_days after it, when nothing can move the cut
// any more. Who records events after they have issued invoices sets RecordedAt no earlier: then a replay of all events
// makes the invoices that were issued.
func CountsFrom(policy invoice.Policy, issued cycle.Date) time.Time {
	return issued.AddDays(policy.SettleDays + 1).Start(policy.TimeZone)
}

// resume starts where the invoices that were issued have come to: their lines are what is billed, and no day up to the last of
// them is visited. What they say stands; what is owed is held against all of it on the next day.
func (b *billing) resume(issued []invoice.Invoice) error {
	if len(issued) == 0 {
		return nil
	}
	for i := range issued {
		inv := &issued[i]
		if inv.Account != b.account {
			return fmt.Errorf("an invoice issued to it, %s, is one of account %q", inv.Number, shown(inv.Account))
		}
		if inv.Date.IsZero() || i > 0 && !inv.Date.After(issued[i-1].Date) {
			return fmt.Errorf("invoices issued to it are not in order: that of %s comes after one of %s", inv.Date, issued[max(0, i-1)].Date)
		}
		if err := b.book.Enter(inv.Lines); err != nil {
			return fmt.Errorf("invoice of %s: %w", inv.Date, err)
		}
		b.remember(inv)
	}
	last := &issued[len(issued)-1]
	by, atEnd := b.knownTo(last)
	b.lastCut = last.Date
	if b.settled = (horizon{day: last.Date, by: by, charges: last.Date}); atEnd {
		b.settled.charges = last.Date.AddDays(1)
	}
	b.learn(by)
	if len(b.grid().cycles) == 0 {
		b.findGhost()
	}
	if !b.since.Stands.IsZero() {
		b.goOn(last.Date, by)
	}
	return nil
}

// remember takes an invoice that was issued as made.
func (b *billing) remember(inv *invoice.Invoice) {
	by, _ := b.knownTo(inv)
	b.made = append(b.made, *inv)
	b.created = append(b.created, b.createdBy(by))
}

// knownTo is the last instant that an invoice knew that was issued, and whether it was cut at the end of its day.
func (b *billing) knownTo(inv *invoice.Invoice) (by instant, atEnd bool) {
	morning := b.morning(inv.Date)
	if inv.CutAt.IsZero() {
		return morning, false
	}
	if by = instantOf(inv.CutAt); by.After(morning) {
		return by.Prev(), true
	}
	return by, false
}

// createdBy is when the account was created by what is known by an instant; the zero instant when it was not.
func (b *billing) createdBy(by instant) instant {
	if len(b.history.statuses) == 0 { // only they ask for it
		return instant{}
	}
	for _, e := range b.history.structural {
		if e.kind != Created || !b.history.counts(e, by) || !b.catalogue.Has(e.event().Package) {
			continue
		}
		if _, err := schedule(e.event().At, e.event().BillingDate, b.policy); err == nil {
			return e.at
		}
	}
	return instant{}
}

// isFinal reports that an invoice just made may be issued, by what is known on a day that is not later than its own. On a day that
// is not over it may not where it is cut at the end of the day, or where one event more of the day would have it cut there, and be
// in it: a creation where no package is in force, a change where changes are billed immediately, or one from a free package that
// would start a new cycle.
func (b *billing) isFinal(inv *invoice.Invoice, today cycle.Date) bool {
	if _, atEnd := b.knownTo(inv); atEnd || inv.Date != today {
		return false
	}
	p := b.view.lastIn(onlyDay(inv.Date))
	if p == nil || b.policy.BillChanges == invoice.Immediately {
		return false
	}
	price, err := p.list.On(inv.Date).PeriodPrice()
	return err != nil || !price.IsZero() || b.policy.FreeUpgrade != invoice.RestartCycle
}
