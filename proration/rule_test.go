package proration_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// checkWords holds a list of words to Parse(x.String()) == x, in order, the default first.
func checkWords[T ~uint8](t *testing.T, parse func(string) (T, error), text func(T) string, words string) {
	t.Helper()
	for i, word := range strings.Fields(words) {
		got, err := parse(word)
		require.NoError(t, err, "%q", word)
		require.Equal(t, T(i), got, "%q", word)
		require.Equal(t, word, text(got))
	}
}

func TestWords(t *testing.T) {
	checkWords(t, proration.ParseDayCount, proration.DayCount.String, "actual thirty year_365")
	checkWords(t, proration.ParseRoundPart, proration.RoundPart.String, "used unused each")
	checkWords(t, proration.ParseCloseDay, proration.CloseDay.String, "free charged")

	_, err := proration.ParseDayCount("30")
	require.EqualError(t, err, `unknown day_count "30", expected one of actual, thirty, year_365`)
	_, err = proration.ParseRoundPart("user")
	require.EqualError(t, err, `unknown round_part "user" (did you mean "used"?), expected one of used, unused, each`)
	_, err = proration.ParseCloseDay("")
	require.EqualError(t, err, `unknown close_day "", expected one of free, charged`)

	// A number without a word is a mistake in a program, and prints as a number rather than panic.
	require.Equal(t, "#9 #9 #9", proration.DayCount(9).String()+" "+proration.RoundPart(9).String()+" "+proration.CloseDay(9).String())
}

func TestZeroRule(t *testing.T) {
	require.Equal(t, parseRule(t, "day_count=actual round_part=used rounding=half_up daily_rate=exact"), proration.Rule{})
	var none proration.CloseDay
	require.Equal(t, "free", none.String())
}

// Law: every daily rate is read back from its text, and no two have the same.
func TestDailyRateText(t *testing.T) {
	seen := map[string]bool{}
	for i, r := range dailyRates(t) {
		require.Equal(t, i == 0, r.IsExact(), r.String())
		back, err := proration.ParseDailyRate(r.String())
		require.NoError(t, err)
		require.Equal(t, r, back)
		seen[r.String()] = true
	}
	require.Len(t, seen, 41)
	for _, text := range []string{"exact", "0:half_up", "2:half_even", "4:down", "9:up"} {
		require.True(t, seen[text], text)
	}
}

func TestBadDailyRates(t *testing.T) {
	const grammar = `, expected "exact" or DIGITS:MODE such as 2:half_up or 4:down, with 0 to 9 digits`
	for _, tt := range []struct{ text, want string }{
		{"", `daily_rate ""` + grammar},
		{"Exact", `daily_rate "Exact"` + grammar},
		{"2", `daily_rate "2"` + grammar},
		{":down", `daily_rate ":down"` + grammar},
		{"10:down", `daily_rate "10:down"` + grammar},
		{"-1:down", `daily_rate "-1:down"` + grammar},
		{"٢:down", `daily_rate "٢:down"` + grammar},
		{" 2:down", `daily_rate " 2:down"` + grammar},
		{"2:", `daily_rate "2:": `},
		{"2:floor", `daily_rate "2:floor": `},
		{"2:down:", `daily_rate "2:down:": `},
	} {
		r, err := proration.ParseDailyRate(tt.text)
		require.ErrorContains(t, err, tt.want)
		require.ErrorContains(t, err, "half_up", "what is valid")
		require.Equal(t, proration.DailyRate{}, r)
	}
	for _, digits := range []int{-1, 10} {
		_, err := proration.RoundedDailyRate(digits, money.HalfUp)
		require.ErrorContains(t, err, "expected 0 to 9", "%d digits", digits)
	}
	_, err := proration.RoundedDailyRate(2, money.Rounding(4))
	require.EqualError(t, err, "daily_rate: no such rounding, Rounding(4)")
}

func TestCloseDay(t *testing.T) {
	closed := date(t, "2026-02-28")
	require.Equal(t, closed, proration.Free.End(closed))
	require.Equal(t, date(t, "2026-03-01"), proration.Charged.End(closed))

	// 79.95, closed on 10 November: eleven days are charged, or twelve.
	month := period(t, "2010-10-30", "2010-11-30")
	for day, want := range map[proration.CloseDay]string{proration.Free: "28.37", proration.Charged: "30.95"} {
		part := cycle.Period{Start: month.Start, End: day.End(date(t, "2010-11-10"))}
		require.Equal(t, want, share(t, proration.Rule{}, money.MustParse("79.95 USD"), month, part).Amount.Number(), "close_day=%s", day)
	}
}

// A value that has no name, as a program may make one, is refused: internal lengths of months once travelled in DayCount, and 11 of 31
// days cost the whole price under DayCount(7).
func TestUnknownRule(t *testing.T) {
	price, month := money.MustParse("79.95 USD"), period(t, "2010-10-30", "2010-11-30")
	part := days(month, 0, 11)
	for _, tt := range []struct {
		rule proration.Rule
		want string
	}{
		{proration.Rule{DayCount: 3}, "no such rule: unknown day_count #3, expected one of actual, thirty, year_365"},
		{proration.Rule{DayCount: 7}, "no such rule: unknown day_count #7, expected one of actual, thirty, year_365"},
		{proration.Rule{DayCount: 31}, "no such rule: unknown day_count #31, expected one of actual, thirty, year_365"},
		{proration.Rule{RoundPart: 3}, "no such rule: unknown round_part #3, expected one of used, unused, each"},
		{proration.Rule{Rounding: 4}, "no such rule: no such rounding: Rounding(4), expected half_up, half_even, down or up"},
		{proration.Rule{RoundPart: 255, Rounding: 255}, "no such rule: unknown round_part #255, expected one of used, unused, each\nno such rounding: Rounding(255), expected half_up, half_even, down or up"},
	} {
		require.EqualError(t, tt.rule.Check(), tt.want)
		_, err := tt.rule.Share(price, month, part)
		require.EqualError(t, err, "share of 79.95 USD: "+tt.want)
		require.ErrorIs(t, err, proration.ErrRule)
		_, err = share(t, proration.Rule{}, price, month, part).By(tt.rule)
		require.EqualError(t, err, "share of 79.95 USD: "+tt.want)
		_, err = tt.rule.Allowance(50_000, month, part)
		require.Equal(t, tt.rule.DayCount > proration.Year365, err != nil, "an allowance follows the days alone: %v", err)
	}
	for _, r := range allRules(t) {
		require.NoError(t, r.Check())
	}
	require.EqualError(t, proration.CloseDay(2).Check(), "unknown close_day #2, expected one of free, charged")
	require.NoError(t, proration.Charged.Check())
}
