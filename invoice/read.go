package invoice

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// invoiceJSON is an invoice as its JSON has it.
type invoiceJSON struct {
	Number            Number     `json:"number"`
	Account           string     `json:"account"`
	Type              string     `json:"type"`
	Date              cycle.Date `json:"date_invoiced"`
	Start             cycle.Date `json:"start_date"`
	End               cycle.Date `json:"end_date"`
	Package           string     `json:"package"`
	Currency          string     `json:"currency"`
	Credits           int64      `json:"credits"`
	Amount            string     `json:"amount"`
	Prorated          string     `json:"prorated"`
	Overage           string     `json:"overage"`
	AdditionalCharges string     `json:"additional_charges"`
	FinalAmount       string     `json:"final_amount"`
	Status            string     `json:"status"`
	CutAt             time.Time  `json:"cut_at"`
	Lines             []lineJSON `json:"lines"`
}

type lineJSON struct {
	Kind        string     `json:"kind"`
	Package     string     `json:"package"`
	Start       cycle.Date `json:"start_date"`
	End         cycle.Date `json:"end_date"`
	Days        int        `json:"days"`
	PeriodDays  int        `json:"period_days"`
	Quantity    int64      `json:"quantity"`
	UnitPrice   string     `json:"unit_price"`
	Amount      string     `json:"amount"`
	Adjustment  bool       `json:"adjustment"`
	Explanation string     `json:"explanation"`
	Period      cycle.Date `json:"period"`
	Phase       int32      `json:"phase"`
	Credits     int64      `json:"credits"`
	Event       string     `json:"event"`
}

// readLine is what a line that was read from JSON says of itself.
type readLine struct {
	item             Item
	days, periodDays int
	quantity         int64
	credits          int64
	unitPrice        string
	explanation      string
	terms            Terms // as far as the line says them
}

// UnmarshalJSON reads an invoice that AppendJSON wrote: what is read prints the same bytes again. An unknown field, an unknown word and
// amounts of more digits than the currency has are errors, and then the invoice is left as it was.
func (inv *Invoice) UnmarshalJSON(data []byte) error {
	var from invoiceJSON
	if !from.readFast(data) {
		from = invoiceJSON{}
		if err := from.readStrictly(data); err != nil {
			return err
		}
	}
	read, err := from.invoice()
	if err != nil {
		return fmt.Errorf("invoice %q: %w", from.Number, err)
	}
	*inv = read
	return nil
}

// readStrictly reads any JSON of an invoice, and says what is wrong with it.
func (from *invoiceJSON) readStrictly(data []byte) error {
	if err := json.Unmarshal(data, from, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	return nil
}

func (from *invoiceJSON) invoice() (inv Invoice, err error) {
	currency, err := money.ParseCurrency(from.Currency)
	if err != nil {
		return inv, err
	}
	inv = Invoice{Number: from.Number, Account: from.Account, Date: from.Date, CutAt: from.CutAt.UTC(), Package: from.Package,
		Credits: from.Credits, Period: stretchOf(from.Start, from.End)}
	if from.CutAt.IsZero() {
		inv.CutAt = time.Time{}
	}
	kind, err := names.Index("type", from.Type, types)
	if err != nil {
		return inv, err
	}
	status, err := names.Index("status", from.Status, statuses)
	if err != nil {
		return inv, err
	}
	inv.Type, inv.Status = Type(kind), Status(status)
	for _, amount := range []struct {
		field string
		text  string
		to    *money.Amount
	}{
		{"amount", from.Amount, &inv.Amount}, {"prorated", from.Prorated, &inv.Prorated}, {"overage", from.Overage, &inv.Overage},
		{"additional_charges", from.AdditionalCharges, &inv.AdditionalCharges}, {"final_amount", from.FinalAmount, &inv.FinalAmount},
	} {
		if *amount.to, err = money.ParseIn(amount.text, currency); err != nil {
			return inv, fmt.Errorf("%s: %w", amount.field, err)
		}
	}
	inv.Lines = make([]Line, len(from.Lines))
	read := make([]readLine, len(from.Lines))
	for i := range from.Lines {
		if err := from.Lines[i].read(&inv.Lines[i], &read[i], currency); err != nil {
			return inv, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return inv, nil
}

func (from *lineJSON) read(l *Line, r *readLine, currency money.Currency) (err error) {
	kind, err := ParseKind(from.Kind)
	if err != nil {
		return err
	}
	*l = Line{Kind: kind, Adjustment: from.Adjustment, Dates: stretchOf(from.Start, from.End), Package: from.Package}
	if l.Amount, err = money.ParseIn(from.Amount, currency); err != nil {
		return fmt.Errorf("amount: %w", err)
	}
	*r = readLine{
		days: from.Days, periodDays: from.PeriodDays, quantity: from.Quantity, credits: from.Credits,
		unitPrice: from.UnitPrice, explanation: from.Explanation,
	}
	return l.become(r, from.Period, from.Phase, from.Event)
}

// become makes a line one that was read, of a billing period, a phase of its package and the event of a charge.
func (l *Line) become(r *readLine, period cycle.Date, phase int32, event string) (err error) {
	key := Key{Period: period, Nth: phase, Kind: l.Kind, Of: l.Package}
	if l.Kind == Charge {
		key.Period, key.Of = l.Dates.Start, event
	}
	r.item = Item{Key: key, Days: l.Dates, Amount: l.Amount, period: period}
	l.read = r
	if l.Kind == Charge || phase == refunded {
		return nil
	}
	terms := &r.terms
	terms.pkg.Name = l.Package
	if l.Kind == Recurring {
		terms.pkg.Price, err = money.ParseIn(r.unitPrice, l.Amount.Currency())
		r.item.share = proration.Share{Price: terms.pkg.Price, Of: r.periodDays} // all that is asked of it
	} else {
		terms.credit, err = money.ParseRate(r.unitPrice)
	}
	if err != nil {
		return fmt.Errorf("unit_price: %w", err)
	}
	r.item.Terms = terms
	return nil
}

// stretchOf is the stretch of days of an inclusive last day.
func stretchOf(start, last cycle.Date) cycle.Period {
	if start.IsZero() && last.IsZero() {
		return cycle.Period{}
	}
	return cycle.Period{Start: start, End: last.AddDays(1)}
}
