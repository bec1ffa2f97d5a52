package proration_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

var (
	dayCounts  = []proration.DayCount{proration.Actual, proration.Thirty, proration.Year365}
	roundParts = []proration.RoundPart{proration.Used, proration.Unused, proration.Each}
	roundings  = []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up}
)

// dailyRates are all there are: exact, and 0 to 9 digits in every mode.
func dailyRates(tb testing.TB) []proration.DailyRate {
	tb.Helper()
	all := []proration.DailyRate{{}}
	for digits := range proration.MaxDailyDigits + 1 {
		for _, mode := range roundings {
			r, err := proration.RoundedDailyRate(digits, mode)
			require.NoError(tb, err)
			all = append(all, r)
		}
	}
	return all
}

// allRules are all 1,476 of them, the default first.
func allRules(tb testing.TB) []proration.Rule {
	tb.Helper()
	var all []proration.Rule
	for _, rate := range dailyRates(tb) {
		for _, count := range dayCounts {
			for _, part := range roundParts {
				for _, mode := range roundings {
					all = append(all, proration.Rule{DayCount: count, DailyRate: rate, RoundPart: part, Rounding: mode})
				}
			}
		}
	}
	require.Len(tb, all, 3*3*4*41)
	require.Equal(tb, proration.Rule{}, all[0])
	return all
}

// parseRule reads "key=value key=value", or "default".
func parseRule(tb testing.TB, text string) (r proration.Rule) {
	tb.Helper()
	if text == "default" {
		return r
	}
	for setting := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(setting, "=")
		var err error
		switch key {
		case "day_count":
			r.DayCount, err = proration.ParseDayCount(value)
		case "round_part":
			r.RoundPart, err = proration.ParseRoundPart(value)
		case "rounding":
			r.Rounding, err = money.ParseRounding(value)
		case "daily_rate":
			r.DailyRate, err = proration.ParseDailyRate(value)
		default:
			require.Failf(tb, "unknown key", "%q in %q", key, text)
		}
		require.NoError(tb, err, "%q", text)
	}
	return r
}

// ruleText is what parseRule reads: the keys that differ from the default.
func ruleText(r proration.Rule) string {
	var keys []string
	add := func(differs bool, key, value string) {
		if differs {
			keys = append(keys, key+"="+value)
		}
	}
	add(r.DayCount != proration.Actual, "day_count", r.DayCount.String())
	add(!r.DailyRate.IsExact(), "daily_rate", r.DailyRate.String())
	add(r.RoundPart != proration.Used, "round_part", r.RoundPart.String())
	add(r.Rounding != money.HalfUp, "rounding", r.Rounding.String())
	if keys == nil {
		return "default"
	}
	return strings.Join(keys, " ")
}

// share is Rule.Share where it must not fail.
func share(t require.TestingT, r proration.Rule, price money.Amount, whole, part cycle.Period) proration.Share {
	s, err := r.Share(price, whole, part)
	require.NoError(t, err, "Share(%s, %s, %s) under %s", price, whole, part, ruleText(r))
	return s
}

// days is days from to to, the first being 0, of a period.
func days(whole cycle.Period, from, to int) cycle.Period {
	return cycle.Period{Start: whole.Start.AddDays(from), End: whole.Start.AddDays(to)}
}

// period reads two dates, the end being the first day after it.
func period(tb testing.TB, start, end string) cycle.Period {
	tb.Helper()
	return cycle.Period{Start: date(tb, start), End: date(tb, end)}
}

func date(tb testing.TB, s string) cycle.Date {
	tb.Helper()
	d, err := cycle.ParseDate(s)
	require.NoError(tb, err)
	return d
}

// readTSV gives the rows of a file of vectors: fields between tabs, # starts a comment line.
func readTSV(tb testing.TB, name string, fields int) [][]string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(tb, err)
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "\t")
		require.Len(tb, row, fields, "%s: %q", name, line)
		rows = append(rows, row)
	}
	require.NotEmpty(tb, rows, name)
	return rows
}

func atoi(tb testing.TB, s string) int {
	tb.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(tb, err)
	return n
}

// genRule draws any rule, and often one with an exact daily rate.
func genRule() *rapid.Generator[proration.Rule] {
	return rapid.Custom(func(t *rapid.T) (r proration.Rule) {
		r.DayCount = rapid.SampledFrom(dayCounts).Draw(t, "day_count")
		r.RoundPart = rapid.SampledFrom(roundParts).Draw(t, "round_part")
		r.Rounding = rapid.SampledFrom(roundings).Draw(t, "rounding")
		if rapid.Bool().Draw(t, "rounded") {
			var err error
			r.DailyRate, err = proration.RoundedDailyRate(rapid.IntRange(0, 9).Draw(t, "digits"), rapid.SampledFrom(roundings).Draw(t, "mode"))
			require.NoError(t, err)
		}
		return r
	})
}

// genPrice draws a price of a currency with 0, 2, 3 or 4 digits. None is so large that its daily rate overflows.
func genPrice() *rapid.Generator[money.Amount] {
	currencies := []money.Currency{money.USD, money.JPY, money.BHD, money.MustCurrency("CLF")}
	return rapid.Custom(func(t *rapid.T) money.Amount {
		minor := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 100_000), rapid.Int64Range(0, 1e9)).Draw(t, "minor")
		return money.New(minor, rapid.SampledFrom(currencies).Draw(t, "currency"))
	})
}

// genWhole draws a period: most often a month, sometimes a week, a year or whatever.
func genWhole() *rapid.Generator[cycle.Period] {
	return rapid.Custom(func(t *rapid.T) cycle.Period {
		start := cycle.MustDate("2023-01-01").AddDays(rapid.IntRange(0, 1500).Draw(t, "start"))
		n := rapid.OneOf(rapid.IntRange(28, 31), rapid.IntRange(28, 31), rapid.IntRange(1, 40), rapid.SampledFrom([]int{7, 90, 365, 366, 731})).Draw(t, "days")
		return cycle.Period{Start: start, End: start.AddDays(n)}
	})
}

// genPart draws any part of a period, one of no days included.
func genPart(whole cycle.Period) *rapid.Generator[cycle.Period] {
	return rapid.Custom(func(t *rapid.T) cycle.Period {
		from := rapid.IntRange(0, whole.Days()).Draw(t, "from")
		return days(whole, from, rapid.IntRange(from, whole.Days()).Draw(t, "to"))
	})
}
