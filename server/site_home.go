package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// summary is what the home page says of all that was issued.
type summary struct {
	Today    cycle.Date
	Month    month   // this one
	Months   []month // the last twelve, this one last
	Invoices int     // ever issued, without those canceled
	Open     money.Amount
	Late     money.Amount // of it, what is overdue
	Newest   []invoice.Invoice
	Due      due
}

// month is what was invoiced in a month, without what was canceled or refunded.
type month struct {
	First    cycle.Date
	Invoices int
	Revenue  money.Amount
	Height   int // of its bar, in percent of the highest
}

// due is what a run would issue now.
type due struct {
	Accounts, Invoices int
	Total              money.Amount
	Anomalies          []shownAnomaly
}

// kept is something that is costly to find out and may be a little old.
type kept[T any] struct {
	mutex sync.Mutex
	value T
	made  time.Time
}

// keptFor is how old it may be.
const keptFor = 20 * time.Second

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

const newestInvoices = 8

// today is the day it is in the time zone of the books.
func (s *Server) today(terms *books.Terms) (cycle.Date, error) {
	return cycle.DateOf(s.now(), terms.Policy.TimeZone)
}

func (s *Server) summary(ctx context.Context) (o summary, err error) {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return o, err
	}
	if o.Today, err = s.today(&terms); err != nil {
		return o, err
	}
	zero := money.New(0, terms.Policy.MoneyCurrency())
	o.Open, o.Late = zero, zero
	o.Months = lastMonths(o.Today, 12, zero)
	for inv, err := range s.books.Invoices(ctx, books.Which{}) {
		if err != nil {
			return o, err
		}
		if err := o.add(&inv); err != nil {
			return o, err
		}
	}
	for balance, err := range s.books.Balances(ctx, books.Balancing{AsOf: o.Today, PaymentDays: paymentDays}) {
		if err == nil {
			err = o.addBalance(&balance)
		}
		if err != nil {
			return o, err
		}
	}
	o.Month = o.Months[len(o.Months)-1]
	setHeights(o.Months)
	o.Due, err = s.due(ctx, zero)
	return o, err
}

// add counts an invoice.
func (o *summary) add(inv *invoice.Invoice) (err error) {
	o.Newest = append(o.Newest, *inv)
	if len(o.Newest) >= 64*newestInvoices {
		o.keepNewest()
	}
	if inv.Status == invoice.Canceled {
		return nil
	}
	o.Invoices++
	if inv.Status == invoice.Refunded {
		return nil
	}
	for i := len(o.Months) - 1; i >= 0; i-- {
		m := &o.Months[i]
		if inv.Date.Before(m.First) {
			continue
		}
		m.Invoices++
		m.Revenue, err = m.Revenue.Add(inv.FinalAmount)
		return err
	}
	return nil
}

// addBalance counts what an account owes.
func (o *summary) addBalance(b *books.Balance) (err error) {
	if o.Open, err = o.Open.Add(b.Open); err != nil {
		return err
	}
	for _, overdue := range b.Ages[1:] {
		if o.Late, err = o.Late.Add(overdue); err != nil {
			return err
		}
	}
	return nil
}

func (o *summary) keepNewest() {
	slices.SortStableFunc(o.Newest, func(a, b invoice.Invoice) int { return b.Date.Compare(a.Date) })
	o.Newest = slices.Clone(o.Newest[:min(len(o.Newest), newestInvoices)])
}

// lastMonths are the months up to that of a day.
func lastMonths(today cycle.Date, n int, zero money.Amount) []month {
	_, _, day := today.Civil()
	first := today.AddDays(1 - day)
	months := make([]month, n)
	for i := range months {
		months[i] = month{First: first.AddMonths(i - n + 1), Revenue: zero}
	}
	return months
}

func setHeights(months []month) {
	highest := int64(0)
	for i := range months {
		highest = max(highest, months[i].Revenue.Minor())
	}
	for i := range months {
		if minor := months[i].Revenue.Minor(); minor > 0 {
			months[i].Height = int(max(1, minor/max(1, highest/100)))
		}
	}
}

// due is what a run would issue now.
func (s *Server) due(ctx context.Context, zero money.Amount) (d due, err error) {
	issued, err := s.books.Issue(ctx, books.Issuing{Now: s.runInstant(ctx), DryRun: true})
	if err != nil {
		return d, err
	}
	d.Total = zero
	for _, sum := range issued.Sums {
		d.Invoices += sum.Invoices
		if d.Total, err = d.Total.Add(sum.Total); err != nil {
			return d, err
		}
	}
	d.Accounts = issued.Accounts
	for i := range issued.Anomalies {
		d.Anomalies = append(d.Anomalies, showAnomaly(&issued.Anomalies[i]))
	}
	return d, nil
}

func (s *Server) homePage(w http.ResponseWriter, r *http.Request) {
	o, err := s.home.of(r.Context(), s.summary)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	o.keepNewest()
	s.show(w, r, http.StatusOK, "home", page{Title: longMonth(o.Today) + " so far", Place: "/", Body: o})
}

// longMonth is the month of a day in words.
func longMonth(d cycle.Date) string {
	y, m, _ := d.Civil()
	return time.Month(m).String() + " " + strconv.Itoa(y)
}
