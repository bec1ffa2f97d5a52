package eventlog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Events gathers the events of many accounts, from any number of files in any order. The
// zero value is ready to use. It is not safe for concurrent use; [Events.Load] and
// [Events.Replay] use the cores there are by themselves.
//
// It keeps each event in as few bytes as say it, about 14 and its id, and while files are read
// the name of its account too.
type Events struct {
	store  *store
	seen   seen
	readBy readPolicy // of the files
	failed error      // why it is not to be billed
	shared bool       // the store is that of others

	// Of events added one by one: where they are taken in, nil when all is grouped, and by id
	// the entry of each that is there, nil before the first.
	intake  *intake
	entries map[string]string
}

// seen sums up events that were added, repeats included.
type seen struct {
	kept, others     Dates // of those that were kept, and of those that were only read
	credits, charges int64 // of those that were kept, whatever their sign, or the most there is
}

func (s *seen) add(e *rawEvent) {
	s.kept.add(e.at)
	s.credits, s.charges = sumUp(s.credits, e.credits), sumUp(s.charges, e.charge())
}

func (s *seen) addAll(o *seen) {
	s.kept.AddAll(&o.kept)
	s.others.AddAll(&o.others)
	s.credits, s.charges = sumUp(s.credits, o.credits), sumUp(s.charges, o.charges)
}

