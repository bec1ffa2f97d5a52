package invoice_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// values are some that each key of a policy may have, the default first.
var values = map[string][]string{
	"currency":         {"USD", "JPY", "BHD", "EUR"},
	"time_zone":        {"UTC", "America/Los_Angeles", "Pacific/Auckland"},
	"timing":           {"arrears", "advance"},
	"day_count":        {"actual", "thirty", "year_365"},
	"daily_rate":       {"exact", "2:half_up", "4:down", "0:up", "9:half_even"},
	"round_part":       {"used", "unused", "each"},
	"close_day":        {"free", "charged"},
	"rounding":         {"half_up", "half_even", "down", "up"},
	"bill_changes":     {"next_bill", "immediately"},
	"included_credits": {"full", "prorated"},
	"free_upgrade":     {"restart_cycle", "keep_cycle"},
	"settle_days":      {"0", "1", "31", "366"},
}

const defaults = `{"currency":"USD","time_zone":"UTC","timing":"arrears","day_count":"actual","daily_rate":"exact",` +
	`"round_part":"used","close_day":"free","rounding":"half_up","bill_changes":"next_bill","included_credits":"full",` +
	`"free_upgrade":"restart_cycle","settle_days":0}`

func TestPolicyDefaults(t *testing.T) {
	var zero invoice.Policy
	text, err := zero.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, defaults, string(text))
	for _, same := range []string{"{}", defaults, "\n{ }\n"} {
		p, err := invoice.ParsePolicy("policy.json", []byte(same))
		require.NoError(t, err)
		again, err := p.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, defaults, string(again))
		require.Equal(t, money.USD, p.MoneyCurrency())
	}
	require.Len(t, values, len(invoice.PolicyKeys()))
	for _, key := range invoice.PolicyKeys() {
		require.Equal(t, values[key][0], zero.Value(key))
		if words := invoice.PolicyWords(key); words != nil {
			require.Equal(t, values[key], words)
		}
	}
	require.Empty(t, zero.Value("nonesuch"))
	require.Empty(t, invoice.PolicyWords("nonesuch"))
	require.Empty(t, invoice.PolicyWords("settle_days"))
}

// Law: a policy that is written and read again is the same, and Set is what reading does.
func TestLawPolicyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p invoice.Policy
		want := map[string]string{}
		for _, key := range invoice.PolicyKeys() {
			want[key] = rapid.SampledFrom(values[key]).Draw(t, key)
			require.NoError(t, p.Set(key, want[key]))
		}
		text, err := p.MarshalJSON()
		require.NoError(t, err)
		back, err := invoice.ParsePolicy("policy.json", text)
		require.NoError(t, err)
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		for key, value := range want {
			require.Equal(t, value, back.Value(key))
		}
		require.Equal(t, p.Rule(), back.Rule())
	})
}

func TestPolicySetRefuses(t *testing.T) {
	tests := []struct{ key, value, want string }{
		{"timng", "advance", `(did you mean "timing"?), expected one of currency, time_zone, timing`},
		{"", "advance", "unknown policy key"},
		{"Timing", "advance", `did you mean "timing"?`},
		{"timing", "advanced", `unknown timing "advanced" (did you mean "advance"?), expected one of arrears, advance`},
		{"timing", "", "expected one of arrears, advance"},
		{"timing", "Advance", `did you mean "advance"?`},
		{"day_count", "actual/actual", "expected one of actual, thirty, year_365"},
		{"daily_rate", "2", "DIGITS:MODE such as 2:half_up"},
		{"daily_rate", "10:half_up", "0 to 9 digits"},
		{"daily_rate", "-1:half_up", "0 to 9 digits"},
		{"daily_rate", "2:halfup", "half_up"},
		{"round_part", "usd", `did you mean "used"?`},
		{"close_day", "yes", "expected one of free, charged"},
		{"rounding", "half_down", "half_up, half_even, down, up"},
		{"bill_changes", "now", "expected one of next_bill, immediately"},
		{"included_credits", "none", "expected one of full, prorated"},
		{"free_upgrade", "keep", "expected one of restart_cycle, keep_cycle"},
		{"settle_days", "367", "a whole number of days from 0 to 366"},
		{"settle_days", "-1", "from 0 to 366"},
		{"settle_days", "+1", "from 0 to 366"},
		{"settle_days", "01", "from 0 to 366"},
		{"settle_days", "1.5", "from 0 to 366"},
		{"settle_days", "", "from 0 to 366"},
		{"currency", "usd", `"USD"`},
		{"currency", "XXX", "ISO 4217"},
		{"time_zone", "Local", "an IANA name"},
		{"time_zone", "", "an IANA name"},
		{"time_zone", "America/Los_Angles", "an IANA name"},
		{"time_zone", "../../etc/passwd", "an IANA name"},
	}
	for _, tt := range tests {
		var p, before invoice.Policy
		for _, policy := range []*invoice.Policy{&p, &before} {
			for key, list := range values {
				require.NoError(t, policy.Set(key, list[1]))
			}
		}
		err := p.Set(tt.key, tt.value)
		require.ErrorContains(t, err, tt.want, "Set(%q, %q)", tt.key, tt.value)
		require.Equal(t, text(t, before), text(t, p), "a failed Set changes nothing")
	}
}

