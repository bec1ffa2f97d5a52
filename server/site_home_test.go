package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
)

// The axis of the chart ends above the highest month, at an amount whose half is round too, and is labelled in few letters.
func TestAxisOfTheChart(t *testing.T) {
	for _, c := range []struct {
		highest, currency, top, half string
	}{
		{"0.07", "USD", "$0.10", "$0.05"},
		{"950.81", "USD", "$1,000", "$500"},
		{"1000.01", "USD", "$2,000", "$1,000"},
		{"7999.00", "USD", "$8,000", "$4,000"},
		{"61000.00", "USD", "$80K", "$40K"},
		{"1920595485", "JPY", "¥2B", "¥1B"},
		{"224223.411", "KWD", "400K", "200K"},
	} {
		highest, err := money.Parse(c.highest + " " + c.currency)
		require.NoError(t, err)
		o := summary{Open: money.New(0, highest.Currency()), Months: []month{{Revenue: highest, Cost: money.New(0, highest.Currency())}}}
		o.setHeights()
		require.Equal(t, []gridLine{{100, c.top}, {50, c.half}}, o.Grid, c.highest)
		require.LessOrEqual(t, o.Months[0].Height, 100)
	}
	none := summary{Months: make([]month, 12)}
	none.setHeights()
	require.Empty(t, none.Grid)
}
