// Package reconcile compares what the Distributor billed with what is owed for the same days. For each difference it looks for the one
// change of fact or of policy with which our engine gives their figure, to the cent.
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
// Documents come first ([LeftOut]): a row that is in two documents counts once, a later document replaces rows of an earlier one, and a
// row that was canceled, refunded or voided is not owed. Each row that counts is read as charges: its amount less what is prorated, its
// overage, its additional charges. Each line of ours is one charge. It counts for the billing period that it settles, no matter which invoice it is on.
//
// Charges are then sorted into groups ([Group]), the smallest sets of their rows and our invoices that belong together: an invoice of
// ours with their rows for its days; everything about one billing period; neighbouring periods, where they have a charge in another
// period than we do; the whole account. A group with equal sums is matched, and says in words what else is not the same. What no
// grouping makes equal is a difference.
//
// A difference is explained by trying changes. The account is billed again with one thing changed: an event on
// another day, another package, another day count. [account.BillAccount] bills it; there is no second formula. A change that leads to
// their figures, and leaves alone what agrees, is a [Hit]. [Causes] is the table of causes. All are tried, in tiers, beginning with what
// a row states. Hits that are unlikely to be an accident come before those that may be one.
//
// Groups of one cause and fact are one [Finding]. The [Convention] is the policy, among those in a grid around ours, that gives the
// figures of the most groups, of those that tell policies apart. A [Claim] is what is worth asking back for one account and cause.
//
// # Laws
//
// In every run each row of either side is in exactly one group or left out, the sums agree, and the claims of an account never exceed
// what it was over-billed in all documents: if one of these does not hold, the result is an error and no report. How their bill is laid
// out does not matter: a row split by days, by kind or into parts, reversed and made again, moved to another document or repeated in it,
// leads to the same differences and claims.
//
// # Strength
//
// The most plausible changes are tried first. A hit says how many different figures were tried up to it, and how many there could
// be, which is at least every figure from zero to the price. If a figure made up at random would have been hit more often than once in
// a hundred times, the hit is only possible; so is a hit of two changes. A group is [Explained] when each of its figures that differ has a
// cause that was found.
//
// # Limits, errors
//
// An event is tried up to 10 days earlier or later; of an account's events, the 48 nearest to a group's days are changed one by one, and
// two changes at once are tried in 12 groups of an account, where no single one was found. A row more than 10 years from all others and from the latest event is left
// out and named. Mistakes that no policy has a name for, such as a boundary that drifts or one day too many, are tried with
// [invoice.Policy.WithMistakes]. A disagreement is a result. Errors are figures that are no amounts
// in the policy's currency, all of them listed, and an account that cannot be billed. The same input gives the same bytes,
// whatever the order of rows and events, the format and the number of workers; the order of documents counts only where two of the same
// date have a row of one number.
package reconcile
