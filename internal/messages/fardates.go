package messages

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

// FarDatesHelp says what is done about dates that are far from all others, for a help text.
const FarDatesHelp = `A date far from all others, such as one in 2062, is usually a mistake. Its event is named in a
warning, and does not move the day billed through by default. The first or the last dates are
far if more than ten years lie between them and the others, and they are fewer than half of the
days that have events. For the last ones, more than 366 days are enough if the others are a
hundred times as many days. If there are as many days before a gap of ten years as after it,
nobody can say which are wrong: the first date after the gap is named, and all dates count.`

// FarDate is a date of an event that is mostly a mistake.
type FarDate struct {
	event  account.Event
	date   cycle.Date
	reason string // what is odd about it
}

// FarDates are the events that are dated far from all others.
type FarDates struct {
	eventlog.Span
	policy  invoice.Policy
	List    []FarDate  // the first of them
	N       int        // how many there are
	Through cycle.Date // the day billed through because none was given; else the zero Date
}

// FarEvents are events that are dated far from all that were read, before they are worded: those of one shard, or of several.
type FarEvents struct {
	Span   eventlog.Span
	Events []account.Event // the first of them, by instant, account and id, and at most [eventlog.MaxFar]
	N      int             // how many there are
	Next   *account.Event  // the first after the gap
}

// FarEventsOf finds the events of some accounts that are dated far from all that were read; of all accounts
// when none were asked for.
func FarEventsOf(events *eventlog.Events, accounts []string, asked bool, policy invoice.Policy) (far FarEvents) {
	var err error
	if far.Span, err = events.Span(policy); err != nil {
		return far // of an event that cannot be dated, which is an error of its bill
	}
	s := &far.Span
	if s.Before.First.IsZero() && s.After.First.IsZero() && s.Gap.To.IsZero() {
		return far
	}
	far.Events, far.N = slices.Concat(s.Before.Events, s.After.Events), s.Before.N+s.After.N
	if asked || !s.Gap.To.IsZero() {
		far.Events = nil
		for _, name := range accounts {
			for _, e := range events.Of(name) {
				switch day := dayOf(e.At, policy); {
				case day.Before(s.First) || day.After(s.Last):
					far.Events = append(far.Events, e)
				case !s.Gap.To.IsZero() && day == s.Gap.To:
					far.next(&e)
				}
			}
		}
		far.N = len(far.Events)
	}
	far.cut()
	return far
}

func (far *FarEvents) next(e *account.Event) {
	if far.Next == nil || inTime(*e, *far.Next) < 0 {
		far.Next = e
	}
}

func (far *FarEvents) cut() {
	slices.SortFunc(far.Events, inTime)
	far.Events = far.Events[:min(len(far.Events), eventlog.MaxFar)]
}

// Add adds those of another shard, whose span is the same.
func (far *FarEvents) Add(o *FarEvents) {
	far.Events, far.N = append(far.Events, o.Events...), far.N+o.N
	if o.Next != nil {
		far.next(o.Next)
	}
	far.cut()
}

// Dates words them.
func (far *FarEvents) Dates(policy invoice.Policy) FarDates {
	dates := FarDates{Span: far.Span, policy: policy}
	for _, e := range far.Events {
		day := dates.Day(e.At)
		dates.add(e, day, fmt.Sprintf("is dated %s, far from all others, %s to %s", day, dates.First, dates.Last))
	}
	dates.N = far.N
	if far.Next != nil {
		dates.N++
		dates.add(*far.Next, dates.Gap.To, fmt.Sprintf("is dated %s, more than ten years after the one before, of %s", dates.Gap.To, dates.Gap.From))
	}
	return dates
}

// inTime compares events by instant, account and id.
func inTime(a, b account.Event) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Account, b.Account), strings.Compare(a.ID, b.ID))
}

func (f *FarDates) add(e account.Event, date cycle.Date, reason string) {
	if len(f.List) < eventlog.MaxFar {
		f.List = append(f.List, FarDate{e, date, reason})
	}
}

// Day is the day of an instant in the policy's time zone.
func (f *FarDates) Day(at time.Time) cycle.Date { return dayOf(at, f.policy) }

func dayOf(at time.Time, policy invoice.Policy) cycle.Date {
	day, _ := cycle.DateOf(at, policy.TimeZone)
	return day
}

// AddRecorded adds an event that is recorded more than a year after the last date of all: it is billed from then on
// only, which nobody would see.
func (f *FarDates) AddRecorded(e *account.Event) {
	if day := f.Day(e.Known()); !e.RecordedAt.IsZero() && day.After(f.Last.AddDays(maxRecordedDays)) {
		f.N++
		f.add(*e, day, fmt.Sprintf("is recorded on %s, far after the last date, %s, and is billed from then on only", day, f.Last))
	}
}

const (
	maxFarDates     = 5 // that are named
	maxRecordedDays = 366
)

// print names them, in a line each.
func (f *FarDates) Print(w io.Writer) {
	for i := range f.List[:min(maxFarDates, len(f.List))] {
		d := &f.List[i]
		PrintLine(w, fmt.Sprintf("%s: warning: event %q (%s of %q) %s: is the year right?",
			d.event.Place, names.ClipTo(d.event.ID, 200), d.event.Type, names.ClipTo(d.event.Account, 200), d.reason))
	}
	if f.N == 0 {
		return
	}
	text := report.Count(f.N, "event is", "events are") + " dated far from others"
	if f.N > maxFarDates {
		text += fmt.Sprintf(", %d of them are named", maxFarDates)
	}
	if later := !f.After.First.IsZero() || !f.Gap.To.IsZero(); later && !f.Through.IsZero() {
		text += fmt.Sprintf("; billed through %s, expected --through DATE for another day", f.Through)
	}
	PrintLine(w, "prorata: "+text)
}

// AppendJSON appends such a date as a JSON object.
func (d *FarDate) AppendJSON(b []byte) []byte {
	e := &d.event
	b = AppendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"date", d.date.String()}, {"reason", d.reason}} {
		b = append(append(append(b, `,"`...), m[0]...), `":`...)
		b, _ = jsontext.AppendQuote(b, m[1])
	}
	return append(b, '}')
}
