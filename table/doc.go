// Package table reads tables, CSV, XLSX and Parquet, as rows of the fields that billing knows: of the Distributor's invoices, of
// customers, of usage, of packages, of charges. A [Mapping] says which column is which field.
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
// formula such as {Quantity} * {UnitPrice}. Columns that it does not name are kept under their own names, so that nothing is dropped
// silently; those listed in "ignore" are left out on purpose. [Propose] makes a mapping from a
// header, and lists what it cannot decide.
//
// # What is found, and what has to be named
//
// The delimiter (comma, semicolon, tab, vertical bar) is the one that gives most of the mapping's columns. The encoding is UTF-8, or
// UTF-16 by its byte order mark; Windows-1252 has to be named. The header is the first row that has all columns the mapping asks
// for. The decimal mark, the mark between groups of digits and the form of dates are taken from the file only where some number or
// date of it can be read in no other way. A file in which 1.234 could be two numbers, or 3/4/2026 two days, is refused, and the
// error asks which is meant.
//
// # Representation
//
// A number of a row is the text of a plain decimal, an amount no finer than the minor unit of the currency. A date is YYYY-MM-DD; an
// exclusive end is turned into the last day. There is no binary floating point: a workbook keeps numbers as binary fractions, of which
// 15 digits count, as a spreadsheet shows them. A formula is computed in exact fractions. Its value must be a finite decimal, or is
// rounded as the mapping says, halves away from zero unless it names another mode. [Tally] has the sum of what
// rounding changed. An empty cell makes the value of a formula empty.
//
// The rows of invoices have the figures of the Distributor's: the amount of a row that a rule calls overage or other becomes its
// overage or additional_charges. If no column has the final_amount, or the amount, it is computed from the others.
//
// # Errors
//
// Every error is a *[source.ParseError] whose line and column are those of the text file, or the row and column of the workbook, and
// that names the cell as spreadsheets do, with its sheet and its column: june.csv:7:21: cell D7 (Amount): "12,5O" is not a number, ….
// In a text file, a row shorter than the header is an error, and so is a cell beyond it. Empty rows are skipped.
//
// # Limits
//
// A table has at most [MaxRows] rows and [MaxColumns] columns, a cell [MaxText] bytes, a number [MaxNumber] characters. A sheet of a
// workbook has at most [MaxUnpacked] bytes unpacked and is read a row at a time; the texts that its cells share have at most
// [MaxStrings] bytes. The sizes that a workbook declares are checked before anything is read, and the bytes that come out are counted.
// A formula of a sheet has the value that it had when the sheet was saved.
package table
