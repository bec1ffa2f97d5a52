package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// groupsOf are the classes of a report's groups, with the numbers of their rows and the dates of our invoices.
func groupsOf(rep *reconcile.Report) []string {
	var list []string
	for _, g := range rep.Groups {
		text := g.Class.String()
		for _, r := range g.Theirs {
			text += " " + r.Number
		}
		for _, r := range g.Ours {
			text += " " + r.Date.String()
		}
		list = append(list, text)
	}
	return list
}

func TestGroups(t *testing.T) {
	row := func(number, invoiced, start, end, amount string) distributor.Invoice {
		return bare(number, "a", invoiced, start, end, amount)
	}
	for _, c := range []struct {
		name    string
		rows    []distributor.Invoice
		want    []string
		claimed int64
	}{
		{"the same days", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "50")}, []string{"matched 1 2025-09-30"}, 0},
		{"a day or two off", []distributor.Invoice{row("1", "2025-09-30", "2025-09-01", "2025-09-30", "50")}, []string{"matched 1 2025-09-30"}, 0},
		{"other case, and space", []distributor.Invoice{bare("1", " A ", "2025-09-30", "2025-08-30", "2025-09-29", "50")}, []string{"matched 1 2025-09-30"}, 0},
		{"two halves", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-13", "24.19"), row("2", "2025-09-30", "2025-09-14", "2025-09-29", "25.81")},
			[]string{"matched 1 2 2025-09-30"}, 0},
		{"a row more", []distributor.Invoice{row("1", "2025-09-30", "2025-09-10", "2025-09-29", "7"), row("2", "2025-09-30", "2025-08-30", "2025-09-29", "50")},
			[]string{"unexplained 2 1 2025-09-30"}, 700},
		{"twice", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "50"), row("2", "2025-09-30", "2025-08-30", "2025-09-29", "50.00")},
			[]string{"duplicate 1 2 2025-09-30"}, 5000},
		{"too much, and put right a month later", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "60"), row("2", "2025-10-30", "2025-09-30", "2025-10-29", "40")},
			[]string{"matched 1 2 2025-09-30 2025-10-30"}, 0},
		{"too much, and less too little", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "60"), row("2", "2025-10-30", "2025-09-30", "2025-10-29", "42")},
			[]string{"unexplained 1 2025-09-30", "unexplained 2 2025-10-30"}, 200},
		{"too much, and more too little", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "60"), row("2", "2025-10-30", "2025-09-30", "2025-10-29", "31")},
			[]string{"unexplained 1 2025-09-30", "unexplained 2 2025-10-30"}, 0},
		{"too much, and put right three months later", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "60"), row("2", "2025-10-30", "2025-09-30", "2025-10-29", "50"),
			row("3", "2025-11-30", "2025-10-30", "2025-11-29", "50"), row("4", "2025-12-30", "2025-11-30", "2025-12-29", "40")},
			[]string{"matched 1 4 2025-09-30 2025-12-30", "matched 2 2025-10-30", "matched 3 2025-11-30"}, 0},
		{"too much, and most of it credited for its last day beside the month after", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "60"),
			row("2", "2025-10-30", "2025-09-29", "2025-09-29", "-9"), row("3", "2025-10-30", "2025-09-30", "2025-10-29", "50")},
			[]string{"unexplained 1 2 2025-09-30", "matched 3 2025-10-30"}, 100},
		{"an invoice of zero that we do not have", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "b", "2025-09-30", "2025-08-30", "2025-09-29", "0")},
			[]string{"matched 1 2025-09-30", "tolerated 2"}, 0},
		{"a charge and its reversal", []distributor.Invoice{row("1", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "b", "2025-09-30", "2025-08-30", "2025-09-29", "9"),
			bare("3", "b", "2025-09-30", "2025-08-30", "2025-09-29", "-9")}, []string{"matched 1 2025-09-30", "matched 2 3"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rep := hold(t, gold(t, "a", false), c.rows...)
			require.ElementsMatch(t, c.want, groupsOf(rep))
			s := rep.Summarize()
			require.Equal(t, c.claimed, s.Claimed.Minor())
		})
	}
}

// TestTwiceIsCertain: what is there twice is no rival of itself, in one row or in two.
func TestTwiceIsCertain(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	for _, rows := range [][]distributor.Invoice{{row, row}, {bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "100")}} {
		g := hold(t, gold(t, "a", false), rows...).Groups[0]
		require.Equal(t, "charged_twice certain", g.Cause()+" "+g.Strength(), brief(g))
	}
	rep := hold(t, gold(t, "a", false), bare("1", "a", "9999-09-30", "9999-08-30", "9999-09-29", "50"))
	require.Equal(t, "No invoices to compare, in USD", rep.Dates())
	rep = hold(t, gold(t, "a", false), row)
	require.Equal(t, "Invoices dated 2025-09-30, in USD", rep.Dates())
}

