package proration_test

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// calculator is the pocket calculator that an explanation is checked with. It knows the sentence's words and how to round.
type calculator struct {
	currency money.Currency
	rounding money.Rounding
	price    *big.Rat // the only price that may appear
	day      *big.Rat // and the only price of a day
}

const (
	someMoney = `(?:[$¥]|BHD |CLF )([0-9.]+)`
	someDays  = `([0-9/ ]+) days?`
)

var (
	ofDays  = regexp.MustCompile(`^(\d+) of (\d+) days × ` + someMoney + `$`)
	ofYear  = regexp.MustCompile(`^` + someDays + ` × 12/365 of ` + someMoney + `$`)
	aDay    = regexp.MustCompile(`^` + someDays + ` × ` + someMoney + ` a day(?:, at most ` + someMoney + `)?$`)
	bare    = regexp.MustCompile(`^` + someMoney + `$`)
	remark  = regexp.MustCompile(` \((?:the|days) [^)]*\)`) // which days of the calendar: for the reader, not for the calculator
	written = regexp.MustCompile(`^(.*) \(` + someMoney + `\)$`)
)

// eval is what a sentence comes to.
func (c calculator) eval(sentence string) (money.Amount, error) {
	sentence = remark.ReplaceAllString(sentence, "")
	first, second, found := strings.Cut(sentence, " less ")
	if !found {
		x, err := c.term(sentence)
		return c.round(x), err
	}
	x, err := c.figure(first)
	if err != nil {
		return x, err
	}
	y, err := c.figure(second)
	if err != nil {
		return x, err
	}
	return x.Sub(y)
}

// figure is a term and what it is said to be rounded to, or the price.
func (c calculator) figure(text string) (money.Amount, error) {
	if m := written.FindStringSubmatch(text); m != nil {
		x, err := c.term(m[1])
		if err != nil {
			return money.Amount{}, err
		}
		said, err := money.ParseIn(m[2], c.currency)
		if err == nil && said != c.round(x) {
			err = fmt.Errorf("%q is %s", text, c.round(x))
		}
		return said, err
	}
	if !bare.MatchString(text) {
		return money.Amount{}, fmt.Errorf("%q gives no figure", text)
	}
	x, err := c.term(text)
	return c.round(x), err
}

// term is a product, exact and in the major unit.
func (c calculator) term(text string) (*big.Rat, error) {
	if m := ofDays.FindStringSubmatch(text); m != nil {
		return c.product(number(m[1]+"/"+m[2]), c.price, m[3])
	}
	if m := ofYear.FindStringSubmatch(text); m != nil {
		return c.product(mul(number(m[1]), big.NewRat(12, 365)), c.price, m[2])
	}
	if m := aDay.FindStringSubmatch(text); m != nil {
		x, err := c.product(number(m[1]), c.day, m[2])
		if err == nil && m[3] != "" {
			var limit *big.Rat
			limit, err = c.product(big.NewRat(1, 1), c.price, m[3])
			if err == nil && x.Cmp(limit) <= 0 {
				err = fmt.Errorf("%q needs no limit", text)
			}
			return limit, err
		}
		return x, err
	}
	if m := bare.FindStringSubmatch(text); m != nil {
		return c.product(big.NewRat(1, 1), c.price, m[1])
	}
	return nil, fmt.Errorf("%q is not a term", text)
}

// product multiplies, and holds what is printed against what it should be.
func (c calculator) product(factor, want *big.Rat, printed string) (*big.Rat, error) {
	x := number(printed)
	if want == nil || x.Cmp(want) != 0 {
		return x, fmt.Errorf("%s is not the price", printed)
	}
	return mul(factor, x), nil
}

func (c calculator) round(x *big.Rat) money.Amount {
	if x == nil {
		return money.Amount{}
	}
	return money.New(rounded(mul(x, pow10(c.currency.Digits())), c.rounding).Int64(), c.currency)
}

// number reads "11", "2.58", "5/12" and "10 5/12".
func number(s string) *big.Rat {
	sum := new(big.Rat)
	for word := range strings.FieldsSeq(s) {
		x, ok := new(big.Rat).SetString(word)
		if !ok {
			panic(s)
		}
		sum.Add(sum, x)
	}
	return sum
}

// checkExplanation computes a share's sentence and compares.
func checkExplanation(t require.TestingT, r proration.Rule, s proration.Share) {
	o := oracle{r, s.Price, s.Of}
	c := calculator{currency: s.Price.Currency(), rounding: r.Rounding, price: quo(o.p(), pow10(s.Price.Currency().Digits()))}
	if !r.DailyRate.IsExact() {
		units, unit := o.daily()
		c.day = mul(new(big.Rat).SetInt(units), unit)
	}
	got, err := c.eval(s.Explanation())
	require.NoError(t, err, "%q under %s", s.Explanation(), ruleText(r))
	require.Equal(t, s.Amount, got, "%q under %s", s.Explanation(), ruleText(r))
}

// Law: whoever computes the figures in the explanation and rounds as the rule does gets the amount.
func TestExplanationGivesTheAmount(t *testing.T) {
	rules := allRules(t)
	rapid.Check(t, func(t *rapid.T) {
		price, whole := genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		part := genPart(whole).Draw(t, "part")
		skip := rapid.IntRange(1, 40).Draw(t, "skip") // some 70 rules of all of them
		for i := skip - 1; i < len(rules); i += 20 + skip {
			checkExplanation(t, rules[i], share(t, rules[i], price, whole, part))
		}
	})
}

