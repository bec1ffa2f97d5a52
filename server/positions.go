package server

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// monthsShown is how many months the home page shows.
const monthsShown = 12

// position is where an account stands, and what it earned and cost: what the lists and the home page need of all accounts at once. It
// is not changed once it is made.
type position struct {
	Current   account.Current // its next invoice without the lines
	Balance   books.Balance
	Billed    bool // something was issued to it, dated today or before
	Invoices  int  // without those canceled
	Anomalies []shownAnomaly
	Newest    *issuedInvoice // its last one
	months    []earned
	costNext  cycle.Date // the next day on which the reseller may owe something for it
	noCost    string     // why what it costs is not known
}

// issuedInvoice is an invoice in a few words.
type issuedInvoice struct {
	Account, Number string
	Date            cycle.Date
	Status          invoice.Status
	Amount          money.Amount
}

// earned is what an account was invoiced in a month, without what was canceled or refunded, and what it cost.
type earned struct {
	month         int // the place in the last months
	invoices      int
	revenue, cost money.Amount
}

// positions are those of all accounts, as of one day.
type positions struct {
	day      cycle.Date
	terms    books.Terms
	run      books.Run
	event    int64 // the last one they know of
	made     time.Time
	accounts []*position // by name

	once    sync.Once
	summary summary
	err     error
}

// positionKeeper keeps the positions, and brings them up to date: of the accounts alone that something happened to, unless it is
// another day, or the terms are others.
type positionKeeper struct {
	server *Server
	mutex  sync.Mutex
	last   *positions
	stale  bool

	running, queued *making // queued starts when running is done
}

// making is the making of positions under way.
type making struct {
	ended    chan struct{}
	done, of atomic.Int64
	result   *positions
	err      error
}

// How old positions may be before they are looked at again, and how long somebody who asks for them waits.
const (
	keptFor  = 20 * time.Second
	patience = 3 * time.Second
)

// drop makes the next positions new: something was written.
func (k *positionKeeper) drop() {
	k.mutex.Lock()
	k.stale = true
	k.mutex.Unlock()
}

// of are the positions, at most keptFor old. Where it takes long to make them there are none yet, and it says how far they are.
func (k *positionKeeper) of(ctx context.Context) (*positions, *making, error) {
	k.mutex.Lock()
	if k.last != nil && !k.stale && time.Since(k.last.made) < keptFor {
		defer k.mutex.Unlock()
		return k.last, nil, nil
	}
	m := k.running
	switch {
	case m == nil:
		m = k.start(ctx, newMaking())
	case k.stale: // those under way may not know of what was written
		if k.queued == nil {
			k.queued = newMaking()
		}
		m = k.queued
	}
	k.mutex.Unlock()
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-m.ended:
		return m.result, nil, m.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-wait.C:
		return nil, m, nil
	}
}

func newMaking() *making { return &making{ended: make(chan struct{})} }

// start starts to make positions. The mutex is held.
func (k *positionKeeper) start(ctx context.Context, m *making) *making {
	k.running, k.stale = m, false
	last := k.last
	go func() {
		ctx := context.WithoutCancel(ctx)
		m.result, m.err = k.server.newPositions(ctx, last, m)
		k.mutex.Lock()
		defer k.mutex.Unlock()
		if k.running = nil; m.err == nil {
			k.last = m.result
		} else {
			k.stale = true
		}
		if next := k.queued; next != nil {
			k.queued = nil
			k.start(ctx, next)
		}
		close(m.ended)
	}()
	return m
}

