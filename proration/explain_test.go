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
