// Package store says what a home of books has to do: keep rows, and change them all or not at all. It knows nothing of
// billing; package books does. Packages sqlite and postgres are the two homes. storetest.Run checks that a home does what
// is said here: a new home is a type with these methods, and one call of storetest.Run.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/cycle"
)

// Store is where books are kept. It may be used by many goroutines.
type Store interface {
	// Read calls f with what is kept at one instant: nothing that is written meanwhile is seen. The Tx only reads. It waits for no Write:
	// while one is under way, even one that waits for this Read, what there was before it is read.
	Read(ctx context.Context, f func(Tx) error) error

	// Write calls f while no other Write is under way, of this process or another, and makes all that it did last, or, where it
	// returns an error or panics, nothing of it. It waits for another Write no longer than ctx lasts. When Write returns nil, all of it
	// is on the disk. An error of making it last is an [*UnsureError], and every later Write of this Store fails with it: what the disk
	// holds is then read anew by the next process.
	Write(ctx context.Context, f func(Tx) error) error

	Close() error
}

// Tx is what a store keeps, as one Read or Write sees it. It is used by one goroutine, and not after the function it was given to.
// A function that is called with rows does not use the Tx, and may keep what it is given.
type Tx interface {
	// Settings are the few facts of the books as a whole, by name. Set sets one.
	Settings() (map[string]string, error)
	Set(name, value string) error

	// Accounts are those of the names that are there, in any order.
	Accounts(names []string) ([]Account, error)
	// AccountsFrom calls f with the accounts of the names from a name on, in the order of the names' bytes, until it returns false.
	AccountsFrom(name string, f func(Account) (bool, error)) error
	// Due are the accounts whose Next is a day up to and including one, in the order of their names' bytes.
	Due(through cycle.Date) ([]Account, error)
	// Numbered are the accounts of some numbers, in any order.
	Numbered(numbers []int64) ([]Account, error)
	// LastAccount is the largest number of an account from one up to and including another, 0 where there is none.
	LastAccount(from, to int64) (int64, error)
	// PutAccounts adds accounts, and sets Next, Counts and Passed of those that are there.
	PutAccounts([]Account) error

	// AddEvents adds events, whose Seq follow each other and the last one's, where none of their ids is there yet. Else it adds none
	// and returns those that are there and have one of the ids.
	AddEvents([]Event) (there []Event, err error)
	// IDs are the events that have one of some ids, in any order.
	IDs(ids []string) ([]Event, error)
	// LastEvent is the Seq of the last event, 0 where there is none.
	LastEvent() (int64, error)
	// Events calls f with the events after one, in the order of Seq.
	Events(after int64, f func(Event) error) error
	// EventsOf calls f with the events of accounts up to and including one, those of one account together and in the order of Seq.
	EventsOf(accounts []int64, through int64, f func(Event) error) error
	// BodiesOf calls f with the events of accounts after one and up to and including another, in the order of EventsOf, and with no more of
	// each than what billing needs: Seq, Account, Known and Body.
	BodiesOf(accounts []int64, after, through int64, f func(Event) error) error
	// ChangesOf is EventsOf without usage, which most events are, and with all there are of the others.
	ChangesOf(accounts []int64, f func(Event) error) error

	// Terms are all the price lists and policies, in the order of their numbers.
	Terms() ([]Terms, error)
	AddTerms(Terms) error

	// Runs are all runs, in the order of their numbers. LastRun is the last of them, the zero Run where there is none.
	Runs() ([]Run, error)
	LastRun() (Run, error)
	AddRun(Run) error

	// Invoices calls f with the invoices after one, in the order of Seq.
	Invoices(after int64, f func(Invoice) error) error
	// InvoicesOf calls f with the invoices of accounts, those of one account together and in the order of their dates.
	InvoicesOf(accounts []int64, f func(Invoice) error) error
	// Numbers are the invoices that have one of some numbers, in any order.
	Numbers(numbers []string) ([]Invoice, error)
	// AddInvoices adds invoices, whose Seq follow each other and the last one's. One of an account and day, or of a number, that is
	// there already is an error. The run they are of may be added after them.
	AddInvoices([]Invoice) error
	// LastInvoice is the Seq of the last invoice, 0 where there is none.
	LastInvoice() (int64, error)

	// Bundles calls f with the bundles of accounts, of those that have one, in any order. What f is given is good until it returns.
	Bundles(accounts []int64, f func(Bundle) error) error
	// PutBundles adds bundles, each in the place of the one that its account has.
	PutBundles([]Bundle) error

	// Reconciliations are all reconciliations, in the order of their numbers.
	Reconciliations() ([]Reconciliation, error)
	// Reconciliation is the one of a number, the zero Reconciliation where there is none. LastReconciliation is the number of the last one, 0
	// where there is none.
	Reconciliation(number int64) (Reconciliation, error)
	LastReconciliation() (int64, error)
	// AddReconciliation adds one, with its reports. One of a number that is there already is an error.
	AddReconciliation(Reconciliation, []Report) error
	// Report is the report of a reconciliation in a format, the zero Report where there is none.
	Report(reconciliation int64, format string) (Report, error)
	// Reports calls f with all reports, those of one reconciliation together, in the order of their numbers and then of the formats.
	Reports(f func(Report) error) error
}

