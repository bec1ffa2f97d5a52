package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/reconcile"
)

// gold is an account with Gold since 30 August 2025, closed on 10 November when that is asked for.
func gold(t *testing.T, name string, closes bool) *account.Events {
	events := []account.Event{{ID: name + "1", Type: account.Created, Account: name, At: date("2025-08-30").Start(nil), Package: "Gold"}}
	if closes {
		events = append(events, account.Event{ID: name + "2", Type: account.Closed, Account: name, At: date("2025-11-10").Start(nil)})
	}
	return gather(t, events)
}

// bare is a row of theirs.
func bare(number, name, invoiced, start, end, amount string) distributor.Invoice {
	return distributor.Invoice{Number: number, Username: name, Type: "Recurring Bill", Package: "Gold", Amount: distributor.Number(amount),
		FinalAmount: distributor.Number(amount), DateInvoiced: date(invoiced), StartDate: date(start), EndDate: date(end)}
}

func hold(t *testing.T, events *account.Events, rows ...distributor.Invoice) *reconcile.Report {
	return run(t, reconcile.Input{Events: events, Documents: []distributor.Invoices{{Rows: rows}}})
}

// classesOf are the classes of a report's rows with the numbers on both sides.
func classesOf(rep *reconcile.Report) []string {
	var list []string
	for i := range rep.Rows {
		row := &rep.Rows[i]
		text := row.Class.String()
		if row.Theirs != nil {
			text += " " + row.Theirs.Number
		}
		if row.Ours != nil {
			text += " " + row.Ours.Date.String()
		}
		list = append(list, text)
	}
	return list
}

func TestMatching(t *testing.T) {
	for _, row := range []struct {
		name string
		rows []distributor.Invoice
		want []string
	}{
		{"by period", []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}, []string{"matched 1 2025-09-30"}},
		{"by overlap", []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-09-01", "2025-09-30", "50")}, []string{"matched 1 2025-09-30"}},
		{"by date", []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-07-01", "2025-07-31", "50")}, []string{"matched 1 2025-09-30"}},
		{"other case, and space", []distributor.Invoice{bare("1", " A ", "2025-09-30", "2025-08-30", "2025-09-29", "50")}, []string{"matched 1 2025-09-30"}},
		{"the better of two, whatever the order", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-09-10", "2025-09-29", "50"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")},
			[]string{"matched 2 2025-09-30", "theirs_only 1"}},
		{"of two for one period, the one with our figure", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "49"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")},
			[]string{"theirs_only 1", "matched 2 2025-09-30"}},
		{"a tie is not guessed", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "49"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "48")},
			[]string{"ambiguous 2025-09-30", "ambiguous 1", "ambiguous 2"}},
		{"a number twice", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "51")},
			[]string{"matched 1 2025-09-30", "duplicate 1"}},
		{"a claim twice", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50.00")},
			[]string{"matched 1 2025-09-30", "duplicate 2"}},
		{"an invoice of zero that we do not have", []distributor.Invoice{
			bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "b", "2025-09-30", "2025-08-30", "2025-09-29", "0")},
			[]string{"matched 1 2025-09-30", "tolerated 2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.ElementsMatch(t, row.want, classesOf(hold(t, gold(t, "a", false), row.rows...)))
		})
	}
}

// TestNumberOfAnotherRow: a number that another account or period has too is noted, and is no second charge.
func TestNumberOfAnotherRow(t *testing.T) {
	events := gather(t, gold(t, "a", false).Of("a"), gold(t, "b", false).Of("b"))
	rep := hold(t, events, bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("1", "b", "2025-09-30", "2025-08-30", "2025-09-29", "50"),
		bare("1", "b", "2025-10-30", "2025-09-30", "2025-10-29", "50"), bare("2", "a", "2025-10-30", "2025-09-30", "2025-10-29", "50"))
	require.ElementsMatch(t, []string{"matched 1 2025-09-30", "matched 1 2025-09-30", "matched 1 2025-10-30", "matched 2 2025-10-30"}, classesOf(rep))
	require.Equal(t, []string{"of their rows, 2 have a number that stands on a row for another account or period too"}, rep.Notes)
}

