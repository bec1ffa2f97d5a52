package eventlog_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
)

// spanText is a span as short as it can be read: Before | First … Last | After.
func spanText(s eventlog.Span) string {
	part := func(first, last cycle.Date) string {
		if first == last {
			return first.String()
		}
		return first.String() + "…" + last.String()
	}
	return part(s.Before.First, s.Before.Last) + "|" + part(s.First, s.Last) + "|" + part(s.After.First, s.After.Last)
}

// everyDay is n days in a row.
func everyDay(from string, n int) (list []string) {
	for i := range n {
		list = append(list, date(from).AddDays(i).String())
	}
	return list
}

// Few dates that are far from all others are told apart from them.
func TestSpan(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		dates     []string
		want      string
	}{
		{"nothing", "", nil, "||"},
		{"one", "", []string{"2026-01-05"}, "|2026-01-05|"},
		{"two, far apart", "either may be the mistake", []string{"2026-01-05", "2062-01-05"}, "|2026-01-05…2062-01-05|"},
		{"a usage of 2062", "", []string{"2026-01-05", "2026-02-05", "2062-03-01"}, "|2026-01-05…2026-02-05|2062-03-01"},
		{"a sign-up of 1926", "", []string{"1926-01-05", "2026-02-05", "2026-03-01"}, "1926-01-05|2026-02-05…2026-03-01|"},
		{"both", "", []string{"1926-01-05", "2026-02-05", "2026-02-06", "2026-03-01", "2062-01-01"}, "1926-01-05|2026-02-05…2026-03-01|2062-01-01"},
		{"several", "fewer than half", []string{"2026-02-05", "2026-02-06", "2026-03-01", "2062-01-01", "2100-01-01"}, "|2026-02-05…2026-03-01|2062-01-01…2100-01-01"},
		{"half of them", "either half may be the mistake", []string{"2026-02-05", "2026-03-01", "2062-01-01", "2062-01-02"}, "|2026-02-05…2062-01-02|"},
		{"a day is a day, however much happens on it", "one of three", slices.Concat([]string{"2026-02-05", "2026-03-01"}, slices.Repeat([]string{"2062-01-01"}, 50)), "|2026-02-05…2026-03-01|2062-01-01"},
		{"ten years, and idle", "3653 days from 2016-02-05 are 2026-02-05", []string{"2016-02-04", "2016-02-05", "2026-02-05"}, "|2016-02-04…2026-02-05|"},
		{"ten years and a day", "", []string{"2016-02-04", "2016-02-05", "2026-02-06"}, "|2016-02-04…2016-02-05|2026-02-06"},
		{"a year beyond a hundred days", "99 others are not enough", append(everyDay("2026-01-01", 99), "2027-06-01"), "|2026-01-01…2027-06-01|"},
		{"a year and more beyond a hundred days", "the last of a hundred is 2026-04-10", append(everyDay("2026-01-01", 100), "2027-04-12"), "|2026-01-01…2026-04-10|2027-04-12"},
		{"366 days beyond a hundred", "not more than 366", append(everyDay("2026-01-01", 100), "2027-04-11"), "|2026-01-01…2027-04-11|"},
		{"a year before a hundred days", "an account is older than the log", append(everyDay("2026-01-01", 100), "2018-03-01", "2024-12-30"), "|2018-03-01…2026-04-10|"},
		{"ten years and a day before them", "", append(everyDay("2026-01-01", 100), "2015-12-31"), "2015-12-31|2026-01-01…2026-04-10|"},
		{"the first and the last day there are", "", []string{"0001-01-02", "2026-02-05", "2026-02-06", "2026-02-07", "9999-12-31"}, "0001-01-02|2026-02-05…2026-02-07|9999-12-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dates eventlog.Dates
			var text strings.Builder
			for i, d := range tt.dates {
				dates.Add(at(d + "T12:00:00Z"))
				fmt.Fprintf(&text, `{"id":"%d","type":"usage.recorded","account":"a","at":"%sT12:00:00Z","credits":1}`+"\n", i, d)
			}
			s, err := dates.Span(invoice.Policy{})
			require.NoError(t, err)
			require.Equal(t, tt.want, spanText(s), tt.why)

			events, found := load(t, eventlog.Loading{}, text.String())
			require.NoError(t, found.err)
			s, err = events.Span(invoice.Policy{})
			require.NoError(t, err)
			require.Equal(t, tt.want, spanText(s), tt.why)
		})
	}
}

