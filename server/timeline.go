package server

import (
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// timeline is the drawing of an account: its packages as bars, its invoices and late events as marks. What it shows stands in the
// tables below it too.
type timeline struct {
	Width, Height int
	Stretches     []stretch
	Marks         []mark
	Ticks         []tick
	Today         int // where today is; -1 is outside
	Words         string
}

type stretch struct {
	X, Width int
	Name     string
	Days     cycle.Period
	Class    string
	Named    bool // there is room for the name
}

type mark struct {
	X    int
	Kind string // invoice, late
	Text string
}

type tick struct {
	X            int
	Text, Anchor string
}

// The size of the drawing in its own units, and how many days it shows at most.
const (
	timelineWidth  = 960
	timelineHeight = 96
	timelineDays   = 400
	letterWidth    = 7
)

// drawTimeline draws the last year or so of an account.
func drawTimeline(events []account.Event, stretches []account.Stretch, issued []invoice.Invoice, c *account.Current, today cycle.Date, policy invoice.Policy) timeline {
	t := timeline{Width: timelineWidth, Height: timelineHeight, Today: -1}
	span := cycle.Period{Start: today, End: today.AddDays(1)}
	day := func(e *account.Event) cycle.Date {
		d, err := cycle.DateOf(e.At, policy.TimeZone)
		if err != nil {
			return today
		}
		return d
	}
	for i := range events {
		if events[i].Type != account.Created {
			continue
		}
		span.Start = cycle.Earlier(span.Start, day(&events[i]))
	}
	if last := lastOf(stretches, issued).AddMonths(1); !c.Open && c.Next.Date.IsZero() && last.Before(today) {
		span.End = last // of an account that is over, not the years since
	}
	if c.Next.Date.After(span.End) && c.Next.Date.Sub(today) < 60 {
		span.End = c.Next.Date.AddDays(1)
	}
	span.Start = cycle.Later(span.Start, span.End.AddDays(-timelineDays))
	days := max(1, span.End.Sub(span.Start))
	x := func(d cycle.Date) int {
		return max(0, min(timelineWidth, d.Sub(span.Start)*timelineWidth/days))
	}
	if today.Before(span.End) {
		t.Today = x(today)
	}
	t.draw(stretches, span, today, x)
	for i := range issued {
		if inv := &issued[i]; !inv.Date.Before(span.Start) {
			t.Marks = append(t.Marks, mark{X: x(inv.Date), Kind: "invoice", Text: inv.Date.String() + ": " + shownMoney(inv.FinalAmount)})
		}
	}
	for i := range events {
		e := &events[i]
		known, err := cycle.DateOf(e.Known(), policy.TimeZone)
		if err == nil && known.After(day(e)) && !day(e).Before(span.Start) {
			t.Marks = append(t.Marks, mark{X: x(day(e)), Kind: "late", Text: day(e).String() + ", known on " + known.String() + ": " + words(e)})
		}
	}
	step := 1 + days/360
	for first := monthStart(span.Start).AddMonths(1); first.Before(span.End); first = first.AddMonths(step) {
		at := tick{X: x(first), Text: longMonth(first)[:len("Jan")] + " " + first.String()[:len("2006")], Anchor: "middle"}
		if half := len(at.Text) * letterWidth / 2; at.X < half {
			at.Anchor = "start"
		} else if at.X > timelineWidth-half {
			at.Anchor = "end"
		}
		t.Ticks = append(t.Ticks, at)
	}
	return t
}

// lastOf is the last day of an account's packages and invoices.
func lastOf(stretches []account.Stretch, issued []invoice.Invoice) (last cycle.Date) {
	for i := range stretches {
		last = cycle.Later(last, stretches[i].Days.End)
	}
	for i := range issued {
		last = cycle.Later(last, issued[i].Date)
	}
	return last
}

// Has reports that there are marks of a kind.
func (t *timeline) Has(kind string) bool {
	return slices.ContainsFunc(t.Marks, func(m mark) bool { return m.Kind == kind })
}

// draw draws the packages.
func (t *timeline) draw(stretches []account.Stretch, span cycle.Period, today cycle.Date, x func(cycle.Date) int) {
	classes := map[string]string{}
	for _, p := range stretches {
		if classes[p.Package] == "" {
			classes[p.Package] = []string{"c1", "c3"}[len(classes)%2]
		}
		end := p.Days.End
		if end.IsZero() {
			if end = span.End; p.Days.Start.After(today) {
				end = p.Days.Start.AddDays(1)
			}
		}
		if !end.After(span.Start) {
			continue
		}
		one := stretch{X: x(p.Days.Start), Name: p.Package, Days: p.Days, Class: classes[p.Package]}
		one.Width = max(2, x(end)-one.X)
		one.Named = one.Width > letterWidth*len([]rune(one.Name))+8
		t.Stretches = append(t.Stretches, one)
	}
}
