package account

import (
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
	if len(events) == 0 {
		return Bill{}, nil
	}
	if err := policy.Check(); err != nil {
		return Bill{}, err
	}
	d := desks.Get().(*desk)
	defer desks.Put(d)
	d.terms = newTerms(catalogue, policy)
	return d.bill(events, through)
}

// desks are kept for [BillAccount], which is mostly called again and again.
var desks = sync.Pool{New: func() any { return new(desk) }}

// desk bills one account after the other, with the same memory. Its bills have none of it,
// unless it lends them: then the invoices of one are good until the next.
// It is not safe for concurrent use: there is one a worker.
type desk struct {
	terms   *terms
	lends   bool
	history history
	biller  biller
}

func newDesk(catalogue invoice.Catalogue, policy invoice.Policy) (*desk, error) {
	if err := policy.Check(); err != nil {
		return nil, err
	}
	return &desk{terms: newTerms(catalogue, policy)}, nil
}

// bill bills one account, see [BillAccount]. Its events are not changed or kept; there is at
// least one.
func (d *desk) bill(events []Event, through cycle.Date) (Bill, error) {
	if err := d.history.fill(events, d.terms); err != nil {
		return Bill{}, err
	}
	return d.billHistory(events[0].Account, through)
}

// billHistory bills the account whose history is on the desk.
func (d *desk) billHistory(account string, through cycle.Date) (Bill, error) {
	h := &d.history
	b := &d.biller
	if d.lends {
		b.book.Reuse()
	}
	b.sit(d.terms, account, h)
	bill := Bill{Account: b.account, Anomalies: judge(h, b.view.timeline)}
	b.view.timeline.reset(d.terms)
	var err error
	if bill.Invoices, err = b.run(through); err != nil {
		return Bill{}, fmt.Errorf("account %q: %w", shown(bill.Account), err)
	}
	if !d.lends {
		bill.Invoices = slices.Clone(bill.Invoices)
	}
	bill.Anomalies = append(bill.Anomalies, setStatuses(h, &b.numbers, bill.Invoices, through)...)
	slices.SortStableFunc(bill.Anomalies, func(x, y Anomaly) int { return x.Event.Compare(&y.Event) })
	return bill, nil
}

// Check finds the anomalies of one account's events without billing them. Without a
// catalogue, any package will do, and no free upgrade restarts a cycle. The errors are those
// of [BillAccount] that concern the events alone.
func Check(events []Event, catalogue *invoice.Catalogue, policy invoice.Policy) ([]Anomaly, error) {
	t := newTerms(invoice.Catalogue{}, policy)
	t.anyPackage = catalogue == nil
	if catalogue != nil {
		t.catalogue = *catalogue
	}
	var h history
	if err := h.fill(events, t); err != nil {
		return nil, err
	}
	return judge(&h, newTimeline(t)), nil
}

// judge finds the events that make no sense, with everything known, and marks them. The
// timeline is an empty one, to fold them into.
func judge(h *history, t *timeline) []Anomaly {
	var anomalies []Anomaly
	for i := range h.entries {
		if reason := t.apply(h.entries[i]); reason != "" {
			h.entries[i].senseless = true
			anomalies = append(anomalies, Anomaly{Event: *h.entries[i].event(), Reason: reason})
		}
	}
	return anomalies
}

// setStatuses gives invoices the status that events say they have. A status of an invoice
// that is not there makes no sense, unless it may come after through.
func setStatuses(h *history, numbers *invoice.Numbers, invoices []invoice.Invoice, through cycle.Date) []Anomaly {
	var anomalies []Anomaly
	for i := range h.entries {
		e := h.entries[i]
		if e.Type != InvoiceStatusChanged || e.senseless {
			continue
		}
		day, own := numbers.Day(e.Invoice)
		at, found := slices.BinarySearchFunc(invoices, day, func(inv invoice.Invoice, day cycle.Date) int { return inv.Date.Compare(day) })
		switch {
		case own && found:
			invoices[at].Status = e.Status
		case !own || !day.After(through):
			anomalies = append(anomalies, Anomaly{Event: *e.event(), Reason: fmt.Sprintf("the account has no invoice %q", shown(e.Invoice))})
		}
	}
	return anomalies
}

