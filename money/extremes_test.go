package money_test

import (
	"testing"

	"github.com/prorata-go/prorata/internal/extremes"
	"github.com/prorata-go/prorata/money"
)

func TestNothingPanics(t *testing.T) {
	extremes.Check(t, extremes.Exports{
		"Amount": money.Amount{}, "Currency": money.Currency(0), "Rate": money.Rate{}, "Rounding": money.Rounding(0),
		"FromDecimal": money.FromDecimal, "MulDiv": money.MulDiv, "MustCurrency": money.MustCurrency, "MustParse": money.MustParse, "New": money.New,
		"Parse": money.Parse, "ParseCurrency": money.ParseCurrency, "ParseIn": money.ParseIn, "ParseRate": money.ParseRate,
		"ParseRounding": money.ParseRounding, "RateFromDecimal": money.RateFromDecimal, "Round": money.Round,
	}, money.USD, money.JPY, money.HalfEven)
}
