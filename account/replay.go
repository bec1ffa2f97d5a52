package account

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Events gathers the events of many accounts, from any number of files in any order. The
// zero value is ready to use. It is not safe for concurrent use.
type Events struct {
	accounts map[string][]Event
	ids      map[string]position
}

type position struct {
	account string
	index   int
}

// Add adds an event. An event that was added before, with the same id and the same content,
// is counted once; the same id with other content is a [*ConflictError] at the place of the
// later one, and changes nothing.
func (es *Events) Add(e Event) error {
	if es.accounts == nil {
		es.accounts, es.ids = map[string][]Event{}, map[string]position{}
	}
	if at, seen := es.ids[e.ID]; seen {
		first := &es.accounts[at.account][at.index]
		if first.Same(&e) {
			return nil
		}
		return source.At(e.Place, &ConflictError{ID: e.ID, First: first.Place, Second: e.Place})
	}
	es.ids[e.ID] = position{e.Account, len(es.accounts[e.Account])}
	es.accounts[e.Account] = append(es.accounts[e.Account], e)
	return nil
}

// Remove takes an event out again, and returns it.
func (es *Events) Remove(id string) (Event, bool) {
	at, ok := es.ids[id]
	if !ok {
		return Event{}, false
	}
	events := es.accounts[at.account]
	e := events[at.index]
	delete(es.ids, id)
	events = slices.Delete(events, at.index, at.index+1)
	for i := at.index; i < len(events); i++ {
		es.ids[events[i].ID] = position{at.account, i}
	}
	if es.accounts[at.account] = events; len(events) == 0 {
		delete(es.accounts, at.account)
	}
	return e, true
}

// Len is the number of events, repeats not counted.
func (es *Events) Len() int { return len(es.ids) }

// Accounts lists the accounts in order.
func (es *Events) Accounts() []string { return slices.Sorted(maps.Keys(es.accounts)) }

// Of returns the events of an account in the order they were added. They are not to be
// changed.
func (es *Events) Of(account string) []Event { return es.accounts[account] }

// Latest is the date of the latest event in the policy's time zone; the zero Date when there
// is none.
func (es *Events) Latest(policy invoice.Policy) cycle.Date {
	var latest time.Time
	for _, events := range es.accounts {
		for i := range events {
			if events[i].At.After(latest) {
				latest = events[i].At
			}
		}
	}
	if es.Len() == 0 {
		return cycle.Date{}
	}
	day, _ := cycle.DateOf(latest, policy.TimeZone)
	return day
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
				for b := range work {
					b.bill(ctx, es, catalogue, policy, through)
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

func (b *batch) bill(ctx context.Context, es *Events, catalogue invoice.Catalogue, policy invoice.Policy, through cycle.Date) {
	defer close(b.ready)
	for _, name := range b.accounts {
		if b.err = ctx.Err(); b.err != nil {
			return
		}
		if len(es.accounts[name]) == 0 {
			b.err = fmt.Errorf("replay: there are no events of account %q", name)
			return
		}
		bill, err := BillAccount(es.accounts[name], catalogue, policy, through)
		if err != nil {
			b.err = err
			return
		}
		b.bills = append(b.bills, bill)
	}
}
