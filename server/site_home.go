package server

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/margin"
	"github.com/prorata-go/prorata/money"
)

// home keeps what the home page shows: what is due by a run of now, and where all accounts stand.
type home struct {
	due       kept[due]
	positions positionKeeper
}

// drop makes the next look at it new: something was written.
func (h *home) drop() {
	h.due.drop()
	h.positions.drop()
}

// summary is what the home page says of all accounts.
type summary struct {
	Today     cycle.Date
	Month     month   // this one
	Before    month   // the one before it
	Months    []month // the last twelve, this one last
	Grid      []gridLine
	Accounts  int
	Invoices  int // ever issued, without those canceled
	Open      money.Amount
	Late      money.Amount // of it, what is overdue
	Ages      []age
	Newest    []issuedInvoice
	Debtors   []debtor       // those with the most overdue
	Anomalies []shownAnomaly // the newest
	Unsound   int            // how many anomalies there are
	NoCost    string         // why the cost is not known
}

// homeBody is the home page.
type homeBody struct {
	*summary
	Due due
}

// month is what was invoiced in a month, without what was canceled or refunded, and what it cost.
type month struct {
	First                 cycle.Date
	Invoices              int
	Revenue, Cost, Margin money.Amount
	Percent               string // what part of the revenue the margin is
	Height, CostHeight    int    // of the bars, in percent of the top of the axis
}

// gridLine is a line of the chart, at a height in percent, and the amount that it stands for.
type gridLine struct {
	Height int
	Text   string
}

// debtor is an account, and how much of what it owes is overdue.
type debtor struct {
	Account string
	Overdue money.Amount
}

// Through is the last day of the month.
func (m month) Through() cycle.Date { return m.First.AddMonths(1).AddDays(-1) }

// Year is the year that the month begins, or none.
func (m month) Year() string {
	if y, in, _ := m.First.Civil(); in == 1 {
		return strconv.Itoa(y)
	}
	return ""
}

// age is what is open and how long it has been due.
type age struct {
	Name, Sort string
	Amount     money.Amount
	Accounts   int
	Width      int // of its bar, in percent of the widest
}

// ages are the names of what books.Ages are, and of the columns that have them.
var ages = [...]struct{ Name, Column string }{
	{"Not due yet", "not_due"}, {"1 to 30 days overdue", "overdue_1_30"}, {"31 to 60 days", "overdue_31_60"}, {"61 to 90 days", "overdue_61_90"}, {"more than 90 days", "overdue_over_90"},
}

// due is what a run would issue now.
type due struct {
	Accounts, Invoices int
	Total              money.Amount
}

// kept is something that is costly to find out and may be a little old.
type kept[T any] struct {
	mutex sync.Mutex
	value T
	made  time.Time
}

// of is the value, made anew if it is too old. While one request makes it the others wait for that.
func (k *kept[T]) of(ctx context.Context, make func(context.Context) (T, error)) (T, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if time.Since(k.made) < keptFor {
		return k.value, nil
	}
	value, err := make(context.WithoutCancel(ctx))
	if err != nil {
		return value, err
	}
	k.value, k.made = value, time.Now()
	return value, nil
}

// drop makes the next value new: something was written.
func (k *kept[T]) drop() {
	k.mutex.Lock()
	k.made = time.Time{}
	k.mutex.Unlock()
}

const (
	newestInvoices  = 6
	debtorsOnHome   = 5
	anomaliesOnHome = 3
)

// today is the day it is in the time zone of the books.
func (s *Server) today(terms *books.Terms) (cycle.Date, error) {
	return cycle.DateOf(s.now(), terms.Policy.TimeZone)
}

// sum is what the home page says of the accounts.
func (p *positions) sum() (*summary, error) {
	p.once.Do(func() { p.err = p.summary.sum(p) })
	return &p.summary, p.err
}