// TestRepeatIsNamed: a duplicate says what it repeats.
func TestRepeatIsNamed(t *testing.T) {
	first := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	for _, row := range []struct {
		again distributor.Invoice
		note  string
	}{
		{first, "another row of theirs is the same, number, account, period and amounts"},
		{bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), "its account, period and amounts are those of their row 1"},
		{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "51"), "its number is that of another row of theirs for this account: 50.00 for 2025-08-30 … 2025-09-29"},
	} {
		rep := hold(t, gold(t, "a", false), first, row.again)
		i := slices.IndexFunc(rep.Rows, func(r reconcile.Row) bool { return r.Class == reconcile.Duplicate })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, []string{row.note}, rep.Rows[i].Notes)
	}
}

func TestBrokenRow(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.Prorated, row.FinalAmount = "10", "60.00"
	rep := hold(t, gold(t, "a", false), row)
	require.Equal(t, []string{"unexplained 1 2025-09-30"}, classesOf(rep), "with the sign turned, it adds up")
	row.FinalAmount = "45"
	rep = hold(t, gold(t, "a", false), row)
	require.Equal(t, []string{"broken 1 2025-09-30"}, classesOf(rep))
	require.Contains(t, rep.Rows[0].Explanation(), "do not make 45")
}

func TestTolerance(t *testing.T) {
	in := reconcile.Input{Events: gold(t, "a", false), Tolerance: money.MustParse("0.02 USD"),
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50.02")}}}}
	require.Equal(t, []string{"tolerated 1 2025-09-30"}, classesOf(run(t, in)))
	in.Tolerance = money.MustParse("0.01 USD")
	require.Equal(t, []string{"unexplained 1 2025-09-30"}, classesOf(run(t, in)))
}

// TestParents: totals that documents state are held against their rows.
func TestParents(t *testing.T) {
	rows := []distributor.Invoice{bare("11", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}
	usage := distributor.Invoices{Number: "1", Rows: rows}
	own := func(total string) distributor.Invoices {
		return distributor.Invoices{Shape: distributor.Own, Rows: []distributor.Invoice{{Number: "1", Amount: distributor.Number(total), FinalAmount: distributor.Number(total)}}}
	}
	in := reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{usage, own("50.00")}}
	rep := run(t, in)
	require.Empty(t, rep.Problems)
	require.False(t, rep.Findings())
	in.Documents[1] = own("51.00")
	rep = run(t, in)
	require.Equal(t, []string{"invoice 1 comes to 51.00, but its rows add up to 50.00"}, rep.Problems)
	require.True(t, rep.Findings())
}

// TestGap: a period that does not start where the one before it ended is noted.
func TestGap(t *testing.T) {
	rep := hold(t, gold(t, "a", false), bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "a", "2025-10-30", "2025-10-03", "2025-10-29", "50"))
	require.Equal(t, []string{"matched 1 2025-09-30", "matched 2 2025-10-30"}, classesOf(rep))
	require.Contains(t, rep.Rows[1].Notes, "their period starts on 2025-10-03, but the one before it ended with 2025-09-29")
}

// TestSentence is the worked example: a daily rate that was rounded first.
func TestSentence(t *testing.T) {
	price := money.MustParse("70.00 USD")
	in := reconcile.Input{Events: gold(t, "a", true), Packages: []invoice.Package{{Name: "Gold", Price: price}},
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "24.86")}}}}
	rep := run(t, in)
	require.Equal(t, "explained", rep.Rows[0].Class.String())
	require.Equal(t, "daily_rate", rep.Rows[0].Cause())
	require.Equal(t, "the price of a day rounded to 2 digits first, half up (daily_rate 2:half_up): theirs 24.86 = 11 days × $2.26 a day; ours 24.84 = 11 of 31 days × $70.00",
		rep.Rows[0].Explanation())
}

