package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// bill bills a history through a day.
func (h *history) bill(t require.TestingT, through string) []invoice.Invoice {
	b, err := account.BillAccount(h.Events, h.Catalogue(), h.Policy, date(through))
	require.NoError(t, err, "%s", h)
	return b.Invoices
}

func (h *history) inYear(monthDay string) string { return fmt.Sprintf("%d-%s", h.Year, monthDay) }

func (h *history) nextYear(monthDay string) string { return fmt.Sprintf("%d-%s", h.Year+1, monthDay) }

// closeAtLast closes the account when all else has happened.
func (h *history) closeAtLast() {
	h.Events = append(h.Events, account.Event{ID: "last", Type: account.Closed, Account: "a", At: at(h.inYear("12-31") + "T12:00:00Z")})
}

func recurring(inv *invoice.Invoice) money.Amount { return must(inv.Amount.Sub(inv.Prorated)) }

// without leaves out the events of some types.
func (h *history) without(types ...account.Type) {
	h.Events = slices.DeleteFunc(slices.Clone(h.Events), func(e account.Event) bool { return slices.Contains(types, e.Type) })
}

// Law: the sum of all invoices, without the canceled ones, less what was refunded, is what is owed.
func TestLawInvoicesSumToOwed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		o := newOracle(h)
		invoices := h.bill(t, h.Through().String())
		s := o.atStart(civilDate(h.Through()))
		if len(s.grid) == 0 {
			require.Empty(t, invoices)
			return
		}
		last := s.grid.period(civilDate(h.Through())).start
		s = o.atStart(last)
		var owed, paid int64
		bills := o.bill(last)
		for _, amount := range s.balance(s.owed(last, false), bills).owed {
			owed += amount
		}
		statuses, _ := s.statusesOf(bills)
		for i := range invoices {
			if status := statuses[invoices[i].Number.String()]; status != invoice.Canceled && status != invoice.Refunded {
				paid += invoices[i].FinalAmount.Minor()
			}
		}
		require.Equal(t, owed, paid, "%s", h)
	})
}

// Law: on every invoice, final = amount − prorated + overage + additional charges, and each of
// them is the sum of its lines.
func TestLawInvoicesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		for _, inv := range h.bill(t, h.Through().String()) {
			requireAddsUp(t, &inv)
		}
	})
}

func requireAddsUp(t require.TestingT, inv *invoice.Invoice) {
	sums := map[invoice.Kind]int64{}
	for _, l := range inv.Lines {
		sums[l.Kind] += l.Amount.Minor()
		require.NotEmpty(t, l.Explanation(), "%+v", l)
	}
	require.Equal(t, inv.Amount.Minor()-inv.Prorated.Minor(), sums[invoice.Recurring])
	require.Equal(t, inv.Overage.Minor(), sums[invoice.Overage])
	require.Equal(t, inv.AdditionalCharges.Minor(), sums[invoice.Charge])
	require.Equal(t, inv.FinalAmount.Minor(), sums[invoice.Recurring]+sums[invoice.Overage]+sums[invoice.Charge])
	require.False(t, inv.Period.IsEmpty())
	require.False(t, inv.Date.Before(inv.Period.Start))
}

// Law: the JSON of the invoices of an account is theirs one by one.
func TestLawInvoicesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, texts := randomHistory(drawn(t)), ""
		invoices := h.bill(t, h.Through().String())
		for i := range invoices {
			texts += "\n" + string(invoices[i].AppendJSON(nil))
		}
		require.Equal(t, texts, string(invoice.AppendAllJSON(nil, invoices, "\n")))
	})
}