// sumUp adds the size of b to a, which is 0 or more, up to the most there is.
func sumUp(a, b int64) int64 {
	if b < 0 {
		b = -max(b, -math.MaxInt64)
	}
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func (es *Events) init() {
	if es.store == nil {
		es.store = newStore()
	}
}

// Add adds an event. An event that was added before, with the same id and the same content,
// is counted once; the same id with other content is a [*ConflictError] at the place of the
// later one, and changes nothing.
//
// It is for some events: to know at once whether an id was used before, it finds them all by
// their ids, which takes several times the memory of the events. [Events.Load] does not. And it
// is for adding them before asking for any: what was added is put in order when it is asked for.
func (es *Events) Add(e account.Event) error {
	if err := es.mayAdd(); err != nil {
		return fmt.Errorf("add: %w", err)
	}
	es.init()
	if es.entries == nil {
		es.findByID()
	}
	if entry, found := es.entries[e.ID]; found {
		if first := es.store.event(entry); !first.Same(&e) {
			return source.At(e.Place, &account.ConflictError{ID: e.ID, First: first.Place, Second: e.Place})
		}
		return nil
	}
	s := rawOf(&e)
	s.file = es.store.file(e.Place.File)
	if es.intake == nil {
		es.intake = es.store.newIntake()
	}
	es.entries[strings.Clone(e.ID)] = string(es.intake.add(&s))
	es.seen.add(&s)
	return nil
}

func (es *Events) findByID() {
	es.entries = map[string]string{}
	for p, l := range es.all() {
		for all := es.store.records(p, l, nil); all.more(); {
			r := all.next()
			es.entries[string(idOf(r.text))] = r.entry()
		}
	}
}

// all yields the accounts that have events, once what was added is grouped.
func (es *Events) all() iter.Seq2[*partition, *log] {
	es.group()
	if es.store == nil {
		return func(func(*partition, *log) bool) {}
	}
	return es.store.all()
}

// group groups what was added one by one.
func (es *Events) group() {
	if es.intake == nil {
		return
	}
	g := grouper{store: es.store}
	for n := range partitions {
		if len(es.intake.parts[n].last) > 0 {
			g.group(n)
		}
	}
	es.intake, es.store.intakes = nil, nil
}

// Len is the number of events, repeats not counted.
func (es *Events) Len() int {
	n := 0
	for _, l := range es.all() {
		n += l.n
	}
	return n
}

// Accounts lists the accounts in order.
func (es *Events) Accounts() []string {
	n := 0
	for range es.all() {
		n++
	}
	names := make([]string, 0, n) // a list that grows takes longer than to sort it
	for _, l := range es.all() {
		names = append(names, l.account)
	}
	slices.Sort(names)
	return names
}

// Has reports whether there are events of an account.
func (es *Events) Has(name string) bool {
	_, l := es.log(name)
	return l != nil
}

func (es *Events) log(name string) (*partition, *log) {
	es.group()
	if es.store == nil {
		return nil, nil
	}
	return es.store.log(name)
}

// Of returns the events of an account: in the order they were added, or, when files were
// loaded, in any. Instants are in UTC.
func (es *Events) Of(name string) []account.Event { return es.AppendOf(nil, name) }

// AppendOf appends the events of an account to others, as [Events.Of] returns them.
func (es *Events) AppendOf(events []account.Event, name string) []account.Event {
	p, l := es.log(name)
	if l == nil {
		return events
	}
	n := len(events)
	events = slices.Grow(events, l.n)[:n+l.n]
	all := es.store.records(p, l, nil)
	for i := range events[n:] {
		r := all.next()
		r.event(&events[n+i])
	}
	return events
}

// Dates are those of the events that are kept, repeats included. It looks at no event, unless some were left out to keep
// going.
func (es *Events) Dates() *Dates {
	var d Dates
	d.AddAll(&es.seen.kept)
	return &d
}

// datesKept looks at all events.
func (es *Events) datesKept() (d Dates) {
	for p, l := range es.all() {
		for all := es.store.records(p, l, nil); all.more(); {
			r := all.next()
			d.add(instant.Instant{Sec: r.second()})
		}
	}
	return d
}

// Certain reports that no bill of these events can fail: they were read under the same time zone
// and currency, every package has a price, and all figures added up stay far below what fits an
// amount. Where it does not, one may fail, or not.
func (es *Events) Certain(catalogue invoice.Catalogue, policy invoice.Policy) bool {
	if es.check(policy) != nil {
		return false
	}
	const periods = 12 * 10_000 // of the longest account
	parts := int64(es.Len()) + periods
	price, overage := int64(0), int64(0) // the most that all parts, and all credits, come to
	for terms := range catalogue.All() {
		one, err := terms.PeriodPrice()
		if err != nil {
			return false
		}
		all, err := one.MulFrac(parts, 1, money.Up)
		if err != nil {
			return false
		}
		used, err := terms.CreditPrice().Times(es.seen.credits, policy.MoneyCurrency(), money.Up)
		if err != nil {
			return false
		}
		price, overage = max(price, all.Minor()), max(overage, used.Minor())
	}
	sum := int64(0)
	for _, n := range []int64{price, parts, overage, es.seen.credits, es.seen.charges} { // each part is rounded
		sum = sumUp(sum, n)
	}
	return sum < 1<<60
}

// Billing says what is billed.
type Billing struct {
	Accounts  []string // which, in this order: none is billed that is not named
	Catalogue invoice.Catalogue
	Policy    invoice.Policy // whose time zone and currency are those that the events were loaded under
	Through   cycle.Date     // invoices are dated up to this day; an error where there is none
	Workers   int            // how many goroutines bill, at most [MaxWorkers]; 0 for one a core
}

// Replay bills accounts, several at a time, and yields their bills in the order in which they are named.
// It stops at the first error, or when the context is done; no goroutine outlives it. The
// number of workers changes nothing in what it yields.
func (es *Events) Replay(ctx context.Context, what Billing) iter.Seq2[account.Bill, error] {
	return func(yield func(account.Bill, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		bills := make(chan []account.Bill)
		var err error
		go func() {
			defer close(bills)
			err = replay(ctx, es, what, false, func(to []account.Bill, b *account.Bill) []account.Bill { return append(to, *b) },
				func(some []account.Bill) error {
					select {
					case bills <- some:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
		}()
		defer func() {
			cancel()
			for range bills { // until it is closed
			}
		}()
		for some := range bills {
			for _, b := range some {
				if !yield(b, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(account.Bill{}, err)
		}
	}
}

// ReplayInto is [Events.Replay] of what is made of the bills, such as their text. A worker bills some
// accounts, one after the other, and calls add to add each bill to what was made of those before
// it, the zero T at first; the bill is good until add returns, as the memory of it and its invoices is
// used again for the next one. What was made of these accounts goes to then: in the order of the accounts, one at a
// time, and mostly on the goroutine that made it, so that it need not go from one core to another.
// While then takes its time, workers run ahead by some thirty accounts each, and no further. An
// error of then is the end, and is returned. Add is called by several goroutines at once, and
// what panics in either ends the program.
func ReplayInto[T any](ctx context.Context, es *Events, what Billing, add func(to T, b *account.Bill) T, then func(T) error) error {
	return replay(ctx, es, what, true, add, then)
}

func replay[T any](ctx context.Context, es *Events, what Billing, reuse bool, add func(T, *account.Bill) T, then func(T) error) error {
	if err := es.check(what.Policy); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if add == nil || then == nil {
		return errors.New("replay: a function is nil, expected one that adds a bill and one that takes what was made")
	}
	es.init()
	es.group() // from now on, nothing is changed
	workers := workersOf(what.Workers)
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	q := newQueue(what.Accounts, workers, then, stop)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			r := reader{store: es.store, owner: owner{files: es.store.fileParts()}}
			biller, err := account.NewBiller(what.Catalogue, what.Policy)
			if err == nil {
				biller.ReuseInvoices = reuse
			}
			for b := q.take(stopped); b != nil; b = q.take(stopped) {
				if b.err = err; err == nil {
					b.err = r.bills(stopped, b.accounts, biller, what.Through, func(bill *account.Bill) { b.made, b.some = add(b.made, bill), true })
				}
				q.give(b)
			}
		})
	}
	done.Wait()
	if q.err != nil {
		return q.err
	}
	return ctx.Err()
}

// found is where the records of an account are, with a nil log when there are none.
type found struct {
	*partition
	*log
}

// reader reads the records of one account after the other, always into the same memory. It is the
// [account.Log] of the account that it has read.
type reader struct {
	store *store
	text  []byte
	n     int // events
	at    int // in the text: the next record
	owner owner
}

// Account is that whose records are read.
func (r *reader) Account() string { return r.owner.account }

// Len is the number of its events.
func (r *reader) Len() int { return r.n }

// Next is the next of them; a handle is where the record begins.
func (r *reader) Next(s *account.Stored) bool {
	if r.at == len(r.text) {
		return false
	}
	from, to := textAt(r.text, r.at)
	s.Handle, r.at = r.at, to
	record := record{r.text[from:to], &r.owner}
	at, known, credits, usage := record.usage()
	if !usage {
		return true
	}
	s.Usage, s.At, s.Credits = true, at.Time(), credits
	if known != at {
		s.RecordedAt = known.Time()
	}
	return true
}

// Event reads a record.
func (r *reader) Event(handle int, e *account.Event) {
	text, _ := cutText(r.text[handle:])
	record := record{text, &r.owner}
	record.event(e)
}

// ID is the id in a record.
func (r *reader) ID(handle int) []byte {
	text, _ := cutText(r.text[handle:])
	return idOf(text)
}

// bills bills some accounts, up to the first error.
func (r *reader) bills(ctx context.Context, accounts []string, b *account.Biller, through cycle.Date, then func(*account.Bill)) error {
	at := make([]found, len(accounts))
	for i, name := range accounts { // all at once: each is a wait for memory, and these overlap
		at[i].partition, at[i].log = r.store.log(name)
	}
	var bill account.Bill // the same for all of them
	for i, name := range accounts {
		var err error
		if bill, err = r.bill(ctx, name, at[i], b, through); err != nil {
			return err
		}
		then(&bill)
	}
	return nil
}

// bill bills one account of those it reads.
func (r *reader) bill(ctx context.Context, name string, at found, b *account.Biller, through cycle.Date) (account.Bill, error) {
	if err := ctx.Err(); err != nil {
		return account.Bill{}, err
	}
	if at.log == nil {
		return account.Bill{}, fmt.Errorf("replay: there are no events of account %q", names.ClipTo(name, 200))
	}
	r.text, r.n, r.at, r.owner.account = at.read(r.text[:0], at.log), at.n, 0, at.account
	return b.BillLog(r, through)
}