// explanation words what days a to b cost, the slow and obvious way.
func (o oracle) explanation(a, b int) string {
	alone := o.r(o.cost(sub(o.f(b), o.f(a))))
	switch {
	case a == b || b-a == o.n:
		return o.sentence(a, b)
	case alone.Cmp(o.owed(a, b)) == 0 && !(o.rule.RoundPart == proration.Used && a > 0 && b == o.n && o.recounted(a, b)):
		return o.sentence(a, b)
	case o.rule.RoundPart == proration.Unused:
		return o.figure(a, o.n) + " less " + o.figure(b, o.n)
	}
	return o.figure(0, b) + " less " + o.figure(0, a)
}

func (o oracle) figure(a, b int) string {
	if b-a == o.n {
		return o.price.Display()
	}
	rounded := money.New(o.r(o.cost(sub(o.f(b), o.f(a)))).Int64(), o.price.Currency())
	return fmt.Sprintf("%s (%s)", o.sentence(a, b), rounded.Display())
}

func (o oracle) sentence(a, b int) string {
	if a == b || b-a == o.n {
		return fmt.Sprintf("%d of %d days × %s", b-a, o.n, o.price.Display())
	}
	fraction := sub(o.f(b), o.f(a))
	var text string
	switch {
	case !o.rule.DailyRate.IsExact():
		digits, _ := rateParts(o.rule.DailyRate)
		units, unit := o.daily()
		zero := money.New(0, o.price.Currency())
		sign := strings.TrimSuffix(zero.Display(), zero.Number())
		text = fmt.Sprintf("%s × %s%s a day", o.counted(fraction), sign, mul(new(big.Rat).SetInt(units), unit).FloatString(digits))
	case o.rule.DayCount == proration.Year365:
		text = fmt.Sprintf("%s × 12/365 of %s", o.counted(fraction), o.price.Display())
	default:
		text = fmt.Sprintf("%s of %s days × %s", mul(fraction, o.days()).RatString(), o.days().RatString(), o.price.Display())
	}
	if o.recounted(a, b) {
		text += " (" + o.stretch(a, b) + ")"
	}
	if !o.rule.DailyRate.IsExact() && o.r(o.uncapped(fraction)).Cmp(big.NewInt(o.price.Minor())) > 0 {
		text += ", at most " + o.price.Display()
	}
	return text
}

// counted is a fraction of the period in days, as the day count has them: 11, 5/12, 10 5/12.
func (o oracle) counted(fraction *big.Rat) string {
	days := mul(fraction, o.days())
	if days.Cmp(big.NewRat(1, 1)) == 0 {
		return "1 day"
	}
	whole := new(big.Int).Quo(days.Num(), days.Denom())
	rest := mul(sub(days, new(big.Rat).SetInt(whole)), big.NewRat(12, 1)) // twelfths
	text := whole.String() + " "
	switch {
	case rest.Sign() == 0:
		return text + "days"
	case whole.Sign() == 0:
		text = ""
	}
	return text + rest.RatString() + "/12 days"
}

// recounted reports that the day count has days a to b for more than the calendar has, or for fewer.
func (o oracle) recounted(a, b int) bool {
	return o.rule.DayCount != proration.Actual && mul(sub(o.f(b), o.f(a)), o.days()).Cmp(big.NewRat(int64(b-a), 1)) != 0
}

func (o oracle) stretch(a, b int) string {
	days := fmt.Sprint(b-a, " ")
	if b-a == 1 {
		days = ""
	}
	switch {
	case b == o.n:
		return fmt.Sprintf("the last %sof %d days", days, o.n)
	case a == 0:
		return fmt.Sprintf("the first %sof %d days", days, o.n)
	}
	return fmt.Sprintf("days %d to %d of %d", a+1, b, o.n)
}

// Law: the sentence is what fmt makes of the exact figures, to the letter, and is appended to what was there.
func TestExplanationOracle(t *testing.T) {
	rules := allRules(t)
	rapid.Check(t, func(t *rapid.T) {
		price, whole := genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		part := genPart(whole).Draw(t, "part")
		for i := rapid.IntRange(0, 20).Draw(t, "skip"); i < len(rules); i += 21 { // some 70 rules of all of them
			s := share(t, rules[i], price, whole, part)
			want := oracle{rules[i], price, whole.Days()}.explanation(part.Start.Sub(whole.Start), part.End.Sub(whole.Start))
			require.Equal(t, want, s.Explanation(), "under %s", ruleText(rules[i]))
			require.Equal(t, "so: "+want, string(s.AppendExplanation([]byte("so: "))))
		}
	})
}

// TestExplanationForms: the plain case is the sentence customers know, and a share of nothing has none.
func TestExplanationForms(t *testing.T) {
	month := period(t, "2010-10-30", "2010-11-30")
	plain := share(t, proration.Rule{}, money.MustParse("79.95 USD"), month, days(month, 0, 11))
	require.Equal(t, "11 of 31 days × $79.95", plain.Explanation())
	require.Equal(t, "", proration.Share{}.Explanation())

	// An amount of no currency prints bare, as everywhere.
	r := parseRule(t, "daily_rate=2:half_up")
	none := share(t, r, money.New(7995, 0), month, days(month, 0, 11))
	require.Equal(t, "11 days × 257.90 a day", none.Explanation())
}
