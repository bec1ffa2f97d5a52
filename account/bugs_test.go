package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestBugsOfOthers are mistakes that billing systems have made, each as the smallest case that
// shows it, in the format of testdata/scenarios.
func TestBugsOfOthers(t *testing.T) {
	const packages = `
package | price | credits | overage | effective_from
Gold    | 79.95 | 50000   | 0.001   |
Small   | 9.95  | 10000   | 0.001   |
Free    | 0.00  | 1000    | 0       |
`
	tests := []struct{ name, why, scenario string }{
		{"the denominator is the period that holds the day",
			"not the length of the month the account was created in, nor that of the month it closed in: 2011-02-28 … 03-29 has 30 days, 10/30 × 79.95 = 26.65", `
through: 2011-04-30
event | 2010-08-30 | account.created | package=Free
event | 2011-01-30 | account.package_changed | package=Gold
event | 2011-03-10 | account.closed
invoice | 2010-09-30 | Recurring Bill | 2010-08-30 | 2010-09-29 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2010-10-30 | Recurring Bill | 2010-09-30 | 2010-10-29 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2010-11-30 | Recurring Bill | 2010-10-30 | 2010-11-29 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2010-12-30 | Recurring Bill | 2010-11-30 | 2010-12-29 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2011-01-30 | Recurring Bill | 2010-12-30 | 2011-01-29 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2011-02-28 | Recurring Bill | 2011-01-30 | 2011-02-27 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2011-03-30 | Recurring Bill | 2011-02-28 | 2011-03-29 | Gold | 79.95 | 53.30 | 0.00 | 0.00 | 26.65
line | recurring | Gold | 2011-02-28 | 2011-03-09 | 26.65`},

		{"arrears on the 31st are not billed on 30 May",
			"the period of 30 April ends on 31 May: on the 30th it is not over", `
through: 2026-05-30
event | 2026-03-31 | account.created | package=Gold
invoice | 2026-04-30 | Recurring Bill | 2026-03-31 | 2026-04-29 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95`},

		{"the final bill after a change and a close in one period",
			"both parts are on it: 10/31 × 79.95 = 25.79; C(15) − C(10) of Small = 4.81 − 3.21 = 1.60", `
through: 2026-04-30
event | 2026-03-01 | account.created | package=Gold
event | 2026-03-11 | account.package_changed | package=Small
event | 2026-03-16 | account.closed
invoice | 2026-04-01 | Recurring Bill | 2026-03-01 | 2026-03-31 | Small | 9.95 | -17.44 | 0.00 | 0.00 | 27.39
line | recurring | Gold  | 2026-03-01 | 2026-03-10 | 25.79
line | recurring | Small | 2026-03-11 | 2026-03-15 | 1.60`},

		{"the same, in advance, settled at once",
			"the credits of the change and of the close are 54.16 − 6.74 and 5.14, and 79.95 − 47.42 − 5.14 = 27.39 again", `
set: timing=advance
set: bill_changes=immediately
through: 2026-04-30
event | 2026-03-01 | account.created | package=Gold
event | 2026-03-11 | account.package_changed | package=Small
event | 2026-03-16 | account.closed
invoice | 2026-03-01 | Recurring Bill | 2026-03-01 | 2026-03-31 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-03-11 | Account Downgrade | 2026-03-11 | 2026-03-31 | Small | 9.95 | 57.37 | 0.00 | 0.00 | -47.42
line | recurring | Gold  | 2026-03-01 | 2026-03-10 | -54.16 | adjustment
line | recurring | Small | 2026-03-11 | 2026-03-31 | 6.74 | adjustment
invoice | 2026-03-16 | Account Close | 2026-03-11 | 2026-03-15 | Small | 9.95 | 15.09 | 0.00 | 0.00 | -5.14
line | recurring | Small | 2026-03-11 | 2026-03-15 | -5.14 | adjustment`},

		{"a package of zero is billed like any other",
			"a division by its price, or an invoice of zero that is never made, would stop here; its usage over 1,000 costs nothing too", `
through: 2026-03-01
event | 2026-01-01 | account.created | package=Free
event | 2026-01-02 | usage.recorded | credits=5000
event | 2026-02-10 | account.closed
invoice | 2026-02-01 | Recurring Bill | 2026-01-01 | 2026-01-31 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00
invoice | 2026-03-01 | Recurring Bill | 2026-02-01 | 2026-02-28 | Free | 0.00 | 0.00 | 0.00 | 0.00 | 0.00`},

		{"several changes in a period never credit more than was charged",
			"up, down and up again: the two stretches of Gold cost 12.90 and 79.95 − 51.58, that of Small 6.42 − 1.60; the cuts inside March settle all of it", `
set: timing=advance
set: bill_changes=immediately
through: 2026-04-01
event | 2026-03-01 | account.created | package=Gold
event | 2026-03-06 | account.package_changed | package=Small
event | 2026-03-21 | account.package_changed | package=Gold
event | 2026-03-21T00:00:00Z | account.closed | effective=period_end
invoice | 2026-03-01 | Recurring Bill | 2026-03-01 | 2026-03-31 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-03-06 | Account Downgrade | 2026-03-06 | 2026-03-31 | Small | 9.95 | 68.65 | 0.00 | 0.00 | -58.70
line | recurring | Gold  | 2026-03-01 | 2026-03-05 | -67.05 | adjustment
line | recurring | Small | 2026-03-06 | 2026-03-31 | 8.35 | adjustment
invoice | 2026-03-21 | Account Upgrade | 2026-03-21 | 2026-03-31 | Gold | 79.95 | 55.11 | 0.00 | 0.00 | 24.84
line | recurring | Gold  | 2026-03-21 | 2026-03-31 | 28.37 | adjustment
line | recurring | Small | 2026-03-06 | 2026-03-20 | -3.53 | adjustment`},

		{"a price edited later does not change the credit for a period before it",
			"the period of 10 March started at 79.95; closed on the 20th, 10/31 of that is kept, whatever Gold costs since the 15th", `
set: timing=advance
through: 2026-04-10
Gold | 99.95 | 50000 | 0.001 | 2026-03-15
event | 2026-02-10 | account.created | package=Gold
event | 2026-03-20 | account.closed
invoice | 2026-02-10 | Recurring Bill | 2026-02-10 | 2026-03-09 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-03-10 | Recurring Bill | 2026-03-10 | 2026-04-09 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-04-10 | Recurring Bill | 2026-03-10 | 2026-04-09 | Gold | 79.95 | 134.11 | 0.00 | 0.00 | -54.16`},

		{"closed and created again with a start in the past",
			"the creation of 5 March became known on the 20th, the close is of the 10th: the account was open, and no day has two prices", `
through: 2026-05-01
event | 2026-02-01 | account.created | package=Gold
event | 2026-03-10 | account.closed
event | 2026-03-05 | account.created | package=Small; recorded_at=2026-03-20; id=again
event | 2026-03-20 | account.created | package=Small
invoice | 2026-03-01 | Recurring Bill | 2026-02-01 | 2026-02-28 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-03-20 | Recurring Bill | 2026-03-01 | 2026-03-19 | Gold | 79.95 | 56.74 | 0.00 | 0.00 | 23.21
invoice | 2026-04-20 | Recurring Bill | 2026-03-20 | 2026-04-19 | Small | 9.95 | 0.00 | 0.00 | 0.00 | 9.95
anomaly | again | already open`},

		{"a close in the past of an account that was billed on",
			"entered in May for 10 March: what was billed since is given back, the days before are not", `
through: 2026-06-01
event | 2026-03-01 | account.created | package=Gold
event | 2026-03-11 | account.closed | recorded_at=2026-05-15
invoice | 2026-04-01 | Recurring Bill | 2026-03-01 | 2026-03-31 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-05-01 | Recurring Bill | 2026-04-01 | 2026-04-30 | Gold | 79.95 | 0.00 | 0.00 | 0.00 | 79.95
invoice | 2026-06-01 | Recurring Bill | 2026-05-01 | 2026-05-31 |  | 0.00 | 134.11 | 0.00 | 0.00 | -134.11
line | recurring | Gold | 2026-03-01 | 2026-03-10 | -54.16 | adjustment
line | recurring | Gold | 2026-04-01 | 2026-04-30 | -79.95 | adjustment`},

		{"the clock goes forward in New York",
			"8 March 2026 has 23 hours and is a day like any other: 7/31 × 79.95 = 18.05, not 167 hours of 744", `
set: time_zone=America/New_York
through: 2026-04-01
event | 2026-03-02T05:00:00Z | account.created | package=Gold; billing_date=2026-04-01
event | 2026-03-09T04:00:00Z | account.closed
invoice | 2026-04-01 | Recurring Bill | 2026-03-02 | 2026-03-31 | Gold | 79.95 | 61.90 | 0.00 | 0.00 | 18.05
line | recurring | Gold | 2026-03-02 | 2026-03-08 | 18.05`},

		{"the clock goes back in New York",
			"1 November 2026 has 25 hours: the last of its usage is still of that day, and of the old period's allowance", `
set: time_zone=America/New_York
through: 2026-12-02
event | 2026-10-02T04:00:00Z | account.created | package=Small
event | 2026-11-02T04:59:59Z | usage.recorded | credits=11000
event | 2026-11-02T05:00:00Z | usage.recorded | credits=10000
invoice | 2026-11-02 | Recurring Bill | 2026-10-02 | 2026-11-01 | Small | 9.95 | 0.00 | 1.00 | 0.00 | 10.95
invoice | 2026-12-02 | Recurring Bill | 2026-11-02 | 2026-12-01 | Small | 9.95 | 0.00 | 0.00 | 0.00 | 9.95`},

		{"an account in Auckland whose instants are of the day before in UTC",
			"created on 1 February there, which is 31 January in UTC; closed on 11 February there, the 10th in UTC", `
set: time_zone=Pacific/Auckland
through: 2026-03-01
event | 2026-01-31T11:30:00Z | account.created | package=Small
event | 2026-02-10T11:00:00Z | account.closed
event | 2026-02-10T10:59:59Z | usage.recorded | credits=10000
invoice | 2026-03-01 | Recurring Bill | 2026-02-01 | 2026-02-28 | Small | 9.95 | 6.40 | 0.00 | 0.00 | 3.55
line | recurring | Small | 2026-02-01 | 2026-02-10 | 3.55`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log(tt.why)
			settings, rest, _ := strings.Cut(strings.TrimPrefix(tt.scenario, "\n"), "through:")
			checkScenario(t, settings+packages+"through:"+rest)
		})
	}
}