func (o *summary) sum(p *positions) error {
	zero := money.New(0, p.terms.Policy.MoneyCurrency())
	o.Today, o.Accounts, o.Open, o.Late = p.day, len(p.accounts), zero, zero
	o.Months = lastMonths(p.day, monthsShown, zero)
	for _, a := range ages {
		o.Ages = append(o.Ages, age{Name: a.Name, Sort: a.Column, Amount: zero})
	}
	for _, one := range p.accounts {
		if err := o.add(one); err != nil {
			return err
		}
	}
	for i := range o.Months {
		if err := o.Months[i].finish(); err != nil {
			return err
		}
	}
	o.setHeights()
	o.setWidths()
	o.Month, o.Before = o.Months[len(o.Months)-1], o.Months[len(o.Months)-2]
	o.keepNewest()
	o.keepDebtors()
	slices.SortStableFunc(o.Anomalies, func(a, b shownAnomaly) int { return b.At.Compare(a.At) })
	o.Unsound = len(o.Anomalies)
	o.Anomalies = o.Anomalies[:min(len(o.Anomalies), anomaliesOnHome)]
	return nil
}

// add counts an account.
func (o *summary) add(p *position) error {
	var errs []error
	add := func(to *money.Amount, a money.Amount) {
		sum, err := to.Add(a)
		if err == nil {
			*to = sum
		}
		errs = append(errs, err)
	}
	o.Invoices += p.Invoices
	o.NoCost = cmp.Or(o.NoCost, p.noCost)
	for _, e := range p.months {
		if e.month < len(o.Months) {
			m := &o.Months[e.month]
			m.Invoices += e.invoices
			add(&m.Revenue, e.revenue)
			add(&m.Cost, e.cost)
		}
	}
	add(&o.Open, p.Balance.Open)
	late := money.New(0, o.Open.Currency())
	for i, a := range p.Balance.Ages {
		if add(&o.Ages[i].Amount, a); a.Sign() != 0 {
			o.Ages[i].Accounts++
		}
		if i > 0 {
			add(&late, a)
		}
	}
	if add(&o.Late, late); late.Sign() > 0 {
		if o.Debtors = append(o.Debtors, debtor{p.Current.Account, late}); len(o.Debtors) >= 64*debtorsOnHome {
			o.keepDebtors()
		}
	}
	o.Anomalies = append(o.Anomalies, p.Anomalies...)
	if p.Newest != nil {
		if o.Newest = append(o.Newest, *p.Newest); len(o.Newest) >= 64*newestInvoices {
			o.keepNewest()
		}
	}
	return errors.Join(errs...)
}

func (o *summary) keepNewest() {
	slices.SortStableFunc(o.Newest, func(a, b issuedInvoice) int { return b.Date.Compare(a.Date) })
	o.Newest = slices.Clone(o.Newest[:min(len(o.Newest), newestInvoices)])
}

func (o *summary) keepDebtors() {
	slices.SortStableFunc(o.Debtors, func(a, b debtor) int { return cmp.Compare(b.Overdue.Minor(), a.Overdue.Minor()) })
	o.Debtors = slices.Clone(o.Debtors[:min(len(o.Debtors), debtorsOnHome)])
}

// lastMonths are the months up to that of a day.
func lastMonths(today cycle.Date, n int, zero money.Amount) []month {
	first := monthStart(today)
	months := make([]month, n)
	for i := range months {
		months[i] = month{First: first.AddMonths(i - n + 1), Revenue: zero, Cost: zero}
	}
	return months
}

func (m *month) finish() (err error) {
	if m.Margin, err = m.Revenue.Sub(m.Cost); err == nil {
		m.Percent = margin.Percent(m.Margin, m.Revenue)
	}
	return err
}

func (o *summary) setHeights() {
	highest := int64(0)
	for i := range o.Months {
		highest = max(highest, o.Months[i].Revenue.Minor(), o.Months[i].Cost.Minor())
	}
	top := axisTop(highest)
	for i := range o.Months {
		m := &o.Months[i]
		m.Height, m.CostHeight = inPercent(m.Revenue, top), inPercent(m.Cost, top)
	}
	if highest > 0 {
		currency := o.Open.Currency()
		o.Grid = []gridLine{{100, axisText(money.New(top, currency))}, {50, axisText(money.New(top/2, currency))}}
	}
}

