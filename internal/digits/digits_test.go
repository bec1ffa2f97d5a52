package digits_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/digits"
)

func TestGroup(t *testing.T) {
	for number, want := range map[string]string{
		"0": "0", "999": "999", "1000": "1,000", "123456": "123,456", "1234567": "1,234,567", "-1": "-1", "-999": "-999", "-1000": "-1,000",
		"1234567.5": "1,234,567.5", "-1234567.1234567": "-1,234,567.1234567", "0.0001": "0.0001", "-0.50": "-0.50", "": "",
	} {
		require.Equal(t, want, digits.Group(number), number)
	}
	require.Equal(t, "x-9,223,372,036,854,775,808", string(digits.AppendInt([]byte("x"), math.MinInt64)))
}

// Law: without its separators a grouped number is the number, and there is one before each three digits of the whole part but
// before the first digit.
func TestLawGroup(t *testing.T) {
	grouped := regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?$`)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,9})?`).Draw(t, "number")
		got := digits.Group(number)
		require.Equal(t, number, strings.ReplaceAll(got, ",", ""))
		require.Regexp(t, grouped, got)

		n := rapid.Int64().Draw(t, "n")
		n >>= rapid.IntRange(0, 63).Draw(t, "shift")
		require.Equal(t, digits.Group(strconv.FormatInt(n, 10)), string(digits.AppendInt(nil, n)))
		require.Equal(t, strconv.FormatInt(n, 10), string(digits.Append(nil, n)))
	})
}

// TestAppend goes over all small numbers, which are written in other ways.
func TestAppend(t *testing.T) {
	for n := int64(-1_000); n < 1_100_000; n++ {
		if got, want := string(digits.Append(nil, n)), strconv.FormatInt(n, 10); got != want {
			t.Fatalf("%d is written %s", n, got)
		}
		if got, want := string(digits.AppendInt(nil, n)), digits.Group(strconv.FormatInt(n, 10)); got != want {
			t.Fatalf("%d is grouped %s", n, got)
		}
	}
	for n := range 100 {
		require.Equal(t, fmt.Sprintf("x%02d", n), string(digits.AppendPair([]byte("x"), n)))
	}
}

func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = digits.AppendInt(buf[:0], math.MinInt64) }))
}

func TestPlain(t *testing.T) {
	for number, want := range map[string]string{
		"5e-05": "0.00005", "5E-5": "0.00005", "1.95e1": "19.5", "1.95e+2": "195", "1.95e3": "1950", "-1.5e-1": "-0.15", "0e0": "0", "0.0e-3": "0", "12e0": "12",
		"100e-2": "1", "1e40": "1" + strings.Repeat("0", 40), "1e-40": "0." + strings.Repeat("0", 39) + "1",
		// What is no such number stays.
		"": "", "79.95": "79.95", "79.950": "79.950", "e": "e", "e5": "e5", "1e": "1e", "1e+": "1e+", "1.e5": "1.e5", ".1e5": ".1e5", "1e5.0": "1e5.0", "--1e5": "--1e5",
		"1e41": "1e41", "1e-41": "1e-41", "1e99999999999999999999": "1e99999999999999999999", "Gold e": "Gold e", "1e+-5": "1e+-5", "+1e5": "+1e5", "1e5e5": "1e5e5",
	} {
		require.Equal(t, want, digits.Plain(number), number)
	}
}
