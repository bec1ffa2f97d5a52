package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/money"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func mustRate(t require.TestingT, s string) money.Rate {
	r, err := money.ParseRate(s)
	require.NoError(t, err, "ParseRate(%q)", s)
	return r
}

func TestParseRate(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a thousandth", "0.001", "0.001"},
		{"finer than the cent", "0.00047", "0.00047"},
		{"trailing zeros", "0.1000", "0.1"},
		{"leading zeros", "007", "7"},
		{"whole", "100", "100"},
		{"whole with decimals", "100.00", "100"},
		{"zero", "0", "0"},
		{"zero with decimals", "0.000", "0"},
		{"18 digits", "0.123456789012345678", "0.123456789012345678"},
		{"more than 64 bits", "9223372036854775808.5", "9223372036854775808.5"},
		{"largest int64", "9.223372036854775807", "9.223372036854775807"},
		{"more than an int64", "9223372036854775.808", "9223372036854775.808"},
		{"largest uint64", "18446744073709551615", "18446744073709551615"},
		{"more than a uint64", "1844674407370955161.6", "1844674407370955161.6"},
		{"more than 64 bits of zeros", "10000000000000000000.0", "10000000000000000000"},
		{"64 bits without its zeros", "0.0047000000000000000000000", "0.0047"},
		{"longest", "0." + strings.Repeat("0", 37) + "1", "0." + strings.Repeat("0", 37) + "1"},
		{"largest", strings.Repeat("9", 40), strings.Repeat("9", 40)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, mustRate(t, tt.in).String(), "ParseRate(%q)", tt.in) })
	}
	for _, s := range []string{"", "-1", "-0", "+1", ".5", "5.", "1e-3", "1,5", " 1", "1 ", "1.2.3", "٣", strings.Repeat("9", 41)} {
		_, err := money.ParseRate(s)
		require.ErrorIs(t, err, money.ErrSyntax, "ParseRate(%q)", s)
	}
}

func TestRateForms(t *testing.T) {
	require.Equal(t, "$0.001", mustRate(t, "0.001").Display(money.USD))
	require.Equal(t, "$0.50", mustRate(t, "0.5").Display(money.USD), "at least the digits of the currency")
	require.Equal(t, "$7.00", mustRate(t, "7").Display(money.USD))
	require.Equal(t, "¥7", mustRate(t, "7").Display(money.JPY))
	require.Equal(t, "¥0.5", mustRate(t, "0.5").Display(money.JPY))
	require.Equal(t, "CHF 0.25", mustRate(t, "0.25").Display(chf))
	require.Equal(t, "0.25", mustRate(t, "0.25").Display(money.Currency(0)))

	var zero money.Rate
	require.True(t, zero.IsZero())
	require.True(t, zero.Equal(mustRate(t, "0.00")))
	require.Equal(t, zero, mustRate(t, "0.00"))
	require.Equal(t, "0", zero.String())
	require.True(t, zero.Decimal().IsZero())
	require.False(t, mustRate(t, "0.0001").IsZero())
	require.False(t, mustRate(t, strings.Repeat("9", 30)).IsZero())
	require.False(t, mustRate(t, "1").Equal(mustRate(t, "0.1")))
}

func TestRateFromDecimal(t *testing.T) {
	tests := []struct {
		name string
		d    decimal.Decimal
		want string
		err  error
	}{
		{"plain", decimal.RequireFromString("0.00047"), "0.00047", nil},
		{"zero value", decimal.Decimal{}, "0", nil},
		{"exponent", decimal.New(5, 3), "5000", nil},
		{"trailing zeros", decimal.New(5000, -6), "0.005", nil},
		{"many trailing zeros", decimal.NewFromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(100), nil), -100), "1", nil},
		{"zero with an exponent", decimal.New(0, math.MaxInt32), "0", nil},
		{"negative", decimal.New(-1, 0), "", money.ErrSyntax},
		{"giant", decimal.New(1, 999999999), "", money.ErrOverflow},
		{"a trace", decimal.New(1, -999999999), "", money.ErrTooFine},
		{"least exponent", decimal.New(1, math.MinInt32), "", money.ErrTooFine},
		{"41 digits", decimal.New(1, 40), "", money.ErrOverflow},
		{"39 decimals", decimal.New(1, -39), "", money.ErrTooFine},
		{"a megabyte of bits", decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), 1<<20), -5), "", money.ErrTooFine},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := money.RateFromDecimal(tt.d)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.Less(t, len(err.Error()), 200)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, r.String())
			require.True(t, mustRate(t, tt.want).Equal(r), "the same however it came")
		})
	}
}

