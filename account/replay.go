package account

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Events gathers the events of many accounts, from any number of files in any order. The
// zero value is ready to use. It is not safe for concurrent use; [Events.Load] and
// [Events.Replay] use the cores there are by themselves.
//
// It keeps each event in as few bytes as say it, about 15 and its id, and finds ids by a table
// of some 14 bytes each: 10 million events take about half a gigabyte.
type Events struct {
	store  *store
	writer writer
	latest latest
}

// latest are the latest instants of events that were kept, and of those that were only read.
type latest struct{ kept, others time.Time }

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (es *Events) init() {
	if es.store == nil {
		es.store = newStore()
		es.writer.store = es.store
	}
}

// Add adds an event. An event that was added before, with the same id and the same content,
// is counted once; the same id with other content is a [*ConflictError] at the place of the
// later one, and changes nothing.
func (es *Events) Add(e Event) error {
	es.init()
	first, err := es.writer.add(&e, es.store.file(e.Place.File))
	switch {
	case err != nil:
		return source.At(e.Place, err)
	case first != nil && !first.Same(&e):
		return source.At(e.Place, &ConflictError{ID: e.ID, First: first.Place, Second: e.Place})
	}
	es.latest.kept = laterOf(es.latest.kept, e.At)
	return nil
}

// Len is the number of events, repeats not counted.
func (es *Events) Len() int {
	n := 0
	for l := range es.logs() {
		n += int(l.n)
	}
	return n
}

// logs yields the accounts that have events.
func (es *Events) logs() iter.Seq[*log] {
	return func(yield func(*log) bool) {
		if es.store == nil {
			return
		}
		for i := range es.store.parts {
			p := &es.store.parts[i]
			for j := range p.logs {
				if p.logs[j].n > 0 && !yield(&p.logs[j]) {
					return
				}
			}
		}
	}
}

// Accounts lists the accounts in order.
func (es *Events) Accounts() []string {
	var names []string
	for l := range es.logs() {
		names = append(names, l.account)
	}
	slices.Sort(names)
	return names
}

// Has reports whether there are events of an account.
func (es *Events) Has(account string) bool {
	_, l := es.log(account)
	return l != nil
}

func (es *Events) log(account string) (*partition, *log) {
	if es.store == nil {
		return nil, nil
	}
	p, _ := es.store.part(account)
	n, known := p.number[account]
	if !known || p.logs[n].n == 0 {
		return nil, nil
	}
	return p, &p.logs[n]
}

// Of returns the events of an account: in the order they were added, or, when files were
// loaded, in any. Instants are in UTC.
func (es *Events) Of(account string) []Event {
	var r reader
	events, _ := r.read(es, account)
	return events
}

// reader reads the events of one account after the other, always into the same memory.
type reader struct {
	events []Event
	log    []byte
	files  []string
}

func (r *reader) read(es *Events, account string) ([]Event, bool) {
	p, l := es.log(account)
	if l == nil {
		return nil, false
	}
	if r.files == nil {
		r.files = es.store.fileNames()
	}
	r.log = p.all(r.log[:0], l)
	in := records{text: string(r.log), account: l.account, files: r.files}
	r.events = slices.Grow(r.events[:0], int(l.n))[:l.n]
	for i := range r.events {
		in.next(&r.events[i])
	}
	return r.events, true
}

// Latest is the date of the latest event in the policy's time zone, those of accounts that
// were read and not kept included; the zero Date when there is none.
func (es *Events) Latest(policy invoice.Policy) cycle.Date {
	at := laterOf(es.latest.kept, es.latest.others)
	if at.IsZero() {
		return cycle.Date{}
	}
	day, _ := cycle.DateOf(at, policy.TimeZone)
	return day
}

// latestInstant looks at all events.
func (es *Events) latestInstant() (latest time.Time) {
	var r reader
	for l := range es.logs() {
		events, _ := r.read(es, l.account)
		for i := range events {
			latest = laterOf(latest, events[i].At)
		}
	}
	return latest
}

// Replay bills the named accounts, several at a time, and yields their bills in that order.
// It stops at the first error, or when the context is done; no goroutine outlives it. The
// number of workers, 0 for one a core, changes nothing in what it yields.
func (es *Events) Replay(ctx context.Context, accounts []string, catalogue invoice.Catalogue, policy invoice.Policy, through cycle.Date, workers int) iter.Seq2[Bill, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(Bill, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var done sync.WaitGroup
		defer done.Wait()
		defer cancel()

		// Each slot of the queue is a batch of accounts in order; workers fill them in any.
		queue := make(chan *batch, 2*workers)
		work := make(chan *batch)
		done.Go(func() {
			defer close(queue)
			defer close(work)
			for names := range slices.Chunk(accounts, 64) {
				b := &batch{accounts: names, ready: make(chan struct{})}
				select {
				case queue <- b:
				case <-ctx.Done():
					return
				}
				select {
				case work <- b:
				case <-ctx.Done():
					return
				}
			}
		})
		for range workers {
			done.Go(func() {
				var r reader
				for b := range work {
					b.bill(ctx, es, &r, catalogue, policy, through)
				}
			})
		}
		for b := range queue {
			select {
			case <-b.ready:
			case <-ctx.Done():
				yield(Bill{}, ctx.Err())
				return
			}
			for _, bill := range b.bills {
				if !yield(bill, nil) {
					return
				}
			}
			if b.err != nil {
				yield(Bill{}, b.err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Bill{}, err)
		}
	}
}

// batch is some accounts that one worker bills.
type batch struct {
	accounts []string
	bills    []Bill
	err      error
	ready    chan struct{}
}

func (b *batch) bill(ctx context.Context, es *Events, r *reader, catalogue invoice.Catalogue, policy invoice.Policy, through cycle.Date) {
	defer close(b.ready)
	for _, name := range b.accounts {
		if b.err = ctx.Err(); b.err != nil {
			return
		}
		events, found := r.read(es, name)
		if !found {
			b.err = fmt.Errorf("replay: there are no events of account %q", name)
			return
		}
		bill, err := BillAccount(events, catalogue, policy, through)
		if err != nil {
			b.err = err
			return
		}
		b.bills = append(b.bills, bill)
	}
}
