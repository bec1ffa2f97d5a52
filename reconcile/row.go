package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Kind says what an amount is for.
type Kind uint8

const (
	Recurring Kind = iota // a package's price for days
	Overage               // credits beyond the included ones
	Other                 // one-off charges and credits
	Kinds                 // how many there are
)

var kindNames = [Kinds]string{"recurring", "overage", "additional charges"}

func (k Kind) String() string { return kindNames[k] }

// kindOf is the kind of a line's amount.
func kindOf(k invoice.Kind) Kind { return Kind(k) }

// Figures are amounts by kind, in minor units of the policy's currency. [Reconcile] makes sure that all figures of both sides together
// fit, so that no sum of some of them overflows.
type Figures [Kinds]int64

// Total is the sum of all kinds.
func (f Figures) Total() int64 { return f[Recurring] + f[Overage] + f[Other] }

func (f Figures) plus(o Figures) Figures {
	return Figures{f[Recurring] + o[Recurring], f[Overage] + o[Overage], f[Other] + o[Other]}
}

func (f Figures) less(o Figures) Figures {
	return Figures{f[Recurring] - o[Recurring], f[Overage] - o[Overage], f[Other] - o[Other]}
}

// Row is a row of one side: of the Distributor's documents, or one of our invoices.
type Row struct {
	Account string // as we spell it, where we know it
	Number  string
	Type    string
	Package string
	Credits string
	Date    cycle.Date   // of the invoice
	Period  cycle.Period // the days it is about

	// Figures are what is compared: of a row of theirs without taxes and the like, of one of ours what its lines for the group's
	// days come to.
	Figures Figures

	Theirs *distributor.Invoice // nil for one of ours
	Ours   *invoice.Invoice     // nil for one of theirs

	owner    string       // whose it is, by its name and the aliases
	added    int64        // what fields that the reference does not have add to the final amount: taxes, or a discount below zero
	addedBy  string       // in words: "tax 4.10"
	discount int64        // what of added is below zero
	unsure   string       // why what it asks for is not known
	dropped  bool         // a later document of the same number has left it out
	far      bool         // its dates are far from all others
	broken   string       // why the row does not add up, and the gap
	units    int64        // the quantity that the row states; 0 where it states none
	stretch  cycle.Period // the days of what it is a part of: of all rows of its date that meet it
	usage    cycle.Period // the days of its overage and its other charges
	document int          // index of the document
	compared bool         // it is of the dates compared
	charges  []charge     // of ours: the lines that are compared
}

// Name is what a row of theirs is called in a sentence: by its number, and without one by its date.
func (r *Row) Name() string {
	if r.Number == "" && !r.Date.IsZero() {
		return "row of " + r.Date.String()
	}
	return "row " + r.Number
}

// readRow reads a row of theirs. All that cannot be read is in the error.
func readRow(row *distributor.Invoice, c money.Currency) (*Row, error) {
	r := &Row{Account: row.Username, Number: row.Number, Type: row.Type, Package: row.Package, Credits: string(row.Credits),
		Date: row.DateInvoiced, Period: cycle.Period{Start: row.StartDate, End: row.EndDate.AddDays(1)}, Theirs: row}
	if r.Date.IsZero() {
		r.Date = r.Period.End // the day after the period, as of an invoice in arrears
	}
	var bad []string
	read := func(what string, n distributor.Number) int64 {
		if n == "" {
			return 0
		}
		a, err := n.Amount(c)
		if err != nil {
			bad = append(bad, fmt.Sprintf("%s: %v", what, err))
		}
		return a.Minor()
	}
	amount, prorated := read("amount", row.Amount), read("prorated", row.Prorated)
	r.Figures[Overage], r.Figures[Other] = read("overage", row.Overage), read("additional_charges", row.AdditionalCharges)
	final := read("final_amount", row.FinalAmount)
	if err := checkCurrency(row.Unknown(), c); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, fmt.Errorf("row %q: %s", row.Number, strings.Join(bad, "; "))
	}
	r.units = unitsOf(row)
	rest := r.Figures.Total()
	for _, discount := range []int64{prorated, -prorated} {
		if r.Figures[Recurring] = amount - discount; row.Amount != "" && row.FinalAmount != "" && r.Figures[Recurring]+rest == final {
			return r, nil
		}
	}
	if row.Amount != "" && row.FinalAmount != "" {
		for _, discount := range []int64{prorated, -prorated} {
			if fields, below, ok := addedFields(row, final-(amount-discount+rest), c); ok {
				r.Figures[Recurring], r.added, r.addedBy, r.discount = amount-discount, final-(amount-discount+rest), fields, below
				return r, nil
			}
		}
	}
	r.broken = doNotAddUp(row)
	if row.Amount != "" && row.FinalAmount != "" {
		r.broken += ", a gap of " + money.New(final-(amount-prorated+rest), c).Number()
	}
	r.Figures[Recurring] = final - rest // it claims its final amount
	switch {
	case row.FinalAmount == "":
		r.Figures[Recurring] = amount - prorated
		r.unsure = r.Name() + " has no final_amount: what it asks for is not known"
	case len(moneyFields(row, c)) > 0:
		r.unsure = r.Name() + " does not add up, and has fields that may be taxes"
	}
	return r, nil
}

