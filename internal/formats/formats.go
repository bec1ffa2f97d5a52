package formats

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/parquetout"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// Format is a way to write invoices.
type Format struct {
	Name  string
	Lines bool // with a row, or more, for each line of an invoice
	Excel bool // for a spreadsheet: with a byte order mark, and no text that is taken for a formula

	Binary bool // no text: a terminal cannot show it

	// Of a format that is written as invoices are made: what a Stream writes of some invoices. Of text, that is their texts, each with
	// what the frame has between two before it; of Parquet, their rows.
	Append func(to []byte, invoices []invoice.Invoice) []byte
	Frame  *Frame
	header string // of CSV with the columns of a Parquet file

	// Of one that needs all of them.
	Write func(w io.Writer, all *All) error

	read func(*Reader) error // reads on to the next text, when it can be merged
}

// All is what a format that needs all invoices is written from.
type All struct {
	Invoices []invoice.Invoice
	Summary  report.Summary
	Lines    bool

	// Changed is the day on which an invoice got the status that it has; nil, or the zero Date, where that is not known.
	Changed func(*invoice.Invoice) cycle.Date

	Issuer string         // who sends the invoices, where that is told
	Zone   *time.Location // of the days; nil is UTC
}

const byteOrderMark = "\ufeff"

var (
	invoiceRows = rows(report.InvoiceHeader)
	lineRows    = rows(report.LineHeader)

	excelInvoiceRows = rows(byteOrderMark + report.InvoiceHeader)
	excelLineRows    = rows(byteOrderMark + report.LineHeader)
)

// table has all formats, in the order in which people read of them. The first is for people, the second for programs.
var table = [...]Format{
	{Name: "table", Write: writeTable},
	{Name: "jsonl", Frame: &jsonLines, Append: appendJSON("\n"), read: (*Reader).readJSONL},
	{Name: "json", Frame: &jsonList, Append: appendJSON(",\n"), read: (*Reader).readJSON},
	{Name: "csv", Frame: &invoiceRows, Append: report.AppendInvoiceRows, read: (*Reader).readCSV},
	{Name: "csv", Lines: true, Frame: &lineRows, Append: report.AppendLineRows, read: (*Reader).readCSV},
	{Name: "csv", Excel: true, Frame: &excelInvoiceRows, Append: report.AppendGuardedInvoiceRows},
	{Name: "csv", Excel: true, Lines: true, Frame: &excelLineRows, Append: report.AppendGuardedLineRows},
	{Name: "parquet", Binary: true, header: report.InvoiceHeader, Append: appendInvoiceValues},
	{Name: "parquet", Binary: true, Lines: true, header: report.LineHeader, Append: appendLineValues},
	{Name: "html", Write: writeHTML},
	{Name: "xlsx", Binary: true, Write: writeXLSX},
	{Name: "ledger", Write: writeLedger},
	{Name: "focus", Write: writeFocus},
	{Name: "distributor-json", Write: writeDistributor((*distributor.Invoices).AppendJSON)},
	{Name: "distributor-xml", Write: writeDistributor((*distributor.Invoices).AppendXML)},
}

// Stream writes invoices as they are made: what Append made of some of them, any number of times, and then the end.
type Stream interface {
	WriteAll(made []byte) error
	Close() error
}

// Stream begins to write invoices in a currency, in a format that has Append.
func (f *Format) Stream(w io.Writer, currency money.Currency) Stream {
	if f.Frame == nil {
		return parquetout.NewWriter(w, "invoices", columnsOf(f.header, currency))
	}
	return NewWriter(w, f.Frame)
}

// Names are the names of all formats.
func Names() (names []string) {
	for i := range table {
		if i == 0 || table[i].Name != table[i-1].Name {
			names = append(names, table[i].Name)
		}
	}
	return names
}

// Find is the format of that name, with lines if it is asked for and there is one with lines; nil if there is none of the name.
func Find(name string, lines bool) (found *Format) {
	for i := range table {
		if f := &table[i]; f.Name == name && !f.Excel && (found == nil || f.Lines == lines) {
			found = f
		}
	}
	return found
}

// ForExcel is the same format for a spreadsheet; nil if there is none.
func (f *Format) ForExcel() *Format {
	for i := range table {
		if e := &table[i]; e.Name == f.Name && e.Lines == f.Lines && e.Excel {
			return e
		}
	}
	return nil
}

// String names the format for people.
func (f *Format) String() string {
	if f.Lines {
		return f.Name + " of invoice lines"
	}
	return f.Name
}

func appendJSON(between string) func([]byte, []invoice.Invoice) []byte {
	return func(to []byte, invoices []invoice.Invoice) []byte {
		return invoice.AppendAllJSON(to, invoices, between)
	}
}

func writeTable(w io.Writer, all *All) error {
	return report.InvoiceTable(w, all.Invoices, all.Summary, all.Lines)
}

func writeHTML(w io.Writer, all *All) error {
	return statement.HTML(w, all.Invoices, all.Summary)
}

func writeXLSX(w io.Writer, all *All) error {
	return statement.XLSX(w, all.Invoices, all.Summary.Total.Currency())
}

func writeLedger(w io.Writer, all *All) error {
	return statement.Ledger(w, all.Invoices, all.Changed)
}

func writeFocus(w io.Writer, all *All) error {
	return statement.Focus{Issuer: all.Issuer, Zone: all.Zone}.Write(w, all.Invoices)
}

// writeDistributor writes the invoices as the Distributor's usage document, whose number is the latest date on it.
func writeDistributor(appendTo func(*distributor.Invoices, []byte) []byte) func(io.Writer, *All) error {
	return func(w io.Writer, all *All) error {
		number := ""
		for i := range all.Invoices {
			number = max(number, strings.ReplaceAll(all.Invoices[i].Date.String(), "-", ""))
		}
		d := distributor.FromInvoices(number, all.Invoices)
		document := appendTo(&d, nil)
		if !bytes.HasSuffix(document, []byte("\n")) {
			document = append(document, '\n')
		}
		_, err := w.Write(document)
		return err
	}
}
