// Package reconcile holds the Distributor's invoices against ours, and says of each difference which one change of fact or of policy
// makes our engine print their figure, to the cent.
//
//	rep, err := reconcile.Reconcile(ctx, reconcile.Input{
//		Events: events, Packages: packages, Prices: invoice.Distributor, Documents: documents,
//	})
//	for _, row := range rep.Rows {
//		fmt.Println(row.Class, row.Cause(), row.Explanation())
//	}
//	// explained close_date
//	// as if closed on 2025-11-13: theirs 22.58 = 14 of 31 days × $50.00; ours 17.74 = 11 of 31 days × $50.00
//
// docs/reconcile.md lists the classes and the causes, and how often each is found.
//
// # How it works
//
// Their rows and ours are paired one to one: by period, type and date, then by overlap, then by date. A tie is [Ambiguous], never guessed.
// Every row of either side is in one [Row] of the report, and the report fails to be made when the sums of its rows are not those
// of both sides.
//
// A row that differs is explained by counterfactuals. Each is a world, which is everything a bill follows from, with one thing changed: an
// event on another day, another package, another day count. [account.BillAccount] bills it; there is no second formula. A change that
// leads to their figure, and leaves alone what agrees, is a [Finding]. What differs is taken apart: recurring charge, overage, other
// charges. All changes are tried, in tiers: what happened and when; prices; days; rounding; credits. The first tier with an exact hit
// wins, the others' hits are rivals. When none has any, two changes at once are tried.
//
// # Strength
//
// The most plausible figures are tried first, and a finding tells how many different ones were tried up to it, out of how many there
// could be, which is at least every figure from zero to the price. Where a figure made up at random would have been hit more often than once in
// a hundred times, a finding is possible, not found; so is one of two changes. A row is [Explained] when each of its figures that
// differ has a cause that was found. What a row that stays [Unexplained] would follow from is in [Row].Implied, where exactly one number of days,
// price, or day of a close prints its figure.
//
// # Convention
//
// [Convention] is the policy of the grid that prints the most of their rows that tell policies apart. The grid is every arithmetic
// (day_count, daily_rate, round_part, rounding) with either close_day, times our own policy or our own with one of timing, bill_changes,
// included_credits, free_upgrade and time_zone changed. An account is billed once for each of the latter; the shares of its lines
// are asked for the arithmetics, and the engine has the last word on what the conclusion says. Policies that print the same rows are
// one class, and the member nearest to our policy stands for it. It is Better only if it prints more rows than our own policy; else
// there is none to speak of. What explains many rows leads the findings of each.
//
// # Limits, errors
//
// An event is tried up to 10 days earlier or later. Mistakes that no policy has a name for, such as a boundary that drifts or one day too
// many, are tried by [invoice.Policy.WithMistakes]. The rows of one account are
// explained one by one, not together. A disagreement is a result; an error is a figure that is no money in the policy's currency, or an
// account that cannot be billed. The same input gives the same bytes, whatever the order of rows, documents and events, the format
// and the number of workers.
package reconcile
