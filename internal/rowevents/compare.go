package rowevents

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// Earlier are events that are there already. The zero value has none.
type Earlier struct {
	events map[string]account.Event // by id, those that an import may have made
	voided map[string]string        // the event that voids one
}

// Add adds an event.
func (e *Earlier) Add(event account.Event) {
	if e.events == nil {
		e.events, e.voided = map[string]account.Event{}, map[string]string{}
	}
	if event.Type == account.EventVoided {
		e.voided[event.Voids] = event.ID
		return
	}
	kind, _, _ := strings.Cut(event.ID, " ")
	kind, _, _ = strings.Cut(kind, "#")
	if t, ok := types[kind]; ok && t == event.Type {
		e.events[event.ID] = event
	}
}

// How says how the rows are held against events that are there already.
type How struct {
	RecordedAt  string // a date or an instant: when what is new was learned of; empty for when it happened
	Correct     bool   // what a row says otherwise is voided, and recorded anew
	CorrectedAt string // a date or an instant: when what is corrected was learned of; Correct needs it
}

// Added is what an import adds.
type Added struct {
	Lines     [][]byte // events, one a line, without line ends
	Events    int      // of rows that are new
	Corrected int      // of rows that say otherwise than before
	Voided    int      // events of customers that the table has no more
	Known     int      // rows that say what is there already
}

// New are the events of the rows that are not there already.
func (im *Import) New(earlier *Earlier, how How) (added Added, err error) {
	var wrong problems.List
	seen := map[string]bool{} // the ids of events that rows stand for
	for i := range im.facts {
		wrong.Add(im.facts[i].compare(earlier, how, seen, &added))
	}
	for _, e := range im.vanished(earlier, seen) {
		if !how.Correct {
			wrong.Add(source.At(e.Place, fmt.Errorf("event %q is of an earlier import, and the table has %q without it, expected it there; --correct voids the event", names.Clip(e.ID), names.Clip(e.Account))))
			continue
		}
		added.Lines = append(added.Lines, voiding(&e, how))
		added.Voided++
	}
	return added, wrong.Err("")
}

// compare adds the event of a fact, or finds it there.
func (f *fact) compare(earlier *Earlier, how How, seen map[string]bool, added *Added) error {
	version := 0
	var last account.Event
	for {
		e, there := earlier.events[f.id(version+1)]
		if !there {
			break
		}
		version, last = version+1, e
		seen[e.ID] = true
	}
	by, voided := earlier.voided[last.ID]
	switch {
	case version == 0:
		added.Events++
	case !voided && same(&last, &f.event):
		added.Known++
		return nil
	case !how.Correct && voided:
		return source.Errorf(f.place, "row %d: %s was recorded and voided since, by event %q, expected the row left out; --correct records it anew", f.row, f.words(), names.Clip(by))
	case !how.Correct:
		return source.Errorf(f.place, "row %d: %s: %s here and %s in what was imported before%s, expected the same; --correct voids that and records this", f.row, f.words(), describe(&f.event), describe(&last), at(last.Place))
	default:
		if !voided {
			added.Lines = append(added.Lines, voiding(&last, how))
		}
		added.Corrected++
		added.Lines = append(added.Lines, f.line(version+1, how.CorrectedAt))
		return nil
	}
	added.Lines = append(added.Lines, f.line(1, how.RecordedAt))
	return nil
}

// voiding is the event that voids one.
func voiding(e *account.Event, how How) []byte {
	return appendEvent(nil, "void "+e.ID, account.EventVoided, e.Account, how.CorrectedAt, "", strictjson.AppendString([]byte(`,"event":`), e.ID))
}

// vanished are the events of customers in the tables that no row stands for any more.
func (im *Import) vanished(earlier *Earlier, seen map[string]bool) (list []account.Event) {
	for id, e := range earlier.events {
		if _, voided := earlier.voided[id]; ofCustomer(e.Type) && im.listed[e.Account] && !seen[id] && !voided {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b account.Event) int { return cmp.Or(strings.Compare(a.Account, b.Account), a.Compare(&b)) })
	return list
}

// ofCustomer reports that a table of customers makes events of the type.
func ofCustomer(t account.Type) bool { return t != account.UsageRecorded && t != account.ChargeAdded }

func at(p source.Place) string {
	if p.IsZero() {
		return ""
	}
	return " (" + p.String() + ")"
}

// same reports that two events say the same, but for their ids and when they became known.
func same(a, b *account.Event) bool {
	c := *a
	c.ID, c.RecordedAt = b.ID, b.RecordedAt
	return c.Same(b)
}

// describe says what an event says beside its account and date.
func describe(e *account.Event) string {
	switch e.Type {
	case account.UsageRecorded:
		return digits.Group(strconv.FormatInt(e.Credits, 10)) + " credits"
	case account.ChargeAdded:
		text := e.Amount.String() + " for " + names.Clip(e.Description)
		if e.PriceList != account.AllLists {
			text += ", " + e.PriceList.String()
		}
		return text
	case account.Closed:
		return "closed"
	}
	text := "package " + names.Clip(e.Package)
	if e.BillingDate != (cycle.Date{}) {
		text += ", first billed on " + e.BillingDate.String()
	}
	if e.Metadata != nil {
		text += ", " + names.Clip(string(e.Metadata))
	}
	return text
}

// Accounts are those that the rows are about.
func (im *Import) Accounts() []string {
	all := map[string]bool{}
	for i := range im.facts {
		all[im.facts[i].account] = true
	}
	return slices.Sorted(maps.Keys(all))
}