// TestKindsMixed: what they call another kind is the same money, and is said.
func TestKindsMixed(t *testing.T) {
	events := gather(t, []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: date("2025-08-30").Start(nil), Package: "Gold"},
		{ID: "2", Type: account.UsageRecorded, Account: "a", At: date("2025-09-10").Start(nil), Credits: 60000},
	})
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.AdditionalCharges, row.FinalAmount = "12", "62"
	rep := hold(t, events, row)
	require.Equal(t, []string{"matched 1 2025-09-30"}, groupsOf(rep))
	require.Contains(t, rep.Groups[0].Notes, "12.00 more of additional charges, and as much less of another kind")
}

func TestBrokenRow(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.Prorated, row.FinalAmount = "10", "60.00"
	rep := hold(t, gold(t, "a", false), row)
	require.Equal(t, []string{"unexplained 1 2025-09-30"}, groupsOf(rep), "with the sign turned, it adds up")
	row.FinalAmount = "45"
	rep = hold(t, gold(t, "a", false), row)
	require.Equal(t, []string{"broken 1 2025-09-30"}, groupsOf(rep))
	require.Contains(t, rep.Groups[0].Explanation(), "amount 50 and prorated 10 do not make 45, a gap of 5.00; expected 50.00.")
}

func TestTolerance(t *testing.T) {
	in := reconcile.Input{Events: gold(t, "a", false), Tolerance: money.MustParse("0.02 USD"),
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50.02")}}}}
	rep := run(t, in)
	require.Equal(t, []string{"tolerated 1 2025-09-30"}, groupsOf(rep))
	require.Empty(t, rep.Claims)
	in.Tolerance = money.MustParse("0.01 USD")
	require.Equal(t, []string{"unexplained 1 2025-09-30"}, groupsOf(run(t, in)))
}

// TestTotals: totals that documents state are held against their rows.
func TestTotals(t *testing.T) {
	rows := []distributor.Invoice{bare("11", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}
	usage := distributor.Invoices{Number: "1", Rows: rows}
	own := func(total string) distributor.Invoices {
		return distributor.Invoices{Shape: distributor.Own, Rows: []distributor.Invoice{{Number: "1", Amount: distributor.Number(total), FinalAmount: distributor.Number(total)}}}
	}
	in := reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{usage, own("50.00")}}
	rep := run(t, in)
	require.Empty(t, rep.Problems)
	require.False(t, rep.HasFindings())
	in.Documents[1] = own("51.00")
	rep = run(t, in)
	require.Equal(t, []string{"invoice 1 comes to 51.00, but its rows add up to 50.00"}, rep.Problems)
	require.True(t, rep.HasFindings())
}

// TestUnreadable: every amount that is none is reported in one go, with its field.
func TestUnreadable(t *testing.T) {
	a, b := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50.001"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	b.Overage = "1e5"
	_, err := reconcile.Reconcile(t.Context(), reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{{Rows: []distributor.Invoice{a, b}}}})
	require.ErrorContains(t, err, `row "1": amount: `)
	require.ErrorContains(t, err, "final_amount: ")
	require.ErrorContains(t, err, `row "2": overage: `)
}

// TestSentence is the worked example: a daily rate that was rounded first.
func TestSentence(t *testing.T) {
	price := money.MustParse("70.00 USD")
	in := reconcile.Input{Events: gold(t, "a", true), Packages: []invoice.Package{{Name: "Gold", Price: price}},
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "24.86")}}}}
	rep := run(t, in)
	require.Equal(t, "explained", rep.Groups[0].Class.String())
	require.Equal(t, "daily_rate", rep.Groups[0].Cause())
	require.Equal(t, "They bill with the price of a day rounded to 2 digits first, half up (daily_rate 2:half_up): 24.86 = 11 days × $2.26 a day, expected 24.84 = 11 of 31 days × $70.00.",
		rep.Groups[0].Explanation())
}

// TestImplied: what stays unexplained says what would print it, where exactly one thing does.
func TestImplied(t *testing.T) {
	rep := hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "43.55"))
	require.Equal(t, "unexplained", rep.Groups[0].Class.String(), brief(rep.Groups[0]))
	require.Equal(t, []string{"43.55 would be 27 of 31 days at the price of 50.00.", "43.55 would be billed if the account had closed on 2025-11-26."}, rep.Groups[0].Implied)
}

// TestConventionIsNotOursOrNothing: none is shown that reproduces no more than our own policy.
func TestConventionIsNotOursOrNothing(t *testing.T) {
	rep := hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "1.23"))
	require.NotNil(t, rep.Convention)
	require.False(t, rep.Convention.Better)
	require.False(t, rep.Convention.Established)
	require.Zero(t, rep.Convention.Reproduced)
	rep = hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "18.33"))
	require.True(t, rep.Convention.Better, "11 of 30 days")
	require.Equal(t, "thirty", rep.Convention.Policy.DayCount.String())
}

