package reconcile_test

import (
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

type policyChange = func(s *story, p *invoice.Policy)

// policyError is an upstream with another policy.
func policyError(tell func(s *story), change policyChange) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		tell(s)
		return as(s, p, func(u *upstream) { change(s, &u.policy) })
	}
}

func eitherPart(s *story) {
	if s.IntN(2) == 0 {
		s.closed()
	} else {
		s.changed()
	}
}

// eventError is an upstream that has one event of a type otherwise.
func eventError(tell func(s *story), t account.Type, change func(s *story, e *account.Event)) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		tell(s)
		return as(s, p, func(u *upstream) { change(s, &u.events[s.only(t)]) })
	}
}

func without(tell func(s *story), t account.Type) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		tell(s)
		return as(s, p, func(u *upstream) { u.events = slices.Delete(u.events, s.only(t), s.only(t)+1) })
	}
}

// packageError is an upstream with other terms of the account's package.
func packageError(change func(s *story, p, other *invoice.Package)) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		return as(s, p, func(u *upstream) {
			other := packages()[3+s.IntN(3)]
			for i := range u.packages {
				if u.packages[i].Name == s.events[0].Package {
					change(s, &u.packages[i], &other)
				}
			}
		})
	}
}

func charged(minor func(s *story) int64) func(s *story) {
	return func(s *story) {
		day := s.begin(s.pick(paid))
		s.weekly(day, through, 9000)
		s.charge(s.day("2025-07-15", "2025-11-10"), minor(s))
	}
}

func fee(s *story) int64    { return 100 + int64(s.IntN(9000)) }
func credit(s *story) int64 { return -100 - int64(s.IntN(9000)) }

// editing is an upstream that gets one row wrong.
func editing(tell func(s *story), edit func(s *story, d *distributor.Invoices, invoices []invoice.Invoice) bool) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		tell(s)
		u := s.upstream(p)
		invoices := u.bill()
		d := distributor.FromInvoices("", invoices)
		return d, len(invoices) > 2 && edit(s, &d, invoices)
	}
}

// add adds minor units to a field of a row, and to its final amount.
func add(row *distributor.Invoice, minor int64, to *distributor.Number) {
	for _, n := range []*distributor.Number{to, &row.FinalAmount} {
		a := must(n.Amount(money.USD))
		*n = distributor.Number(money.New(a.Minor()+minor, money.USD).Number())
	}
}

func line(s *story, invoices []invoice.Invoice, wanted func(l *invoice.Line) bool) (int, *invoice.Line) {
	for _, i := range s.Perm(len(invoices)) {
		for j := range invoices[i].Lines {
			if l := &invoices[i].Lines[j]; wanted(l) {
				return i, l
			}
		}
	}
	return -1, nil
}

// otherWindow is an upstream that counts the credits of another stretch on one row. It is worked out here, not by the engine.
func otherWindow(window func(s *story, p cycle.Period) cycle.Period) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		s.events[0].BillingDate = cycle.Date{}
		invoices := s.upstream(p).bill()
		d := distributor.FromInvoices("", invoices)
		i, l := line(s, invoices, func(l *invoice.Line) bool { return l.Kind == invoice.Overage && l.Dates.Days() > 27 })
		if l == nil {
			return d, false
		}
		stretch, credits := window(s, l.Dates), int64(0)
		for _, e := range s.events {
			if day := must(cycle.DateOf(e.At, nil)); e.Type == account.UsageRecorded && stretch.Contains(day) {
				credits += e.Credits
			}
		}
		for _, pkg := range packages() {
			if pkg.Name == l.Package {
				over := must(pkg.Overage.Times(max(0, credits-pkg.Credits), money.USD, p.Rounding))
				add(&d.Rows[i], over.Minor()-l.Amount.Minor(), &d.Rows[i].Overage)
				return d, stretch != l.Dates && over != l.Amount
			}
		}
		return d, false
	}
}

// together is an upstream that has a close on another day, and another policy. What it would bill with one of the two errors is kept: a
// group in which the other changes nothing has that cause.
func together(cause string, change policyChange) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.closed()
		days := s.daysOff()
		close := func(u *upstream) { later(&u.events[s.only(account.Closed)], days) }
		bill := func(u *upstream) { change(s, &u.policy) }
		s.singles = map[string]distributor.Invoices{}
		s.singles["close_date"], _ = as(s, p, close)
		s.singles[cause], _ = as(s, p, bill)
		return as(s, p, func(u *upstream) { close(u); bill(u) })
	}
}

var losAngeles = must(time.LoadLocation("America/Los_Angeles"))

// otherDay is an upstream whose periods of the account start on another day of the month than ours.
func otherDay(day func(s *story, created cycle.Date) cycle.Date) func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
	return func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.weekly(s.begin(s.pick(paid)), through, 9000)
		s.events[0].BillingDate = cycle.Date{}
		return as(s, p, func(u *upstream) {
			u.events[0].BillingDate = day(s, must(cycle.DateOf(s.events[0].At, nil)))
		})
	}
}
