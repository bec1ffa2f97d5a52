package books

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Price lists agree until the first day on which a package of the one has other terms in the other; before their first, the earliest hold.
func TestAgreeUntil(t *testing.T) {
	from := func(name, price, day string) invoice.Package {
		p := eventtest.Gold()
		p.Name, p.Price = name, money.MustParse(price+" USD")
		if day != "" {
			p.EffectiveFrom = cycle.MustDate(day)
		}
		return p
	}
	gold, silver := from("Gold", "80.00", ""), from("Silver", "20.00", "2026-03-01")
	then := []invoice.Package{gold, silver}
	for _, test := range []struct {
		name  string
		added []invoice.Package
		want  string
	}{
		{"nothing more", nil, "9999-12-31"},
		{"another package", []invoice.Package{from("Platinum", "200.00", "2026-02-01")}, "9999-12-31"},
		{"a price", []invoice.Package{from("Gold", "90.00", "2026-07-01")}, "2026-07-01"},
		{"the same price again", []invoice.Package{from("Gold", "80.00", "2026-07-01")}, "9999-12-31"},
		{"two prices", []invoice.Package{from("Gold", "95.00", "2026-08-01"), from("Gold", "90.00", "2026-07-01")}, "2026-07-01"},
		{"prices of two packages", []invoice.Package{from("Silver", "25.00", "2026-06-01"), from("Gold", "90.00", "2026-07-01")}, "2026-06-01"},
		{"terms before the earliest, which held for all", []invoice.Package{from("Silver", "25.00", "2026-02-01")}, ""},
	} {
		now := append(test.added, then...)
		require.Equal(t, test.want, agreeUntil(then, now).String(), test.name)
	}
	require.Equal(t, cycle.Date{}, agreeUntil(then, []invoice.Package{gold}), "a package that is gone")
}