// Account is an account that has events.
type Account struct {
	Number int64 // from 1 on, with gaps, and in no order; a home keeps rows of numbers next to each other together, if it can
	Name   string

	// Next is the first day on which something may be billed that is not issued yet. The zero Date is none until something more is
	// recorded of the account.
	Next cycle.Date

	// Counts is the instant from which what is recorded of it next counts at the earliest, for what was issued to it; the zero time
	// where nothing was.
	Counts time.Time

	// Passed is the end of the boundaries that have no invoice, where the last one has: what waits for a boundary, and counts from before it,
	// makes the account due. The zero time is none.
	Passed time.Time
}

// Event is an event as it was recorded.
type Event struct {
	Seq      int64 // from 1 on, in the order of recording, without a gap
	ID       string
	Account  int64     // the number of its account
	Usage    bool      // whether it is usage.recorded
	Recorded time.Time // when it was recorded here
	Known    time.Time // when it counts as known, where that is later than Body says; else the zero time
	Body     []byte    // the event, as a line of an event file
}

// Terms are what is billed by from when they were added.
type Terms struct {
	Number int64 // from 1 on, without a gap
	Added  time.Time
	Body   []byte // the price list and the policy, as JSON
}

// Run is a run that issued invoices, or found that there were none to issue.
type Run struct {
	Number   int64 // from 1 on, without a gap
	Through  cycle.Date
	At       time.Time
	Events   int64      // the Seq of the last event it knew of
	Terms    int64      // the number of the terms it billed by
	Latest   cycle.Date // the start of the latest billing period that it or a run before it issued something for; the zero Date is none
	Invoices int64      // how many it issued
	Total    string     // the sum of them, with its currency
	Before   string     // the seal of the run before, empty for the first
	Seal     string
}

// Invoice is an invoice that was issued.
type Invoice struct {
	Seq     int64 // from 1 on, in the order in which they were issued, without a gap
	Run     int64
	Account int64
	Number  string
	Date    cycle.Date
	Hash    []byte // the SHA-256 of Body
	Body    []byte // the invoice as JSON, as it was issued
}

// Bundle is what a run needs of an account, together: what is in its events and invoices too.
type Bundle struct {
	Account int64
	Events  int64  // the Seq of the last event that the run knew which made it
	Hash    []byte // the SHA-256 of the others
	Body    []byte
}

// Reconciliation is a reconciliation that was made.
type Reconciliation struct {
	Number int64 // from 1 on, without a gap
	At     time.Time
	Hash   []byte // the SHA-256 of Body
	Body   []byte // what was compared, and what it came to, as JSON
}

// Report is what a reconciliation found, in one format.
type Report struct {
	Reconciliation int64
	Format         string
	Content        []byte // packed
}

// ErrMissing is the error of opening a store that is not there.
var ErrMissing = errors.New("there is no store")

// ErrExists is the error of making a store where there is one.
var ErrExists = errors.New("there is a store already")

// ErrReadOnly is the error of a Write to a store that was opened to be read.
var ErrReadOnly = errors.New("the store was opened to be read only")

// VersionError says that a store was made by a later version of the program.
type VersionError struct {
	Has, Known int // the version of the store, and the latest that this program knows
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the store has version %d, and this program knows versions up to %d: expected a later prorata", e.Has, e.Known)
}

// UnsureError says that it is not known whether something that was written will last: the disk, or the server, did not say so.
// Nothing more is written. All that was reported as done before it was done.
type UnsureError struct{ Err error }

func (e *UnsureError) Error() string {
	return fmt.Sprintf("the store did not confirm that it kept what was written: %v; nothing more is written, and it is safe to run this again", e.Err)
}

func (e *UnsureError) Unwrap() error { return e.Err }
