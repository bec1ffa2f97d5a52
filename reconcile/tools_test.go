package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/reconcile"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func date(text string) cycle.Date { return cycle.MustDate(text) }

func pkg(name, retail, dist string, credits int64, overage, from string) invoice.Package {
	d := money.MustParse(dist + " USD")
	p := invoice.Package{Name: name, Price: money.MustParse(retail + " USD"), DistributorPrice: &d, Credits: credits, Overage: must(money.ParseRate(overage))}
	if from != "" {
		p.EffectiveFrom = date(from)
	}
	return p
}

// packages is a list with two terms of one name.
func packages() []invoice.Package {
	return []invoice.Package{
		pkg("Free", "0", "0", 1000, "0", ""),
		pkg("Starter", "9.95", "6.50", 10000, "0.001", ""),
		pkg("Starter", "10.95", "7.25", 10000, "0.001", "2025-09-01"),
		pkg("Silver", "29.95", "19.49", 20000, "0.00085", ""),
		pkg("Gold", "79.95", "50.00", 50000, "0.0012", ""),
		pkg("Platinum", "199.95", "141.37", 200000, "0.00047", ""),
	}
}

// paid are the packages that cost something.
var paid = []string{"Starter", "Silver", "Gold", "Platinum"}

// through is the last day that tests bill.
var through = date("2025-12-31")

// story is what happened to one account, and how it is billed.
type story struct {
	*rand.Rand
	name   string
	events []account.Event
	made   int
}

func newStory(r *rand.Rand, name string) *story { return &story{Rand: r, name: name} }

func (s *story) pick(names []string) string { return names[s.IntN(len(names))] }

// at is an instant of a day, whole seconds.
func (s *story) at(day cycle.Date) time.Time {
	return day.Start(time.UTC).Add(time.Duration(1+s.IntN(86398)) * time.Second)
}

func (s *story) add(e account.Event) *account.Event {
	s.made++
	e.ID, e.Account = fmt.Sprintf("%s-%d", s.name, s.made), s.name
	s.events = append(s.events, e)
	return &s.events[len(s.events)-1]
}

func (s *story) create(day cycle.Date, name string) *account.Event {
	return s.add(account.Event{Type: account.Created, At: s.at(day), Package: name})
}

func (s *story) change(day cycle.Date, name string) *account.Event {
	return s.add(account.Event{Type: account.PackageChanged, At: s.at(day), Package: name})
}

func (s *story) close(day cycle.Date) *account.Event {
	return s.add(account.Event{Type: account.Closed, At: s.at(day)})
}

func (s *story) use(day cycle.Date, credits int64) *account.Event {
	return s.add(account.Event{Type: account.UsageRecorded, At: s.at(day), Credits: credits})
}

func (s *story) charge(day cycle.Date, minor int64) *account.Event {
	return s.add(account.Event{Type: account.ChargeAdded, At: s.at(day), Amount: money.New(minor, money.USD), Description: "extra"})
}

// day is one of the days from a to b.
func (s *story) day(a, b string) cycle.Date {
	from := date(a)
	return from.AddDays(s.IntN(date(b).Sub(from) + 1))
}

// begin creates the account, sometimes with a first period of its own, and uses some credits.
func (s *story) begin(name string) cycle.Date {
	day := s.day("2025-03-01", "2025-06-30")
	e := s.create(day, name)
	if s.IntN(4) == 0 {
		e.BillingDate = day.AddDays(5 + s.IntN(20))
	}
	return day
}

// weekly uses credits about once a week.
func (s *story) weekly(from, to cycle.Date, most int) {
	for d := from.AddDays(1); d.Before(to); d = d.AddDays(5 + s.IntN(4)) {
		s.use(d, int64(1+s.IntN(most)))
	}
}

// random is a policy of the grid, and in half of the cases changes that are billed at once.
func (s *story) policy() invoice.Policy {
	var p invoice.Policy
	p.DayCount = proration.DayCount(s.IntN(3))
	p.RoundPart = proration.RoundPart(s.IntN(3))
	p.Rounding = money.Rounding(s.IntN(4))
	p.CloseDay = proration.CloseDay(s.IntN(2))
	if s.IntN(2) == 0 {
		p.DailyRate = must(proration.RoundedDailyRate(2+s.IntN(3), money.Rounding(s.IntN(4))))
	}
	p.Timing = invoice.Timing(s.IntN(2))
	p.BillChanges = invoice.BillChanges(s.IntN(2))
	p.IncludedCredits = invoice.IncludedCredits(s.IntN(2))
	return p
}

// upstream is what somebody bills by: everything an invoice follows from.
type upstream struct {
	events   []account.Event
	packages []invoice.Package
	prices   invoice.PriceList
	policy   invoice.Policy
}

func (s *story) upstream(p invoice.Policy) upstream {
	return upstream{slices.Clone(s.events), packages(), invoice.Distributor, p}
}

func (u upstream) bill() []invoice.Invoice {
	c := must(invoice.NewCatalogue(u.packages, u.prices))
	return must(account.BillAccount(u.events, c, u.policy, through)).Invoices
}

func (u upstream) document() distributor.Invoices { return distributor.FromInvoices("", u.bill()) }

func gather(tb testing.TB, events ...[]account.Event) *account.Events {
	tb.Helper()
	all := &account.Events{}
	for _, list := range events {
		for _, e := range list {
			require.NoError(tb, all.Add(e))
		}
	}
	return all
}

func run(tb testing.TB, in reconcile.Input) *reconcile.Report {
	tb.Helper()
	if in.Packages == nil {
		in.Packages, in.Prices = packages(), invoice.Distributor
	}
	rep, err := reconcile.Reconcile(tb.Context(), in)
	require.NoError(tb, err)
	requireComplete(tb, rep)
	return rep
}

// requireComplete is the completeness law: the classes add up to both sides.
func requireComplete(tb testing.TB, rep *reconcile.Report) {
	tb.Helper()
	s, err := rep.Summarize()
	require.NoError(tb, err)
	var rows int
	var theirs, ours int64
	for _, c := range s.Classes {
		rows += c.Rows
		theirs += c.Theirs.Minor()
		ours += c.Ours.Minor()
	}
	require.Equal(tb, len(rep.Rows), rows)
	require.Equal(tb, s.Theirs.Minor(), theirs)
	require.Equal(tb, s.Ours.Minor(), ours)
	seen := map[any]bool{}
	for i := range rep.Rows {
		if rep.Rows[i].Class == reconcile.Explained {
			require.NotContains(tb, rep.Rows[i].Strength(), "possible", brief(&rep.Rows[i]))
		}
		for _, side := range []any{rep.Rows[i].Theirs, rep.Rows[i].Ours} {
			if side != (*distributor.Invoice)(nil) && side != (*invoice.Invoice)(nil) {
				require.False(tb, seen[side], "a row is in the report twice")
				seen[side] = true
			}
		}
	}
}