// Law: parts sum to the whole. An account that only ever changes between packages of one price
// pays exactly that price a period, however often it changes and whatever the rounding.
func TestLawPartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		require.NoError(t, h.Policy.Set("round_part", rapid.SampledFrom([]string{"used", "unused"}).Draw(t, "round_part")))
		price := money.New(rapid.Int64Range(1, 100_000).Draw(t, "price"), h.Policy.MoneyCurrency())
		for i := range h.Packages {
			h.Packages[i].Price, h.Packages[i].DistributorPrice = price, &price
		}
		first := account.Event{ID: "first", Type: account.Created, Account: "a", At: at(h.inYear("01-01")), Package: "Gold"}
		var changes []account.Event
		for _, e := range h.Events {
			if e.Type == account.PackageChanged && e.At.After(first.At) {
				changes = append(changes, e)
			}
		}
		h.Events = append(changes, first)
		start := dayIn(first.At, h.Policy.TimeZone)
		paid := map[int]int64{}
		for _, l := range linesOf(h.bill(t, h.Through().String())) {
			if l.Kind == invoice.Recurring {
				k := 0
				for !start.AddMonths(k + 1).After(l.Dates.Start) {
					k++
				}
				paid[k] += l.Amount.Minor()
			}
		}
		for k := range 12 {
			require.Equal(t, price.Minor(), paid[k], "period %d of\n%s", k, h)
		}
	})
}

// Law: when something is billed does not change what. In arrears or in advance, changes on the
// next bill or immediately, settled soon or late: a closed account has paid the same.
func TestLawTimingChangesNoTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		h.without(account.InvoiceStatusChanged) // their invoices are not the same under all policies
		h.closeAtLast()
		totals := map[int64][]string{}
		for _, timing := range []string{"arrears", "advance"} {
			for _, changes := range []string{"next_bill", "immediately"} {
				for _, days := range []string{"0", "5"} {
					for key, value := range map[string]string{"timing": timing, "bill_changes": changes, "settle_days": days} {
						require.NoError(t, h.Policy.Set(key, value))
					}
					total := sum(h.bill(t, h.nextYear("12-31")), finalAmount)
					totals[total] = append(totals[total], timing+" "+changes+" "+days)
				}
			}
		}
		require.Len(t, totals, 1, "%s", h)
	})
}

// Law: no day is billed twice, and none is left out. With a price that every length of a month
// divides, the account pays for each day it is open what a day of its period costs, once.
func TestLawEachOpenDayIsBilledOnce(t *testing.T) {
	const price = 28 * 29 * 30 * 31
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		h.without(account.InvoiceStatusChanged)
		h.closeAtLast()
		for _, standard := range []string{"day_count=actual", "daily_rate=exact"} {
			h.Policy = withKey(h.Policy, standard)
		}
		for i := range h.Packages {
			amount := money.New(price, h.Policy.MoneyCurrency())
			h.Packages[i].Price, h.Packages[i].DistributorPrice = amount, &amount
		}
		end := civilDate(date(h.nextYear("12-31")))
		s := newOracle(h).atStart(end)
		var want int64
		for d := civilDate(date(h.inYear("01-01"))) - 40; d < end; d++ {
			if s.on(d) != nil {
				want += price / int64(s.grid.period(d).n)
			}
		}
		require.Equal(t, want, sum(h.bill(t, h.nextYear("12-31")), recurring), "%s", h)
	})
}

func withKey(p invoice.Policy, setting string) invoice.Policy {
	q := policyOf(setting)
	for _, key := range invoice.PolicyKeys() {
		if len(setting) <= len(key) || setting[:len(key)+1] != key+"=" {
			if err := q.Set(key, p.Value(key)); err != nil {
				panic(err)
			}
		}
	}
	return q
}

// Law: however often a package changes in one period, no more is credited than was charged:
// neither in all, nor for any one package, nor at any time.
func TestLawNoMoreCreditedThanCharged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{eventtest.History{Year: 2026}}
		h.RandomPolicy(drawn(t))
		h.RandomPackages(drawn(t))
		h.Policy = withKey(h.Policy, "timing=advance")
		start := at(h.inYear("01-10"))
		h.Events = []account.Event{{ID: "e0", Type: account.Created, Account: "a", At: start, Package: "Gold"}}
		for i := range rapid.IntRange(1, 9).Draw(t, "changes") {
			e := account.Event{ID: fmt.Sprintf("e%d", i+1), Type: account.PackageChanged, Account: "a",
				At:      start.Add(time.Duration(rapid.IntRange(0, 30*24).Draw(t, "hours")) * time.Hour),
				Package: rapid.SampledFrom([]string{"Free", "Small", "Gold", "Twin", "Third"}).Draw(t, "package")}
			if i == 8 {
				e = account.Event{ID: "e9", Type: account.Closed, Account: "a", At: e.At}
			}
			h.Events = append(h.Events, e)
		}
		total, by := int64(0), map[string]int64{}
		for _, inv := range h.bill(t, h.inYear("06-30")) {
			for _, l := range inv.Lines {
				total += l.Amount.Minor()
				by[l.Package] += l.Amount.Minor()
			}
			require.GreaterOrEqual(t, total, int64(0), "by %s\n%s", inv.Date, h)
			for name, billed := range by {
				require.GreaterOrEqual(t, billed, int64(0), "%s by %s\n%s", name, inv.Date, h)
			}
		}
	})
}

