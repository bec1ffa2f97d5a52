package proration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// shareCases are the shapes of share: they differ in how many figures are rounded.
var shareCases = []struct {
	name, policy string
	from, to     int
}{
	{"first days", "default", 0, 11},
	{"last days", "default", 11, 31},
	{"between", "default", 11, 15},
	{"whole", "default", 0, 31},
	{"unused", "round_part=unused rounding=down", 11, 31},
	{"year_365", "day_count=year_365", 0, 11},
	{"daily rate", "daily_rate=2:half_up", 0, 11},
	{"daily rate, between", "daily_rate=4:down day_count=year_365", 11, 15},
}

// TestAllocations holds the package to none: a share is computed for every line of an invoice, and its sentence is written with it.
func TestAllocations(t *testing.T) {
	price, month := money.MustParse("79.95 USD"), period(t, "2026-03-01", "2026-04-01")
	buf := make([]byte, 0, 256)
	for _, c := range shareCases {
		rule, part := parseRule(t, c.policy), days(month, c.from, c.to)
		var failed error
		require.Zero(t, testing.AllocsPerRun(100, func() { _, failed = rule.Share(price, month, part) }), "Share: %s", c.name)
		require.NoError(t, failed)
		s := share(t, rule, price, month, part)
		require.Zero(t, testing.AllocsPerRun(100, func() { buf = s.AppendExplanation(buf[:0]) }), "AppendExplanation: %s", c.name)
		require.Zero(t, testing.AllocsPerRun(100, func() { _, failed = rule.Allowance(50_000, month, part) }), "Allowance: %s", c.name)
		require.NoError(t, failed)
	}
}

func BenchmarkShare(b *testing.B) {
	price, month := money.MustParse("79.95 USD"), period(b, "2026-03-01", "2026-04-01")
	for _, c := range shareCases {
		rule, part := parseRule(b, c.policy), days(month, c.from, c.to)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := rule.Share(price, month, part); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAllowance(b *testing.B) {
	rule, month := parseRule(b, "default"), period(b, "2026-03-01", "2026-04-01")
	part := cycle.Period{Start: month.Start, End: date(b, "2026-03-12")}
	for b.Loop() {
		if _, err := rule.Allowance(50_000, month, part); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExplanation(b *testing.B) {
	month := period(b, "2026-02-01", "2026-03-01")
	for _, c := range []struct{ name, price string }{{"plain", "79.96 USD"}, {"remainder", "10.05 USD"}} { // half of the second ends in half a cent
		s := share(b, parseRule(b, "default"), money.MustParse(c.price), month, days(month, 14, 28))
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Explanation()
			}
		})
		b.Run(c.name+", appended", func(b *testing.B) {
			buf := s.AppendExplanation(nil)
			b.ReportAllocs()
			for b.Loop() {
				buf = s.AppendExplanation(buf[:0])
			}
		})
	}
}
