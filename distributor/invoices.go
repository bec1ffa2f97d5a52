package distributor

import (
	"strconv"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Shape says which of the Distributor's documents of invoices one is.
type Shape uint8

const (
	Usage       Shape = iota // the end users' invoices behind one invoice of the Distributor
	Current                  // a list of end users' invoices, before the billing date
	CurrentOne               // one of those by itself
	Own                      // the reseller's own invoices, without usernames
	NumbersOnly              // the numbers of the reseller's own invoices
)

var shapes = []string{"usage", "current", "current, one invoice", "own", "numbers only"}

func (s Shape) String() string { return names.Word(uint8(s), shapes) }

// required are the fields that each shape's invoices are to have.
var required = [...][]string{
	Usage:       {"number", "username", "start_date", "end_date"},
	Current:     {"number", "username", "start_date", "end_date"},
	CurrentOne:  {"number", "username", "start_date", "end_date"},
	Own:         {"number", "start_date", "end_date"},
	NumbersOnly: {"number"},
}

// Invoices is a document of invoices.
type Invoices struct {
	Shape  Shape
	Number string // the Distributor's invoice that a Usage is about
	Rows   []Invoice
	Fields []Field // beside the invoices, the number included; only a Usage or Current has any
	Place  source.Place
}

var invoicesSchema = schema[Invoices]{
	what:    "a document of invoices",
	base:    func(d *Invoices) (*[]Field, *source.Place) { return &d.Fields, &d.Place },
	columns: []column[Invoices]{{name: "number", at: func(d *Invoices) any { return &d.Number }}},
}

// ReadInvoices reads any document of invoices, JSON or XML. A list without invoices is Current, whatever was asked for.
//
// An error is a *[source.ParseError], or several of them joined when several values cannot be read, the first 20 and how many more
// there are. It wraps a *[ReplyError] when the document is an error of the Distributor.
func ReadInvoices(file string, data []byte) (Invoices, error) {
	d, err := parse(file, data)
	if err != nil {
		return Invoices{}, err
	}
	if err := d.reply(); err != nil {
		return Invoices{}, err
	}
	doc, rows, err := d.invoices()
	if err != nil {
		return Invoices{}, err
	}
	if doc.Rows, err = invoiceSchema.readAll(d, rows, required[doc.Shape]); err != nil {
		return Invoices{}, err
	}
	return doc, nil
}

// invoices finds the rows of a document, and out of them its shape.
func (d *document) invoices() (doc Invoices, rows []node, err error) {
	root := &d.root
	doc.Place = d.place(int(root.nameAt))
	switch {
	case d.xml && root.name == "usage", !d.xml && root.member("invoices") != nil:
		inner := root.member("invoices")
		if inner == nil {
			return doc, nil, d.errorf(int(root.nameAt), "no <invoices> in <usage>, expected it")
		}
		doc = invoicesSchema.read(d, root, nil, "invoices")
		if doc.Number == "" {
			doc.Shape = Current
		}
		rows, err = d.list(inner, "invoice")
		return doc, rows, err
	case d.xml && root.name == "invoices", !d.xml && root.kind == list:
		rows, err = d.list(root, "invoice")
		doc.Shape = shapeOf(rows, Current)
		return doc, rows, err
	case d.xml && root.name == "invoice", !d.xml && root.kind == record:
		rows = []node{*root}
		doc.Shape = shapeOf(rows, CurrentOne)
		return doc, rows, nil
	case d.xml:
		return doc, nil, d.errorf(int(root.nameAt), "<%s>, expected <usage>, <invoices> or <invoice>", names.Clip(root.name))
	}
	return doc, nil, d.errorf(int(root.at), "%s, expected an object or a list of invoices", root.describe())
}

// shapeOf tells the end users' invoices from the reseller's own.
func shapeOf(rows []node, current Shape) Shape {
	numbersOnly := true
	for i := range rows {
		if rows[i].member("username") != nil {
			return current
		}
		if len(rows[i].kids) != 1 || rows[i].member("number") == nil {
			numbersOnly = false
		}
	}
	switch {
	case len(rows) == 0:
		return current
	case numbersOnly:
		return NumbersOnly
	}
	return Own
}

// FromInvoices makes the document of our invoices that the Distributor would send for its invoice of that number: dates inclusive,
// prorated as the discount to be taken off. Without a number it is a Current.
func FromInvoices(number string, invoices []invoice.Invoice) Invoices {
	doc := Invoices{Number: number, Rows: make([]Invoice, len(invoices))}
	if number == "" {
		doc.Shape = Current
	}
	for i := range invoices {
		doc.Rows[i] = fromInvoice(&invoices[i])
	}
	return doc
}

func fromInvoice(inv *invoice.Invoice) Invoice {
	return Invoice{
		Number: inv.Number.String(), Username: inv.Account, Package: inv.Package, Type: inv.Type.String(), Status: inv.Status.String(),
		Credits: Number(strconv.FormatInt(inv.Credits, 10)), Amount: Number(inv.Amount.Number()), Overage: Number(inv.Overage.Number()),
		Prorated: Number(inv.Prorated.Number()), AdditionalCharges: Number(inv.AdditionalCharges.Number()),
		FinalAmount: Number(inv.FinalAmount.Number()), DateInvoiced: inv.Date,
		StartDate: inv.Period.Start, EndDate: lastDay(inv.Period),
	}
}

// lastDay is the inclusive end; of a period without days its start, since a document has no way to say that there are none.
func lastDay(p cycle.Period) cycle.Date {
	if p.IsEmpty() {
		return p.Start
	}
	return p.Last()
}

// Equal reports whether two documents say the same: it compares values, and of unknown fields the text. Order of fields, place
// and whether the document was JSON or XML do not matter.
func (d *Invoices) Equal(other *Invoices) bool {
	return d.Shape == other.Shape && invoicesSchema.equal(d, other) && invoiceSchema.equalAll(d.Rows, other.Rows)
}

// AppendJSON appends the document as JSON, one invoice a line.
func (d *Invoices) AppendJSON(b []byte) []byte {
	if d.Shape == CurrentOne && len(d.Rows) == 1 {
		return append(d.Rows[0].AppendJSON(b), '\n')
	}
	b = invoiceSchema.appendRowsJSON(d.openJSON(b), d.Rows, true)
	return d.closeJSON(b, len(d.Rows) > 0)
}

// openJSON appends what stands before the invoices, and closeJSON what stands behind them.
func (d *Invoices) openJSON(b []byte) []byte {
	if d.fielded() {
		b = append(invoicesSchema.appendOpen(b, d), `,"invoices":`...)
	}
	return append(b, '[')
}

func (d *Invoices) closeJSON(b []byte, rows bool) []byte {
	if rows {
		b = append(b, '\n')
	}
	if b = append(b, ']'); d.fielded() {
		b = append(b, '}')
	}
	return append(b, '\n')
}

// AppendXML appends the document as XML, one field a line.
func (d *Invoices) AppendXML(b []byte) []byte {
	if d.Shape == CurrentOne && len(d.Rows) == 1 {
		return invoiceSchema.appendListXML(append(b, declaration...), d.Rows, "invoice", "")
	}
	return d.closeXML(d.appendRowsXML(d.openXML(b), d.Rows))
}

// openXML appends what stands before the invoices, and closeXML what stands behind them.
func (d *Invoices) openXML(b []byte) []byte {
	if b = append(b, declaration...); !d.wrapped() {
		return append(b, "<invoices>\n"...)
	}
	return append(invoicesSchema.appendXML(append(b, "<usage>\n"...), d, "  "), "  <invoices>\n"...)
}

func (d *Invoices) closeXML(b []byte) []byte {
	if !d.wrapped() {
		return append(b, "</invoices>\n"...)
	}
	return append(b, "  </invoices>\n</usage>\n"...)
}

func (d *Invoices) appendRowsXML(b []byte, rows []Invoice) []byte {
	indent := "  "
	if d.wrapped() {
		indent = "    "
	}
	return invoiceSchema.appendListXML(b, rows, "invoice", indent)
}

// fielded reports whether the document has fields in JSON beside its invoices.
func (d *Invoices) fielded() bool { return d.wrapped() && len(invoicesSchema.fields(d)) > 0 }

// wrapped reports whether the document may have fields beside its invoices.
func (d *Invoices) wrapped() bool { return d.Shape != Own && d.Shape != NumbersOnly }
