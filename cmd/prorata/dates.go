package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

// farDatesHelp says what is done about dates that are far from all others, for a help text.
const farDatesHelp = `A date far from all others, such as one of 2062, is mostly a mistake. Its event is named in a
warning, and does not move the day billed through by default. The first or the last dates are
far if more than ten years lie between them and the others, and they are fewer than half of the
days that have events. For the last ones, more than 366 days will do if the others are a hundred
times as many days. If both sides of ten years have as many days, nobody can say which is wrong:
the first date after the gap is named, and all of them count.`

// farDate is a date of an event that is mostly a mistake.
type farDate struct {
	event  account.Event
	date   cycle.Date
	reason string // what is odd about it
}

// farDates are the events that are dated far from all others.
type farDates struct {
	eventlog.Span
	policy  invoice.Policy
	list    []farDate  // the first of them
	n       int        // how many there are
	through cycle.Date // the day billed through because none was given; else the zero Date
}

// farDatesOf finds the events of some accounts that are dated far from all that were read; of all accounts
// when none were asked for.
func (c *common) farDatesOf(events *reading, accounts []string, policy invoice.Policy) farDates {
	far := farDates{policy: policy}
	var err error
	if far.Span, err = events.Span(policy); err != nil {
		return far // of an event that cannot be dated, which is an error of its bill
	}
	if far.Before.First.IsZero() && far.After.First.IsZero() && far.Gap.To.IsZero() {
		return far
	}
	list, n := slices.Concat(far.Before.Events, far.After.Events), far.Before.N+far.After.N
	var next []account.Event // the first after the gap
	if len(c.accounts) > 0 || !far.Gap.To.IsZero() {
		list = nil
		for _, name := range accounts {
			for _, e := range events.Of(name) {
				switch day := far.day(e.At); {
				case day.Before(far.First) || day.After(far.Last):
					list = append(list, e)
				case !far.Gap.To.IsZero() && day == far.Gap.To && (next == nil || inTime(e, next[0]) < 0):
					next = []account.Event{e}
				}
			}
		}
		n = len(list)
		slices.SortFunc(list, inTime)
	}
	for _, e := range list {
		day := far.day(e.At)
		far.add(e, day, fmt.Sprintf("is dated %s, far from all others, %s to %s", day, far.First, far.Last))
	}
	far.n = n
	for _, e := range next {
		far.n++
		far.add(e, far.Gap.To, fmt.Sprintf("is dated %s, more than ten years after the one before, of %s", far.Gap.To, far.Gap.From))
	}
	return far
}

// inTime compares events by instant, account and id.
func inTime(a, b account.Event) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Account, b.Account), strings.Compare(a.ID, b.ID))
}

func (f *farDates) add(e account.Event, date cycle.Date, reason string) {
	if len(f.list) < eventlog.MaxFar {
		f.list = append(f.list, farDate{e, date, reason})
	}
}

func (f *farDates) day(at time.Time) cycle.Date {
	day, _ := cycle.DateOf(at, f.policy.TimeZone)
	return day
}

// addRecorded adds an event that is recorded more than a year after the last date of all: it is billed from then on
// only, which nobody would see.
func (f *farDates) addRecorded(e *account.Event) {
	if day := f.day(e.Known()); !e.RecordedAt.IsZero() && day.After(f.Last.AddDays(maxRecordedDays)) {
		f.n++
		f.add(*e, day, fmt.Sprintf("is recorded on %s, far after the last date, %s, and is billed from then on only", day, f.Last))
	}
}

const (
	maxFarDates     = 5 // that are named
	maxRecordedDays = 366
)

// print names them, in a line each.
func (f *farDates) print(w io.Writer) {
	for i := range f.list[:min(maxFarDates, len(f.list))] {
		d := &f.list[i]
		printLine(w, fmt.Sprintf("%s: warning: event %q (%s of %q) %s: is the year right?",
			d.event.Place, names.ClipTo(d.event.ID, 200), d.event.Type, names.ClipTo(d.event.Account, 200), d.reason))
	}
	if f.n == 0 {
		return
	}
	text := report.Count(f.n, "event is", "events are") + " dated far from others"
	if f.n > maxFarDates {
		text += fmt.Sprintf(", %d of them are named", maxFarDates)
	}
	if later := !f.After.First.IsZero() || !f.Gap.To.IsZero(); later && !f.through.IsZero() {
		text += fmt.Sprintf("; billed through %s, expected --through DATE for another day", f.through)
	}
	printLine(w, "prorata: "+text)
}

// appendJSON appends such a date as a JSON object.
func (d *farDate) appendJSON(b []byte) []byte {
	e := &d.event
	b = appendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"date", d.date.String()}, {"reason", d.reason}} {
		b = append(append(append(b, `,"`...), m[0]...), `":`...)
		b, _ = jsontext.AppendQuote(b, m[1])
	}
	return append(b, '}')
}
