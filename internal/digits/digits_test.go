package digits_test

import (
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
		require.Equal(t, digits.Group(strconv.FormatInt(n, 10)), string(digits.AppendInt(nil, n)))
	})
}

func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = digits.AppendInt(buf[:0], math.MinInt64) }))
}
