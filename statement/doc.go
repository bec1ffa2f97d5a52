// Package statement writes what is taken away from billing: pages to read and print, workbooks, invoices for customers, and a journal
// for the books.
//
//	err := statement.HTML(w, invoices, summary)                                    // all of them, on one page
//	err = statement.InvoiceHTML(w, statement.Document{Invoice: inv, Profile: p})   // one, as a customer gets it
//	missing, err := statement.PDF{}.Write(w, statement.Document{Invoice: inv, Profile: p})
//	err = statement.XLSX(w, invoices, money.USD)
//	err = statement.Ledger(w, invoices, nil)
//	err = statement.ReconcileHTML(w, report, &summary)
//
// # Pages
//
// A page is one file of HTML: no network, no other file, a style in which every colour is a CSS variable, and a script of its own
// only where there are filters. The functions whose names end in Part give what stands in its body, for a page of the caller's own
// with [Stylesheet] in its head. All text is escaped. A name from outside that cannot be seen, or turns the direction of writing, is
// escaped as in a table for a terminal.
//
// # Customers
//
// A [Profile] says who sends an invoice and to whom, and a [Locale] in which language, and with which dates and numbers. The words are
// in words.go. What comes from events and the profile stays as it is.
//
// # Workbooks
//
// Columns are those of CSV. A figure is written digit by digit and never passes through binary floating point; one of more than 15
// digits is text.
//
// # Limits and errors
//
// A document is made in memory. An error is that of the writer, of a sum that does not fit an amount, or of a logo or a font that is
// none. Nothing is rounded here.
package statement
