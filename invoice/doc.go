// Package invoice has what goes into a bill and what comes out: packages with their prices, the policy, invoices and
// their lines. A program reads the package list, chooses one of its price lists, sets the policy, and bills with
// account.BillAccount; each line of an invoice explains its amount.
//
//	packages, err := invoice.ParsePackages("packages.json", data, money.USD)
//	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
//
//	var policy invoice.Policy // the default
//	err = policy.Set("timing", "advance")
//
//	for _, line := range inv.Lines {
//		fmt.Println(line.Amount, line.Explanation()) // 28.37 USD 11 of 31 days × $79.95
//	}
//
//	data, err := json.Marshal(&inv) // and json.Unmarshal reads it again
//
// # An invoice
//
//	FinalAmount = Amount − Prorated + Overage + AdditionalCharges
//
// Amount is the full price of the last package in force in the invoice's own period, and zero if there was
// none. Amount − Prorated is the sum of the recurring lines, whatever packages and periods they are for; Prorated is
// negative where that is more than the full price, as after a downgrade. Overage and AdditionalCharges are the sums
// of their lines.
//
// Lines are in the order of their days, and for the same days in the order recurring, overage, charge. A line of zero is left out,
// unless it counts credits or is for days, credits or a charge that no earlier invoice had. So the days of a free package are a line
// of 0.00, and so are credits within the allowance: "12,000 of 50,000 included credits used". The lines are everything that an
// invoice billed. The days of a line are those charged for; the days of an overage are those of the phase the credits were used in.
// [Line.Adjustment] says that an earlier invoice billed the same key, or that the item is [Item].Settled: its
// days, usage or charge were over when an earlier invoice was cut.
//
// The number of an invoice is its date and 80 bits of the SHA-256 of the account's name, see [NumbersOf]. It is the same in
// every run and on every machine, and there is one per account and day. An invoice of exactly zero starts as [Paid], any other as
// [Unpaid], even one below zero.
//
// # What is final
//
// [Invoice].CutAt is the instant of its cut, which the caller of a book sets. Before that instant the invoice is a forecast: what is
// recorded until then may still change it. After it, nothing changes but its Status: what becomes known later is a line of a later
// invoice. An invoice without a CutAt does not say whether it is final. An item does not change once it is set, nor a [Catalogue] once
// it is made.
//
// # JSON
//
// The JSON of an invoice is complete: for a line it has the period it settles, its phase, the credits it counts and, for a
// charge, its event. [Invoice.UnmarshalJSON] reads what [Invoice.AppendJSON] wrote, and writing it again gives the same
// bytes.
//
// # Packages
//
// [ParsePackages] reads the Distributor's package list in JSON; distributor.ReadPackages reads it in XML too. Prices
// are exact, with or without quotes. A price finer than the currency is an error; the price of a credit may have as many digits
// as a [money.Rate]. A name may appear again with another EffectiveFrom: those terms apply to periods that start on
// that day or later, and the earliest terms apply to all periods before. A package without credits includes none, and must then
// have no overage.
//
// A bill uses one [PriceList]: [Retail] is Price and Overage, [Distributor] is DistributorPrice and
// DistributorOverage. A package without DistributorPrice cannot be billed from the second list; without
// DistributorOverage, a credit costs the same on both. [Catalogue.On] gives the [Terms] of a package for a period;
// [Terms.PeriodPrice] and [Terms.CreditPrice] are the prices on the list that was chosen. A [Catalogue] keeps copies, and
// nothing it returns can change it.
//
// # The policy
//
// The zero [Policy] is the default, and [Policy.Set], [ParsePolicy] and [Policy.Value] share one list of keys and
// spellings. A program can set a field to a value that its key cannot have. [Policy.Check] finds such values, and nothing is billed
// with or written of such a policy.
//
//	currency          USD            what everything is billed in; anything else is an error
//	time_zone         UTC            whose days count, by its IANA name; never the machine's
//	timing            arrears        days before the invoice; advance: up to the end of the period that holds it
//	day_count         actual         see package proration: what part of a period some days are
//	daily_rate        exact          see package proration: whether the price of a day is rounded first
//	round_part        used           see package proration: which part is rounded, and which is the remainder
//	close_day         free           the day of a close is not charged; charged: it is
//	rounding          half_up        of parts and of overage
//	bill_changes      next_bill      changes are settled on the next boundary; immediately: that day
//	included_credits  full           a package's whole allowance once a period; prorated: each phase has its share
//	free_upgrade      restart_cycle  from free to paid starts a new cycle; keep_cycle: it is prorated
//	settle_days       0              days an invoice waits for late events, up to MaxSettleDays
//
// # Owed less billed
//
// An [Item] is an amount owed, with the facts it was computed from. Its [Key] says what it is for: billing period, kind,
// package and phase, or the event of a charge. A [Book] keeps what one account has been billed. [Book.Invoice] takes
// everything owed and subtracts everything billed, key by key; the differences are the lines:
//
//	owed      Gold, 2026-03-10 … 03-19   10 of 31 days × $79.95   25.79
//	billed    Gold, 2026-03-10 … 04-09   31 of 31 days × $79.95   79.95
//	line      Gold, 2026-03-10 … 03-19   10 of 31 days × $79.95 = $25.79, less $79.95 billed before   -54.16
//
// An item that is no longer owed is a line too ("nothing owed, less $79.95 billed before"). So the invoices of an account
// add up to what is owed at the last of them, in whatever order things became known. Items for periods outside [Cut].Stretches are
// taken as they were billed, so the work for an invoice depends on what changed and not on the account's age.
//
// What a book holds follows from the lines alone: for each key, the sum of its lines and the facts of the last one. [Book.Enter] fills
// a book again from issued invoices, which may have been read from JSON.
//
// [Book.Withdraw] takes what a canceled invoice billed out of the book, so that the next invoice bills what is still
// owed of it. [Book.Refund] gives an invoice back for good: for each period, kind and package, what was
// refunded counts as not billed and is no longer owed, but what is owed never falls below zero. The refund is an item of its
// own, with the [Key].Nth −1: "not credited twice: $79.95 of this was refunded". With S owed and R refunded, its owed amount is
// max(0, S−R) − S, and its billed amount −R.
//
// # Limits, rounding, errors
//
// Amounts are int64 minor units of one currency. Only two things are rounded: [Item.SetRecurring] has [proration.Rule]
// round once per part, and [Item.SetOverage] has [money.Rate] round once per phase. Invoices are sums. Errors in
// files are [*source.ParseError]; an unknown key or value lists the valid ones and offers the nearest. Sums beyond 64
// bits are [money.ErrOverflow], and a second currency is [money.ErrCurrency].
package invoice