// axisTop is where an axis for amounts up to the highest ends: 1, 2, 4, 6 or 8 and noughts, so that its half is round too.
func axisTop(highest int64) int64 {
	for unit := int64(10); unit < math.MaxInt64/100; unit *= 10 {
		for _, n := range []int64{1, 2, 4, 6, 8} {
			if n*unit >= highest {
				return n * unit
			}
		}
	}
	return highest
}

// axisText is a round amount without a currency's code, and without the noughts that it ends with.
func axisText(a money.Amount) string {
	text := shownMoney(a)
	text = text[strings.LastIndexByte(text, ' ')+1:]
	if whole, part, _ := strings.Cut(text, "."); strings.Trim(part, "0") == "" {
		text = whole
	}
	for _, short := range []struct{ noughts, letter string }{{",000,000,000", "B"}, {",000,000", "M"}, {",000", "K"}} {
		if number, is := strings.CutSuffix(text, short.noughts); is && len(text) > len("$9,000") {
			return number + short.letter
		}
	}
	return text
}

func (o *summary) setWidths() {
	widest := int64(0)
	for i := range o.Ages {
		widest = max(widest, o.Ages[i].Amount.Minor())
	}
	for i := range o.Ages {
		o.Ages[i].Width = inPercent(o.Ages[i].Amount, widest)
	}
}

// inPercent is an amount in percent of the greatest, at least 1 where there is something to draw.
func inPercent(a money.Amount, greatest int64) int {
	if a.Sign() <= 0 {
		return 0
	}
	return max(1, int(float64(a.Minor())/float64(greatest)*100)) // of a drawing: figures beside it are exact
}

// due is what a run would issue now.
func (s *Server) due(ctx context.Context) (d due, err error) {
	issued, err := s.books.Issue(ctx, books.Issuing{Now: s.runInstant(ctx), DryRun: true})
	return due{Accounts: issued.Accounts, Invoices: int(issued.Run.Invoices), Total: issued.Run.Total}, err
}

func (s *Server) homePage(w http.ResponseWriter, r *http.Request) {
	p, ok := s.positions(w, r)
	if !ok {
		return
	}
	var b homeBody
	var err error
	if b.summary, err = p.sum(); err == nil {
		b.Due, err = s.home.due.of(r.Context(), s.due)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "home", page{Title: longMonth(b.Today) + " so far", Place: "/", Body: b})
}

// addingUp is what a page says while the figures of many accounts are added up.
type addingUp struct {
	Accounts string
	Percent  int
	To       string
}

// positions are those of all accounts. Where they take long, it answers with how far they are, and the page asks again by itself.
func (s *Server) positions(w http.ResponseWriter, r *http.Request) (*positions, bool) {
	p, m, err := s.home.positions.of(r.Context())
	return p, s.positionsOrWait(w, r, p, m, err)
}

// positionsOrWait reports that there are positions; else it answers.
func (s *Server) positionsOrWait(w http.ResponseWriter, r *http.Request, p *positions, m *making, err error) bool {
	if err != nil {
		s.fail(w, r, err)
		return false
	}
	if p != nil {
		return true
	}
	b := addingUp{Accounts: digits.Group(strconv.FormatInt(m.of.Load(), 10)), To: r.URL.RequestURI()}
	if of := m.of.Load(); of > 0 {
		b.Percent = int(100 * m.done.Load() / of)
	}
	w.Header().Set("Refresh", "2")
	s.show(w, r, http.StatusOK, "adding-up", page{Title: "Adding up", Body: b})
	return false
}

// longMonth is the month of a day in words.
func longMonth(d cycle.Date) string {
	y, m, _ := d.Civil()
	return time.Month(m).String() + " " + strconv.Itoa(y)
}