// TestImplied: what stays unexplained says what would print it, where exactly one thing does.
func TestImplied(t *testing.T) {
	rep := hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "43.55"))
	require.Equal(t, "unexplained", rep.Rows[0].Class.String(), brief(&rep.Rows[0]))
	require.Equal(t, []string{"43.55 would be 27 of 31 days at the price of 50.00", "43.55 would be billed if the account had closed on 2025-11-26"}, rep.Rows[0].Implied)
}

// TestOpenFigures: what no cause explains is said with both figures, and is what a claim rests on.
func TestOpenFigures(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.AdditionalCharges, row.FinalAmount = "5", "55"
	rep := hold(t, gold(t, "a", false), row)
	require.Equal(t, "unexplained", rep.Rows[0].Class.String())
	require.Equal(t, "additional charges: theirs 5.00, ours 0.00; no cause found", rep.Rows[0].Evidence())
	require.Equal(t, rep.Rows[0].Evidence(), rep.Rows[0].Explanation())
	row = bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "13.37")
	rep = hold(t, gold(t, "a", false), row)
	require.Equal(t, "recurring: theirs 13.37, ours 50.00 = 31 of 31 days × $50.00; no cause found; 13.37 would be the price of a whole period", rep.Rows[0].Evidence())
	// A cause that may be an accident is no evidence.
	rep = hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "25.00"))
	require.Contains(t, rep.Rows[0].Strength(), "possible")
	require.Equal(t, "recurring: theirs 25.00, ours 17.74 = 11 of 31 days × $50.00; no cause found", rep.Rows[0].Evidence())
	require.Empty(t, rep.Rows[0].Open(), "the possible cause says it")
}

// TestImpliedWhereNothingIsFound: of two figures, one explained, nothing is said of what that one would follow from.
func TestImpliedWhereNothingIsFound(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "79.95")
	row.AdditionalCharges, row.FinalAmount = "3", "82.95"
	rep := hold(t, gold(t, "a", false), row)
	require.Equal(t, "unexplained", rep.Rows[0].Class.String())
	require.Equal(t, "price_list", rep.Rows[0].Cause())
	require.Equal(t, []string{"additional charges: theirs 3.00, ours 0.00; no cause found"}, rep.Rows[0].Open())
	require.Empty(t, rep.Rows[0].Implied)
	require.Equal(t, "at the retail price: theirs 79.95 = 31 of 31 days × $79.95; ours 50.00 = 31 of 31 days × $50.00; additional charges: theirs 3.00, ours 0.00; no cause found",
		rep.Rows[0].Evidence())
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

// TestOursOnlyHasNoNoise: what would leave our row out is only what leaves its days unbilled.
func TestOursOnlyHasNoNoise(t *testing.T) {
	rep := run(t, reconcile.Input{Events: gold(t, "a", false), From: date("2025-09-30"), Through: date("2025-10-30"),
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}}}})
	require.Equal(t, []string{"matched 1 2025-09-30", "ours_only 2025-10-30"}, classesOf(rep))
	var codes []string
	for _, f := range rep.Rows[1].Findings {
		codes = append(codes, f.Code)
	}
	require.Equal(t, []string{"not_billed_upstream", "close_extra"}, codes)
}

func ExampleReconcile() {
	events := &account.Events{}
	_ = events.Add(account.Event{ID: "1", Type: account.Created, Account: "acme", At: cycle.MustDate("2025-10-30").Start(nil), Package: "Gold"})
	_ = events.Add(account.Event{ID: "2", Type: account.Closed, Account: "acme", At: cycle.MustDate("2025-11-10").Start(nil)})
	theirs, _ := distributor.ReadInvoices("usage.json", []byte(`[{"number": "201", "username": "acme", "type": "Recurring Bill",
		"date_invoiced": "2025-11-30", "start_date": "2025-10-30", "end_date": "2025-11-29",
		"amount": 70, "prorated": 45.14, "overage": 0, "additional_charges": 0, "final_amount": 24.86}]`))
	rep, _ := reconcile.Reconcile(context.Background(), reconcile.Input{
		Events: events, Documents: []distributor.Invoices{theirs},
		Packages: []invoice.Package{{Name: "Gold", Price: money.MustParse("70 USD")}},
	})
	for _, row := range rep.Rows {
		fmt.Println(row.Class, row.Cause(), row.Difference)
		fmt.Println(row.Explanation())
	}
	// Output:
	// explained daily_rate 0.02 USD
	// the price of a day rounded to 2 digits first, half up (daily_rate 2:half_up): theirs 24.86 = 11 days × $2.26 a day; ours 24.84 = 11 of 31 days × $70.00
}

