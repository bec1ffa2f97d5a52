// Package proration says how much of a price belongs to part of a period, exactly, and gives the sentence that explains it.
//
//	rule := proration.Rule{} // actual days, rounded half up
//	share, err := rule.Share(price, period, cycle.Period{Start: period.Start, End: closed})
//	fmt.Println(share.Amount, share.Explanation()) // 28.37 USD 11 of 31 days × $79.95
//
// # The rule
//
// C(d) is the price of the first d days of a period of N days; C(0) = 0 and C(N) = P, the price. The part from day a to day b
// costs C(b) − C(a). These differences telescope, so the parts of a period add up to exactly P, however often it is cut. C(d)
// follows from the [Rule]. R rounds to the minor unit by its Rounding, and F(d) is its DayCount:
//
//	round_part used      C(d) = R(P·F(d)): the days used are rounded, the rest is the remainder
//	round_part unused    C(d) = P − R(P·(1−F(d))): the days left are rounded
//	round_part each      every part is R(P·(F(b)−F(a))): the parts may miss P by a minor unit for each of them
//
//	day_count actual     F(d) = d/N
//	day_count thirty     F(d) = min(d, 30)/30, and F(N) = 1
//	day_count year_365   F(d) = min(1, 12·d/365), and F(N) = 1
//
// A daily_rate such as 2:half_up rounds the price of one day, P/D, to two digits of the major unit first (D is N, 30 or 365/12);
// a part then costs that price times its D·(F(b)−F(a)) days, at most P, before R. A whole period costs P and no days cost
// nothing, whatever the rule. Under used and unused the parts still add up to P; under each, an error in the price of a day
// counts once for every day.
//
// Rounding down what is left is rounding up what is used: at an exact daily rate, unused with down is the same rule as used
// with up. Half up, used and unused differ on ties only.
//
// A stub period is measured against the whole month whose last days it is, and a period cut short against the one it would have
// been. The caller passes that month or period as whole.
//
// A program can set a field of a rule to a value that is not one of those named. [Rule.Check] refuses it, and no share is computed by
// such a rule. [Rule.WithMistakes] is for finding the mistakes of others in their bills; no rule that bills has any.
//
// # Limits, rounding, errors
//
// Amounts are int64 minor units; products go through 128 bits and are rounded once, where the rule above has an R, so there is no
// figure to misround. A share is between zero and P and allocates nothing. Periods may have any length, a year included, but
// thirty and year_365 are rules for months: a longer period has cost its whole price after 30 or 31 days.
//
// Inverted parts and parts outside the period are [ErrStretch], prices below zero [ErrPrice], a daily rate with more digits than
// 64 bits hold [ErrOverflow], and values without a name [ErrRule]. Nothing panics.
package proration
