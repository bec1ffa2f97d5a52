package money_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/money"
	"github.com/stretchr/testify/require"
)

// TestEveryCurrency checks the compiled table against the file it is made from, row by row.
func TestEveryCurrency(t *testing.T) {
	tsv, err := os.ReadFile("currencies.tsv")
	require.NoError(t, err)
	seen := map[money.Currency]bool{0: true}
	byDigits := map[int]string{}
	for line := range strings.Lines(string(tsv)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		c, err := money.ParseCurrency(f[0])
		require.NoError(t, err, "ParseCurrency(%q)", f[0])
		require.Equal(t, f[0], c.String(), "String of %s", f[0])
		require.Equal(t, f[2], strconv.Itoa(c.Digits()), "Digits of %s", f[0])
		require.False(t, seen[c], "%s has a value of its own", f[0])
		seen[c] = true
		byDigits[c.Digits()] += c.String() + " "
	}
	require.Len(t, seen, 1+165, "165 codes with minor digits on List One, and no currency")

	// The exceptions to two digits, spelled out because a slip here is a bill a hundred times too large.
	require.Equal(t, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ", byDigits[0])
	require.Equal(t, "BHD IQD JOD KWD LYD OMR TND ", byDigits[3])
	require.Equal(t, "CLF UYW ", byDigits[4])
	require.Len(t, byDigits, 4, "all others have 2")
}

func TestCurrencyConstants(t *testing.T) {
	for code, c := range map[string]money.Currency{
		"USD": money.USD, "EUR": money.EUR, "GBP": money.GBP, "JPY": money.JPY, "BHD": money.BHD,
	} {
		require.Equal(t, code, c.String())
	}
}

func TestParseCurrencyRefuses(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"empty", "", `parse currency "": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"lower case", "usd", `parse currency "usd": invalid syntax, expected "USD"`},
		{"spaces", " EUR ", `parse currency " EUR ": invalid syntax, expected "EUR"`},
		{"no currency", "XXX", `parse currency "XXX": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"gold", "XAU", `parse currency "XAU": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"withdrawn in 2023", "HRK", `parse currency "HRK": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"withdrawn in 2026", "BGN", `parse currency "BGN": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"two codes", "USDEUR", `parse currency "USDEUR": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"across two entries", "EDA", `parse currency "EDA": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
		{"after the last", "ZZZ", `parse currency "ZZZ": invalid syntax, expected an active ISO 4217 code, such as "USD"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := money.ParseCurrency(tt.code)
			require.EqualError(t, err, tt.want, "ParseCurrency(%q)", tt.code)
			require.ErrorIs(t, err, money.ErrSyntax)
		})
	}
	require.Panics(t, func() { money.MustCurrency("usd") })
}

func TestCurrencyText(t *testing.T) {
	text, err := money.EUR.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "EUR", string(text))

	c := money.USD
	require.NoError(t, c.UnmarshalText(text))
	require.Equal(t, money.EUR, c)
	require.Error(t, c.UnmarshalText([]byte("XXX")))
	require.Equal(t, money.EUR, c, "a failed UnmarshalText leaves the receiver as it was")
}

func TestNoCurrency(t *testing.T) {
	var c money.Currency
	require.Equal(t, "XXX", c.String())
	require.Equal(t, 0, c.Digits())
	require.Equal(t, "", c.Symbol())

	beyond := money.Currency(9999)
	require.Equal(t, "Currency(9999)", beyond.String(), "not a currency, and not a panic")
	require.Equal(t, 0, beyond.Digits())
}

func TestRounding(t *testing.T) {
	for want, r := range map[string]money.Rounding{
		"half_up": money.HalfUp, "half_even": money.HalfEven, "down": money.Down, "up": money.Up,
	} {
		require.Equal(t, want, r.String())
		got, err := money.ParseRounding(want)
		require.NoError(t, err, "ParseRounding(%q)", want)
		require.Equal(t, r, got, "ParseRounding(%q)", want)
		text, err := r.MarshalText()
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		require.NoError(t, got.UnmarshalText(text))
		require.Equal(t, r, got)
	}
	require.Equal(t, money.HalfUp, money.Rounding(0), "the zero value")
	require.Equal(t, "Rounding(9)", money.Rounding(9).String())

	_, err := money.ParseRounding("bankers")
	require.EqualError(t, err, `parse rounding "bankers": invalid syntax, expected half_up, half_even, down or up`)
	r := money.Up
	require.ErrorIs(t, r.UnmarshalText([]byte("HALF_UP")), money.ErrSyntax)
	require.Equal(t, money.Up, r, "a failed UnmarshalText leaves the receiver as it was")
}
