package account

import (
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
// the day of each in the policy's time zone.
type history struct {
	entries []entry // as they take effect
	byKnown []int32 // the structural ones of entries, as they became known
	usage   []*entry
	charges []*entry
	late    []*entry // usage and charges recorded after they happened, as they became known
}

// entry is an event with what follows from it and the policy.
type entry struct {
	*Event
	day      cycle.Date // of At
	known    time.Time
	schedule cycle.Schedule // created: the one it starts

	senseless bool // it makes no sense where it stands, with everything known
}

// newHistory sorts and checks the events of one account; it does not change them.
func newHistory(events []Event, t *terms) (*history, error) {
	h := &history{entries: make([]entry, 0, len(events))}
	for i := range events {
		e := &events[i]
		if e.Account != events[0].Account {
			return nil, fmt.Errorf("bill: events of two accounts, %q and %q", events[0].Account, e.Account)
		}
		n, err := newEntry(e, t)
		if err != nil {
			return nil, source.At(e.Place, fmt.Errorf("event %q: %w", e.ID, err))
		}
		h.entries = append(h.entries, n)
	}
	slices.SortFunc(h.entries, func(a, b entry) int { return a.Compare(b.Event) })
	if err := h.removeRepeats(); err != nil {
		return nil, err
	}
	h.index()
	return h, nil
}

func newEntry(e *Event, t *terms) (entry, error) {
	if e.ID == "" || e.Account == "" {
		return entry{}, fmt.Errorf("an event needs an id and an account, got %q and %q", e.ID, e.Account)
	}
	if e.At.IsZero() {
		return entry{}, errors.New("its At is not set")
	}
	if int(e.Type) >= len(types) {
		return entry{}, fmt.Errorf("unknown type %d", e.Type)
	}
	if int(e.Effective) >= len(effectives) {
		return entry{}, fmt.Errorf("unknown effective %d", e.Effective)
	}
	if e.Status > invoice.Canceled {
		return entry{}, fmt.Errorf("unknown status %d", e.Status)
	}
	if e.Credits < 0 {
		return entry{}, fmt.Errorf("%d credits, expected 0 or more", e.Credits)
	}
	if c := t.policy.MoneyCurrency(); e.Type == ChargeAdded && e.Amount.Currency() != c {
		return entry{}, fmt.Errorf("a charge in %s, but the policy bills in %s", e.Amount.Currency(), c)
	}
	n := entry{Event: e, known: e.Known()}
	var err error
	if n.day, err = cycle.DateOf(e.At, t.policy.TimeZone); err != nil {
		return entry{}, err
	}
	if e.Type == Created {
		n.schedule, err = schedule(e, t.policy)
	}
	return n, err
}

// removeRepeats drops events that were written down more than once. Repeats say the same of
// the instant and the type too, so they are neighbours; an id that is used again anywhere
// else is used for something else.
func (h *history) removeRepeats() error {
	kept := h.entries[:0]
	for _, e := range h.entries {
		if n := len(kept); n == 0 || kept[n-1].ID != e.ID || !kept[n-1].Same(e.Event) {
			kept = append(kept, e)
		}
	}
	h.entries = kept
	byID := make([]int32, len(kept))
	for i := range byID {
		byID[i] = int32(i)
	}
	slices.SortFunc(byID, func(a, b int32) int { return strings.Compare(kept[a].ID, kept[b].ID) })
	for i := 1; i < len(byID); i++ {
		if a, b := &kept[byID[i-1]], &kept[byID[i]]; a.ID == b.ID {
			return source.At(b.Place, &ConflictError{ID: b.ID, First: a.Place, Second: b.Place})
		}
	}
	return nil
}

// index sorts the entries out by what they are for.
func (h *history) index() {
	for i := range h.entries {
		e := &h.entries[i]
		switch {
		case e.Type.structural():
			h.byKnown = append(h.byKnown, int32(i))
			continue
		case e.Type == UsageRecorded:
			h.usage = append(h.usage, e)
		case e.Type == ChargeAdded:
			h.charges = append(h.charges, e)
		default:
			continue
		}
		if e.known.After(e.At) {
			h.late = append(h.late, e)
		}
	}
	slices.SortStableFunc(h.byKnown, func(a, b int32) int { return h.entries[a].known.Compare(h.entries[b].known) })
	byDay := func(a, b *entry) int { return a.day.Compare(b.day) }
	slices.SortStableFunc(h.usage, byDay)
	slices.SortStableFunc(h.charges, byDay)
	slices.SortStableFunc(h.late, func(a, b *entry) int { return a.known.Compare(b.known) })
}

// onDays returns the entries, sorted by day, whose days lie in a stretch.
func onDays(entries []*entry, stretch cycle.Period) []*entry {
	position := func(day cycle.Date) int {
		i, _ := slices.BinarySearchFunc(entries, day, func(e *entry, day cycle.Date) int { return e.day.Compare(day) })
		return i
	}
	first := position(stretch.Start)
	return entries[first:max(first, position(stretch.End))]
}

// lastDay is the day of the last event.
func (h *history) lastDay() cycle.Date {
	var last cycle.Date
	for i := range h.entries {
		if day := h.entries[i].day; day.After(last) {
			last = day
		}
	}
	return last
}