// newPositions are those of now, made of the last ones where that is possible.
func (s *Server) newPositions(ctx context.Context, last *positions, m *making) (*positions, error) {
	p := &positions{made: time.Now()}
	var err error
	if p.terms, err = s.books.Terms(ctx); err != nil {
		return nil, err
	}
	if p.day, err = s.today(&p.terms); err != nil {
		return nil, err
	}
	if p.run, err = s.books.Head(ctx); err != nil {
		return nil, err
	}
	anew := last == nil || last.day != p.day || last.terms.Number != p.terms.Number
	var names []string
	if anew {
		if _, p.event, err = s.books.Since(ctx, 1<<62); err != nil {
			return nil, err
		}
		for a, err := range s.books.Accounts(ctx, "") {
			if err != nil {
				return nil, err
			}
			names = append(names, a.Name)
		}
	} else if names, err = s.changedSince(ctx, last, p); err != nil {
		return nil, err
	}
	made, err := s.positionsOf(ctx, p, names, m)
	if err != nil {
		return nil, err
	}
	if !anew {
		changed := map[string]bool{}
		for _, one := range made {
			changed[one.Current.Account] = true
		}
		for _, one := range last.accounts {
			if !changed[one.Current.Account] {
				made = append(made, one)
			}
		}
	}
	slices.SortFunc(made, func(a, b *position) int { return cmp.Compare(a.Current.Account, b.Current.Account) })
	p.accounts = made
	return p, nil
}

// changedSince are the accounts that something happened to since some positions were made: it was recorded, issued, or may have come to
// cost something in a run.
func (s *Server) changedSince(ctx context.Context, last, p *positions) ([]string, error) {
	names, event, err := s.books.Since(ctx, last.event)
	if err != nil {
		return nil, err
	}
	p.event = event
	changed := map[string]bool{}
	for _, name := range names {
		changed[name] = true
	}
	for number := last.run.Number + 1; number <= p.run.Number; number++ {
		for inv, err := range s.books.Invoices(ctx, books.Which{Run: number}) {
			if err != nil {
				return nil, err
			}
			changed[inv.Account] = true
		}
	}
	if p.run.Number != last.run.Number {
		for _, one := range last.accounts {
			if !one.costNext.IsZero() && !one.costNext.After(p.run.Through) {
				changed[one.Current.Account] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(changed)), nil
}

// atOnce is how many accounts are read at once.
const atOnce = 500

// positionsOf are the positions of some accounts, made by as many goroutines as there are processors.
func (s *Server) positionsOf(ctx context.Context, p *positions, names []string, m *making) ([]*position, error) {
	m.of.Store(int64(len(names)))
	chunks := slices.Collect(slices.Chunk(names, atOnce))
	results := make([][]*position, len(chunks))
	errs := make(chan error, len(chunks))
	var next atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(chunks)) {
		workers.Go(func() {
			maker, err := newPositionMaker(p)
			for err == nil {
				i := int(next.Add(1)) - 1
				if i >= len(chunks) {
					return
				}
				if results[i], err = maker.of(ctx, s.books, chunks[i]); err == nil {
					m.done.Add(int64(len(chunks[i])))
				}
			}
			errs <- err
			cancel()
		})
	}
	workers.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
		return slices.Concat(results...), nil
	}
}

// positionMaker makes positions, one after the other.
type positionMaker struct {
	*positions
	retail, cost *account.Biller
	catalogue    invoice.Catalogue
	end          time.Time // of the day
	first        cycle.Date
	zero         money.Amount
}

func newPositionMaker(p *positions) (*positionMaker, error) {
	m := &positionMaker{positions: p, zero: money.New(0, p.terms.Policy.MoneyCurrency()), end: p.day.AddDays(1).Start(p.terms.Policy.TimeZone)}
	m.first = lastMonths(p.day, monthsShown, m.zero)[0].First
	var err error
	if m.catalogue, err = invoice.NewCatalogue(p.terms.Packages, invoice.Retail); err != nil {
		return nil, err
	}
	if m.retail, err = account.NewBiller(m.catalogue, p.terms.Policy); err != nil {
		return nil, err
	}
	upstream, err := m.catalogue.PricedBy(invoice.Distributor)
	if err != nil {
		return nil, err
	}
	m.cost, err = account.NewBiller(upstream, p.terms.Policy)
	return m, err
}

