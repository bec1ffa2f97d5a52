package statement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// History is an account's events and bill, to be explained.
type History struct {
	Events []account.Event // in any order
	Bill   account.Bill
	Zone   *time.Location // of the days; nil is UTC
}

// Explanation says how the figures of an account, or of one of its invoices, come about.
type Explanation struct {
	Title   string
	Summary string
	Events  []EventRow
	Periods []PeriodRow // of an account
	Lines   []LineRow   // of an invoice
	After   []string    // of an invoice: what later ones did to what it billed
	Owed    string      // what the periods come to; empty for an invoice
}

// EventRow is something that happened.
type EventRow struct{ Date, Text string }

// PeriodRow is a billing period: what is owed for it now, when it was billed, and how it comes about.
type PeriodRow struct{ Days, Credits, Owed, Billed, How string }

// LineRow is a line of an invoice, and what was billed for the same thing before.
type LineRow struct{ Kind, Package, Days, Amount, How, Before string }

// ExplainAccount explains what an account owes: what happened, and each period with what was billed for it, adjustments included.
func ExplainAccount(h *History) (*Explanation, error) {
	e := &Explanation{Title: h.Bill.Account}
	e.Events = h.events(cycle.Period{})
	sum := money.Amount{}
	canceled := 0
	var periods []*periodSum
	for i := range h.Bill.Invoices {
		inv := &h.Bill.Invoices[i]
		if i == 0 {
			sum = money.New(0, inv.FinalAmount.Currency())
		}
		if inv.Status == invoice.Canceled {
			canceled++
			continue
		}
		for j := range inv.Lines {
			p, err := periodOf(&periods, &inv.Lines[j])
			if err != nil {
				return nil, err
			}
			p.add(inv, &inv.Lines[j])
		}
		var err error
		if sum, err = sum.Add(inv.FinalAmount); err != nil {
			return nil, fmt.Errorf("total of the account: %w", err)
		}
	}
	slices.SortStableFunc(periods, func(a, b *periodSum) int { return a.days.Start.Compare(b.days.Start) })
	for _, p := range periods {
		e.Periods = append(e.Periods, p.row())
	}
	e.Summary = report.Count(len(h.Bill.Invoices), "invoice", "invoices")
	if len(periods) > 0 {
		e.Owed = plain(sum)
		e.Summary += fmt.Sprintf(", total %s %s", e.Owed, sum.Currency())
	}
	if canceled > 0 {
		e.Summary += fmt.Sprintf(" without %d canceled", canceled)
	}
	return e, nil
}

// periodSum is what was billed for a period.
type periodSum struct {
	first   cycle.Date
	days    cycle.Period
	credits int64
	owed    money.Amount
	billed  []string // days of the invoices
	how     []string
}

// periodOf finds the period of a line, or adds it, and adds the line's amount to it.
func periodOf(periods *[]*periodSum, l *invoice.Line) (*periodSum, error) {
	first := l.Period()
	at := slices.IndexFunc(*periods, func(p *periodSum) bool { return p.first == first })
	if at < 0 {
		at = len(*periods)
		*periods = append(*periods, &periodSum{first: first, days: l.Dates, owed: money.New(0, l.Amount.Currency())})
	}
	p := (*periods)[at]
	owed, err := p.owed.Add(l.Amount)
	if err != nil {
		return nil, fmt.Errorf("total of the period from %s: %w", first, err)
	}
	p.owed = owed
	return p, nil
}

func (p *periodSum) add(inv *invoice.Invoice, l *invoice.Line) {
	p.credits += l.Credits()
	p.days = cycle.Period{Start: cycle.Earlier(p.days.Start, l.Dates.Start), End: cycle.Later(p.days.End, l.Dates.End)}
	date := inv.Date.String()
	if len(p.billed) == 0 || p.billed[len(p.billed)-1] != date {
		p.billed = append(p.billed, date)
	}
	if l.Amount.IsZero() {
		return
	}
	text := l.Explanation()
	if l.Kind != invoice.Charge {
		text = l.Package + ": " + text
	}
	text += " = " + plain(l.Amount)
	if l.Adjustment {
		text += " (adjustment of " + date + ")"
	}
	p.how = append(p.how, text)
}

func (p *periodSum) row() PeriodRow {
	r := PeriodRow{Days: span(p.days), Owed: plain(p.owed), Billed: strings.Join(p.billed, ", "), How: strings.Join(p.how, "; ")}
	if p.credits != 0 {
		r.Credits = digits.Group(strconv.FormatInt(p.credits, 10))
	}
	if r.How == "" {
		r.How = "nothing to charge"
	}
	return r
}

