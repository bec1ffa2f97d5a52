package proration_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

func FuzzParseDailyRate(f *testing.F) {
	for _, s := range []string{"", "exact", "2:half_up", "0:down", "9:up", "4:half_even", "10:up", "2:", ":", "2:up:", "a:down", "٢:up", "2:UP", "\xff:up", "2:" + strings.Repeat("\x00", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := proration.ParseDailyRate(s)
		if err != nil {
			if r != (proration.DailyRate{}) {
				t.Fatalf("ParseDailyRate(%q) = %s and %v", s, r, err)
			}
			if len(err.Error()) > 1000 {
				t.Fatalf("error of %d bytes", len(err.Error()))
			}
			return
		}
		if r.String() != s {
			t.Fatalf("ParseDailyRate(%q) = %s", s, r)
		}
	})
}

func FuzzParseWords(f *testing.F) {
	for _, s := range []string{"", "actual", "thirty", "year_365", "used", "unused", "each", "free", "charged", "Used", "year-365", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := proration.ParseDayCount(s); err == nil && c.String() != s {
			t.Fatalf("ParseDayCount(%q) = %s", s, c)
		}
		if p, err := proration.ParseRoundPart(s); err == nil && p.String() != s {
			t.Fatalf("ParseRoundPart(%q) = %s", s, p)
		}
		if c, err := proration.ParseCloseDay(s); err == nil && c.String() != s {
			t.Fatalf("ParseCloseDay(%q) = %s", s, c)
		}
	})
}

// FuzzShare compares any share with the oracle, and checks which arguments are refused.
func FuzzShare(f *testing.F) {
	f.Add(int64(7995), uint8(0), uint16(0), int32(733_950), int32(31), int32(0), int32(11))
	f.Add(int64(1005), uint8(0), uint16(17), int32(733_950), int32(28), int32(14), int32(28))
	f.Add(int64(9223372036854775807), uint8(1), uint16(1470), int32(1), int32(31), int32(0), int32(30))
	f.Add(int64(-1), uint8(2), uint16(700), int32(0), int32(30), int32(0), int32(30))
	f.Add(int64(500), uint8(3), uint16(1200), int32(-5), int32(-1), int32(0), int32(0))
	rules := allRules(f)
	currencies := []money.Currency{money.USD, money.JPY, money.BHD, money.MustCurrency("CLF"), 0}
	f.Fuzz(func(t *testing.T, minor int64, currency uint8, rule uint16, start, n, from, to int32) {
		whole := days(cycle.Period{Start: cycle.Date{}.AddDays(int(start))}, 0, int(n))
		part := days(whole, int(from), int(to))
		r, price := rules[int(rule)%len(rules)], money.New(minor, currencies[int(currency)%len(currencies)])

		a, b, of := part.Start.Sub(whole.Start), part.End.Sub(whole.Start), whole.Days() // dates stop at the ends of the calendar
		inside := 0 <= a && a <= b && b <= of && of > 0
		if inside && minor >= 0 {
			checkOracle(t, r, price, whole, part)
			if s, err := r.Share(price, whole, part); err == nil && s.Explanation() == "" {
				t.Fatalf("no explanation of %s", s.Amount)
			}
			return
		}
		want := proration.ErrPrice
		if !inside {
			want = proration.ErrStretch
		}
		if _, err := r.Share(price, whole, part); !errors.Is(err, want) {
			t.Fatalf("Share(%s, days %d to %d of %d) under %s: %v", price, a, b, of, ruleText(r), err)
		}
	})
}
