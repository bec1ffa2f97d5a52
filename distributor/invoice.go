package distributor

import (
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/source"
)

// Invoice is one row of a document of invoices. What the document did not say is empty.
//
//	FinalAmount = Amount − Discount + Overage + AdditionalCharges
//
// [Invoice.Discount] is Prorated with the sign that makes it so.
type Invoice struct {
	Number   string
	Username string // the end user; empty in the reseller's own invoices
	Package  string
	Type     string // such as "Recurring Bill"

	// Status is Unpaid, Paid, Refunded, Deferred or Canceled for those words in any letter case, and any other text as written.
	Status string

	Credits           Number
	Amount            Number // the package's price for the period
	Overage           Number // money, not credits
	Prorated          Number // as written, with either sign
	AdditionalCharges Number
	FinalAmount       Number

	DateInvoiced       cycle.Date
	StartDate, EndDate cycle.Date // both inclusive

	Fields []Field // all that the document said, in its order
	Place  source.Place
}

var invoiceSchema = schema[Invoice]{
	what: "an invoice",
	base: func(inv *Invoice) (*[]Field, *source.Place) { return &inv.Fields, &inv.Place },
	check: func(d *document, n *node, inv *Invoice) {
		if inner := n.member("invoices"); inner != nil {
			d.wrong(int(inner.nameAt), "invoices within an invoice, expected the fields of an invoice")
		}
		d.notBefore(n, "end_date", inv.EndDate, "start_date", inv.StartDate)
	},
	columns: []column[Invoice]{
		{name: "number", at: func(inv *Invoice) any { return &inv.Number }},
		{name: "credits", at: func(inv *Invoice) any { return &inv.Credits }},
		{name: "date_invoiced", form: clock, at: func(inv *Invoice) any { return &inv.DateInvoiced }},
		{name: "status", form: status, at: func(inv *Invoice) any { return &inv.Status }},
		{name: "amount", at: func(inv *Invoice) any { return &inv.Amount }},
		{name: "overage", at: func(inv *Invoice) any { return &inv.Overage }},
		{name: "type", at: func(inv *Invoice) any { return &inv.Type }},
		{name: "prorated", at: func(inv *Invoice) any { return &inv.Prorated }},
		{name: "start_date", at: func(inv *Invoice) any { return &inv.StartDate }},
		{name: "end_date", at: func(inv *Invoice) any { return &inv.EndDate }},
		{name: "username", at: func(inv *Invoice) any { return &inv.Username }},
		{name: "package", at: func(inv *Invoice) any { return &inv.Package }},
		{name: "additional_charges", at: func(inv *Invoice) any { return &inv.AdditionalCharges }},
		{name: "final_amount", at: func(inv *Invoice) any { return &inv.FinalAmount }},
	},
}

var statuses = []string{"Unpaid", "Paid", "Refunded", "Deferred", "Canceled"}

func canonicalStatus(s string) string {
	for _, known := range statuses {
		if strings.EqualFold(s, known) {
			return known
		}
	}
	return s
}

// Unknown returns the fields that the reference does not have.
func (inv *Invoice) Unknown() []Field { return invoiceSchema.unknown(inv) }

// Equal reports whether two invoices say the same: it compares values, and of unknown fields the text. Order, place and whether
// the document was JSON or XML do not matter.
func (inv *Invoice) Equal(other *Invoice) bool { return invoiceSchema.equal(inv, other) }

// AppendJSON appends the invoice as a JSON object on one line.
func (inv *Invoice) AppendJSON(b []byte) []byte { return invoiceSchema.appendJSON(b, inv) }
