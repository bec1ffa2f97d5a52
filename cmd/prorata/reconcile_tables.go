package main

import (
	"io"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// mappingFile is the file of --map, empty where it names a preset.
func (f *reconcileFlags) mappingFile() string {
	if slices.Contains(table.Presets(table.Invoices), f.mapping) {
		return ""
	}
	return f.mapping
}

// readDocument reads invoices whose figures are amounts of the currency: JSON, XML, or a table.
func (f *reconcileFlags) readDocument(name string, data []byte, currency money.Currency, stdin io.Reader) (d distributor.Invoices, err error) {
	if table.IsTable(data) {
		f.tables++
		d, err = f.readTable(name, data, currency, stdin)
	} else {
		d, err = distributor.ReadInvoices(name, data)
	}
	if err != nil {
		return d, err
	}
	if d.Shape == distributor.NumbersOnly {
		return d, source.Errorf(d.Place, "a list of invoice numbers, expected the invoices themselves")
	}
	return d, d.CheckAmounts(currency)
}

// readTable reads a table of invoices, CSV or XLSX, and notes what its mapping leaves out.
func (f *reconcileFlags) readTable(name string, data []byte, currency money.Currency, stdin io.Reader) (distributor.Invoices, error) {
	m, err := mappingNeeded(f.mapping, name, data, table.Invoices, stdin)
	if err != nil {
		return distributor.Invoices{}, err
	}
	t, err := table.Open(name, data, m, currency)
	if err != nil {
		return distributor.Invoices{}, err
	}
	d, err := distributor.NewInvoices(name, records(t))
	f.notes = append(f.notes, tableNotes(name, t.Tally())...)
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
