package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

// farDatesHelp says what is done about dates that are far from all others, for a help text.
const farDatesHelp = `A date far from all others, such as one of 2062, is mostly a mistake: its event is named in a
warning, and does not move the day billed through by default. Far are a few at either end,
fewer than half of the days that have events, when the next event is more than ten years away;
for the last ones, more than 366 days in a log of a hundred times as many days.`

// farDates are the events that are dated far from all others.
type farDates struct {
	account.Span
	policy  invoice.Policy
	events  []account.Event // by instant, the first of them
	n       int             // how many there are
	through cycle.Date      // the day billed through because none was given; else the zero Date
}

// farDatesOf finds the events of some accounts that are dated far from all that were read; of all accounts
// when none were asked for.
func (c *common) farDatesOf(events *reading, accounts []string, policy invoice.Policy) farDates {
	far := farDates{policy: policy}
	var err error
	if far.Span, err = events.Span(policy); err != nil {
		return far // of an event that cannot be dated, which is an error of its bill
	}
	if far.Before.First.IsZero() && far.After.First.IsZero() {
		return far
	}
	if len(c.accounts) == 0 {
		far.events, far.n = slices.Concat(far.Before.Events, far.After.Events), far.Before.N+far.After.N
		return far
	}
	for _, name := range accounts {
		for _, e := range events.Of(name) {
			if day := far.day(&e); day.Before(far.First) || day.After(far.Last) {
				far.events = append(far.events, e)
			}
		}
	}
	far.n = len(far.events)
	slices.SortFunc(far.events, func(a, b account.Event) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Account, b.Account), strings.Compare(a.ID, b.ID))
	})
	return far
}

func (f *farDates) day(e *account.Event) cycle.Date {
	day, _ := cycle.DateOf(e.At, f.policy.TimeZone)
	return day
}

// maxFarDates is how many of them are named.
const maxFarDates = 5

// print names them, in a line each.
func (f *farDates) print(w io.Writer) {
	for i := range f.events[:min(maxFarDates, len(f.events))] {
		e := &f.events[i]
		printLine(w, fmt.Sprintf("%s: warning: event %q (%s of %q) is dated %s, far from all others, %s to %s: is the year right?",
			e.Place, names.ClipTo(e.ID, 200), e.Type, names.ClipTo(e.Account, 200), f.day(e), f.First, f.Last))
	}
	text := ""
	switch more := f.n - maxFarDates; {
	case f.n == 0:
		return
	case more > 0:
		text = fmt.Sprintf("%d events are dated far from all others, %d of them are named", f.n, maxFarDates)
	default:
		text = report.Count(f.n, "event is", "events are") + " dated far from all others"
	}
	if !f.through.IsZero() {
		text += fmt.Sprintf("; billed through %s, the last date of the others, expected --through DATE for another", f.through)
	}
	printLine(w, "prorata: "+text)
}

// appendEvent appends such an event as a JSON object.
func (f *farDates) appendEvent(b []byte, e *account.Event) []byte {
	b = appendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"date", f.day(e).String()}} {
		b = append(append(append(b, `,"`...), m[0]...), `":`...)
		b, _ = jsontext.AppendQuote(b, m[1])
	}
	return append(b, '}')
}