func text(t require.TestingT, p invoice.Policy) string {
	b, err := p.MarshalJSON()
	require.NoError(t, err)
	return string(b)
}

// The mark ‸ stands before the byte at which the error must be.
func TestParsePolicyRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", `‸`, "nothing there"},
		{"an array", `‸[]`, "an array, expected a JSON object"},
		{"cut short", `{"timing"‸`, "ends too early"},
		{"an unknown key", "{\n  ‸\"timng\": \"advance\"\n}", `did you mean "timing"?`},
		{"an unknown value", "{\n  \"timing\": \"arrears\",\n  \"day_count\": ‸\"actuel\"\n}", `did you mean "actual"?`},
		{"a value that is no string", `{"timing":‸5}`, "expected a string"},
		{"null", `{"timing":‸null}`, "timing: null"},
		{"days in quotes", `{"settle_days":‸"3"}`, "settle_days"},
		{"half a day", `{"settle_days":‸1.5}`, "settle_days"},
		{"an exponent", `{"settle_days":‸1e2}`, "settle_days"},
		{"days of null", `{"settle_days":‸null}`, "settle_days"},
		{"a repeated key", `{"timing":"arrears",‸"timing":"arrears"}`, "repeated"},
		{"invalid UTF-8", "{\"timing\":\"‸\xff\"}", "invalid UTF-8"},
		{"two documents", `{} ‸{}`, "something after the end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := invoice.ParsePolicy("policy.json", []byte(strings.Replace(tt.text, "‸", "", 1)))
			requirePlace(t, err, "policy.json", tt.text, tt.want)
		})
	}
}

// requirePlace requires an error at the mark, with a text in its message.
func requirePlace(t *testing.T, err error, file, text, want string) {
	t.Helper()
	before, _, marked := strings.Cut(text, "‸")
	require.True(t, marked)
	place := source.Place{File: file, Line: 1 + strings.Count(before, "\n"), Column: len(before) - strings.LastIndexByte(before, '\n')}
	parse := (*source.ParseError)(nil)
	require.True(t, errors.As(err, &parse), "%v", err)
	require.Equal(t, place, parse.Place, "%v", err)
	require.ErrorContains(t, err, want)
	require.True(t, strings.HasPrefix(err.Error(), fmt.Sprintf("%s:%d:%d: ", file, place.Line, place.Column)), "%v", err)
}

// requireShort requires that each of the problems joined in an error is short and that they are few.
func requireShort(t *testing.T, err error) {
	t.Helper()
	problems := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		problems = several.Unwrap()
	}
	require.LessOrEqual(t, len(problems), 21)
	for _, problem := range problems {
		require.Less(t, len(problem.Error()), 1000)
	}
}

// No error holds more than the beginning of a key or value.
func TestPolicyErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\x7f", 5000)
	for _, key := range append(invoice.PolicyKeys(), long) {
		err := new(invoice.Policy).Set(key, long)
		require.ErrorContains(t, err, `"\x7f\x7f`)
		requireShort(t, err)
		_, err = invoice.ParsePolicy("policy.json", []byte(`{"`+key+`":"`+long+`"}`))
		require.Error(t, err)
		requireShort(t, err)
	}
	requireShort(t, new(invoice.Policy).Set("daily_rate", "2:"+long))
	_, err := invoice.ParsePolicy("policy.json", []byte(`{"settle_days":`+strings.Repeat("7", 5000)+`}`))
	require.ErrorContains(t, err, `settle_days "777`)
	requireShort(t, err)
}

func TestParsePolicyGivesUp(t *testing.T) {
	document := "{"
	for i := range 100 {
		document += fmt.Sprintf("\n\"key%d\":1,", i)
	}
	_, err := invoice.ParsePolicy("policy.json", []byte(document+`"timing":"advance"}`))
	requireShort(t, err)
	require.ErrorContains(t, err, "policy.json:21:1: unknown policy key \"key19\"")
	require.True(t, strings.HasSuffix(err.Error(), "\npolicy.json: and 80 more problems"), "%v", err)
}

func TestPolicyZone(t *testing.T) {
	var p invoice.Policy
	require.NoError(t, p.Set("time_zone", "Asia/Tokyo"))
	_, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, p.TimeZone).Zone()
	require.Equal(t, 9*60*60, offset)
}