// Law: billing through a day and then through a later one is billing through the later one.
func TestLawALaterDayOnlyAdds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		all := h.bill(t, h.Through().String())
		through := h.Through().AddDays(-rapid.IntRange(0, 430).Draw(t, "days before"))
		n := 0
		for n < len(all) && !all[n].Date.After(through) {
			n++
		}
		require.Equal(t, invoicesJSON(all[:n]), invoicesJSON(h.bill(t, through.String())), "through %s\n%s", through, h)
	})
}

// Law: an invoice depends on nothing that was recorded after it was cut, but for its status.
func TestLawTheFutureChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		all := h.bill(t, h.Through().String())
		if len(all) == 0 {
			return
		}
		last := all[rapid.IntRange(0, len(all)-1).Draw(t, "invoice")].Date
		cut := last.AddDays(1 + h.Policy.SettleDays).Start(h.Policy.TimeZone)
		known := *h
		known.Events = nil
		for _, e := range h.Events {
			if e.Known().Before(cut) {
				known.Events = append(known.Events, e)
			}
		}
		want := withoutStatus(h.bill(t, last.String()))
		require.Equal(t, invoicesJSON(want), invoicesJSON(withoutStatus(known.bill(t, last.String()))), "through %s\n%s", last, h)
	})
}

func withoutStatus(invoices []invoice.Invoice) []invoice.Invoice {
	for i := range invoices {
		invoices[i].Status = invoice.Unpaid
	}
	return invoices
}

// Law: an event that is voided as soon as it is recorded changes no invoice.
func TestLawAVoidedEventChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		want := invoicesJSON(h.bill(t, h.Through().String()))
		pick := drawn(t)
		mistaken := eventtest.One(pick, h.RandomEvents(pick, "a", 8)...)
		if mistaken.Type == account.EventVoided {
			return // those cannot be voided
		}
		mistaken.ID = "mistaken"
		void := account.Event{ID: "void", Type: account.EventVoided, Account: "a", At: mistaken.At, RecordedAt: mistaken.Known(), Voids: "mistaken"}
		h.Events = append(h.Events, mistaken, void)
		require.Equal(t, want, invoicesJSON(h.bill(t, h.Through().String())), "%s", h)
	})
}

// Law: of the statuses only canceled and refunded change a figure, and to the reseller's bill none do.
func TestLawStatusesThatChangeNoFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		if h.List == invoice.Retail {
			drawn := map[string]invoice.Status{} // an event that is there twice has one
			for i := range h.Events {
				if e := &h.Events[i]; e.Type == account.InvoiceStatusChanged {
					status, again := drawn[e.ID]
					if !again {
						status = rapid.SampledFrom([]invoice.Status{invoice.Paid, invoice.Unpaid, invoice.Deferred}).Draw(t, "status")
					}
					e.Status, drawn[e.ID] = status, status
				}
			}
		}
		want := withoutStatus(h.bill(t, h.Through().String()))
		h.without(account.InvoiceStatusChanged)
		require.Equal(t, invoicesJSON(want), invoicesJSON(withoutStatus(h.bill(t, h.Through().String()))), "%s", h)
	})
}

// Law: events are not changed by being billed.
func TestLawBillingChangesNoEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := randomHistory(drawn(t))
		before := slices.Clone(h.Events)
		h.bill(t, h.Through().String())
		require.Equal(t, before, h.Events)
	})
}
