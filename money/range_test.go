package money_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
)

// A rounding without a name, as a program may make one, rounds nothing: it was taken for half up.
func TestUnknownRounding(t *testing.T) {
	const seven = money.Rounding(7)
	_, ok := money.MulDiv(1, 1, 2, seven)
	require.False(t, ok)
	_, err := money.MustParse("0.01 USD").MulFrac(1, 2, seven)
	require.EqualError(t, err, `multiply "0.01 USD" by 1/2: no such rounding: Rounding(7), expected half_up, half_even, down or up`)
	require.ErrorIs(t, err, money.ErrRounding)
	_, err = money.Round(decimal.New(5, -3), money.USD, seven)
	require.ErrorIs(t, err, money.ErrRounding)
	half, err := money.ParseRate("0.005")
	require.NoError(t, err)
	_, err = half.Times(1, money.USD, seven)
	require.ErrorIs(t, err, money.ErrRounding)
	_, err = seven.MarshalText()
	require.ErrorIs(t, err, money.ErrRounding)
	require.Equal(t, "Rounding(7)", seven.String())
}

// A currency that the table does not have has no minor unit, so no number becomes an amount of it, and no text is written that could
// not be read back.
func TestUnknownCurrency(t *testing.T) {
	const none = money.Currency(50000)
	_, err := money.ParseIn("5.00", none)
	require.EqualError(t, err, `parse amount "5.00": currency Currency(50000): invalid syntax, expected one that ParseCurrency returns`)
	_, err = money.FromDecimal(decimal.New(5, 0), none)
	require.ErrorIs(t, err, money.ErrSyntax)
	_, err = money.Round(decimal.New(5, 0), none, money.Down)
	require.ErrorIs(t, err, money.ErrSyntax)
	_, err = money.Rate{}.Times(5, none, money.Down)
	require.ErrorIs(t, err, money.ErrSyntax)
	_, err = none.MarshalText()
	require.ErrorIs(t, err, money.ErrSyntax)
	b, err := money.New(5, none).AppendText([]byte("was "))
	require.ErrorIs(t, err, money.ErrSyntax)
	require.Equal(t, "was ", string(b))
	require.Equal(t, "5 Currency(50000)", money.New(5, none).String())
}
