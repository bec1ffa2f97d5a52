// Package table reads tables that people keep and others send, CSV, XLSX and Parquet, as rows of fields that billing knows: of the
// Distributor's invoices, of customers, of usage, of packages. A [Mapping] says which column is which field.
//
//	m, err := table.ParseMapping("june.csv.map.json", mapping, table.Invoices) // or Preset("pax8", table.Invoices)
//	t, err := table.Open("june.csv", data, m, money.USD)                       // the header is found, and each column
//	for row, err := range t.Rows() {                                           // an error of a row does not end the reading
//		account, amount := row.Text("username"), row.Text("amount")
//	}
//
// # Mapping files
//
// A mapping is a JSON object, read strictly; docs/documents.md has every member. It says where each field comes from: a column by
// its name in the header, in any letter case; several columns, of which the first that is not empty counts; a constant; or a
// formula such as {Quantity} * {UnitPrice}. Columns that it names nowhere are kept under their own names, so that nothing a file
// says is dropped in silence; those listed in "ignore" are known and left out. [Propose] makes a mapping of a
// header, and asks for what it does not know.
//
// # What is found, and what has to be named
//
// The delimiter (comma, semicolon, tab, vertical bar) is the one that gives most of the mapping's columns. The encoding is UTF-8, or
// UTF-16 by its byte order mark; Windows-1252 has to be named. The header is the first row that has all columns the mapping asks
// for. The decimal mark, the mark between groups of digits and the form of dates are taken from the file only where some number or
// date of it can be read in no other way. A file in which 1.234 could be two numbers, or 3/4/2026 two days, is refused with the
// question.
//
// # Representation
//
// A number of a row is the text of a plain decimal, an amount no finer than the minor unit of the currency. A date is YYYY-MM-DD; an
// exclusive end has become the last day. There is no binary floating point: of the numbers that a workbook keeps as binary
// fractions, 15 digits count, which are those that a spreadsheet shows. A formula is computed in exact fractions, and its value has
// to be a decimal, or to be rounded as the mapping says, halves away from zero unless it names another mode. [Tally] has what
// rounding has changed in all. An empty cell makes the value of a formula empty.
//
// The rows of invoices have the figures of the Distributor's: the amount of a row that a rule calls overage or other becomes its
// overage or additional_charges, and where no column has the final_amount, or the amount, it is made of the rest.
//
// # Errors
//
// Every error is a *[source.ParseError] whose line and column are those of the text file, or the row and column of the workbook, and
// that names the cell as spreadsheets do, with its sheet and its column: june.csv:7:21: cell D7 (Amount): "12,5O" is not a number, ….
// A row that is shorter than the header of a text file is an error, and so is a cell beyond it. Empty rows are passed over.
//
// # Limits
//
// A table has at most [MaxRows] rows and [MaxColumns] columns, a cell [MaxText] bytes, a number [MaxNumber] characters. A sheet of a
// workbook has at most [MaxUnpacked] bytes unpacked and is read a row at a time; the texts that its cells share have at most
// [MaxStrings] bytes. What a workbook says of its sizes is looked at before anything is read, and what comes out is counted. Formulas
// of a sheet count as what they came to when it was saved.
package table