// A policy that a program made has only what a policy file could have.
func TestPolicyCheck(t *testing.T) {
	for _, tt := range []struct {
		policy invoice.Policy
		want   string
	}{
		{invoice.Policy{Currency: 50000}, "policy: unknown currency Currency(50000), expected an active one of ISO 4217"},
		{invoice.Policy{TimeZone: time.Local}, `policy: time_zone "Local" depends on the machine, expected one by an IANA name such as UTC or America/Los_Angeles`},
		{invoice.Policy{TimeZone: new(time.Location)}, `policy: time_zone "" depends on the machine, expected one by an IANA name such as UTC or America/Los_Angeles`},
		{invoice.Policy{Timing: 2}, "policy: unknown timing #2, expected one of arrears, advance"},
		{invoice.Policy{DayCount: 3}, "policy: no such rule: unknown day_count #3, expected one of actual, thirty, year_365"},
		{invoice.Policy{DayCount: 7}, "policy: no such rule: unknown day_count #7, expected one of actual, thirty, year_365"},
		{invoice.Policy{RoundPart: 3}, "policy: no such rule: unknown round_part #3, expected one of used, unused, each"},
		{invoice.Policy{CloseDay: 2}, "policy: unknown close_day #2, expected one of free, charged"},
		{invoice.Policy{Rounding: 4}, "policy: no such rule: no such rounding: Rounding(4), expected half_up, half_even, down or up"},
		{invoice.Policy{BillChanges: 2}, "policy: unknown bill_changes #2, expected one of next_bill, immediately"},
		{invoice.Policy{IncludedCredits: 2}, "policy: unknown included_credits #2, expected one of full, prorated"},
		{invoice.Policy{FreeUpgrade: 2}, "policy: unknown free_upgrade #2, expected one of restart_cycle, keep_cycle"},
		{invoice.Policy{FreeUpgrade: 255}, "policy: unknown free_upgrade #255, expected one of restart_cycle, keep_cycle"},
		{invoice.Policy{SettleDays: -1}, "policy: settle_days -1, expected 0 to 366"},
		{invoice.Policy{SettleDays: 367}, "policy: settle_days 367, expected 0 to 366"},
	} {
		require.EqualError(t, tt.policy.Check(), tt.want)
		_, err := tt.policy.MarshalJSON()
		require.EqualError(t, err, tt.want, "it could not be read back")
		_, err = account.BillAccount(make([]account.Event, 1), invoice.Catalogue{}, tt.policy, cycle.MustDate("2026-01-01"))
		require.EqualError(t, err, tt.want)
	}
	require.NoError(t, invoice.Policy{}.Check())
	east := invoice.Policy{TimeZone: time.FixedZone("east", 3600)}
	require.NoError(t, east.Check(), "a zone without a name that a file could have is as good to bill by")
	_, err := east.MarshalJSON()
	require.EqualError(t, err, `unknown time zone "east", expected an IANA name such as UTC or America/Los_Angeles`)
}

// Names that are not of a zone but of a file of the machine, or another spelling of a zone's.
func TestPolicyZonesAreIANA(t *testing.T) {
	for name, meant := range map[string]string{"localtime": "", "posixrules": "", "right/America/New_York": "America/New_York", "posix/America/New_York": "America/New_York",
		"./UTC": "", "America//New_York": "America/New_York", "America/./New_York": "America/New_York", "zone.tab": "", "America": "", "UTC/": "", "utc\x00": ""} {
		hint := ""
		if name == "localtime" || name == "posixrules" {
			hint = " (that of the machine, which may be another on the next)"
		} else if meant != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", meant)
		}
		require.EqualError(t, new(invoice.Policy).Set("time_zone", name), fmt.Sprintf("unknown time zone %q%s, expected an IANA name such as UTC or America/Los_Angeles", name, hint))
	}
	for _, name := range []string{"UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "US/Pacific", "EST5EDT"} {
		require.NoError(t, new(invoice.Policy).Set("time_zone", name))
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, s := range []string{"", "{}", "[]", defaults, `{"timing":"advance","settle_days":3}`, `{"timing":"advance","timing":"advance"}`,
		`{"settle_days":"3"}`, `{"daily_rate":"9:half_even"}`, `{"time_zone":"Local"}`, "{\"currency\":\"\xff\"}", `{"t\u0069ming":"arrears"}`, `{} {}`, `{},`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := invoice.ParsePolicy("policy.json", data)
		if err != nil {
			parse := (*source.ParseError)(nil)
			require.True(t, errors.As(err, &parse), "%v", err)
			require.Positive(t, parse.Line)
			require.Positive(t, parse.Column)
			requireShort(t, err)
			return
		}
		back, err := invoice.ParsePolicy("policy.json", []byte(text(t, p)))
		require.NoError(t, err)
		require.Equal(t, text(t, p), text(t, back))
	})
}
