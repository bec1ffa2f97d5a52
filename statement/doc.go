// Package statement writes the documents that billing hands to others: pages to read and print, workbooks, invoices for customers, and
// a journal for accounting.
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
// only where there are filters. The functions whose names end in Part return the contents of its body, for a page of the caller
// with [Stylesheet] in its head. All text is escaped. Characters in names that cannot be seen, or that turn the direction of writing,
// are escaped as in a table for a terminal.
//
// # Customers
//
// A [Profile] says who sends an invoice and to whom, and a [Locale] in which language, and with which dates and numbers. The words are
// in words.go. Text from events and from the profile is not translated.
//
// # Workbooks
//
// Columns are those of CSV. A figure is written digit by digit and never passes through binary floating point; one of more than 15
// digits is text.
//
// # Limits and errors
//
// A document is made in memory. Errors are those of the writer, of a sum that does not fit an amount, and of a logo or font that cannot
// be read. Nothing is rounded here.
package statement
