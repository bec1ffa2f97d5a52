package reconcile

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Figures are what a row is compared by: money, in the currency of the policy.
type Figures struct {
	Recurring money.Amount // amount less what is prorated
	Overage   money.Amount
	Charges   money.Amount
	Final     money.Amount
}

// component is one of the figures that add up to the final one.
type component uint8

const (
	recurring component = iota
	overage
	charges
	components // how many there are
)

var componentNames = [components]string{"recurring", "overage", "additional charges"}

func (c component) String() string { return componentNames[c] }

// of is the component's figure.
func (f *Figures) of(c component) money.Amount {
	return [components]money.Amount{f.Recurring, f.Overage, f.Charges}[c]
}

// same reports that two rows are the same money, component by component.
func (f *Figures) same(o *Figures) bool {
	return f.Recurring == o.Recurring && f.Overage == o.Overage && f.Charges == o.Charges
}

// side is one row of one side: what it says, and what it is compared by.
type side struct {
	account string
	number  string
	kind    string
	pkg     string
	credits string
	date    cycle.Date
	period  cycle.Period
	Figures
	theirs  *distributor.Invoice // where it is the Distributor's
	ours    *invoice.Invoice     // where it is ours
	broken  string               // why it does not add up, for a row of theirs
	repeats *side                // the row of theirs that a row of theirs repeats
}

// text tells apart two rows of theirs that agree in all that is compared, so that their order
// is always the same.
func (s *side) text() string {
	if s.theirs == nil {
		return ""
	}
	t := s.theirs
	return strings.Join([]string{t.Type, t.Package, t.Status, string(t.Credits), string(t.Amount), string(t.Prorated), string(t.Overage),
		string(t.AdditionalCharges), string(t.FinalAmount), t.EndDate.String()}, "\x00")
}

// ofInvoice is our side of a row.
func ofInvoice(inv *invoice.Invoice) *side {
	net, _ := inv.Amount.Sub(inv.Prorated) // it was the sum of lines that made Prorated
	return &side{
		account: inv.Account, number: inv.Number.String(), kind: inv.Type.String(), pkg: inv.Package,
		credits: fmt.Sprint(inv.Credits), date: inv.Date, period: inv.Period, ours: inv,
		Figures: Figures{Recurring: net, Overage: inv.Overage, Charges: inv.AdditionalCharges, Final: inv.FinalAmount},
	}
}

// ofRow is the Distributor's side of a row. A row whose figures do not add up keeps its final
// amount, which is what it claims, and says so in broken.
func ofRow(row *distributor.Invoice, c money.Currency) (*side, error) {
	s := &side{
		account: row.Username, number: row.Number, kind: row.Type, pkg: row.Package, credits: string(row.Credits),
		date: row.DateInvoiced, period: cycle.Period{Start: row.StartDate, End: row.EndDate.AddDays(1)}, theirs: row,
	}
	if s.date.IsZero() {
		s.date = s.period.End // the day after the period, as an invoice in arrears
	}
	read := func(what string, n distributor.Number) (a money.Amount, err error) {
		if n == "" {
			return money.New(0, c), nil
		}
		if a, err = n.Amount(c); err != nil {
			err = fmt.Errorf("%s: %w", what, err)
		}
		return a, err
	}
	amount, err := read("amount", row.Amount)
	if err != nil {
		return nil, err
	}
	if s.Overage, err = read("overage", row.Overage); err != nil {
		return nil, err
	}
	if s.Charges, err = read("additional_charges", row.AdditionalCharges); err != nil {
		return nil, err
	}
	if s.Final, err = read("final_amount", row.FinalAmount); err != nil {
		return nil, err
	}
	discount, ok, err := row.Discount(c)
	if err != nil {
		return nil, err
	}
	if !ok {
		s.broken = doNotAddUp(row)
		discount = money.New(0, c)
	}
	s.Recurring, err = amount.Sub(discount)
	return s, err
}

// doNotAddUp says why a row does not add up: it lacks a figure, or those it has make another sum.
func doNotAddUp(row *distributor.Invoice) string {
	switch {
	case row.Amount == "" && row.FinalAmount == "":
		return "the row has no amount and no final_amount"
	case row.Amount == "":
		return "the row has no amount"
	case row.FinalAmount == "":
		return "the row has no final_amount"
	}
	parts := []string{"amount " + string(row.Amount)}
	for _, f := range []struct {
		name string
		distributor.Number
	}{{"prorated", row.Prorated}, {"overage", row.Overage}, {"additional_charges", row.AdditionalCharges}} {
		if f.Number != "" {
			parts = append(parts, f.name+" "+string(f.Number))
		}
	}
	if len(parts) == 1 {
		return fmt.Sprintf("%s is not the final_amount %s", parts[0], row.FinalAmount)
	}
	text := fmt.Sprintf("%s and %s do not make %s", strings.Join(parts[:len(parts)-1], ", "), parts[len(parts)-1], row.FinalAmount)
	if row.Prorated != "" {
		text += ", with either sign of prorated"
	}
	return text
}