// TestClaims: a claim has the day until which it can be made, names rivals, and is not made twice.
func TestClaims(t *testing.T) {
	in := reconcile.Input{Events: gold(t, "a", false), DisputeDays: 60, Documents: []distributor.Invoices{{Rows: []distributor.Invoice{
		bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "63.21"), bare("2", "a", "2025-10-30", "2025-09-30", "2025-10-29", "50")}}}}
	rep := run(t, in)
	require.Len(t, rep.Claims, 1)
	require.Equal(t, reconcile.ClaimID("a", "unexplained"), rep.Claims[0].ID)
	line := rep.Claims[0].Lines[0]
	require.Equal(t, "2025-11-29", line.Until.String())
	require.NotContains(t, line.Evidence, "newest invoice")
	in.Claimed = map[reconcile.ClaimedRow]bool{{Account: "a", Numbers: "1", Start: "2025-08-30", End: "2025-09-29"}: true}
	require.Empty(t, run(t, in).Claims)
}

// TestInputRefused: what nothing could follow from is an error, not an empty report.
func TestInputRefused(t *testing.T) {
	_, err := reconcile.Reconcile(t.Context(), reconcile.Input{})
	require.EqualError(t, err, "reconcile: Input.Events is nil, expected the events of the accounts")

	documents := []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}}}
	for want, in := range map[string]reconcile.Input{
		"from 2025-10-01, as asked for, through 2025-09-30, the latest date_invoiced of the documents":   {From: date("2025-10-01")},
		"from 2025-09-30, the earliest date_invoiced of the documents, through 2025-09-29, as asked for": {Through: date("2025-09-29")},
		"from 2025-10-02, as asked for, through 2025-10-01, as asked for":                                {From: date("2025-10-02"), Through: date("2025-10-01")},
	} {
		in.Events, in.Documents = gold(t, "a", false), documents
		_, err := reconcile.Reconcile(t.Context(), in)
		require.EqualError(t, err, "no dates to compare: "+want)
	}
}

// TestDatesWithoutRows: dates that leave out all of their rows are something to look at.
func TestDatesWithoutRows(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	rep := run(t, reconcile.Input{Events: gold(t, "a", false), From: date("2025-08-01"), Through: date("2025-08-31"),
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{row}}}})
	require.Empty(t, rep.Groups)
	require.Equal(t, []string{"no row of theirs is dated from 2025-08-01 through 2025-08-31, 1 left out"}, rep.Problems)
	require.True(t, rep.HasFindings())
}

// TestAmbiguousAccount: an account in letters that fit two of ours is neither, and not claimed.
func TestAmbiguousAccount(t *testing.T) {
	events := gather(t, gold(t, "Ann@x", false).Of("Ann@x"), gold(t, "ann@x", false).Of("ann@x"))
	rep := hold(t, events, bare("1", "ANN@x", "2025-09-30", "2025-08-30", "2025-09-29", "50"))
	require.Contains(t, groupsOf(rep), "ambiguous 1")
	require.Empty(t, rep.Claims)
}

// TestUnknownAccountsCostTheirNumber: four times as many names that nobody knows are not sixteen times the work.
func TestUnknownAccountsCostTheirNumber(t *testing.T) {
	work := func(n int) float64 {
		in := reconcile.Input{Events: &eventlog.Events{}, Documents: []distributor.Invoices{{}}, Workers: 1}
		for i := range n {
			name := fmt.Sprintf("customer-%04d@example.com", i)
			for _, e := range gold(t, name, false).Of(name) {
				require.NoError(t, in.Events.Add(e))
			}
			in.Documents[0].Rows = append(in.Documents[0].Rows, bare(fmt.Sprint(i), fmt.Sprintf("upstream%04d", i), "2025-09-30", "2025-08-30", "2025-09-29", "50"))
		}
		return testing.AllocsPerRun(1, func() { _ = run(t, in) })
	}
	n := 100
	if testing.Short() {
		n = 40
	}
	require.Less(t, work(4*n), 6*work(n))
}

// TestSharedCauseLeads: what explains several accounts is believed before what would explain each by itself.
func TestSharedCauseLeads(t *testing.T) {
	var events [][]account.Event
	var rows []distributor.Invoice
	for i := range 6 {
		name := fmt.Sprintf("%d@x", i)
		events = append(events, gold(t, name, true).Of(name))
		rows = append(rows, bare(fmt.Sprint(i), name, "2025-11-30", "2025-10-30", "2025-11-29", "19.35")) // 12 of 31 days
	}
	rep := hold(t, gather(t, events...), rows...)
	for _, g := range rep.Groups {
		require.Equal(t, "close_day", g.Cause(), brief(g))
	}
	require.Len(t, rep.Findings, 1)
	require.Equal(t, 6, rep.Findings[0].Groups)
	rep = hold(t, gather(t, events[0]), rows[0])
	require.Equal(t, "close_date", rep.Groups[0].Cause(), "one account is no convention")
	require.True(t, slices.ContainsFunc(rep.Groups[0].Rivals(), func(h reconcile.Hit) bool { return strings.HasPrefix(h.Code(), "close_day") }))
}
