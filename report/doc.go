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
// below the table, and the last line counts accounts, invoices and anomalies, and gives the last
// day that was billed. [Table] is the plain kind, for any cells.
//
// Tables are for people: their layout may change. Columns are as wide as their widest cell,
// counted in the character cells of a terminal. Control characters and others that a terminal does not
// show, such as an escape sequence in an account's name, are escaped as in a Go string: \x1b. A name
// wider than 48 characters, an account wider than 240 and a sentence wider than
// 1,000 are shortened to their beginning and end, with an ellipsis between them.
//
// Written to a [Terminal], a table stays within its width. If that is too narrow for all columns, some are left
// out, in the order of status, credits, period, type and the figures that add up to the total, and a last line says which.
//
// # CSV
//
// [AppendInvoiceRows] writes a row for each invoice, [AppendLineRows] a row for each line of an invoice, under the names of the
// JSON form. They are for programs: columns keep their names and order,
// amounts are plain decimals, dates YYYY-MM-DD. Text is unchanged, control characters included,
// and quoted as RFC 4180 says where needed. Rows end in a line feed. A spreadsheet may take text that starts with
// =, +, - or @ for a formula: [AppendGuardedInvoiceRows] and [AppendGuardedLineRows] are for spreadsheets.
//
// # Errors
//
// Errors are those of the writer, and [money.ErrOverflow] for a sum that does not fit an amount.
package report
