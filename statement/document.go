package statement

import (
	"cmp"
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Document is an invoice as a customer gets it.
type Document struct {
	Invoice *invoice.Invoice
	Profile *Profile // nil is the zero Profile

	// Before is what earlier invoices leave unpaid, as books know it; nil is not known. It is said of an invoice that is to be paid.
	Before *money.Amount
}

// documentView is what a customer's invoice says, each text as it is shown.
type documentView struct {
	locale   *Locale
	words    *words
	Language string
	Title    string // "Invoice"
	Heading  string // "Invoice 20260401-…"
	Status   string // "This invoice is paid.", or empty
	Issuer   Party
	Customer Party
	Facts    []fact
	Lines    []documentLine
	Currency string
	Columns  columnNames
	Sums     []fact // total, and what is due where that is another; the last is the one to pay
	TaxLine  string
	Terms    string
	Payment  []string
	Paying   string // the heading of Payment
	BillTo   string
	Timeline *timeline
}

type fact struct{ Name, Value string }

type columnNames struct{ Description, Days, Amount string }

// documentLine is a line in words.
type documentLine struct {
	What   string // "Gold"
	How    string // "11 of 31 days × $79.95"
	Days   string
	Amount string
}

func (d *Document) view() (*documentView, error) {
	p := d.Profile
	if p == nil {
		p = &Profile{}
	}
	inv, customer := d.Invoice, p.Customer(d.Invoice.Account)
	l := p.localeOf(&customer)
	w := l.words()
	v := &documentView{locale: l, words: w, Language: l.Language.String(), Title: w.invoice, Status: w.status(inv.Status), Issuer: p.Issuer, Customer: customer,
		Currency: inv.FinalAmount.Currency().String(), Columns: columnNames{w.description, w.days, w.amount},
		TaxLine: cmp.Or(customer.TaxLine, p.TaxLine), Terms: cmp.Or(customer.Terms, p.Terms), Payment: p.Payment, Paying: w.payment, BillTo: w.billTo}
	if inv.FinalAmount.Sign() < 0 {
		v.Title, v.BillTo = w.creditNote, w.creditTo
	}
	owed := inv.Status == invoice.Unpaid || inv.Status == invoice.Deferred
	pays := owed && inv.FinalAmount.Sign() > 0
	v.Heading = v.Title + " " + inv.Number.String()
	v.addFact(w.number, inv.Number.String())
	v.addFact(w.dated, l.date(inv.Date))
	v.addFact(w.period, l.days(inv.Period))
	if p.DueDays > 0 && pays {
		v.addFact(w.due, l.date(inv.Date.AddDays(p.DueDays)))
	}
	if customer.Name != inv.Account {
		v.addFact(w.account, shown(inv.Account))
	} else {
		v.Customer.Name = shown(customer.Name)
	}
	v.addFact(w.reference, customer.Reference)
	for i := range inv.Lines {
		v.Lines = append(v.Lines, l.line(&inv.Lines[i]))
	}
	v.Sums = []fact{{w.total, l.money(inv.FinalAmount)}}
	if owed && d.Before != nil && !d.Before.IsZero() {
		due, err := inv.FinalAmount.Add(*d.Before)
		if err != nil {
			return nil, fmt.Errorf("invoice %s with what was owed before: %w", inv.Number, err)
		}
		pays = due.Sign() > 0
		left := w.amountDue
		if due.Sign() < 0 {
			left = w.creditLeft
		}
		v.Sums = append(v.Sums, fact{w.broughtForward, l.money(*d.Before)}, fact{left, l.money(due)})
	}
	if !pays { // a credit, or what was paid, refunded or canceled
		v.Terms, v.Payment = "", nil
	}
	v.Timeline = newTimeline(inv, l)
	return v, nil
}

func (v *documentView) addFact(name, value string) {
	if value != "" {
		v.Facts = append(v.Facts, fact{name, value})
	}
}

// line says a line in words. English has the sentence that explains it; other languages say the same from its figures.
func (l *Locale) line(line *invoice.Line) documentLine {
	w := l.words()
	d := documentLine{What: shown(line.Package), Days: l.days(line.Dates), Amount: l.amount(line.Amount)}
	switch line.Kind {
	case invoice.Charge:
		d.What = shown(line.Explanation())
	case invoice.Overage:
		d.What += ", " + w.overage
	}
	if l.Language == English {
		if line.Kind != invoice.Charge {
			d.How = shown(line.Explanation())
		}
		if line.Adjustment {
			d.How = fmt.Sprintf(w.adjustment, l.date(line.Period())) + d.How
		}
		return d
	}
	unit := l.number(line.UnitPrice()) + " " + line.Amount.Currency().String()
	switch {
	case line.Adjustment:
		d.How = fmt.Sprintf(w.adjustment, l.date(line.Period()))
	case line.Kind == invoice.Recurring:
		d.How = fmt.Sprintf(w.daysTimes, line.Days(), line.PeriodDays(), unit)
	case line.Kind == invoice.Overage && line.Quantity() == 0:
		d.How = fmt.Sprintf(w.included, l.count(line.Credits()))
	case line.Kind == invoice.Overage:
		d.How = fmt.Sprintf(w.creditsUsed, l.count(line.Quantity()), unit)
	}
	return d
}

// timeline is a drawing of the days of an invoice: a row for each recurring line.
type timeline struct {
	Title         string
	Width, Height int
	Ticks         []tick
	Parts         []part
}

type tick struct {
	X, Y   int
	Text   string
	Anchor string
}

type part struct {
	Label, Days   string
	Amount        string
	X, Y, Width   int
	LabelX        int
	LabelY        int
	Class, Anchor string
	Inside        bool
}

const (
	timelineWidth = 720
	partHeight    = 24
	partGap       = 8
	maxParts      = 40
)

// newTimeline draws the recurring lines of an invoice over its days; nil where there are none, or too many to be told apart.
func newTimeline(inv *invoice.Invoice, l *Locale) *timeline {
	var all cycle.Period
	var lines []*invoice.Line
	for i := range inv.Lines {
		line := &inv.Lines[i]
		if line.Kind != invoice.Recurring || line.Dates.IsEmpty() {
			continue
		}
		if lines = append(lines, line); len(lines) == 1 {
			all = line.Dates
		}
		all = cycle.Period{Start: cycle.Earlier(all.Start, line.Dates.Start), End: cycle.Later(all.End, line.Dates.End)}
	}
	if len(lines) == 0 || len(lines) > maxParts {
		return nil
	}
	t := &timeline{Title: l.words().timeline, Width: timelineWidth, Height: 24 + len(lines)*(partHeight+partGap) + 4}
	at := func(d cycle.Date) int { return d.Sub(all.Start) * timelineWidth / all.Days() }
	t.Ticks = []tick{{0, 14, l.date(all.Start), "start"}, {timelineWidth, 14, l.date(all.Last()), "end"}}
	classes := map[string]string{}
	for i, line := range lines {
		if classes[line.Package] == "" {
			classes[line.Package] = fmt.Sprintf("part-%d", len(classes)%4+1)
		}
		p := part{Label: shown(line.Package), Days: l.days(line.Dates), Amount: l.amount(line.Amount), X: at(line.Dates.Start), Y: 24 + i*(partHeight+partGap),
			Class: classes[line.Package]}
		p.Width = max(2, at(line.Dates.End)-p.X)
		p.place()
		t.Parts = append(t.Parts, p)
	}
	return t
}

// place puts the label of a part into it, or beside it where it is too short for that.
func (p *part) place() {
	p.LabelY, p.LabelX, p.Anchor = p.Y+16, p.X+8, "start"
	need := 7*len([]rune(p.Label+p.Amount)) + 40
	switch {
	case p.Width >= need:
		p.Inside = true
	case p.X+p.Width+need <= timelineWidth:
		p.LabelX = p.X + p.Width + 8
	case p.X >= need:
		p.LabelX, p.Anchor = p.X-8, "end"
	default:
		p.Label = ""
	}
}