// ExplainInvoice explains an invoice of the bill: what happened, each line with what was billed for the same thing before, and what later
// invoices did to it. It is nil where the bill has no such invoice.
func ExplainInvoice(h *History, number invoice.Number) *Explanation {
	at := slices.IndexFunc(h.Bill.Invoices, func(inv invoice.Invoice) bool { return inv.Number == number })
	if at < 0 {
		return nil
	}
	inv := &h.Bill.Invoices[at]
	e := &Explanation{Title: "Invoice " + inv.Number.String() + " of " + inv.Account,
		Summary: fmt.Sprintf("%s of %s for %s, %s. %s", inv.Type, inv.Date, span(inv.Period), strings.ToLower(inv.Status.String()), sumOf(inv, plain))}
	about := inv.Period
	about.End = inv.Date.AddDays(1)
	for i := range inv.Lines {
		l := &inv.Lines[i]
		about.Start = cycle.Earlier(about.Start, l.Dates.Start)
		row := LineRow{Kind: l.Kind.String(), Package: l.Package, Days: span(l.Dates), Amount: plain(l.Amount), How: l.Explanation()}
		key := l.Key()
		for j := range h.Bill.Invoices {
			other := &h.Bill.Invoices[j]
			for k := range other.Lines {
				if other.Lines[k].Key() != key || j == at {
					continue
				}
				text := plain(other.Lines[k].Amount) + " on " + other.Date.String()
				if other.Status == invoice.Canceled {
					text += ", canceled"
				}
				if j < at {
					row.Before = joinTo(row.Before, text)
				} else if !other.Lines[k].Amount.IsZero() {
					e.After = append(e.After, fmt.Sprintf("%s %s, %s: %s on invoice %s of %s", l.Kind, l.Package, span(l.Dates), plain(other.Lines[k].Amount), other.Number, other.Date))
				}
			}
		}
		e.Lines = append(e.Lines, row)
	}
	e.Events = h.events(about)
	return e
}

func joinTo(list, text string) string {
	if list == "" {
		return text
	}
	return list + "; " + text
}

// events are what happened in some days, or became known in them; of the zero Period all. Usage is one row for all of it.
func (h *History) events(days cycle.Period) (rows []EventRow) {
	events := slices.Clone(h.Events)
	slices.SortStableFunc(events, func(a, b account.Event) int { return a.Compare(&b) })
	voided, odd := map[string]bool{}, map[string]string{}
	for i := range events {
		if events[i].Type == account.EventVoided {
			voided[events[i].Voids] = true
		}
	}
	for i := range h.Bill.Anomalies {
		odd[h.Bill.Anomalies[i].Event.ID] = h.Bill.Anomalies[i].Reason
	}
	used := usage{}
	for i := range events {
		e := &events[i]
		day, known := h.day(e.At), h.day(e.Known())
		if days != (cycle.Period{}) && !days.Contains(day) && !days.Contains(known) {
			continue
		}
		if e.Type == account.UsageRecorded && !voided[e.ID] && odd[e.ID] == "" {
			used.add(day, e.Credits)
			continue
		}
		text := EventWords(e, money.Amount.Display)
		if known != day {
			text += ", known from " + known.String()
		}
		if voided[e.ID] {
			text += " (voided)"
		}
		if why := odd[e.ID]; why != "" {
			text += " (left out: " + why + ")"
		}
		rows = append(rows, EventRow{day.String(), text})
	}
	if used.records > 0 {
		rows = append(rows, EventRow{used.first.String(), used.String()})
	}
	slices.SortStableFunc(rows, func(a, b EventRow) int { return strings.Compare(a.Date, b.Date) })
	return rows
}

// usage adds up what was used.
type usage struct {
	first, last cycle.Date
	records     int
	credits     int64
}

func (u *usage) add(day cycle.Date, credits int64) {
	if u.records++; u.records == 1 {
		u.first = day
	}
	u.last = day
	u.credits += min(credits, 1<<62-u.credits) // no bill counts more
}

func (u *usage) String() string {
	text := digits.Group(strconv.FormatInt(u.credits, 10)) + " credits used"
	if u.records > 1 {
		text += ", " + report.Count(u.records, "record", "records") + " until " + u.last.String()
	}
	return text
}

// day is the day of an instant.
func (h *History) day(t time.Time) cycle.Date {
	d, err := cycle.DateOf(t, h.Zone)
	if err != nil { // outside the calendar, which no event that was read is
		return cycle.Date{}
	}
	return d
}

// EventWords says in words what an event does, as part of a sentence, with its amount as a function shows it.
func EventWords(e *account.Event, show func(money.Amount) string) string {
	when := ""
	if e.Effective == account.PeriodEnd {
		when = " at the end of the billing period"
	}
	switch e.Type {
	case account.Created:
		text := "created with " + e.Package
		if !e.BillingDate.IsZero() {
			text += ", first billed on " + e.BillingDate.String()
		}
		return text
	case account.PackageChanged:
		return "changed to " + e.Package + when
	case account.ChangeCancelled:
		return "the change or close that was waiting is cancelled"
	case account.ChargeAdded:
		kind := "charge"
		if e.Amount.Sign() < 0 {
			kind = "credit"
		}
		text := kind + " of " + show(e.Amount) + ": " + e.Description
		if e.PriceList != account.AllLists {
			text += " (" + e.PriceList.String() + " only)"
		}
		return text
	case account.UsageRecorded:
		return digits.Group(strconv.FormatInt(e.Credits, 10)) + " credits used"
	case account.Closed:
		return "closed" + when
	case account.InvoiceStatusChanged:
		return "invoice " + e.Invoice + " is " + e.Status.Key()
	case account.EventVoided:
		return "event " + e.Voids + " is void"
	}
	return e.Type.String()
}
