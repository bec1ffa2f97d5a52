package account_test

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/invoice"
)

// pricer is what the oracle knows of prices: a policy's words, the packages, and whose prices count.
type pricer struct {
	dayCount, dailyRate, roundPart, rounding string
	prorated                                 bool // the allowance is
	digits                                   int  // of the minor unit
	packages                                 []invoice.Package
	wholesale                                bool
}

func newPricer(p invoice.Policy, packages []invoice.Package, list invoice.PriceList) *pricer {
	digits := map[string]int{"JPY": 0, "USD": 2, "BHD": 3}[p.Value("currency")]
	return &pricer{p.Value("day_count"), p.Value("daily_rate"), p.Value("round_part"), p.Value("rounding"),
		p.Value("included_credits") == "prorated", digits, packages, list == invoice.Distributor}
}

// terms are those of a package for a period that starts on a day.
func (p *pricer) terms(name string, start day) *invoice.Package {
	var best, earliest *invoice.Package
	for i := range p.packages {
		t := &p.packages[i]
		if t.Name != name {
			continue
		}
		if earliest == nil || t.EffectiveFrom.Before(earliest.EffectiveFrom) {
			earliest = t
		}
		if from := t.EffectiveFrom.String(); from <= start.String() && (best == nil || from > best.EffectiveFrom.String()) {
			best = t
		}
	}
	if best == nil {
		return earliest
	}
	return best
}

// price is that of a whole period that starts on a day.
func (p *pricer) price(name string, start day) int64 {
	t := p.terms(name, start)
	if p.wholesale {
		return t.DistributorPrice.Minor()
	}
	return t.Price.Minor()
}

func ratio(a, b int64) *big.Rat { return big.NewRat(a, b) }

func minRat(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// rounded rounds a number that is not negative to a whole one.
func rounded(x *big.Rat, mode string) int64 {
	below := new(big.Int).Quo(x.Num(), x.Denom())
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(below))
	up := false
	switch half := rest.Cmp(ratio(1, 2)); mode {
	case "half_up":
		up = half >= 0
	case "half_even":
		up = half > 0 || half == 0 && below.Bit(0) == 1
	case "up":
		up = rest.Sign() > 0
	}
	if up {
		below.Add(below, big.NewInt(1))
	}
	return below.Int64()
}

// fraction is F(d), the part of a period of n days that its first d are.
func (p *pricer) fraction(d, n int) *big.Rat {
	if d == n {
		return ratio(1, 1)
	}
	switch p.dayCount {
	case "thirty":
		return minRat(ratio(int64(d), 30), ratio(1, 1))
	case "year_365":
		return minRat(ratio(12*int64(d), 365), ratio(1, 1))
	}
	return ratio(int64(d), int64(n))
}

// days is D, what the price of a day is the price divided by.
func (p *pricer) days(n int) *big.Rat {
	switch p.dayCount {
	case "thirty":
		return ratio(30, 1)
	case "year_365":
		return ratio(365, 12)
	}
	return ratio(int64(n), 1)
}

// part is the price of a fraction of a period, R not yet applied.
func (p *pricer) part(price int64, f *big.Rat, n int) *big.Rat {
	whole := ratio(price, 1)
	if p.dailyRate == "exact" {
		return whole.Mul(whole, f)
	}
	text, mode, _ := strings.Cut(p.dailyRate, ":")
	unit := power10(must(strconv.Atoi(text)) - p.digits) // units of the daily rate in one minor unit
	perDay := new(big.Rat).Quo(new(big.Rat).Mul(whole, unit), p.days(n))
	cost := new(big.Rat).Quo(ratio(rounded(perDay, mode), 1), unit)
	return minRat(whole, cost.Mul(cost, p.days(n)).Mul(cost, f))
}

func power10(n int) *big.Rat {
	x := ratio(1, 1)
	for ; n > 0; n-- {
		x.Mul(x, ratio(10, 1))
	}
	for ; n < 0; n++ {
		x.Quo(x, ratio(10, 1))
	}
	return x
}

// recurring is the price of days a to b of a period of n.
func (p *pricer) recurring(price int64, a, b, n int) int64 {
	r := func(f *big.Rat) int64 { return rounded(p.part(price, f, n), p.rounding) }
	if p.roundPart == "each" {
		if a == 0 && b == n {
			return price
		}
		return r(new(big.Rat).Sub(p.fraction(b, n), p.fraction(a, n)))
	}
	c := func(d int) int64 {
		switch {
		case d == 0:
			return 0
		case d == n:
			return price
		case p.roundPart == "unused":
			return price - r(new(big.Rat).Sub(ratio(1, 1), p.fraction(d, n)))
		}
		return r(p.fraction(d, n))
	}
	return c(b) - c(a)
}

// allowance is the number of credits included in days a to b of a period of n.
func (p *pricer) allowance(credits int64, a, b, n int) int64 {
	if !p.prorated {
		return credits
	}
	floor := func(d int) int64 {
		return rounded(new(big.Rat).Mul(ratio(credits, 1), p.fraction(d, n)), "down")
	}
	return floor(b) - floor(a)
}

// overage is the price of credits over.
func (p *pricer) overage(t *invoice.Package, over int64) int64 {
	text := t.Overage.String()
	if p.wholesale && t.DistributorOverage != nil {
		text = t.DistributorOverage.String()
	}
	rate, _ := new(big.Rat).SetString(text)
	return rounded(rate.Mul(rate, power10(p.digits)).Mul(rate, ratio(over, 1)), p.rounding)
}
