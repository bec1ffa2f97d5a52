package table

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/source"
)

// settle makes the figures of a row of an invoice those of the Distributor's: what a row of a kind other than recurring has as its
// amount is its overage or its additional charges, a final amount that the file has no column for is made of the rest, and so is an
// amount.
//
//	final_amount = amount − prorated + overage + additional_charges
func (r *reading) settle(k kind) {
	figures := map[string]decimal.Decimal{}
	get := func(name string) (decimal.Decimal, bool) {
		if d, ok := figures[name]; ok {
			return d, true
		}
		f := r.row.Field(name)
		if f == nil || f.Text == "" {
			return decimal.Decimal{}, false
		}
		d, err := decimal.NewFromString(f.Text)
		figures[name] = d
		return d, err == nil
	}
	hasAmount, hasFinal := r.has("amount"), r.has("final_amount")
	if k == recurring && hasAmount && hasFinal {
		return
	}
	prorated, _ := get("prorated")
	over, _ := get("overage")
	charges, _ := get("additional_charges")
	amount, amountThere := get("amount")
	final, finalThere := get("final_amount")
	if !hasAmount && finalThere {
		amount, amountThere = final.Add(prorated).Sub(over).Sub(charges), true
		r.put("amount", amount)
	}
	if k != recurring && amountThere {
		name := map[kind]string{overage: "overage", other: "additional_charges"}[k]
		if !prorated.IsZero() {
			r.errs = append(r.errs, source.At(r.row.Field("prorated").Place, fmt.Errorf("row %d is %s by a rule of the mapping and has something prorated, %s, expected that only of a recurring one", r.row.Number, kinds[k], prorated)))
			return
		}
		had, _ := get(name)
		r.put(name, had.Add(amount))
		r.put("amount", decimal.Decimal{})
	}
	if !hasFinal && amountThere {
		r.put("final_amount", amount.Sub(prorated).Add(over).Add(charges))
	}
}

// put sets a figure of the row. One that no column has takes the place of the row's first figure.
func (r *reading) put(name string, value decimal.Decimal) {
	text := value.String()
	if exp := -value.Exponent(); exp > 0 {
		text = value.StringFixed(exp)
	}
	if f := r.row.Field(name); f != nil {
		f.Text, f.Number = text, true
		return
	}
	f := Field{Name: name, Text: text, Number: true, Place: r.row.Place, Column: -1}
	for _, of := range []string{"final_amount", "amount", "overage", "additional_charges"} {
		if have := r.row.Field(of); have != nil {
			f.Place, f.Column = have.Place, have.Column
			break
		}
	}
	r.row.Fields = append(r.row.Fields, f)
}