// genRate draws rates of up to 40 characters, most of them like those on a price list.
func genRate() *rapid.Generator[money.Rate] {
	return rapid.Custom(func(t *rapid.T) money.Rate {
		s := rapid.OneOf(
			rapid.StringMatching(`0\.0{0,5}[0-9]{1,6}`),
			rapid.StringMatching(`[0-9]{1,18}(\.[0-9]{1,20})?`),
			rapid.StringMatching(`[0-9]{19,40}`),
			rapid.StringMatching(`0\.0{15,30}[0-9]{1,8}`),
		).Draw(t, "rate")
		return mustRate(t, s)
	})
}

// Law: Parse∘String = id, and Decimal says the same.
func TestRateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genRate().Draw(t, "r")
		require.True(t, mustRate(t, r.String()).Equal(r), "ParseRate(%q)", r)
		back, err := money.RateFromDecimal(r.Decimal())
		require.NoError(t, err, "RateFromDecimal(%s)", r)
		require.True(t, back.Equal(r), "RateFromDecimal(%s) = %s", r, back)
		require.Equal(t, r.String(), r.Decimal().String())
	})
}

// Law: Display has all digits and at least the currency's, and what is appended comes after what was there.
func TestRateFormsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, c := genRate().Draw(t, "r"), genCurrency().Draw(t, "currency")
		require.Equal(t, "x"+r.Decimal().String(), string(r.AppendNumber([]byte("x"))))
		want := prefixOf(c) + r.Decimal().StringFixed(max(-r.Decimal().Exponent(), int32(c.Digits())))
		require.Equal(t, want, r.Display(c))
		require.Equal(t, "x"+want, string(r.AppendDisplay([]byte("x"), c)))
	})
}

// Law: Times is the exact product rounded once, in every mode, however long the rate.
func TestRateTimesOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, quantity := genRate().Draw(t, "r"), genInt64().Draw(t, "quantity")
		c, mode := genCurrency().Draw(t, "currency"), genMode().Draw(t, "mode")
		exact, ok := new(big.Rat).SetString(r.String())
		require.True(t, ok)
		exact.Mul(exact, new(big.Rat).SetInt64(quantity))
		want := rounded(exact.Mul(exact, minorUnits(c)), mode)
		got, err := r.Times(quantity, c, mode)
		if !want.IsInt64() {
			require.ErrorIs(t, err, money.ErrOverflow, "Times(%s, %d, %s, %s)", r, quantity, c, mode)
			return
		}
		require.NoError(t, err, "Times(%s, %d, %s, %s)", r, quantity, c, mode)
		require.Equal(t, money.New(want.Int64(), c), got, "Times(%s, %d, %s, %s)", r, quantity, c, mode)
	})
}

func TestRateTimes(t *testing.T) {
	tests := []struct {
		name, rate string
		quantity   int64
		mode       money.Rounding
		want       string
	}{
		{"50,000 credits over", "0.001", 50_000, money.HalfUp, "50.00 USD"},
		{"half a cent", "0.001", 5, money.HalfUp, "0.01 USD"},
		{"half a cent to the even", "0.001", 5, money.HalfEven, "0.00 USD"},
		{"one credit", "0.00047", 1, money.HalfUp, "0.00 USD"},
		{"one credit, up", "0.00047", 1, money.Up, "0.01 USD"},
		{"a million", "0.00047", 1_000_000, money.HalfUp, "470.00 USD"},
		{"none", "0.001", 0, money.Up, "0.00 USD"},
		{"taken back", "0.001", -50_005, money.HalfUp, "-50.01 USD"},
		{"a trace, up", "0.00000000000000000000000000000000000001", 1, money.Up, "0.01 USD"},
		{"a trace of credit, up", "0.00000000000000000000000000000000000001", -1, money.Up, "-0.01 USD"},
		{"least", "0.01", math.MinInt64, money.Down, "-92233720368547758.08 USD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mustRate(t, tt.rate).Times(tt.quantity, money.USD, tt.mode)
			require.NoError(t, err)
			require.Equal(t, tt.want, got.String(), "Times(%s, %d, %s)", tt.rate, tt.quantity, tt.mode)
		})
	}
	_, err := mustRate(t, "1").Times(math.MaxInt64, money.USD, money.HalfUp)
	require.EqualError(t, err, `multiply rate "1" by 9223372036854775807: amount out of range`)
}