// TestSpanGap: where as many days lie on either side, neither is far, and the gap is told.
func TestSpanGap(t *testing.T) {
	for _, tt := range []struct {
		name  string
		dates []string
		want  string // from and to
	}{
		{"none", nil, " "},
		{"near", []string{"2016-02-05", "2026-02-05"}, " "},
		{"two, far apart", []string{"2026-01-05", "2062-01-05"}, "2026-01-05 2062-01-05"},
		{"two and two", []string{"2026-01-05", "2026-01-09", "2062-01-05", "2062-01-09"}, "2026-01-09 2062-01-05"},
		{"one that is far", []string{"2026-01-05", "2026-01-09", "2062-01-05"}, " "},
		{"the widest", []string{"1990-01-01", "2010-01-01", "2040-01-01"}, " "}, // both ends are few
		{"of several", []string{"1980-01-01", "1980-01-02", "2010-01-01", "2010-01-02"}, "1980-01-02 2010-01-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dates eventlog.Dates
			for _, d := range tt.dates {
				dates.Add(at(d + "T12:00:00Z"))
			}
			s, err := dates.Span(policyOf("time_zone=Asia/Tokyo"))
			require.NoError(t, err)
			require.Equal(t, tt.want, s.Gap.From.String()+" "+s.Gap.To.String())
		})
	}
}

// The days are those of the policy's time zone, and what is far is named.
func TestSpanNames(t *testing.T) {
	var text strings.Builder
	for i, instant := range []string{"2026-01-31T23:30:00Z", "2026-01-31T10:00:00Z", "2026-02-01T00:30:00+02:00", "2062-03-01T23:59:59.999Z", "1926-01-01T00:00:00Z"} {
		fmt.Fprintf(&text, `{"id":"e%d","type":"usage.recorded","account":"of %d","at":%q,"credits":1}`+"\n", i, i%3, instant)
	}
	events, found := load(t, eventlog.Loading{}, text.String())
	require.NoError(t, found.err)
	s, err := events.Span(policyOf("time_zone=UTC"))
	require.NoError(t, err)
	require.Equal(t, "1926-01-01|2026-01-31|2062-03-01", spanText(s))
	require.Equal(t, 1, s.Before.N)
	e := s.Before.Events[0]
	require.Equal(t, []string{"e4", "of 1", "0.jsonl:5:1"}, []string{e.ID, e.Account, e.Place.String()})
	require.Equal(t, 1, s.After.N)
	require.Equal(t, "e3", s.After.Events[0].ID)

	var dates eventlog.Dates
	for _, name := range events.Accounts() {
		for _, e := range events.Of(name) {
			dates.Add(e.At)
		}
	}
	s, err = dates.Span(policyOf("time_zone=Europe/Berlin"))
	require.NoError(t, err)
	require.Equal(t, "1926-01-01|2026-01-31…2026-02-01|2062-03-02", spanText(s), "half past eleven in London is tomorrow in Berlin")
	s, err = dates.Span(policyOf("time_zone=America/New_York"))
	require.NoError(t, err)
	require.Equal(t, "1925-12-31|2026-01-31|2062-03-01", spanText(s))
}

// Of many events that are far, the first are named, and all are counted.
func TestSpanNamesTheFirst(t *testing.T) {
	var lines []string
	for i := range 1000 {
		lines = append(lines, fmt.Sprintf(`{"id":"e%03d","type":"usage.recorded","account":"a","at":"2026-01-%02dT00:00:00Z","credits":1}`+"\n", i, i%31+1))
		lines = append(lines, fmt.Sprintf(`{"id":"f%03d","type":"usage.recorded","account":"a","at":"2062-01-%02dT00:00:%02dZ","credits":1}`+"\n", i, i%7+1, i/7%60))
	}
	for _, workers := range []int{1, 4} {
		events, found := load(t, eventlog.Loading{Workers: workers}, strings.Join(lines, ""))
		require.NoError(t, found.err)
		s, err := events.Span(invoice.Policy{})
		require.NoError(t, err)
		require.Equal(t, "|2026-01-01…2026-01-31|2062-01-01…2062-01-07", spanText(s))
		require.Equal(t, 1000, s.After.N)
		require.Len(t, s.After.Events, eventlog.MaxFar)
		for i, id := range []string{"f000", "f420", "f840", "f007", "f427", "f847", "f014"} { // the seconds of 1 January, every 420th
			require.Equal(t, id, s.After.Events[i].ID)
		}
		slices.Reverse(lines)
	}
}

// obviousSpan is the rule, day by day: a day is far when there is a gap between it and the middle that is wide enough
// for how few lie beyond it.
func obviousSpan(days map[int]bool) (first, last int) {
	var list []int
	for day := range days {
		list = append(list, day)
	}
	slices.Sort(list)
	beyond := func(is func(day int) bool) (n int) {
		for _, day := range list {
			if is(day) {
				n++
			}
		}
		return n
	}
	var main []int
	for _, day := range list {
		far := false
		for i := 1; i < len(list); i++ {
			before := beyond(func(d int) bool { return d < list[i] })
			few, others := before, len(list)-before
			if day >= list[i] {
				few, others = others, few
			}
			gap := list[i] - list[i-1]
			far = far || few < others && (gap > 3653 || gap > 366 && day >= list[i] && others >= 100*few)
		}
		if !far {
			main = append(main, day)
		}
	}
	return main[0], main[len(main)-1]
}