// maxAddedFields is how many fields that the reference does not have are tried together, and maxFieldsTried how many there may be.
const (
	maxAddedFields = 3
	maxFieldsTried = 12
)

// moneyField is a field that the reference does not have, and that may be money.
type moneyField struct {
	name  string
	minor int64
}

// moneyFields are the fields that the reference does not have, such as a tax or a discount, and that may be money.
func moneyFields(row *distributor.Invoice, c money.Currency) []moneyField {
	var fields []moneyField
	for _, f := range row.Unknown() {
		switch f.Kind {
		case distributor.KindNumber, distributor.KindString, distributor.KindXML:
		default:
			continue
		}
		if a, err := distributor.Number(strings.TrimSpace(f.Text)).Amount(c); err == nil && !a.IsZero() && !isQuantity(f.Name) {
			fields = append(fields, moneyField{f.Name, a.Minor()})
		}
	}
	return fields
}

// addedFields finds the fields that the reference does not have that make up a gap exactly: the fewest of them, each added or taken off. It
// says what is taken off, below zero, too.
func addedFields(row *distributor.Invoice, gap int64, c money.Currency) (words string, below int64, ok bool) {
	fields := moneyFields(row, c)
	if len(fields) > maxFieldsTried {
		return "", 0, false
	}
	var find func(from, left int, gap int64) []moneyField
	find = func(from, left int, gap int64) []moneyField {
		for i := from; i < len(fields); i++ {
			for _, sign := range []int64{1, -1} {
				this := []moneyField{{fields[i].name, sign * fields[i].minor}}
				rest := gap - this[0].minor
				if left == 1 && rest == 0 {
					return this
				}
				if left > 1 {
					if more := find(i+1, left-1, rest); more != nil {
						return append(this, more...)
					}
				}
			}
		}
		return nil
	}
	for n := 1; n <= min(maxAddedFields, len(fields)); n++ {
		if added := find(0, n, gap); added != nil {
			var list []string
			for _, f := range added {
				list = append(list, f.name+" "+money.New(f.minor, c).Number())
				below += min(0, f.minor)
			}
			return strings.Join(list, ", "), below, true
		}
	}
	return "", 0, false
}

func isQuantity(name string) bool {
	return slices.Contains([]string{"quantity", "qty", "units"}, strings.ToLower(name))
}

// unitsOf is the quantity that a row states in a field that the reference does not have; 0 where it states none.
func unitsOf(row *distributor.Invoice) int64 {
	for _, f := range row.Unknown() {
		if isQuantity(f.Name) {
			text, fraction, _ := strings.Cut(strings.TrimSpace(f.Text), ".")
			if n, err := distributor.Number(text).Count(); err == nil && strings.Trim(fraction, "0") == "" {
				return n
			}
		}
	}
	return 0
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
	return fmt.Sprintf("%s and %s do not make %s", strings.Join(parts[:len(parts)-1], ", "), parts[len(parts)-1], row.FinalAmount)
}

// ourRow is one of our invoices as a row, with its lines as charges.
func ourRow(inv *invoice.Invoice) *Row {
	r := &Row{Account: inv.Account, Number: inv.Number.String(), Type: inv.Type.String(), Package: inv.Package, Credits: fmt.Sprint(inv.Credits),
		Date: inv.Date, Period: inv.Period, Ours: inv}
	for i := range inv.Lines {
		r.charges = append(r.charges, chargeOf(inv, &inv.Lines[i]))
		r.Figures[kindOf(inv.Lines[i].Kind)] += inv.Lines[i].Amount.Minor()
	}
	return r
}

// Final is what the row comes to: of theirs, with its taxes and the like.
func (r *Row) Final() int64 { return r.Figures.Total() + r.added }

// side is "theirs" or "ours".
func (r *Row) side() string {
	if r.Theirs != nil {
		return "theirs"
	}
	return "ours"
}

// status is what the row says of its payment.
func (r *Row) status() string {
	if r.Theirs == nil {
		return r.Ours.Status.String()
	}
	return r.Theirs.Status
}

// text tells apart two rows of theirs that agree in all that is compared, so that their order is always the same.
func (r *Row) text() string {
	t := r.Theirs
	return strings.Join([]string{t.Type, t.Package, t.Status, string(t.Credits), string(t.Amount), string(t.Prorated), string(t.Overage),
		string(t.AdditionalCharges), string(t.FinalAmount), t.Username}, "\x00")
}
