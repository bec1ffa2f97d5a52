package account

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// history is one account's events, ready to be billed: in order, without repeats, and with
// the day of each in the policy's time zone. It is filled again for each account.
type history struct {
	stored  []entry
	entries []*entry // as they take effect
	merged  []*entry // to sort them in

	structural []*entry   // those that shape the timeline
	byKnown    []learning // of them, as they became known and were voided
	usage      dated
	charges    dated
	late       []learning // usage and charges recorded after they happened, or voided
	statuses   []*entry   // of invoices, on the retail price list

	voidings []*entry
	voidedAt map[*entry]instant // of the entries that are voided
	faults   map[*entry]fault   // of the voidings that make no sense
	allKnown instant            // when the last of everything is known

	ids    idSet
	log    Log     // whose events these are; nil when they were given as such
	read   Stored  // what the log said last
	events []Event // of the log
}

// entry is an event with what follows from it and the policy. Most are usage of which no more
// is asked than there is here: of that a log makes the event when it is asked for.
type entry struct {
	made      *Event // nil until it is
	history   *history
	handle    int // in the log
	kind      Type
	place     int32 // of a structural one, among these
	credits   int64
	at, known instant
	day       cycle.Date // of at
	voided    bool       // from h.voidedAt on it counts as never recorded
	learned   bool       // a structural one: it counts by what is known at the time
}

// learning is the moment at which an event becomes known, or counts as never recorded.
type learning struct {
	*entry
	when   instant
	voided bool
}

// counts reports that an event is known by an instant and not voided.
func (h *history) counts(e *entry, by instant) bool {
	return !e.known.After(by) && (!e.voided || h.voidedAt[e].After(by))
}

// event is the event itself.
func (e *entry) event() *Event {
	if e.made == nil {
		e.made = new(Event)
		e.history.log.Event(e.handle, e.made)
	}
	return e.made
}

// id is the id of the event.
func (e *entry) id() string {
	if e.made == nil {
		return string(e.history.log.ID(e.handle))
	}
	return e.made.ID
}

// fill sorts and checks the events of one account; it does not change them.
func (h *history) fill(events []Event, t *terms) error { return h.fillTo(instant{}, events, t) }

// fillTo is fill with the events that are recorded by an instant; the zero instant is none, and they are all.
func (h *history) fillTo(by instant, events []Event, t *terms) error {
	h.begin(len(events), nil)
	for i := range events {
		e := &events[i]
		if by != (instant{}) && e.recorded().After(by) {
			continue
		}
		if e.Account != events[0].Account {
			return fmt.Errorf("bill: events of two accounts, %q and %q", shown(events[0].Account), shown(e.Account))
		}
		if err := h.add(e, t); err != nil {
			return err
		}
	}
	h.sort()
	if h.ids.repeat(h.entries) {
		if err := h.removeRepeats(); err != nil {
			return err
		}
	}
	h.index(t)
	return nil
}

// fillLog is fill with the events of a log.
func (h *history) fillLog(log Log, t *terms) error {
	h.begin(log.Len(), log)
	h.events = h.events[:0]
	s := &h.read
	for *s = (Stored{}); log.Next(s); *s = (Stored{}) {
		if h.addUsage(s, t) {
			continue
		}
		h.events = append(h.events, Event{})
		e := &h.events[len(h.events)-1]
		log.Event(s.Handle, e)
		if err := h.add(e, t); err != nil {
			return err
		}
	}
	h.sort()
	h.index(t)
	return nil
}

func (h *history) begin(n int, log Log) {
	h.log = log
	h.stored = slices.Grow(h.stored[:0], n)
	h.entries = slices.Grow(h.entries[:0], n)
}

// addUsage adds an event of the log if it is usage with nothing wrong about it.
func (h *history) addUsage(s *Stored, t *terms) bool {
	if !s.Usage || s.Credits < 0 || s.At.IsZero() {
		return false
	}
	day, err := cycle.DateOf(s.At, t.policy.TimeZone)
	if err == nil && !s.RecordedAt.IsZero() {
		_, err = cycle.DateOf(s.RecordedAt, t.policy.TimeZone)
	}
	if err != nil {
		return false
	}
	e := h.next(s.At, s.RecordedAt)
	e.handle, e.kind, e.credits, e.day = s.Handle, UsageRecorded, s.Credits, day
	return true
}

