package account

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Current is where an account stands at the end of a day, between its invoices.
type Current struct {
	Account string
	Open    bool
	Package string // in force, or the last that was; empty before the first

	// Of the billing period. Allowed are the credits that the package in force includes, and those that other packages of the
	// period included and that were used. Used = Allowed − Remain + Overage.
	CreditsAllowed, CreditsUsed, CreditsRemain, CreditsOverage int64
	Period                                                     cycle.Period

	// Next is the account's next invoice, if nothing more happens: the earliest that is not final yet. It is the zero
	// Invoice when there is none.
	Next      invoice.Invoice
	Projected money.Amount // what it comes to
	Accrued   money.Amount // what the next invoice comes to if the account is closed at the end of the day

	Pending Pending
}

// Pending is what is known to happen to an account later: a change, a close, or its creation. The zero value is nothing.
type Pending struct {
	Day     cycle.Date
	Type    Type   // PackageChanged, Closed or Created
	Package string // the one that it changes to
}

// ToBill reports that there is something to say: the account is open, or there is an invoice still to come.
func (c *Current) ToBill() bool { return c.Open || !c.Next.Date.IsZero() }

// Status says where an account stands at the end of a day. What was recorded by then counts, and nothing later. It is the
// engine that makes the invoices: what it says of the next one is what that will be.
//
// The errors are those of [BillAccount].
func Status(events []Event, catalogue invoice.Catalogue, policy invoice.Policy, day cycle.Date) (Current, error) {
	if err := policy.Check(); err != nil {
		return Current{}, err
	}
	b := billers.Get().(*Biller)
	defer billers.Put(b)
	b.terms = newTerms(catalogue, policy)
	return b.Status(events, nil, day)
}

// Status is [Status] under the biller's catalogue and policy, with its memory. Invoices that were issued to the account stand, as
// for [Issue]; those that were cut after the day are passed over.
func (b *Biller) Status(events []Event, issued []invoice.Invoice, day cycle.Date) (Current, error) {
	if day.IsZero() {
		return Current{}, errNoDay
	}
	if len(events) == 0 {
		return Current{}, nil
	}
	account, h, one := events[0].Account, &b.history, &b.billing
	zone := b.setTerms().policy.TimeZone
	end := day.AddDays(1).Start(zone)
	by := instantOf(end).Prev()
	n := len(issued)
	for n > 0 && instantOf(issued[n-1].CutAt).After(by) {
		n--
	}
	if n > 0 && CountsFrom(b.terms.policy, issued[n-1].Date).Equal(end) {
		events = countedToday(events, end, by)
	}
	if last, err := cycle.DateOf(by.Time(), zone); err == nil {
		day = last // another where clocks passed the day over
	}
	if err := h.fillTo(by, events, b.terms); err != nil {
		return Current{}, err
	}
	zero := money.New(0, b.terms.currency)
	c := Current{Account: account, Projected: zero, Accrued: zero}
	if len(h.entries) == 0 {
		return c, nil
	}
	b.startBook()
	one.terms = b.terms
	if err := one.current(&c, h, issued[:n], day, by); err != nil {
		return Current{}, fmt.Errorf("account %q: %w", shown(account), err)
	}
	return c, nil
}

// countedToday is events of which those count on a day that count from its end only because an invoice was issued on it, see
// [Event.CountFrom]: they were recorded on the day, and are to be seen in what was used so far. The day has its invoice already, so that
// none knows of them sooner.
func countedToday(events []Event, end time.Time, by instant) []Event {
	own := false
	for i := range events {
		if !events[i].counted || !events[i].RecordedAt.Equal(end) || !events[i].At.Before(end) {
			continue
		}
		if !own {
			events, own = slices.Clone(events), true
		}
		events[i].RecordedAt = by.Time()
	}
	return events
}

var errNoDay = errors.New("status: no day is given, expected the one at whose end to look")

// current sets what there is to say of the account of a history at the end of a day.
func (b *billing) current(c *Current, h *history, issued []invoice.Invoice, day cycle.Date, by instant) error {
	final, err := b.lookAhead(c.Account, h, issued, by)
	if err != nil {
		return err
	}
	if len(b.made) > final {
		c.Next = b.made[final]
		c.Projected, c.Accrued = c.Next.FinalAmount, c.Next.FinalAmount
	}
	b.learn(by)
	if err := b.stand(c, day, by); err != nil || !c.Open {
		return err
	}
	h.addClose(by.UTC(), day, b.terms)
	b.finals = append(b.finals[:0], b.made[:final]...)
	if final, err = b.lookAhead(c.Account, h, b.finals, by); err != nil {
		return fmt.Errorf("if it is closed on %s: %w", day, err)
	}
	c.Accrued = money.New(0, b.currency)
	if len(b.made) > final {
		c.Accrued = b.made[final].FinalAmount
	}
	return nil
}

// lookAhead makes the invoices that are final by an instant, and the next one. It says how many are final.
func (b *billing) lookAhead(account string, h *history, issued []invoice.Invoice, by instant) (final int, err error) {
	b.begin(b.terms, account, h)
	if err := b.resume(issued); err != nil {
		return 0, err
	}
	if _, err := b.run(lastDay, b.today(by.Time()), true); err != nil {
		return 0, err
	}
	if final = len(b.made); final > len(issued) && b.next == b.made[final-1].Date {
		final--
	}
	return final, nil
}