// biller cuts the invoices of one account, one day after the other. What it knows grows with
// the days: an event counts from the cut by which it was recorded.
type biller struct {
	*terms
	account string
	numbers invoice.Numbers
	history *history

	view  view
	spare *timeline // to fold everything again in
	late  int       // how many of history.late are known
	book  invoice.Book

	lastCut cycle.Date // of the latest invoice; the zero Date before the first
	looked  cycle.Date // the last day on which what was owed was found to be what is billed
	settled horizon    // how far it reached

	made  []invoice.Invoice
	wake  []cycle.Date   // the days, other than boundaries, to visit
	items []invoice.Item // of the invoice being made
	used  []int64        // credits by phase, of the period being added up
	seen  []packageCount // of that period
}

// view is what is known of the timeline on a day.
type view struct {
	*timeline
	known int   // how many of history.byKnown have been folded in
	next  int32 // the entry after the last one folded in
	// dirty is the earliest day for which something new became known since the last invoice;
	// the zero Date is none.
	dirty cycle.Date
}

// sit takes the place for another account: of the one before, there is nothing left but memory.
func (b *biller) sit(t *terms, account string, h *history) {
	if b.view.timeline == nil {
		b.view.timeline, b.spare = newTimeline(t), newTimeline(t)
	}
	*b = biller{terms: t, account: account, numbers: invoice.NumbersOf(account), history: h,
		view: view{timeline: b.view.timeline}, spare: b.spare, book: b.book,
		made: b.made[:0], wake: b.wake[:0], items: b.items[:0], used: b.used[:0], seen: b.seen[:0]}
	b.view.reset(t)
	b.book.Reset()
}

// run visits every day on which there may be something to bill: the days on which structural
// events happen or become known, and in between the boundaries of the periods as they are
// then known. The invoices are in memory that is used again.
func (b *biller) run(through cycle.Date) ([]invoice.Invoice, error) {
	b.findWakeDays()
	wake := b.wake
	through = earlier(through, lastDay)
	last := b.history.lastDay()
	for day := (cycle.Date{}); ; {
		next := forever
		if len(wake) > 0 {
			next = wake[0]
		}
		if len(b.view.cycles) > 0 {
			next = earlier(next, b.view.period(later(day, b.view.first())).End)
		}
		if next.After(through) {
			break
		}
		for len(wake) > 0 && wake[0] == next {
			wake = wake[1:]
		}
		day = next
		if err := b.visit(day); err != nil {
			return nil, err
		}
		if b.done(day, last) && len(wake) == 0 {
			break
		}
	}
	return b.made, nil
}

func earlier(a, b cycle.Date) cycle.Date {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b cycle.Date) cycle.Date {
	if b.After(a) {
		return b
	}
	return a
}

// done reports that a closed account has nothing left that could be billed after a boundary.
func (b *biller) done(day, last cycle.Date) bool {
	return len(b.view.cycles) > 0 && !b.view.open && b.view.pending == pending{} &&
		b.view.known == len(b.history.byKnown) && b.late == len(b.history.late) &&
		day.After(last) && day.After(b.view.current().days.End) && b.view.period(day).Start == day
}

// findWakeDays lists the days, other than boundaries, on which the timeline must be looked
// at: those of the structural events, and those from whose start they are known.
func (b *biller) findWakeDays() {
	days := b.wake[:0]
	for _, i := range b.history.byKnown {
		e := b.history.entries[i]
		days = append(days, e.day)
		if e.Type == Closed {
			days = append(days, b.policy.CloseDay.End(e.day))
		}
		known := e.Known()
		if day, err := cycle.DateOf(known, b.policy.TimeZone); err == nil {
			if known.After(day.Start(b.policy.TimeZone)) {
				day = day.AddDays(1)
			}
			days = append(days, day.AddDays(-b.policy.SettleDays))
		}
	}
	slices.SortFunc(days, cycle.Date.Compare)
	b.wake = slices.Compact(days)
}