func TestDecimals(t *testing.T) {
	dec := decimal.RequireFromString
	wide := new(big.Int).Exp(big.NewInt(10), big.NewInt(60), nil)
	tests := []struct {
		name    string
		d       decimal.Decimal
		cur     money.Currency
		exact   string // or the cause
		rounded string // half up, or the cause
	}{
		{"cents", dec("79.95"), money.USD, "79.95 USD", "79.95 USD"},
		{"zero value", decimal.Decimal{}, money.USD, "0.00 USD", "0.00 USD"},
		{"trailing zeros", dec("79.9500"), money.USD, "79.95 USD", "79.95 USD"},
		{"60 trailing zeros", decimal.NewFromBigInt(wide, -60), money.USD, "1.00 USD", "1.00 USD"},
		{"exponent", decimal.New(5, 2), money.USD, "500.00 USD", "500.00 USD"},
		{"half a cent", dec("79.955"), money.USD, "too many decimal digits", "79.96 USD"},
		{"half a cent of credit", dec("-79.955"), money.USD, "too many decimal digits", "-79.96 USD"},
		{"just below", dec("79.9549999999999999999999999999999999999"), money.USD, "too many decimal digits", "79.95 USD"},
		{"half a yen", dec("0.5"), money.JPY, "too many decimal digits", "1 JPY"},
		{"largest", decimal.New(math.MaxInt64, -2), money.USD, "92233720368547758.07 USD", "92233720368547758.07 USD"},
		{"least", decimal.New(math.MinInt64, -2), money.USD, "-92233720368547758.08 USD", "-92233720368547758.08 USD"},
		{"least of yen", decimal.New(math.MinInt64, 0), money.JPY, "-9223372036854775808 JPY", "-9223372036854775808 JPY"},
		{"rounds past the largest", dec("92233720368547758.075"), money.USD, "too many decimal digits", "amount out of range"},
		{"one past", dec("92233720368547758.08"), money.USD, "amount out of range", "amount out of range"},
		{"giant", decimal.New(1, 999999999), money.USD, "amount out of range", "amount out of range"},
		{"greatest exponent", decimal.New(-1, math.MaxInt32), money.USD, "amount out of range", "amount out of range"},
		{"zero times giant", decimal.New(0, math.MaxInt32), money.USD, "0.00 USD", "0.00 USD"},
		{"a trace", decimal.New(1, -999999999), money.USD, "too many decimal digits", "0.00 USD"},
		{"least exponent", decimal.New(math.MaxInt64, math.MinInt32), money.USD, "too many decimal digits", "0.00 USD"},
		{"wide", decimal.NewFromBigInt(wide, 0), money.USD, "amount out of range", "amount out of range"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for want, f := range map[string]func() (money.Amount, error){
				tt.exact + "|FromDecimal": func() (money.Amount, error) { return money.FromDecimal(tt.d, tt.cur) },
				tt.rounded + "|Round":     func() (money.Amount, error) { return money.Round(tt.d, tt.cur, money.HalfUp) },
			} {
				want, name, _ := strings.Cut(want, "|")
				got, err := f()
				if err != nil {
					require.ErrorContains(t, err, want, name)
					require.Less(t, len(err.Error()), 200, name)
					continue
				}
				require.Equal(t, want, got.String(), name)
			}
		})
	}
	got, err := money.Round(decimal.New(-1, -999999999), money.USD, money.Up)
	require.NoError(t, err)
	require.Equal(t, "-0.01 USD", got.String(), "a trace, away from zero")
}

// Law: FromDecimal∘Decimal = id; Round is the exact number rounded once; FromDecimal succeeds just when rounding changes nothing.
func TestDecimalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genAmount().Draw(t, "a")
		got, err := money.FromDecimal(a.Decimal(), a.Currency())
		require.NoError(t, err, "FromDecimal(%s)", a)
		require.Equal(t, a, got, "FromDecimal(%s)", a)

		d := decimal.New(genInt64().Draw(t, "coefficient"), rapid.Int32Range(-40, 25).Draw(t, "exponent"))
		c, mode := genCurrency().Draw(t, "currency"), genMode().Draw(t, "mode")
		exact := new(big.Rat).Mul(d.Rat(), minorUnits(c))
		want := rounded(exact, mode)
		got, err = money.Round(d, c, mode)
		same, exactErr := money.FromDecimal(d, c)
		if !want.IsInt64() {
			require.ErrorIs(t, err, money.ErrOverflow, "Round(%s, %s, %s)", d, c, mode)
			require.Error(t, exactErr, "FromDecimal(%s, %s)", d, c)
			return
		}
		require.NoError(t, err, "Round(%s, %s, %s)", d, c, mode)
		require.Equal(t, money.New(want.Int64(), c), got, "Round(%s, %s, %s)", d, c, mode)
		if exact.IsInt() {
			require.NoError(t, exactErr, "FromDecimal(%s, %s)", d, c)
			require.Equal(t, got, same, "FromDecimal(%s, %s)", d, c)
		} else {
			require.ErrorIs(t, exactErr, money.ErrTooFine, "FromDecimal(%s, %s)", d, c)
		}
	})
}