// stand sets what there is to say beside the next invoice.
func (b *billing) stand(c *Current, day cycle.Date, by instant) error {
	v := &b.view
	n := len(v.phases)
	for n > 0 && v.phases[n-1].from.After(by) {
		n--
	}
	var next *phase
	if n < len(v.phases) {
		next = v.phases[n]
	}
	if n == 0 {
		if next != nil {
			c.Pending = Pending{next.days.Start, Created, next.pkg}
		}
		return nil
	}
	p := v.phases[n-1]
	c.Package, c.Open = p.pkg, p.ends == notEnded || p.to.After(by)
	c.Pending = v.pendingAfter(p, next, c.Open)
	if last := p.days.Last(); last.Before(day) {
		day = cycle.Later(p.days.Start, last)
	}
	in := *v.period(day)
	c.Period = in.Period
	return b.countCurrent(c, p, &in, by)
}

// pendingAfter is what is known to happen to an account that is in a phase, or after it where it is closed, and may have a next one.
func (t *timeline) pendingAfter(p, next *phase, open bool) Pending {
	switch {
	case !open && next == nil:
		return Pending{}
	case !open:
		return Pending{next.days.Start, Created, next.pkg}
	case p.ends == notEnded && t.pending == (pending{}):
		return Pending{}
	case p.ends == notEnded && t.pending.pkg == "":
		return Pending{Day: t.pending.day, Type: Closed}
	case p.ends == notEnded:
		return Pending{t.pending.day, PackageChanged, t.pending.pkg}
	case next != nil && next.life == p.life:
		return Pending{next.days.Start, PackageChanged, next.pkg}
	}
	day, _ := cycle.DateOf(p.to.Time(), t.terms.policy.TimeZone)
	return Pending{Day: day, Type: Closed}
}

// countCurrent counts the credits of a period, of which a phase has the last part so far.
func (b *billing) countCurrent(c *Current, last *phase, p *period, by instant) error {
	phases := b.view.ofLife(last.life, cycle.Period{Start: p.Start, End: p.reach()})
	b.parts = slices.Grow(b.parts[:0], len(phases))[:len(phases)]
	b.packages.reset()
	for i, ph := range phases {
		b.parts[i] = part{phase: ph, terms: ph.list.On(p.Start), days: ph.days.Intersect(p.Period), pkg: b.packages.number(ph.pkg)}
	}
	if err := b.countCredits(p, horizon{by: by}); err != nil {
		return err
	}
	if err := b.findPools(p); err != nil {
		return err
	}
	inForce := int32(none) // the pool that credits draw on now
	for i := range b.parts {
		part := &b.parts[i]
		usage := b.draw(part)
		if c.CreditsUsed += usage.Credits; c.CreditsUsed < 0 {
			return fmt.Errorf("credits used: %w", money.ErrOverflow)
		}
		c.CreditsOverage += max(0, usage.Credits-usage.Included)
		if part.phase == last {
			inForce = part.pool
		}
	}
	for i := range b.parts {
		switch pool := &b.parts[i]; {
		case pool.pool != int32(i): // it draws on that of another
		case pool.pool == inForce:
			c.CreditsAllowed += pool.size
			c.CreditsRemain = pool.left
		default:
			c.CreditsAllowed += pool.size - pool.left
		}
	}
	return nil
}

// AppendJSON appends where the account stands as a JSON object on one line, with the names that the Distributor has for it:
// amounts as decimal strings, dates as YYYY-MM-DD, end dates inclusive, dates that there are none of as empty strings.
func (c *Current) AppendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"account":`...), c.Account)
	b = strictjson.AppendString(append(b, `,"package":`...), c.Package)
	for _, count := range []struct {
		name string
		n    int64
	}{{"allowed", c.CreditsAllowed}, {"used", c.CreditsUsed}, {"remain", c.CreditsRemain}, {"overage", c.CreditsOverage}} {
		b = append(append(append(b, `,"credits_`...), count.name...), `":`...)
		b = strconv.AppendInt(b, count.n, 10)
	}
	b = append(b, `,"billing_start_date":"`...)
	if c.Period != (cycle.Period{}) {
		b = c.Period.Start.Append(b)
	}
	b = append(b, `","billing_end_date":"`...)
	if c.Period != (cycle.Period{}) {
		b = c.Period.Last().Append(b)
	}
	b = append(b, `","billing_process_date":"`...)
	if !c.Next.Date.IsZero() {
		b = c.Next.Date.Append(b)
	}
	b = c.Accrued.AppendNumber(append(b, `","accrued_amount":"`...))
	b = c.Projected.AppendNumber(append(b, `","projected_amount":"`...))
	if c.Pending == (Pending{}) {
		return append(b, `","pending":null}`...)
	}
	b = append(append(b, `","pending":{"type":"`...), c.Pending.Type.String()...)
	b = c.Pending.Day.Append(append(b, `","date":"`...))
	b = append(b, '"')
	if c.Pending.Package != "" {
		b = strictjson.AppendString(append(b, `,"package":`...), c.Pending.Package)
	}
	return append(b, "}}"...)
}

// MarshalJSON is AppendJSON for encoders.
func (c Current) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }
