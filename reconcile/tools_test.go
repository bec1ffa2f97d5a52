package reconcile_test

import (
	"fmt"
	"slices"
	"testing"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
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

func gather(tb testing.TB, events ...[]account.Event) *eventlog.Events {
	tb.Helper()
	all := &eventlog.Events{}
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
	requireComplete(tb, in, rep)
	return rep
}

// requireComplete is the first and the second law: every row is in exactly one group or left out, the classes add up to both sides, and no
// account is asked for more than it was over-billed.
func requireComplete(tb testing.TB, in reconcile.Input, rep *reconcile.Report) {
	tb.Helper()
	s := rep.Summarize()
	var groups int
	var theirs, ours int64
	for _, c := range s.Classes {
		groups += c.Groups
		theirs += c.Theirs.Minor()
		ours += c.Ours.Minor()
	}
	require.Equal(tb, len(rep.Groups), groups)
	require.Equal(tb, s.Theirs.Minor(), theirs)
	require.Equal(tb, s.Ours.Minor(), ours)
	seen := map[any]bool{}
	once := func(row any) {
		require.False(tb, seen[row], "a row is in the report twice")
		seen[row] = true
	}
	over, claimed := map[string]int64{}, map[string]int64{}
	for _, g := range rep.Groups {
		if g.Class == reconcile.Explained {
			require.NotEqual(tb, "possible", g.Strength(), brief(g))
		}
		for _, r := range g.Theirs {
			once(r.Theirs)
		}
		for _, r := range g.Ours {
			once(r.Ours)
		}
		over[g.Account] += g.Difference().Total()
		claimed[g.Account] += g.Claimed()
	}
	for i := range rep.LeftOut {
		if r := rep.LeftOut[i].Row; r.Theirs != nil {
			once(r.Theirs)
		}
	}
	if in.Accounts == nil {
		for i := range in.Documents {
			for j := range in.Documents[i].Rows {
				if s := in.Documents[i].Shape; s != distributor.Own && s != distributor.NumbersOnly {
					require.True(tb, seen[&in.Documents[i].Rows[j]], "row %s is not in the report", in.Documents[i].Rows[j].Number)
				}
			}
		}
	}
	for name, sum := range claimed {
		require.LessOrEqual(tb, sum, max(0, over[name]), "claims of %s", name)
	}
	total := int64(0)
	for i := range rep.Claims {
		total += rep.Claims[i].Amount
	}
	require.Equal(tb, s.Claimed.Minor(), total)
}

// brief is a group in short.
func brief(g *reconcile.Group) string {
	text := fmt.Sprintf("\n%s %s %s %s, claimed %d\n", g.Account, g.Period, g.Class, g.Cause(), g.Claimed())
	for _, r := range g.Theirs {
		text += fmt.Sprintf("  theirs %s %s %s: %v %s\n", r.Number, r.Date, r.Period, r.Figures, r.Package)
	}
	for _, r := range g.Ours {
		text += fmt.Sprintf("  ours %s %s: %v %s\n", r.Date, r.Period, r.Figures, r.Package)
	}
	for _, h := range g.Causes {
		text += fmt.Sprintf("  %s (%s): %.150s\n", h.Code(), h.Odds(), h.Text)
	}
	for _, n := range g.Notes {
		text += "  note: " + n + "\n"
	}
	return text
}

// gold is an account with Gold since 30 August 2025, closed on 10 November when that is asked for.
func gold(tb testing.TB, name string, closes bool) *eventlog.Events {
	events := []account.Event{{ID: name + "1", Type: account.Created, Account: name, At: date("2025-08-30").Start(nil), Package: "Gold"}}
	if closes {
		events = append(events, account.Event{ID: name + "2", Type: account.Closed, Account: name, At: date("2025-11-10").Start(nil)})
	}
	return gather(tb, events)
}

// bare is a row of theirs.
func bare(number, name, invoiced, start, end, amount string) distributor.Invoice {
	return distributor.Invoice{Number: number, Username: name, Type: "Recurring Bill", Package: "Gold", Amount: distributor.Number(amount),
		FinalAmount: distributor.Number(amount), DateInvoiced: date(invoiced), StartDate: date(start), EndDate: date(end)}
}

func hold(tb testing.TB, events *eventlog.Events, rows ...distributor.Invoice) *reconcile.Report {
	return run(tb, reconcile.Input{Events: events, Documents: []distributor.Invoices{{Rows: rows}}})
}