// visit cuts the invoice of a day, if there is one.
func (b *biller) visit(day cycle.Date) error {
	b.learn(b.cutAt(day))
	evening := b.cutAt(day.AddDays(1))
	if !b.news(evening) {
		return b.cut(day, b.view.causeOn(day))
	}
	// What happens on the day itself decides whether the invoice is cut at its end.
	morning, state := b.view, b.view.mark()
	b.learn(evening)
	why := b.view.causeOn(day)
	if !why.atEnd {
		if morning.timeline != b.view.timeline {
			b.spare = b.view.timeline
		}
		b.view = morning
		b.view.goBack(state)
	}
	return b.cut(day, why)
}

// cutAt is the instant at which an invoice is cut that is cut at the start of a day.
func (b *biller) cutAt(day cycle.Date) instant {
	return instantOf(day.AddDays(b.policy.SettleDays).Start(b.policy.TimeZone))
}

// news reports that by an instant more structural events are known.
func (b *biller) news(by instant) bool {
	h := b.history
	return b.view.known < len(h.byKnown) && !h.entries[h.byKnown[b.view.known]].known.After(by)
}

// learn folds in what became known by an instant. Events that come after all that has taken
// effect are simply applied; when one does not, everything known is folded again, in order.
func (b *biller) learn(by instant) {
	h, v := b.history, &b.view
	inOrder := true
	for ; b.news(by); v.known++ {
		i := h.byKnown[v.known]
		e := h.entries[i]
		v.touch(e.day)
		if inOrder = inOrder && i >= v.next && !e.at.Before(v.last); inOrder {
			v.apply(e)
			v.next = i + 1
		}
	}
	if !inOrder {
		v.timeline, b.spare = b.spare, v.timeline
		v.reset(b.terms)
		for i := range h.entries {
			if e := h.entries[i]; e.Type.structural() && !e.known.After(by) {
				v.apply(e)
				v.next = int32(i) + 1
			}
		}
	}
	v.takeEffect(by)
}

// touch notes that what is owed may have changed from a day on.
func (v *view) touch(day cycle.Date) {
	if v.dirty.IsZero() || day.Before(v.dirty) {
		v.dirty = day
	}
}

// cause is why an invoice is cut on a day other than that a period ends or starts.
type cause struct {
	atEnd bool // it is cut at the end of the day
	own   bool // the day gets an invoice whatever is on it
	kind  invoice.Type
}

// causeOn says what the changes of a day do to its invoice.
func (v *view) causeOn(day cycle.Date) cause {
	var why cause
	var from, to string
	restarts := false
	for i := len(v.changes) - 1; i >= 0 && !v.changes[i].day.Before(day); i-- {
		c := &v.changes[i]
		own := v.terms.policy.BillChanges == invoice.Immediately && c.kind != lifeStarts
		if c.day != day || !own && c.kind != lifeStarts && c.kind != cycleRestarts {
			continue
		}
		why.atEnd, why.own = true, why.own || own
		switch {
		case c.kind == accountCloses:
			why.kind = invoice.Close
		case c.kind == cycleRestarts:
			restarts = true
		case c.kind == packageChanges:
			if from = c.from; to == "" {
				to = c.to
			}
		}
	}
	switch {
	case why.kind == invoice.Close:
	case restarts: // from a price of zero
		why.kind = invoice.Upgrade
	case to != "":
		why.kind = v.direction(from, to, day)
	}
	return why
}

// direction tells an upgrade from a downgrade by the prices of that day's period.
func (v *view) direction(from, to string, day cycle.Date) invoice.Type {
	start := v.period(day).Start
	before, err := v.terms.catalogue.On(from, start).PeriodPrice()
	if err != nil {
		return invoice.Upgrade
	}
	after, err := v.terms.catalogue.On(to, start).PeriodPrice()
	if err == nil && after.Minor() < before.Minor() {
		return invoice.Downgrade
	}
	return invoice.Upgrade
}

