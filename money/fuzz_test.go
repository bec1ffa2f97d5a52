package money_test

import (
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/money"
)

// seeds are numbers at the edges of the grammar and of the range.
var seeds = []string{
	"", "0", "-0", "79.95", "-3", "0.5", ".5", "5.", "1e9", "+1", "9.950", "9.951", "92233720368547758.07", "-92233720368547758.08",
	"92233720368547758.08", "18446744073709551616", "0.00000000000000000001", " 1", "1,000", "--1", "1.2.3", "٣", "\x00", "NaN",
}

// checkCause fails unless err wraps one of the causes a caller may branch on and is short enough for a log.
func checkCause(t *testing.T, err error) {
	t.Helper()
	if !slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) }) {
		t.Fatalf("%v wraps none of the documented errors", err)
	}
	if len(err.Error()) > 1000 {
		t.Fatalf("error of %d bytes", len(err.Error()))
	}
}

func FuzzParseIn(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "USD")
	}
	f.Add("500", "JPY")
	f.Add("1.3640", "BHD")
	f.Fuzz(func(t *testing.T, s, code string) {
		c, _ := money.ParseCurrency(code)
		a, err := money.ParseIn(s, c)
		if err != nil {
			checkCause(t, err)
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("ParseIn(%q) took what is no number", s)
		}
		if exact.Mul(exact, minorUnits(c)).Cmp(new(big.Rat).SetInt64(a.Minor())) != 0 {
			t.Fatalf("ParseIn(%q, %s) = %s", s, c, a)
		}
		if back, err := money.ParseIn(a.Number(), c); err != nil || back != a {
			t.Fatalf("ParseIn(%q, %s) = %v, %v", a.Number(), c, back, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s + " USD")
	}
	for _, s := range []string{"79.95", "79.95  USD", "0 XXX", "79.95 usd", "500 JPY", "USD 5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.Parse(s)
		if err != nil {
			checkCause(t, err)
			return
		}
		if back, err := money.Parse(a.String()); err != nil || back != a {
			t.Fatalf("Parse(%q) = %v, %v", a.String(), back, err)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Add("0.00047")
	f.Add("9223372036854775808.5")
	f.Add(strings.Repeat("9", 40))
	f.Fuzz(func(t *testing.T, s string) {
		r, err := money.ParseRate(s)
		if err != nil {
			checkCause(t, err)
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok || exact.Cmp(r.Decimal().Rat()) != 0 {
			t.Fatalf("ParseRate(%q) = %s", s, r)
		}
		if back, err := money.ParseRate(r.String()); err != nil || !back.Equal(r) || len(r.String()) > len(s) {
			t.Fatalf("ParseRate(%q) = %v, %v", r.String(), back, err)
		}
		if a, err := r.Times(1, money.USD, money.HalfUp); err == nil {
			if want := rounded(exact.Mul(exact, minorUnits(money.USD)), money.HalfUp); want.Cmp(big.NewInt(a.Minor())) != 0 {
				t.Fatalf("Times(%s, 1) = %s", r, a)
			}
		}
	})
}

func FuzzParseCurrency(f *testing.F) {
	for _, s := range []string{"", "USD", "usd", "XXX", "XAU", "EDA", "ZWG", "AED", "US", "USDX", " USD", "ＵＳＤ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := money.ParseCurrency(s)
		if err != nil {
			checkCause(t, err)
			return
		}
		if c.String() != s || c == 0 || c.Digits() < 0 || c.Digits() > 4 {
			t.Fatalf("ParseCurrency(%q) = %s with %d digits", s, c, c.Digits())
		}
	})
}
