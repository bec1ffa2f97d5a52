// Package books keeps what a reseller recorded and what was issued to its customers, and issues what is due.
//
//	b, err := books.Open(ctx, "books.db") // or postgres://…
//	defer b.Close()
//
//	_, err = b.Record(ctx, books.Recording{Events: books.Each(events...)})
//	issued, err := b.Issue(ctx, books.Issuing{})            // what is new and final now
//	for inv, err := range b.Invoices(ctx, books.Which{Run: issued.Run.Number}) {
//
// Nothing here computes a price: events and issued invoices of an account go to package account, and what comes back is kept.
//
// # What is kept
//
// Events are kept in the order of recording, and never changed. Each has the instant it was recorded, and counts as known when it
// says so itself (account.Event.Known), but where it was recorded after a run had issued an invoice to its account, it counts as
// known no earlier than just after that run: what was issued stands, and the event is settled by what comes next. The same
// event again is passed over; an event with the id of another is refused, and so is all that was to be recorded with it.
//
// The price list and the policy are kept in versions. Each run names the one that it billed by.
//
// A run issues the invoices that are final by its instant and were not issued before, all of them or none. Its seal is the
// SHA-256 of what it says of itself, of the bytes of its invoices in order, and of the seal of the run before: see Seal.
// So the last seal, the head, stands for everything that was ever issued. Verify computes all of it again.
//
// # Due accounts
//
// Of each account the next day is kept on which something may be billed, and a run reads the events of those accounts alone whose
// day has come. What is recorded of an account makes its day come at once, but for usage of an account that has a day:
// usage is billed on that day or later.
//
// # Homes
//
// A home of books is a [store.Store]: a file of SQLite (package sqlite), PostgreSQL (package postgres), or another that passes
// storetest.Run, which [In] opens.
//
// # Amounts elsewhere
//
// A program that keeps amounts in tables of its own stores [money.Amount.Minor] in a 64-bit integer beside the currency's code, or the
// text of Amount.MarshalText, and never a floating point number.
//
// # Errors
//
// [store.ErrMissing], [store.ErrExists], *[store.VersionError] and *[store.UnsureError] say what they are about; after an UnsureError
// the Books are to be closed, and nothing that was reported as done is lost. Problems of what is recorded are a [Problems]. The id and
// the account of an event are refused with the character NUL, or with more than 2,000 bytes: no database keeps the one, and not every
// one finds the other. Instants of recording and of runs are in the years 1970 to 2261.
package books