// cut makes the invoice of a day from what is known, if there is one to make.
func (b *biller) cut(day cycle.Date, why cause) error {
	v := &b.view
	if len(v.cycles) == 0 || day.Before(v.first()) {
		return nil
	}
	in := v.period(day)
	required := why.own || in.Start == day && b.unsettled(day, in)
	if !required && (in.Start != day || day == v.first()) {
		return nil
	}
	c := horizon{day: day, by: b.cutAt(day), recurring: day, charges: day}
	if why.atEnd {
		c.charges = day.AddDays(1)
		c.by = b.cutAt(c.charges)
	}
	if b.policy.Timing == invoice.Advance {
		c.recurring = in.End
	}
	b.learnLate(c.by)
	from := b.from()
	if err := b.owed(from, c); err != nil {
		return err
	}
	stretch := b.stretch(day, in)
	terms := b.termsIn(stretch)
	if stretch.IsEmpty() {
		stretch.End = day.AddDays(1) // to show: the day itself
	}
	b.made = append(b.made, invoice.Invoice{})
	made, err := b.book.Invoice(&b.made[len(b.made)-1], &invoice.Cut{
		Account: b.account, Date: day, Type: why.kind, Period: stretch, Terms: terms,
		Currency: b.currency, From: from, Required: required,
	}, b.items)
	if err != nil {
		return fmt.Errorf("invoice of %s: %w", day, err)
	}
	if made || b.book.Settled(from, b.items) { // else there are credits within an allowance to count on the next invoice
		b.looked, v.dirty = day, cycle.Date{}
	}
	if !made {
		b.made = b.made[:len(b.made)-1]
		return nil
	}
	b.made[len(b.made)-1].Number = b.numbers.On(day)
	b.lastCut, b.settled = day, c
	return nil
}

// unsettled reports that a boundary must be billed: the period that ends there has a charged
// day that no cut inside it has settled, or, in advance, the one that starts there has a
// charged day.
func (b *biller) unsettled(day cycle.Date, in period) bool {
	v := &b.view
	if b.policy.Timing == invoice.Advance && v.charged(in.Period) {
		return true
	}
	return day != v.first() && v.charged(cycle.Period{Start: later(v.period(day.AddDays(-1)).Start, b.lastCut), End: day})
}

// learnLate notes the usage and charges that became known after they happened.
func (b *biller) learnLate(by instant) {
	for late := b.history.late; b.late < len(late) && !late[b.late].known.After(by); b.late++ {
		b.view.touch(late[b.late].day)
	}
}

// from is the start of the first period in which something may have changed since the last
// invoice. A cycle that starts on a day changes the period before it too.
func (b *biller) from() cycle.Date {
	v := &b.view
	from := b.looked
	if !v.dirty.IsZero() && !v.dirty.After(from) {
		from = v.dirty.AddDays(-1)
	}
	return v.period(later(from, v.first())).Start
}

// stretch is the invoice's own period: in arrears what ends on the day, from the period's
// start or the last cut inside it; in advance what starts there, unless the account is closed.
// It is empty when an account changes on the very day it was created.
func (b *biller) stretch(day cycle.Date, in period) cycle.Period {
	v := &b.view
	if ahead := (cycle.Period{Start: day, End: in.End}); b.policy.Timing == invoice.Advance && v.charged(ahead) {
		return ahead
	}
	start := in.Start
	if start == day {
		if day == v.first() {
			return cycle.Period{Start: day, End: day}
		}
		start = v.period(day.AddDays(-1)).Start
	}
	return cycle.Period{Start: later(start, b.lastCut), End: day}
}

// termsIn are those of the last package in force in a stretch, or nil.
func (b *biller) termsIn(stretch cycle.Period) *invoice.Terms {
	p := b.view.lastIn(stretch)
	if p == nil {
		return nil
	}
	last := earlier(stretch.End, p.days.End).AddDays(-1)
	return p.list.On(b.view.period(last).Start)
}