// TestTwoTogether: two changes at once are a possible cause, never one that was found.
func TestTwoTogether(t *testing.T) {
	rep := hold(t, gold(t, "a", true), bare("1", "a", "2025-11-30", "2025-10-30", "2025-11-29", "25.00"))
	require.Equal(t, "unexplained", rep.Rows[0].Class.String())
	require.Equal(t, "close_date+day_count", rep.Rows[0].Cause(), brief(&rep.Rows[0]))
	require.Contains(t, rep.Rows[0].Strength(), "possible")
	require.Contains(t, rep.Rows[0].Explanation(), "as if closed on 2025-11-14, and as if every month had 30 days (day_count thirty): theirs 25.00 = 15 of 30 days × $50.00")
}

// TestLiveRowIsTheOriginal: of two that say the same, the one that was canceled is the copy.
func TestLiveRowIsTheOriginal(t *testing.T) {
	for _, status := range []string{"Canceled", "Refunded"} {
		dead, live := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
		dead.Status, live.Status = status, "Unpaid"
		rep := hold(t, gold(t, "a", false), dead, live)
		require.ElementsMatch(t, []string{"matched 2 2025-09-30", "duplicate 1"}, classesOf(rep))
		for i := range rep.Rows {
			if rep.Rows[i].Theirs.Number == "1" {
				require.Contains(t, rep.Rows[i].Notes, "their status is "+status)
			}
		}
	}
}

// TestUnknownStatus is noted.
func TestUnknownStatus(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.Status = "Pending"
	require.Equal(t, []string{`their status is "Pending", which is none that we know`}, hold(t, gold(t, "a", false), row).Rows[0].Notes)
	row.Status = "Deferred"
	require.Empty(t, hold(t, gold(t, "a", false), row).Rows[0].Notes)
}

// TestDocumentTwice: the same document given twice is said once, and is no second charge.
func TestDocumentTwice(t *testing.T) {
	rows := []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50"), bare("2", "a", "2025-10-30", "2025-09-30", "2025-10-29", "50")}
	one, two := distributor.Invoices{Number: "7", Rows: rows}, distributor.Invoices{Number: "7", Rows: []distributor.Invoice{rows[1], rows[0]}}
	one.Place.File, two.Place.File = "b.json", "a.xml"
	in := reconcile.Input{Events: gold(t, "a", false), Documents: []distributor.Invoices{one, two}}
	rep := run(t, in)
	require.Equal(t, []string{"matched 1 2025-09-30", "matched 2 2025-10-30"}, classesOf(rep))
	require.Equal(t, []string{"a.xml and b.json hold the same 2 rows, which are counted once"}, rep.Notes)
	require.False(t, rep.Findings())
	two.Number = "8"
	in.Documents[1] = two
	require.Empty(t, run(t, in).Notes, "another number is another document")
}

// TestBrokenRowLacksFigures: what is not there is not quoted.
func TestBrokenRowLacksFigures(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.FinalAmount = "45"
	require.Equal(t, "amount 50 is not the final_amount 45", hold(t, gold(t, "a", false), row).Rows[0].Explanation())
	row.Overage = "1"
	require.Equal(t, "amount 50 and overage 1 do not make 45", hold(t, gold(t, "a", false), row).Rows[0].Explanation())
	row.FinalAmount = ""
	require.Equal(t, "the row has no final_amount", hold(t, gold(t, "a", false), row).Rows[0].Explanation())
}

