package books

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Recording is what is to be recorded.
type Recording struct {
	// Events are read to their end before the store is locked. An error among them is kept, and the rest is read on; then nothing
	// is recorded. Amounts are in the currency of the books.
	Events iter.Seq2[account.Event, error]

	Now    time.Time // when they are recorded; the zero time is the clock's
	DryRun bool      // records nothing, and says what would be
}

// Recorded says what became of what was to be recorded.
type Recorded struct {
	Events   int       // that are new
	Repeated int       // that were there already
	Later    int       // of the new ones, those that count as known later than they say
	At       time.Time // when it was
}

// Each yields events, for a Recording.
func Each(events ...account.Event) iter.Seq2[account.Event, error] {
	return func(yield func(account.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// MaxProblems is how many problems are found before what is to be recorded is given up.
const MaxProblems = 20

// maxName is how many bytes the id and the account of an event may have: an index of PostgreSQL has no room for much more.
const maxName = 2000

// Problems are what is wrong with what was to be recorded: mostly [*source.ParseError]s.
type Problems []error

func (p Problems) Error() string   { return errors.Join(p...).Error() }
func (p Problems) Unwrap() []error { return p }

// ConflictError says that an event has the id of another that was recorded before.
type ConflictError struct {
	ID       string
	Seq      int64     // of the event in the store
	Recorded time.Time // when that was recorded
	Body     []byte    // that event, as a line of an event file
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("id %.80q is used again with different content, recorded before as event %d of the store, on %s, expected one event an id",
		e.ID, e.Seq, e.Recorded.Format(time.RFC3339))
}

// Record adds events, all or none, each once.
func (b *Books) Record(ctx context.Context, what Recording) (Recorded, error) {
	now, err := instantOr(what.Now, time.Now())
	if err != nil {
		return Recorded{}, err
	}
	terms, err := b.Terms(ctx)
	if err != nil {
		return Recorded{}, err
	}
	incoming, slots, err := gather(what.Events, terms.Policy)
	if err != nil {
		return Recorded{}, err
	}
	r := &recording{Recorded: Recorded{At: now}, incoming: incoming, decoder: eventlog.NewDecoder(terms.Policy), accounts: map[string]*touched{}, slots: slots, numbers: map[int64]int64{}}
	if what.DryRun {
		err = b.home.Read(ctx, func(tx store.Tx) error { return r.write(&rehearsal{tx, r, map[string]int64{}}) })
	} else {
		err = b.home.Write(ctx, r.write)
	}
	if err != nil {
		return Recorded{}, err
	}
	return r.Recorded, nil
}

// rehearsal is a Tx of which only what is read happens: the events that are added are there for those that come after them, and are gone with it.
type rehearsal struct {
	store.Tx
	of   *recording
	seqs map[string]int64 // of the events that were added, by id
}

func (r *rehearsal) PutAccounts([]store.Account) error { return nil }

func (r *rehearsal) AddEvents(events []store.Event) (there []store.Event, err error) {
	ids := make([]string, len(events))
	for i := range events {
		ids[i] = events[i].ID
	}
	if there, err = r.IDs(ids); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if seq, found := r.seqs[id]; found {
			there = append(there, store.Event{Seq: seq, ID: id, Body: r.of.incoming[r.of.added[seq-r.of.first]].body})
		}
	}
	if len(there) == 0 {
		for i := range events {
			r.seqs[ids[i]] = events[i].Seq
		}
	}
	return there, nil
}

// incoming is an event to be recorded.
type incoming struct {
	id, account string
	known       time.Time
	kind        account.Type
	body        []byte
	place       source.Place
}

// arena is memory that many small texts are kept in.
type arena struct{ free []byte }

// keep gives room for so many bytes.
func (a *arena) keep(b []byte) []byte {
	if len(b) > len(a.free) {
		a.free = make([]byte, max(1<<20, len(b)))
	}
	n := copy(a.free, b)
	kept := a.free[:n:n]
	a.free = a.free[n:]
	return kept
}

// gather reads all events as they are to be kept, and the slots of the accounts that they create, of which the last creation counts.
func gather(events iter.Seq2[account.Event, error], policy invoice.Policy) (list []incoming, slots map[string]int64, err error) {
	var problems Problems
	var texts arena
	var buffer []byte
	names := map[string]string{}
	slots = map[string]int64{}
	for e, err := range events {
		if err == nil {
			err = recordable(&e, policy)
		}
		if err != nil {
			if problems = append(problems, err); len(problems) > MaxProblems {
				break
			}
			continue
		}
		if len(problems) > 0 {
			continue
		}
		name, seen := names[e.Account]
		if !seen {
			name = strings.Clone(e.Account)
			names[name] = name
		}
		if e.Type == account.Created {
			slots[name] = slotOf(&e, policy)
		}
		buffer = e.AppendJSON(buffer[:0])
		list = append(list, incoming{id: strings.Clone(e.ID), account: name, known: e.Known(), kind: e.Type, body: texts.keep(buffer), place: e.Place})
	}
	if len(problems) > 0 {
		return nil, nil, problems
	}
	return list, slots, nil
}

// recordable makes sure that an event reads back as it is.
func recordable(e *account.Event, policy invoice.Policy) error {
	wrong := ""
	switch {
	case e.ID == "" || e.Account == "" || e.At.IsZero():
		wrong = "has no id, account or at, expected all of them"
	case strings.ContainsRune(e.ID, 0) || strings.ContainsRune(e.Account, 0):
		wrong = "has the character NUL in its id or account, which no database keeps, expected other text"
	case len(e.ID) > maxName:
		wrong = tooLong("an id", e.ID)
	case len(e.Account) > maxName:
		wrong = tooLong("an account", e.Account)
	case e.Type == account.ChargeAdded && e.Amount.Currency() != policy.MoneyCurrency():
		wrong = fmt.Sprintf("is in %s, expected %s, which the books are kept in", e.Amount.Currency(), policy.MoneyCurrency())
	case e.Place.IsZero(): // made in a program, and not read from a file
		if _, err := e.MarshalJSON(); err != nil {
			wrong = err.Error()
		}
	}
	if wrong == "" {
		return nil
	}
	return source.At(e.Place, fmt.Errorf("event %.80q %s", e.ID, wrong))
}

func tooLong(what, text string) string {
	return fmt.Sprintf("has %s of %d bytes, expected at most %d", what, len(text), maxName)
}

// recording is events on their way into the store.
type recording struct {
	Recorded
	incoming []incoming
	decoder  *eventlog.Decoder
	accounts map[string]*touched
	lastSeq  int64 // of the store
	first    int64 // of the new events
	added    []int // of each new event, which of the incoming it is
	problems Problems
	slots    map[string]int64 // of accounts, by name
	numbers  map[int64]int64  // the last number of each slot that a new account is in
}

// touched is an account that something is recorded of.
type touched struct {
	store.Account
	isNew, changed bool
}

func (a *touched) dueAtOnce() { a.Next, a.changed = dueAtOnce, true }

// batch is how many events go into the store at once.
const batch = 500

func (r *recording) write(tx store.Tx) (err error) {
	if r.lastSeq, err = tx.LastEvent(); err != nil {
		return err
	}
	r.first = r.lastSeq + 1
	for start := 0; start < len(r.incoming); start += batch {
		if err := r.writeBatch(tx, start, min(start+batch, len(r.incoming))); err != nil {
			return err
		}
		if len(r.problems) > MaxProblems {
			break
		}
	}
	if len(r.problems) > 0 {
		return r.problems
	}
	var changed []store.Account
	for _, a := range r.accounts {
		if a.changed && !a.isNew {
			changed = append(changed, a.Account)
		}
	}
	slices.SortFunc(changed, func(a, b store.Account) int { return cmp.Compare(a.Number, b.Number) })
	return tx.PutAccounts(changed)
}

// writeBatch adds the incoming events from one up to another.
func (r *recording) writeBatch(tx store.Tx, start, end int) error {
	if err := r.findAccounts(tx, start, end); err != nil {
		return err
	}
	which := make([]int, 0, end-start)
	byID := make(map[string]int, end-start)
	for i := start; i < end; i++ {
		if first, again := byID[r.incoming[i].id]; again {
			r.again(i, r.incoming[first].body, r.incoming[first].place, nil)
			continue
		}
		byID[r.incoming[i].id] = i
		which = append(which, i)
	}
	rows := r.rows(which)
	there, err := tx.AddEvents(rows)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		slices.SortFunc(there, func(a, b store.Event) int { return byID[a.ID] - byID[b.ID] })
		for _, e := range there {
			i := byID[e.ID]
			place := source.Place{}
			if e.Seq >= r.first {
				place = r.incoming[r.added[e.Seq-r.first]].place
			}
			r.again(i, e.Body, place, &e)
			which = slices.DeleteFunc(which, func(o int) bool { return o == i })
		}
		rows = r.rows(which)
		if there, err = tx.AddEvents(rows); err != nil || len(there) > 0 {
			return errors.Join(err, fmt.Errorf("%d events are there that were not before", len(there)))
		}
	}
	r.added = append(r.added, which...)
	r.lastSeq += int64(len(which))
	r.Events += len(which)
	for i := range rows {
		if !rows[i].Known.IsZero() {
			r.Later++
		}
	}
	return r.touch(tx, which)
}

// again is an event whose id was used before: by one that was recorded in the store, or by one of what is being recorded.
func (r *recording) again(i int, body []byte, first source.Place, there *store.Event) {
	in := &r.incoming[i]
	if r.same(in.body, body) {
		r.Repeated++
		return
	}
	if there != nil && there.Seq < r.first {
		r.problems = append(r.problems, source.At(in.place, &ConflictError{ID: in.id, Seq: there.Seq, Recorded: there.Recorded, Body: there.Body}))
		return
	}
	r.problems = append(r.problems, source.At(in.place, &account.ConflictError{ID: in.id, First: first, Second: in.place}))
}

// same reports that two bodies are of one event.
func (r *recording) same(a, b []byte) bool {
	if string(a) == string(b) {
		return true
	}
	x, err := r.decoder.Decode(a, source.Place{})
	if err != nil {
		return false
	}
	y, err := r.decoder.Decode(b, source.Place{})
	return err == nil && x.Same(&y)
}

// findAccounts finds the accounts of a batch, and adds those that are new.
func (r *recording) findAccounts(tx store.Tx, start, end int) error {
	var names []string
	for i := start; i < end; i++ {
		name := r.incoming[i].account
		if _, seen := r.accounts[name]; !seen {
			r.accounts[name] = nil
			names = append(names, name)
		}
	}
	there, err := tx.Accounts(names)
	if err != nil {
		return err
	}
	for _, a := range there {
		r.accounts[a.Name] = &touched{Account: a}
	}
	var added []store.Account
	for _, name := range names {
		if r.accounts[name] != nil {
			continue
		}
		number, err := r.nextNumber(tx, name)
		if err != nil {
			return err
		}
		a := store.Account{Number: number, Name: name, Next: dueAtOnce}
		r.accounts[name] = &touched{Account: a, isNew: true}
		added = append(added, a)
	}
	return tx.PutAccounts(added)
}

// rows are events as the store keeps them.
func (r *recording) rows(which []int) []store.Event {
	rows := make([]store.Event, len(which))
	for n, i := range which {
		in := &r.incoming[i]
		a := r.accounts[in.account]
		rows[n] = store.Event{Seq: r.lastSeq + int64(n) + 1, ID: in.id, Account: a.Number, Usage: in.kind == account.UsageRecorded, Recorded: r.At, Known: knownHere(in.known, a.Counts), Body: in.body}
	}
	return rows
}

// knownHere is when an event counts as known that is recorded now, where that is later than it says: no earlier than what is recorded
// of its account may count, whatever the clocks of whoever sent it or recorded it say.
func knownHere(known, counts time.Time) time.Time {
	if !known.Before(counts) {
		return time.Time{}
	}
	return counts
}

// dueAtOnce is the next day of an account of which something was recorded that the last run did not know.
var dueAtOnce = must(cycle.ParseDate("0001-01-01"))

func must(d cycle.Date, err error) cycle.Date {
	if err != nil {
		panic(err)
	}
	return d
}

// touch notes that something was recorded of accounts: the next run looks at them, unless it can wait for the next day of its account. The
// status of an invoice that its account does not have cannot, so that the next run tells of it.
func (r *recording) touch(tx store.Tx, which []int) error {
	var statuses []*touched // the accounts of statuses that can wait
	var numbers []string    // the invoices that these are of
	for _, i := range which {
		in := &r.incoming[i]
		a := r.accounts[in.account]
		switch {
		case a.Next == dueAtOnce:
		case !in.kind.Waits() || !canWait(in.known, &a.Account):
			a.dueAtOnce()
		case in.kind == account.InvoiceStatusChanged:
			e, err := r.decoder.Decode(in.body, in.place)
			if err != nil {
				return err
			}
			if _, err := invoice.ParseNumber(e.Invoice); err != nil {
				a.dueAtOnce()
				continue
			}
			statuses, numbers = append(statuses, a), append(numbers, e.Invoice)
		}
	}
	issued, err := tx.Numbers(numbers)
	if err != nil {
		return err
	}
	of := map[string]int64{}
	for i := range issued {
		of[issued[i].Number] = issued[i].Account
	}
	for i, a := range statuses {
		if of[numbers[i]] != a.Number {
			a.dueAtOnce()
		}
	}
	return nil
}

// canWait reports that what waits for a boundary, and is known since an instant, can wait for the next day of its account: which is no
// later than the next boundary, while each boundary before has an invoice, after which it counts, but for those that were passed over.
func canWait(known time.Time, a *store.Account) bool {
	return !a.Next.IsZero() && !billsPassed(known, a)
}

// billsPassed reports that what is known since an instant, or counts from when it may at the earliest, may be billed on a boundary that has
// no invoice and was passed over.
func billsPassed(known time.Time, a *store.Account) bool {
	return known.Before(a.Passed) && a.Counts.Before(a.Passed)
}
