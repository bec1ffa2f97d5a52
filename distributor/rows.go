package distributor

import (
	"fmt"
	"iter"

	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/source"
)

// Record is a row of a table of invoices: what it says under the names of the reference, and all else under names of its own.
type Record struct {
	Fields []Field // numbers are plain decimals, dates YYYY-MM-DD
	Place  source.Place
}

// NewInvoices makes a document of end users' invoices out of the rows of a table, as [ReadInvoices] makes one of JSON and XML. Username,
// start_date and end_date are required; the number is not, since many tables have none. What is wrong with rows, and the errors that
// come instead of rows, are joined: the first 20, and how many more there are.
func NewInvoices(file string, records iter.Seq2[Record, error]) (Invoices, error) {
	doc := Invoices{Shape: Current, Place: source.Place{File: file, Line: 1, Column: 1}}
	var wrong problems.List
	if records == nil {
		return doc, nil
	}
	for rec, err := range records {
		if err != nil {
			wrong.Add(err)
			continue
		}
		if len(doc.Rows) == MaxRecords {
			return Invoices{}, source.Errorf(rec.Place, "more than %d rows, expected at most that; split the table into several", MaxRecords)
		}
		inv := Invoice{Fields: rec.Fields, Place: rec.Place}
		if err := inv.setFields(); err != nil {
			wrong.Add(err)
			continue
		}
		if wrong.Len() == 0 {
			doc.Rows = append(doc.Rows, inv)
		}
	}
	if err := wrong.Err(file); err != nil {
		return Invoices{}, err
	}
	return doc, nil
}

// setFields puts the fields where the struct keeps them.
func (inv *Invoice) setFields() error {
	for i := range inv.Fields {
		f := &inv.Fields[i]
		if c := invoiceSchema.column(f.Name); c != nil {
			if err := c.set(inv, f); err != nil {
				return source.At(f.Place, fmt.Errorf("%s: %w", f.Name, err))
			}
		}
	}
	for _, name := range required[Current][1:] {
		if c := invoiceSchema.column(name); c.text(inv) == "" {
			return source.Errorf(inv.placeOf(name), "%s is empty, expected an invoice to have one", name)
		}
	}
	if inv.EndDate.Before(inv.StartDate) {
		return source.Errorf(inv.placeOf("end_date"), "end_date: %s is before the start_date %s, expected it on or after it", inv.EndDate, inv.StartDate)
	}
	return nil
}