// TestRivalsAreSaidOnce: no two sentences below a row are the same, and a package that is named is in the figure.
func TestRivalsAreSaidOnce(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	row.Overage, row.FinalAmount, row.Credits = "10", "60", "60000"
	events := gold(t, "a", false)
	require.NoError(t, events.Add(account.Event{ID: "u", Type: account.UsageRecorded, Account: "a", At: date("2025-09-10").Start(nil), Credits: 60000}))
	rep := hold(t, events, row)
	seen := map[string]bool{rep.Rows[0].Explanation(): true}
	rivals := rep.Rows[0].Rivals()
	for i := range rivals {
		require.False(t, seen[rivals[i].Sentence], rivals[i].Sentence)
		seen[rivals[i].Sentence] = true
	}
	require.Equal(t, "other_rate", rep.Rows[0].Cause())
}

// TestPackageNotInTheList: a change that we left out is not taken for the package that the account had.
func TestPackageNotInTheList(t *testing.T) {
	events := gold(t, "a", false)
	require.NoError(t, events.Add(account.Event{ID: "d", Type: account.PackageChanged, Account: "a", At: date("2025-09-10").Start(nil), Package: "Diamond"}))
	rep := hold(t, events, bare("1", "a", "2025-10-30", "2025-09-30", "2025-10-29", "19.49"))
	require.Len(t, rep.Anomalies, 1)
	require.Equal(t, "as if the package Diamond of 2025-09-10, which is not in the list, had been Silver: theirs 19.49 = 30 of 30 days × $19.49; ours 50.00 = 30 of 30 days × $50.00",
		rep.Rows[0].Explanation())
	require.Contains(t, rep.Rows[0].Rivals()[0].Sentence, "as if the package had been Silver, not Gold")
}

// TestBelievedIsFound: a row is explained by the cause that is believed, not by a rival that was hit less easily.
func TestBelievedIsFound(t *testing.T) {
	policy := invoice.Policy{DayCount: proration.Year365, DailyRate: must(proration.RoundedDailyRate(4, money.HalfUp))}
	events := gather(t, []account.Event{
		{ID: "1", Type: account.Created, Account: "a", At: date("2025-08-31").Start(nil), Package: "Silver"},
		{ID: "2", Type: account.Closed, Account: "a", At: date("2025-10-05").Start(nil)},
	})
	row := bare("1", "a", "2025-10-31", "2025-10-01", "2025-10-30", "2.56")
	row.Package = "Silver"
	rep := run(t, reconcile.Input{Events: events, Policy: policy, Documents: []distributor.Invoices{{Rows: []distributor.Invoice{row}}}})
	require.Equal(t, "month_end", rep.Rows[0].Cause(), brief(&rep.Rows[0]))
	require.Contains(t, rep.Rows[0].Strength(), "possible")
	require.Equal(t, reconcile.Unexplained, rep.Rows[0].Class)
	require.False(t, rep.Rows[0].Found())
}

// TestOtherWindowSaysItsCredits: an overage of nothing, for the credits of another stretch, says how many those were.
func TestOtherWindowSaysItsCredits(t *testing.T) {
	row := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	events := gold(t, "a", false)
	for i, use := range []struct {
		day     string
		credits int64
	}{{"2025-09-10", 60000}, {"2025-10-10", 1234}} {
		require.NoError(t, events.Add(account.Event{ID: fmt.Sprint("u", i), Type: account.UsageRecorded, Account: "a", At: date(use.day).Start(nil), Credits: use.credits}))
	}
	rep := hold(t, events, row)
	var said []string
	for _, f := range rep.Rows[0].Findings {
		said = append(said, f.Sentence)
	}
	require.Contains(t, said, "as if it counted the credits of the period after, 2025-09-30 … 2025-10-29: theirs 0.00 = 1,234 of 50,000 included credits used; ours 12.00 = 60,000 credits used − 50,000 included = 10,000 × $0.0012")
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
	require.Empty(t, rep.Rows)
	require.Equal(t, []string{"no row of theirs is dated from 2025-08-01 through 2025-08-31, 1 left out"}, rep.Problems)
	require.True(t, rep.Findings())
}