// of are the positions of some accounts.
func (m *positionMaker) of(ctx context.Context, b *books.Books, names []string) (list []*position, err error) {
	issued := map[string]*position{}
	for h, err := range b.Histories(ctx, names...) {
		if err != nil {
			return nil, err
		}
		one, err := m.position(&h)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
		if len(h.Issued) > 0 {
			issued[h.Account] = one
		}
	}
	if len(issued) == 0 {
		return list, nil
	}
	for balance, err := range b.Balances(ctx, books.Balancing{AsOf: m.day, PaymentDays: paymentDays, Accounts: slices.Sorted(maps.Keys(issued))}) {
		if err != nil {
			return nil, err
		}
		issued[balance.Account].Balance, issued[balance.Account].Billed = balance, true
	}
	return list, nil
}

// position is that of one account, but for its balance.
func (m *positionMaker) position(h *books.History) (*position, error) {
	p := &position{Balance: books.Balance{Account: h.Account, Invoiced: m.zero, Paid: m.zero, Refunded: m.zero, Open: m.zero, Credit: m.zero}}
	for i := range p.Balance.Ages {
		p.Balance.Ages[i] = m.zero
	}
	current, err := m.retail.Status(h.Events, h.Issued, m.day)
	if err != nil {
		return nil, err
	}
	current.Next.Lines = nil
	p.Current = current
	anomalies, err := account.Check(h.Events, &m.catalogue, m.terms.Policy)
	if err != nil {
		return nil, err
	}
	for i := range anomalies {
		p.Anomalies = append(p.Anomalies, showAnomaly(&anomalies[i]))
	}
	if n := len(h.Issued); n > 0 {
		inv := &h.Issued[n-1]
		p.Newest = &issuedInvoice{inv.Account, inv.Number.String(), inv.Date, inv.Status, inv.FinalAmount}
	}
	if err := m.earn(p, h.Issued, false); err != nil {
		return nil, err
	}
	if m.run.At.IsZero() {
		return p, nil
	}
	owed, err := m.cost.Issue(h.Events, nil, m.run.Through, m.run.At)
	if err != nil {
		p.noCost = err.Error() // a package without a distributor_price
		return p, nil
	}
	p.costNext = owed.Next
	return p, m.earn(p, owed.Invoices, true)
}

// earn adds invoices to what an account earned by month, or to what it cost.
func (m *positionMaker) earn(p *position, invoices []invoice.Invoice, cost bool) (err error) {
	for i := range invoices {
		inv := &invoices[i]
		if !cost && inv.Status != invoice.Canceled {
			p.Invoices++
		}
		if inv.Status == invoice.Canceled || inv.Status == invoice.Refunded || inv.Date.Before(m.first) {
			continue
		}
		at := monthsBetween(m.first, inv.Date)
		n := slices.IndexFunc(p.months, func(e earned) bool { return e.month == at })
		if n < 0 {
			n = len(p.months)
			p.months = append(p.months, earned{month: at, revenue: m.zero, cost: m.zero})
		}
		e := &p.months[n]
		if cost {
			e.cost, err = e.cost.Add(inv.FinalAmount)
		} else {
			e.invoices++
			e.revenue, err = e.revenue.Add(inv.FinalAmount)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// monthsBetween is how many months a day is after the first day of a month.
func monthsBetween(first, day cycle.Date) int {
	y, m, _ := first.Civil()
	y2, m2, _ := day.Civil()
	return 12*(y2-y) + m2 - m
}

// is reports that the account is as a filter of the list says.
func (p *position) is(status string) bool {
	switch status {
	case "open":
		return p.Current.Open
	case "closed":
		return !p.Current.Open
	case "waiting":
		return !p.Current.Pending.Day.IsZero()
	case "anomalies":
		return len(p.Anomalies) > 0
	case "overdue":
		for _, a := range p.Balance.Ages[1:] {
			if a.Sign() > 0 {
				return true
			}
		}
		return false
	}
	return true
}
