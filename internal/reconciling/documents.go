package reconciling

import (
	"fmt"
	"iter"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// Reader reads documents, and gathers what there is to know of them.
type Reader struct {
	Currency money.Currency // of the figures

	// Mapping is the mapping of a table, whose name and content it is given.
	Mapping func(name string, data []byte) (*table.Mapping, error)

	Notes  []string // what mappings left out of tables, and what they rounded
	Tables int      // how many of the documents are tables
}

// Read reads a document of invoices: JSON, XML, or a table. Errors name it, and the place in it.
func (r *Reader) Read(name string, data []byte) (d distributor.Invoices, err error) {
	if table.IsTable(data) {
		r.Tables++
		d, err = r.readTable(name, data)
	} else {
		d, err = distributor.ReadInvoices(name, data)
	}
	if err != nil {
		return d, err
	}
	if d.Shape == distributor.NumbersOnly {
		return d, source.Errorf(d.Place, "a list of invoice numbers, expected the invoices themselves")
	}
	return d, d.CheckAmounts(r.Currency)
}

// readTable reads a table of invoices, CSV or XLSX, and notes what its mapping leaves out.
func (r *Reader) readTable(name string, data []byte) (distributor.Invoices, error) {
	m, err := r.Mapping(name, data)
	if err != nil {
		return distributor.Invoices{}, err
	}
	t, err := table.Open(name, data, m, r.Currency)
	if err != nil {
		return distributor.Invoices{}, err
	}
	d, err := distributor.NewInvoices(name, records(t))
	r.Notes = append(r.Notes, TableNotes(name, t.Tally())...)
	return d, err
}

// records are the rows of a table as records of invoices.
func records(t *table.Table) iter.Seq2[distributor.Record, error] {
	return func(yield func(distributor.Record, error) bool) {
		for row, err := range t.Rows() {
			if err != nil {
				if !yield(distributor.Record{}, err) {
					return
				}
				continue
			}
			fields := make([]distributor.Field, 0, len(row.Fields))
			for i := range row.Fields {
				from := &row.Fields[i]
				if from.Other && from.Text == "" {
					continue // as a document does not have what it says nothing of
				}
				f := distributor.Field{Name: from.Name, Text: from.Text, Place: from.Place}
				if from.Number {
					f.Kind = distributor.KindNumber
				}
				fields = append(fields, f)
			}
			if !yield(distributor.Record{Fields: fields, Place: row.Place}, nil) {
				return
			}
		}
	}
}

// TableNotes tells what a mapping has left out of a table, and what it has rounded.
func TableNotes(file string, tally table.Tally) (notes []string) {
	if tally.Skipped > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s left out by the mapping's rules, %s read", file, report.Count(tally.Skipped, "row", "rows"), report.Count(tally.Rows, "row", "rows")))
	}
	if tally.Hidden > 0 {
		are := "are"
		if tally.Hidden == 1 {
			are = "is"
		}
		notes = append(notes, fmt.Sprintf("%s: %s that the sheet hides %s read too", file, report.Count(tally.Hidden, "row", "rows"), are))
	}
	if tally.Unseen > 0 {
		notes = append(notes, file+": "+UnseenNote(tally))
	}
	for _, r := range tally.Rounded {
		notes = append(notes, fmt.Sprintf("%s: rounding to %s changes the sum of %s by %s", file, report.Count(r.Digits, "digit", "digits"), r.Field, r.Change))
	}
	return notes
}

// UnseenNote tells of names that are not what they seem.
func UnseenNote(tally table.Tally) string {
	have := "have"
	if tally.Unseen == 1 {
		have = "has"
	}
	return fmt.Sprintf("%s %s characters that cannot be seen, the first is %s; it is another name than the one without them: take them out, or rename it in the mapping",
		report.Count(tally.Unseen, "name", "names"), have, tally.UnseenFirst)
}