func TestBugNoDaysCostNothing(t *testing.T) {
	march := cycle.Period{Start: date("2026-03-01"), End: date("2026-04-01")}
	for _, round := range []proration.RoundPart{proration.Used, proration.Unused, proration.Each} {
		for _, mode := range []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up} {
			rule := proration.Rule{RoundPart: round, Rounding: mode}
			for _, day := range []string{"2026-03-01", "2026-03-17", "2026-04-01"} {
				share, err := rule.Share(gold().Price, march, cycle.Period{Start: date(day), End: date(day)})
				require.NoError(t, err)
				require.Equal(t, money.MustParse("0.00 USD"), share.Amount, "%s %s %s", round, mode, day)
			}
			_, err := rule.Share(gold().Price, march, cycle.Period{Start: date("2026-03-17"), End: date("2026-03-10")})
			require.ErrorIs(t, err, proration.ErrStretch, "an inverted stretch is an error, not a credit")
		}
	}
}

// 24 months from 31 January are 24 invoices of one period each: adding a month to the day before
// would end on the 28th for good, and a month of 30 days would make 24 periods too few.
func TestBug24MonthsFrom31January(t *testing.T) {
	events := []account.Event{{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-31"), Package: "Gold"}}
	for _, timing := range []string{"arrears", "advance"} {
		b := bill(t, events, catalogue(gold()), policyOf("timing="+timing), "2028-01-31")
		invoices := b.Invoices
		if timing == "advance" {
			require.Equal(t, date("2028-01-31"), invoices[24].Date)
			invoices = invoices[:24]
		}
		require.Len(t, invoices, 24)
		next := date("2026-01-31")
		for k, inv := range invoices {
			require.Equal(t, next, inv.Period.Start, "invoice %d", k+1)
			require.Equal(t, gold().Price, inv.FinalAmount)
			require.Len(t, inv.Lines, 1)
			next = inv.Period.End
			_, _, day := next.Civil()
			_, _, after := next.AddDays(1).Civil()
			require.True(t, day == 31 || after == 1, "%s is the 31st or the last of its month", next)
		}
		require.Equal(t, date("2028-01-31"), next)
	}
}

// Numbers do not depend on how many invoices there were before, so a late event cannot renumber
// what is already out.
func TestBugNumbersDoNotMove(t *testing.T) {
	created := account.Event{ID: "1", Type: account.Created, Account: "a", At: at("2026-01-01"), Package: "Gold"}
	changed := account.Event{ID: "2", Type: account.PackageChanged, Account: "a", At: at("2026-02-10"), Package: "Small"}
	policy := policyOf("bill_changes=immediately")
	list := catalogue(gold(), small())
	numbers := map[string]string{}
	for _, inv := range bill(t, []account.Event{created, changed}, list, policy, "2026-06-01").Invoices {
		numbers[inv.Date.String()] = inv.Number.String()
	}
	require.Len(t, numbers, 6)
	for _, inv := range bill(t, []account.Event{created}, list, policy, "2026-06-01").Invoices {
		require.Equal(t, numbers[inv.Date.String()], inv.Number.String())
	}
	require.NotEqual(t, invoice.NumbersOf("a").On(date("2026-02-01")), invoice.NumbersOf("b").On(date("2026-02-01")))
}
