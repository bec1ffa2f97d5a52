package server

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
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
	issued    []listed       // by date
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
	run      books.Run  // the last one
	through  cycle.Date // the latest day that any run billed through
	event    int64      // the last one they know of
	made     time.Time
	accounts []*position // by name

	once    sync.Once
	summary summary
	err     error
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
	runs, err := s.books.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		p.run = runs[i]
		p.through = cycle.Later(p.through, p.run.Through)
	}
	anew := last == nil || last.day != p.day || last.terms.Number != p.terms.Number
	var names []string
	if anew {
		if _, p.event, err = s.books.Since(ctx, 1<<62); err != nil {
			return nil, err
		}
		if names, err = s.accountNames(ctx); err != nil {
			return nil, err
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
			if !one.costNext.IsZero() && !one.costNext.After(p.through) {
				changed[one.Current.Account] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(changed)), nil
}

// positionsOf are the positions of some accounts.
func (s *Server) positionsOf(ctx context.Context, p *positions, names []string, m *making) (list []*position, err error) {
	m.of.Store(int64(len(names)))
	return list, inParts(ctx, names, func(ctx context.Context, part []string) ([]*position, error) {
		maker, err := newPositionMaker(p, s.books.NumberPrefix())
		if err != nil {
			return nil, err
		}
		return maker.of(ctx, s.books, part)
	}, func(part []*position) error {
		list = append(list, part...)
		m.done.Store(int64(len(list)))
		return nil
	})
}

// positionMaker makes positions, one after the other.
type positionMaker struct {
	*positions
	retail, cost *account.Biller
	catalogue    invoice.Catalogue
	prefix       string // of the numbers of invoices
	first        cycle.Date
	zero         money.Amount
}

func newPositionMaker(p *positions, prefix string) (*positionMaker, error) {
	m := &positionMaker{positions: p, prefix: prefix, zero: money.New(0, p.terms.Policy.MoneyCurrency())}
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
	for h, err := range b.Histories(ctx, names...) {
		if err != nil {
			return nil, err
		}
		one, err := m.position(&h)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// position is that of one account.
func (m *positionMaker) position(h *books.History) (*position, error) {
	p := &position{}
	balance, billed, err := h.Balance(m.day, paymentDays)
	if err != nil {
		return nil, err
	}
	if p.Balance, p.Billed = balance, billed; !billed {
		p.Balance = books.Balance{Account: h.Account, Invoiced: m.zero, Paid: m.zero, Refunded: m.zero, Open: m.zero, Credit: m.zero}
		for i := range p.Balance.Ages {
			p.Balance.Ages[i] = m.zero
		}
	}
	current, err := m.retail.Status(h.Events, h.Issued, m.day)
	if err != nil {
		return nil, err
	}
	current.Next.Lines = nil
	if current.Next.Number, err = current.Next.Number.WithPrefix(m.prefix); err != nil {
		return nil, err
	}
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
	p.issued = make([]listed, len(h.Issued))
	for i := range h.Issued {
		inv := &h.Issued[i]
		p.issued[i] = listed{inv.Date, inv.Period, inv.Type, inv.Status, inv.Package, inv.FinalAmount.Minor()}
	}
	if err := m.earn(p, h.Issued, false); err != nil {
		return nil, err
	}
	if m.run.At.IsZero() {
		return p, nil
	}
	owed, err := m.cost.Issue(h.Events, nil, m.through, m.run.At)
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
