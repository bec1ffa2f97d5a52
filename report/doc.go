// Package report prints what people and spreadsheets read: tables and CSV.
//
//	err := report.InvoiceTable(os.Stdout, bill.Invoices, report.Summary{Accounts: 1, Invoices: len(bill.Invoices), Through: through, Total: total}, true)
//
// # Tables
//
// [InvoiceTable] groups invoices by account and reads across: amount − prorated + overage +
// charges = total. An en dash is a zero; the full price and the total are always figures.
// With lines, each invoice is followed by its lines, whose amounts add up to its total, and
// the sentence that explains each. Sums of an account stand below its invoices, sums of all
// below the table, and the last line counts accounts, invoices and anomalies, and says through
// which date was billed. [Table] is the plain kind, for any cells.
//
// Tables are for people: their layout may change. Columns are as wide as their widest cell,
// counted in the cells of a terminal. What a terminal would obey instead of showing, or not show,
// such as an escape sequence in an account's name, is escaped as in a Go string: \x1b. Of a cell
// of more than 48 cells of the terminal, an account of more than 240 and a sentence of more than
// 1,000, the beginning and the end are shown, with an ellipsis between them.
//
// Written to a [Terminal], a table stays within its width: what is too narrow for all columns is told which are left
// out, in the order of status, credits, period, type and the figures that add up to the total.
//
// # CSV
//
// [AppendInvoiceRows] is a row an invoice, [AppendLineRows] a row an invoice line, with the names of the
// JSON form in the first row. They are for programs: columns keep their names and order,
// amounts are plain decimals, dates YYYY-MM-DD, and text is as it is, control characters included,
// quoted as RFC 4180 says where it has to be. Rows end in a line feed. A spreadsheet may take text that starts with
// =, +, - or @ for a formula: [AppendGuardedInvoiceRows] and [AppendGuardedLineRows] are for one.
//
// # Errors
//
// The errors are those of the writer, and of sums that do not fit an amount.
package report
