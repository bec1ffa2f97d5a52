package money_test

import (
	"testing"

	"github.com/prorata-go/prorata/money"
	"github.com/stretchr/testify/require"
)

// TestAllocations holds the claims of the documentation.
func TestAllocations(t *testing.T) {
	price, rate := money.MustParse("79.95 USD"), mustRate(t, "0.00047")
	buf := make([]byte, 0, 64)
	var failed error
	tests := []struct {
		name string
		f    func()
	}{
		{"MulDiv", func() { _, _ = money.MulDiv(7995, 11, 31, money.HalfUp) }},
		{"MulFrac", func() { _, failed = price.MulFrac(11, 31, money.HalfUp) }},
		{"Times", func() { _, failed = rate.Times(123_456, money.USD, money.HalfUp) }},
		{"Add", func() { _, failed = price.Add(price) }},
		{"AppendNumber", func() { buf = price.AppendNumber(buf[:0]) }},
		{"AppendDisplay", func() { buf = price.AppendDisplay(buf[:0]) }},
		{"AppendText", func() { buf, failed = price.AppendText(buf[:0]) }},
		{"AppendNumber of a rate", func() { buf = rate.AppendNumber(buf[:0]) }},
		{"AppendDisplay of a rate", func() { buf = rate.AppendDisplay(buf[:0], money.MustCurrency("CHF")) }},
		{"ParseIn", func() { _, failed = money.ParseIn("79.95", money.USD) }},
		{"Parse", func() { _, failed = money.Parse("79.95 USD") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(100, tt.f), "allocations of %s", tt.name)
			require.NoError(t, failed)
		})
	}
}

func BenchmarkMulDiv(b *testing.B) {
	for i := int64(0); b.Loop(); i++ {
		_, _ = money.MulDiv(7995+i&1023, 11, 31, money.HalfUp)
	}
}

func BenchmarkMulFrac(b *testing.B) {
	price := money.MustParse("79.95 USD")
	for b.Loop() {
		_, _ = price.MulFrac(11, 31, money.HalfUp)
	}
}

func BenchmarkRateTimes(b *testing.B) {
	for _, s := range []string{"0.00047", "0.0000000000000000000000047"} {
		rate := mustRate(b, s)
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				_, _ = rate.Times(123_456, money.USD, money.HalfUp)
			}
		})
	}
}

func BenchmarkAppendNumber(b *testing.B) {
	price, buf := money.MustParse("79.95 USD"), make([]byte, 0, 64)
	for b.Loop() {
		buf = price.AppendNumber(buf[:0])
	}
}

func BenchmarkAppendDisplay(b *testing.B) {
	price, rate, buf := money.MustParse("79.95 USD"), mustRate(b, "0.00047"), make([]byte, 0, 64)
	b.Run("amount", func(b *testing.B) {
		for b.Loop() {
			buf = price.AppendDisplay(buf[:0])
		}
	})
	b.Run("rate", func(b *testing.B) {
		for b.Loop() {
			buf = rate.AppendDisplay(buf[:0], money.USD)
		}
	})
}

func BenchmarkParseIn(b *testing.B) {
	for b.Loop() {
		_, _ = money.ParseIn("79.95", money.USD)
	}
}

func BenchmarkParseRate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = money.ParseRate("0.00047")
	}
}

func BenchmarkParseCurrency(b *testing.B) {
	for b.Loop() {
		_, _ = money.ParseCurrency("USD")
	}
}
