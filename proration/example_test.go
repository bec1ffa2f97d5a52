package proration_test

import (
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// An account at $79.95 a month closes on 10 November, the twelfth day of its period.
func Example() {
	price := money.MustParse("79.95 USD")
	period := cycle.Period{Start: cycle.MustDate("2010-10-30"), End: cycle.MustDate("2010-11-30")}
	closed := cycle.MustDate("2010-11-10")

	rule := proration.Rule{} // actual days, rounded half up
	used, err := rule.Share(price, period, cycle.Period{Start: period.Start, End: closed})
	if err != nil {
		fmt.Println(err)
		return
	}
	left, err := rule.Share(price, period, cycle.Period{Start: closed, End: period.End})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("used %s: %s\n", used.Amount, used.Explanation())
	fmt.Printf("left %s: %s\n", left.Amount, left.Explanation())
	// Output:
	// used 28.37 USD: 11 of 31 days × $79.95
	// left 51.58 USD: 20 of 31 days × $79.95
}

// Which part of a cut period is rounded shows where both halves end in half a cent.
func ExampleRule_Share() {
	price := money.MustParse("10.05 USD")
	month := cycle.Period{Start: cycle.MustDate("2026-02-01"), End: cycle.MustDate("2026-03-01")}
	half := cycle.MustDate("2026-02-15")
	for _, part := range []proration.RoundPart{proration.Used, proration.Unused, proration.Each} {
		rule := proration.Rule{RoundPart: part}
		first, _ := rule.Share(price, month, cycle.Period{Start: month.Start, End: half})
		second, _ := rule.Share(price, month, cycle.Period{Start: half, End: month.End})
		fmt.Println(part, first.Amount.Number(), second.Amount.Number())
	}
	// Output:
	// used 5.03 5.02
	// unused 5.02 5.03
	// each 5.03 5.03
}

func ExampleShare_Explanation() {
	month := cycle.Period{Start: cycle.MustDate("2026-02-01"), End: cycle.MustDate("2026-03-01")}
	rest := cycle.Period{Start: cycle.MustDate("2026-02-15"), End: month.End}
	daily, _ := proration.ParseDailyRate("2:half_up")
	for _, rule := range []proration.Rule{
		{},
		{RoundPart: proration.Unused},
		{DayCount: proration.Thirty},
		{RoundPart: proration.Unused, DailyRate: daily},
	} {
		share, _ := rule.Share(money.MustParse("10.05 USD"), month, rest)
		fmt.Printf("%s = %s\n", share.Explanation(), share.Amount.Display())
	}
	// Output:
	// $10.05 less 14 of 28 days × $10.05 ($5.03) = $5.02
	// 14 of 28 days × $10.05 = $5.03
	// $10.05 less 14 of 30 days × $10.05 ($4.69) = $5.36
	// 14 days × $0.36 a day = $5.04
}

// 50,000 credits a month, of which 11 days get their share.
func ExampleRule_Allowance() {
	month := cycle.Period{Start: cycle.MustDate("2026-03-01"), End: cycle.MustDate("2026-04-01")}
	change := cycle.MustDate("2026-03-12")
	before, _ := proration.Rule{}.Allowance(50_000, month, cycle.Period{Start: month.Start, End: change})
	after, _ := proration.Rule{}.Allowance(50_000, month, cycle.Period{Start: change, End: month.End})
	fmt.Println(before, "+", after, "=", before+after)
	// Output: 17741 + 32259 = 50000
}

func ExampleParseDailyRate() {
	rate, err := proration.ParseDailyRate("2:half_up")
	fmt.Println(rate, rate.IsExact(), err)
	_, err = proration.ParseDailyRate("two")
	fmt.Println(err)
	// Output:
	// 2:half_up false <nil>
	// daily_rate "two", expected "exact" or DIGITS:MODE such as 2:half_up or 4:down, with 0 to 9 digits
}

func ExampleCloseDay_End() {
	closed := cycle.MustDate("2010-11-10")
	fmt.Println(proration.Free.End(closed), proration.Charged.End(closed))
	// Output: 2010-11-10 2010-11-11
}