// add adds an event.
func (h *history) add(e *Event, t *terms) error {
	day, err := check(e, t)
	if err != nil {
		return source.At(e.Place, fmt.Errorf("event %q: %w", shown(e.ID), err))
	}
	n := h.next(e.At, e.RecordedAt)
	n.made, n.kind, n.credits, n.day = e, e.Type, e.Credits, day
	return nil
}

// next is an entry of an instant, recorded at another unless that is zero, the last of those there are. There is room for
// it, see begin, unless a log has more events than it says; then those before it stay where they are.
func (h *history) next(at, recorded time.Time) *entry {
	n := len(h.stored)
	if n == cap(h.stored) {
		h.stored = slices.Grow(h.stored, 1)
	}
	h.stored = h.stored[:n+1]
	e := &h.stored[n]
	*e = entry{history: h, at: instantOf(at)}
	if e.known = e.at; !recorded.IsZero() {
		e.known = instantOf(recorded)
	}
	h.entries = append(h.entries, e)
	return e
}

// sort puts the entries in the order in which they take effect. Logs are mostly in order, and
// when several goroutines have read one, in as many orders one after the other: stretches that
// are sorted are merged, two neighbours at a time.
func (h *history) sort() {
	for len(h.entries) > 1 {
		h.merged = slices.Grow(h.merged[:0], len(h.entries))
		rest := h.entries
		for len(rest) > 0 {
			var a, b []*entry
			a, rest = cutSorted(rest)
			b, rest = cutSorted(rest)
			if len(a) == len(h.entries) {
				return
			}
			h.merged = appendMerged(h.merged, a, b)
		}
		h.entries, h.merged = h.merged, h.entries
	}
}

// cutSorted cuts off the entries at the front that are in order.
func cutSorted(list []*entry) (sorted, rest []*entry) {
	n := min(1, len(list))
	for n < len(list) && order(list[n-1], list[n]) <= 0 {
		n++
	}
	return list[:n], list[n:]
}

// appendMerged appends what is in two lists that are in order; of equals, those of a first.
func appendMerged(to, a, b []*entry) []*entry {
	for len(a) > 0 && len(b) > 0 {
		if order(a[0], b[0]) <= 0 {
			to, a = append(to, a[0]), a[1:]
		} else {
			to, b = append(to, b[0]), b[1:]
		}
	}
	return append(append(to, a...), b...)
}

// order is that of [Event.Compare], most of which the instant decides.
func order(a, b *entry) int {
	if a.at.Sec != b.at.Sec {
		return cmp.Compare(a.at.Sec, b.at.Sec)
	}
	return orderInSecond(a, b)
}

func orderInSecond(a, b *entry) int {
	if c := cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind)); c != 0 {
		return c
	}
	if a.made == nil && b.made == nil { // most often, and the ids need no strings then
		return bytes.Compare(a.history.log.ID(a.handle), b.history.log.ID(b.handle))
	}
	return strings.Compare(a.id(), b.id())
}

// check returns the day of an event that can be billed.
func check(e *Event, t *terms) (cycle.Date, error) {
	if e.ID == "" || e.Account == "" {
		return cycle.Date{}, fmt.Errorf("an event needs an id and an account, got %q and %q", shown(e.ID), shown(e.Account))
	}
	if e.At.IsZero() {
		return cycle.Date{}, errors.New("its At is not set")
	}
	if !e.Type.Valid() {
		return cycle.Date{}, fmt.Errorf("unknown type %d", e.Type)
	}
	if int(e.Effective) >= len(effectives) {
		return cycle.Date{}, fmt.Errorf("unknown effective %d", e.Effective)
	}
	if e.Status > invoice.Canceled {
		return cycle.Date{}, fmt.Errorf("unknown status %d", e.Status)
	}
	if int(e.PriceList) >= len(priceLists) {
		return cycle.Date{}, fmt.Errorf("unknown price list %d", e.PriceList)
	}
	if e.Credits < 0 {
		return cycle.Date{}, fmt.Errorf("%d credits, expected 0 or more", e.Credits)
	}
	if e.Type == ChargeAdded && e.Amount.Currency() != t.currency {
		return cycle.Date{}, fmt.Errorf("a charge in %s, but the policy bills in %s", e.Amount.Currency(), t.currency)
	}
	day, err := cycle.DateOf(e.At, t.policy.TimeZone)
	if err == nil && !e.RecordedAt.IsZero() {
		if _, err := cycle.DateOf(e.RecordedAt, t.policy.TimeZone); err != nil {
			return cycle.Date{}, fmt.Errorf("its RecordedAt: %w", err)
		}
	}
	if err == nil && e.Type == Created {
		_, err = schedule(e.At, e.BillingDate, t.policy)
	}
	return day, err
}

