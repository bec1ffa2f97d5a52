// Package books keeps what a reseller recorded and what was issued to its customers, and issues what is due.
//
//	b, err := books.Open(ctx, "books.db") // or postgres://…
//	defer b.Close()
//
//	_, err = b.Record(ctx, books.Recording{Events: books.Each(events...)})
//	issued, err := b.Issue(ctx, books.Issuing{})            // what is new and final now
//	for inv, err := range b.Invoices(ctx, books.Which{Run: issued.Run.Number}) {
//
// Nothing here computes a price: the events and issued invoices of an account go to package account, and the new invoices that come
// back are kept.
//
// # What is kept
//
// Events are kept in the order of recording, and never changed. Each has the instant at which it was recorded. It counts as known at
// the instant that it names itself (account.Event.Known), with one exception: if it was recorded after a run had issued an invoice to
// its account, it counts as known just after that run at the earliest. So what was issued stands, and the next invoice settles the
// event. The same event again is ignored. A different event with the same id is refused, with everything that was to be recorded
// with it.
//
// The price list and the policy are kept in versions. Each run names the one that it billed by.
//
// A run issues the invoices that are final by its instant and were not issued before, all of them or none. Its seal is the
// SHA-256 of the run's own data, of the bytes of its invoices in order, and of the seal of the run before: see Seal.
// So the last seal, the head, covers everything that was ever issued. Verify computes all of it again.
//
// # Due accounts
//
// For each account the next day is kept on which something may be billed. A run reads only the events of accounts whose
// day has come. Recording an event makes its account due at once, except usage, a charge or the status of an invoice of an account that
// already has such a day: they are billed on that day or later, and a run on that day tells of one that makes no sense.
//
// # Homes
//
// The home of books is a [store.Store]: a file of SQLite (package sqlite), or PostgreSQL (package postgres). [In] opens books in any
// other home that passes storetest.Run.
//
// # Amounts elsewhere
//
// A program that keeps amounts in tables of its own stores a [money.Amount] in a column of text ("79.95 USD"), or, where the database is
// to add them up, [money.Amount.Minor] in a 64-bit integer beside the currency's code; and never a floating point number. A [money.Rate]
// goes into a column of text, a [cycle.Date] into one of text or of dates. All three are values that database/sql writes and scans.
//
// # Errors
//
// [store.ErrMissing], [store.ErrExists], *[store.VersionError] and *[store.UnsureError] say what happened. After an UnsureError, close
// the Books; nothing that was reported as done is lost. What is wrong with the events to be recorded is a [Problems]. An id or
// account of an event may not have the character NUL, which no database keeps, or more than 2,000 bytes, which some databases cannot
// look up. Instants of recording and of runs are in the years 1970 to 2261.
package books