// Law: the span is the rule's, whatever the order, repeats, workers and shards.
func TestLawSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := map[int]bool{}
		base := rapid.IntRange(0, 20_000).Draw(t, "base")
		for i := range rapid.SampledFrom([]int{1, 2, 5, 110, 230}).Draw(t, "days") {
			days[base+i*rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "step")] = true
		}
		for range rapid.IntRange(0, 4).Draw(t, "far") {
			days[base+rapid.IntRange(-9000, 9000).Draw(t, "day")] = true
		}
		first, last := obviousSpan(days)
		want := fmt.Sprint(date("1970-01-01").AddDays(first), date("1970-01-01").AddDays(last))

		var lines []string
		for day := range days {
			for range rapid.IntRange(1, 2).Draw(t, "events") {
				instant := time.Unix(int64(day)*86400+int64(rapid.IntRange(0, 86399).Draw(t, "second")), 0).UTC()
				lines = append(lines, fmt.Sprintf(`{"id":"%d","type":"usage.recorded","account":"%d","at":%q,"credits":1}`+"\n", len(lines), len(lines)%5, instant.Format(time.RFC3339)))
			}
		}
		lines = append(lines, lines[len(lines)/2:]...)
		lines = rapid.Permutation(lines).Draw(t, "lines")
		half := rapid.IntRange(0, len(lines)).Draw(t, "half")
		texts := []string{strings.Join(lines[:half], ""), strings.Join(lines[half:], "")}
		whole, found := load(t, eventlog.Loading{Workers: 3}, texts...)
		require.NoError(t, found.err)
		all, err := whole.Span(invoice.Policy{})
		require.NoError(t, err)
		require.Equal(t, want, fmt.Sprint(all.First, all.Last))

		var merged eventlog.Dates
		n := 0
		for shard := range 3 {
			part, found := load(t, eventlog.Loading{Only: func(name string) bool { return eventlog.Shard(name, 3) == shard }}, texts...)
			require.NoError(t, found.err)
			s, err := part.Span(invoice.Policy{})
			require.NoError(t, err)
			require.Equal(t, spanText(all), spanText(s))
			n += s.Before.N + s.After.N
			var own eventlog.Dates
			for _, name := range part.Accounts() {
				for _, e := range part.Of(name) {
					own.Add(e.At)
				}
			}
			text, err := own.AppendBinary(nil)
			require.NoError(t, err)
			require.NoError(t, merged.UnmarshalBinary(text))
		}
		require.Equal(t, all.Before.N+all.After.N, n, "each shard names its own")
		s, err := merged.Span(invoice.Policy{})
		require.NoError(t, err)
		require.Equal(t, spanText(all), spanText(s))
	})
}

// Bytes that are damaged change nothing.
func TestDatesUnmarshal(t *testing.T) {
	var dates eventlog.Dates
	dates.Add(at("2026-01-05"))
	text, err := dates.AppendBinary(nil)
	require.NoError(t, err)
	for _, bad := range [][]byte{text[:1], text[:len(text)-1], append(slices.Clone(text), 0x80), {0, 0xff, 0xff, 0x7f, 0}, {0, 0, 0xff, 0xff, 0x7f}, {0x80, 0x80}} {
		require.Error(t, dates.UnmarshalBinary(bad), "%x", bad)
		s, err := dates.Span(invoice.Policy{})
		require.NoError(t, err)
		require.Equal(t, "|2026-01-05|", spanText(s))
	}
	many := []byte(nil)
	for range 10_000 {
		many = binary.AppendVarint(many, 1<<40) // a page each
		many = append(many, 0, 0)
	}
	require.ErrorContains(t, dates.UnmarshalBinary(many), "beyond the years")
	require.NoError(t, dates.UnmarshalBinary(nil))
	_, err = new(eventlog.Dates).Span(invoice.Policy{})
	require.NoError(t, err)
}

// An instant that no calendar has is an error of the span, not a panic.
func TestSpanOfAnyTime(t *testing.T) {
	for _, instant := range []time.Time{{}, time.Unix(1<<62, 0), time.Unix(-1<<62, 0), time.Unix(-62135596801, 0), time.Unix(253402300800, 0)} {
		var events eventlog.Events
		require.NoError(t, events.Add(account.Event{ID: "1", Account: "a", At: instant}))
		require.NoError(t, events.Add(account.Event{ID: "2", Account: "a", At: at("2026-01-05")}))
		require.NoError(t, events.Add(account.Event{ID: "3", Account: "a", At: at("2026-01-06")}))
		_, err := events.Span(invoice.Policy{})
		if instant.IsZero() {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "outside years 1 to 9999")
	}
}