// index sorts the entries out by what they are for.
func (h *history) index(t *terms) {
	h.structural, h.byKnown, h.late, h.statuses, h.voidings = h.structural[:0], h.byKnown[:0], h.late[:0], h.statuses[:0], h.voidings[:0]
	h.usage.clear()
	h.charges.clear()
	list := t.catalogue.PriceList()
	for _, e := range h.entries {
		switch {
		case e.kind == UsageRecorded:
			h.usage.entries = append(h.usage.entries, e)
		case e.kind == ChargeAdded && e.event().PriceList.on(list):
			h.charges.entries = append(h.charges.entries, e)
		case e.kind.structural():
			h.structural = append(h.structural, e)
		case e.kind == InvoiceStatusChanged && list == invoice.Retail:
			h.statuses = append(h.statuses, e)
		case e.kind == EventVoided:
			h.voidings = append(h.voidings, e)
		}
	}
	h.findVoided()
	h.allKnown = instant{}
	for i, e := range h.structural {
		e.place = int32(i)
		h.learn(&h.byKnown, e)
	}
	for _, list := range [][]*entry{h.usage.entries, h.charges.entries} {
		for _, e := range list {
			if e.known.After(e.at) || e.voided {
				h.learn(&h.late, e)
			}
		}
	}
	for _, e := range h.statuses {
		h.allKnown = latest(h.allKnown, latest(e.known, h.voidedAt[e]))
	}
	slices.SortStableFunc(h.byKnown, func(a, b learning) int { return a.when.Compare(b.when) })
	slices.SortStableFunc(h.late, func(a, b learning) int { return a.when.Compare(b.when) })
}

// learn lists when an event becomes known, and when it is voided. One that is voided before it
// is known is never known.
func (h *history) learn(list *[]learning, e *entry) {
	voided := instant{}
	if e.voided {
		if voided = h.voidedAt[e]; !voided.After(e.known) {
			return
		}
		*list = append(*list, learning{e, voided, true})
	}
	*list = append(*list, learning{e, e.known, false})
	h.allKnown = latest(h.allKnown, latest(e.known, voided))
}

// recorded is when an event became known.
func (e *Event) recorded() instant {
	if e.RecordedAt.IsZero() {
		return instantOf(e.At)
	}
	return instantOf(e.RecordedAt)
}

// addClose adds the close of an account at an instant, after it was billed without.
func (h *history) addClose(at time.Time, day cycle.Date, t *terms) {
	for _, e := range h.entries {
		e.voided, e.learned = false, false
	}
	e := h.next(at, time.Time{})
	e.made, e.kind, e.day = &Event{Type: Closed, At: at}, Closed, day
	h.sort()
	h.index(t)
}

// lastDay is the day of the last event.
func (h *history) lastDay() cycle.Date { return h.entries[len(h.entries)-1].day }

// dated are entries in the order of their instants, and so of their days too.
type dated struct {
	entries []*entry
	at      int // where the stretch asked for last ended; the next one is mostly near
}

func (d *dated) clear() { d.entries, d.at = d.entries[:0], 0 }

// in returns the entries whose days lie in a stretch.
func (d *dated) in(stretch cycle.Period) []*entry {
	if len(d.entries) == 0 {
		return nil
	}
	first := d.at
	for first > 0 && !d.entries[first-1].day.Before(stretch.Start) {
		first--
	}
	for first < len(d.entries) && d.entries[first].day.Before(stretch.Start) {
		first++
	}
	d.at = first
	for d.at < len(d.entries) && d.entries[d.at].day.Before(stretch.End) {
		d.at++
	}
	return d.entries[first:d.at]
}
