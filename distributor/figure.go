package distributor

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Figure is a number of a record, by the name of its field.
type Figure struct {
	Name   string
	Number Number
	Place  source.Place
}

// figureNames are the fields of an invoice that are money.
var figureNames = [...]string{"amount", "prorated", "overage", "additional_charges", "final_amount"}

// figures are the amounts of the invoice, in the order of figureNames. What the document does not say is empty.
func (inv *Invoice) figures() (all [len(figureNames)]Figure) {
	for i, n := range [len(figureNames)]Number{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount} {
		all[i] = Figure{Name: figureNames[i], Number: n, Place: inv.Place}
	}
	return all
}

// UnknownFigures returns those of the fields that the reference does not have whose value is a plain decimal, such as a tax or a
// discount, in the order of the document. It is for the caller to tell which of them are money, and parts of the final_amount.
func (inv *Invoice) UnknownFigures() []Figure {
	var figures []Figure
	for _, f := range inv.Unknown() {
		if n := f.number(); n != "" {
			figures = append(figures, Figure{Name: f.Name, Number: n, Place: f.Place})
		}
	}
	return figures
}

// Quantity is the number in a field called quantity, in any letter case, which the reference does not have: how many times the
// price is billed. It is empty where there is none.
func (inv *Invoice) Quantity() Number {
	for _, f := range inv.Unknown() {
		if strings.EqualFold(f.Name, "quantity") {
			return f.number()
		}
	}
	return ""
}

// CheckAmounts finds the figures that are numbers but no amounts of a currency, being finer than its minor unit or too large. An
// error is as [ReadInvoices] has it: every such figure with its field and place.
func (d *Invoices) CheckAmounts(c money.Currency) error {
	var wrong problems.List
	for i := range d.Rows {
		inv := &d.Rows[i]
		for _, f := range inv.figures() {
			if f.Number == "" {
				continue
			}
			if _, err := f.Number.Amount(c); err != nil {
				wrong.Add(source.At(inv.placeOf(f.Name), fmt.Errorf("%s: %w", f.Name, err)))
			}
		}
	}
	return wrong.Err(d.Place.File)
}

// placeOf is where the document has a field, or the invoice itself.
func (inv *Invoice) placeOf(name string) source.Place {
	for i := range inv.Fields {
		if inv.Fields[i].Name == name {
			return inv.Fields[i].Place
		}
	}
	return inv.Place
}

// Discount returns what is prorated, with the sign that makes the identity hold:
//
//	final_amount = amount − discount + overage + additional_charges
//
// That is prorated as written, or else its negative, whichever the document adds up with; what it does not say of prorated,
// overage and additional_charges is 0. When neither sign adds up, or there is no amount or no final_amount, ok is false and the
// discount is prorated as written.
//
// A figure finer than the minor unit of c, or too large, is an error.
func (inv *Invoice) Discount(c money.Currency) (discount money.Amount, ok bool, err error) {
	var amounts [len(figureNames)]money.Amount
	for i, f := range inv.figures() {
		amounts[i] = money.New(0, c)
		if f.Number == "" {
			continue
		}
		if amounts[i], err = f.Number.Amount(c); err != nil {
			return money.Amount{}, false, fmt.Errorf("discount of invoice %q: %s: %w", names.Clip(inv.Number), f.Name, err)
		}
	}
	amount, prorated, overage, charges, final := amounts[0], amounts[1], amounts[2], amounts[3], amounts[4]
	if inv.Amount == "" || inv.FinalAmount == "" {
		return prorated, false, nil
	}
	// As decimals nothing overflows.
	taken := decimal.Sum(amount.Decimal(), overage.Decimal(), charges.Decimal()).Sub(final.Decimal())
	switch {
	case taken.Equal(prorated.Decimal()):
		return prorated, true, nil
	case taken.Equal(prorated.Decimal().Neg()):
		discount, err = prorated.Neg()
		return discount, err == nil, err
	}
	return prorated, false, nil
}
