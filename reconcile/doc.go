// Package reconcile compares what the Distributor billed with what is owed for the same days, and says of each difference which one
// change of fact or of policy makes our engine print their figure, to the cent.
//
//	rep, err := reconcile.Reconcile(ctx, reconcile.Input{
//		Events: events, Packages: packages, Prices: invoice.Distributor, Documents: documents,
//	})
//	for _, g := range rep.Groups {
//		fmt.Println(g.Account, g.Class, g.Cause(), g.Explanation())
//	}
//
// # How it works
//
// Documents come first ([LeftOut]): a row that stands in two documents is one, a later document replaces rows of an earlier, and a row
// that was canceled, refunded or voided is not owed. Each row that stands is read as charges: its amount less what is prorated, its
// overage, its additional charges. Each line of ours is one charge, with the billing period that it settles, wherever its invoice stands.
//
// Charges are then sorted into groups ([Group]), the smallest sets of their rows and our invoices that belong together: an invoice of
// ours with their rows for its days; what is about one billing period; neighbouring periods, where a charge stands in another than ours;
// the whole account. A group whose sums are equal is matched, and says in words what is unlike. What no grouping settles is a difference.
//
// A group that differs is explained by counterfactuals. Everything that a bill follows from is taken with one thing changed: an event on
// another day, another package, another day count. [account.BillAccount] bills it; there is no second formula. A change that leads to
// their figures, and leaves alone what agrees, is a [Hit]. [Causes] is the table of them. All are tried, in tiers; what a row states comes
// first, and what was found before what may be an accident.
//
// Groups of one cause and fact are one [Finding]. The [Convention] is the policy of a grid around ours that prints the most groups that
// tell policies apart. A [Claim] is what is worth asking back for one account and cause.
//
// # Laws
//
// In every run each row of either side is in exactly one group or left out, the sums agree, and the claims of an account never exceed
// what it was over-billed over all documents: a report that breaks one of these is an error, not a report. How their bill is laid out
// means nothing: a row split by days, kind or into parts, reversed and made again, moved to or repeated in another document, leads to the
// same differences and claims.
//
// # Strength
//
// The most plausible figures are tried first, and a hit tells how many different ones were tried up to it, out of how many there could
// be, which is at least every figure from zero to the price. Where a figure made up at random would have been hit more often than once in
// a hundred times, a hit is only possible; so is one of two changes. A group is [Explained] when each of its figures that differ has a
// cause that was found.
//
// # Limits, errors
//
// An event is tried up to 10 days earlier or later; of an account's events, the 48 nearest to a group's days are changed one by one, and
// two changes at once are tried in 12 groups of an account, where no single one was found. A row more than 10 years from all others and from the latest event is left
// out and named. Mistakes that no policy has a name for, such as a boundary that drifts or one day too many, are tried by
// [invoice.Policy.WithMistakes]. A disagreement is a result; an error is a figure that is no money
// in the policy's currency, with every other such figure, or an account that cannot be billed. The same input gives the same bytes,
// whatever the order of rows and events, the format and the number of workers; the order of documents counts only where two of the same
// date have a row of one number.
package reconcile
