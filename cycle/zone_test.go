package cycle_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
)

func instant(tb testing.TB, s string) time.Time {
	tb.Helper()
	t, err := time.Parse(time.RFC3339, s)
	require.NoError(tb, err)
	return t
}

func TestDateOf(t *testing.T) {
	for _, row := range readTSV(t, "instants.tsv", 4) {
		got, err := cycle.DateOf(instant(t, row[1]), zone(t, row[2]))
		require.NoError(t, err, row[0])
		require.Equal(t, row[3], got.String(), "%s: DateOf(%s, %s)", row[0], row[1], row[2])
	}
	got, err := cycle.DateOf(instant(t, "2026-03-01T00:30:00+02:00"), nil)
	require.NoError(t, err)
	require.Equal(t, date("2026-02-28"), got, "without a zone it is UTC, not the instant's own offset")
}

func TestDateOfErrors(t *testing.T) {
	east, west := time.FixedZone("east", 3600), time.FixedZone("west", -3600)
	for _, row := range []struct {
		name string
		at   time.Time
		loc  *time.Location
		want string // a date, or nothing where it is an error
	}{
		{"the first instant", instant(t, "0001-01-01T00:00:00Z"), nil, "0001-01-01"},
		{"before the first", instant(t, "0001-01-01T00:00:00Z").Add(-1), nil, ""},
		{"before the first, but not further east", instant(t, "0001-01-01T00:00:00Z").Add(-1), east, "0001-01-01"},
		{"the first, but not yet further west", instant(t, "0001-01-01T00:00:00Z"), west, ""},
		{"the last instant", instant(t, "9999-12-31T23:59:59Z"), nil, "9999-12-31"},
		{"after the last", instant(t, "9999-12-31T23:59:59Z").Add(time.Second), nil, ""},
		{"the last, but over further east", instant(t, "9999-12-31T23:59:59Z"), east, ""},
		{"after the last, but not yet further west", instant(t, "9999-12-31T23:59:59Z").Add(time.Second), west, "9999-12-31"},
		{"as early as there is", time.Unix(math.MinInt64, 0), east, ""},
		{"as late as there is", time.Unix(math.MaxInt64, 0), east, ""},
		{"the zero time", time.Time{}, nil, "0001-01-01"},
	} {
		got, err := cycle.DateOf(row.at, row.loc)
		require.Equal(t, row.want, got.String(), row.name)
		require.Equal(t, row.want == "", err != nil, "%s: %v", row.name, err)
	}
	_, err := cycle.DateOf(instant(t, "9999-12-31T23:59:59Z").Add(time.Second), nil)
	require.EqualError(t, err, `date of instant "10000-01-01T00:00:00Z": outside years 1 to 9999`)
}

func TestStart(t *testing.T) {
	for _, row := range readTSV(t, "starts.tsv", 4) {
		got := date(row[1]).Start(zone(t, row[2]))
		require.Equal(t, row[3], got.Format(time.RFC3339), "%s: %s.Start(%s)", row[0], row[1], row[2])
	}
	require.Equal(t, "2026-03-01T00:00:00Z", date("2026-03-01").Start(nil).Format(time.RFC3339))
	require.Equal(t, time.UTC, date("2026-03-01").Start(nil).Location())
	far := time.FixedZone("far", 100*3600)
	require.Equal(t, "2026-02-24T20:00:00Z", date("2026-03-01").Start(far).UTC().Format(time.RFC3339), "any offset will do")
}

// Start is the first instant of its date, in any zone and year: DateOf gives the date there, and an earlier one a moment before.
func TestStartIsFirst(tb *testing.T) {
	names := readLines(tb, "zones.txt")
	require.Len(tb, names, 447)
	rapid.Check(tb, func(t *rapid.T) {
		loc := zone(tb, rapid.SampledFrom(names).Draw(t, "zone"))
		d := cycle.MustDate("1800-01-01").AddDays(rapid.IntRange(0, 365*400).Draw(t, "day"))
		start := d.Start(loc)
		got, err := cycle.DateOf(start, loc)
		require.NoError(t, err)
		before, err := cycle.DateOf(start.Add(-1), loc)
		require.NoError(t, err)
		require.True(t, before.Before(d), "%s.Start(%s) = %s, but a moment before it is %s", d, loc, start, before)
		if got != d { // a date the zone left out
			require.Equal(t, d.AddDays(1), got, "%s.Start(%s) = %s", d, loc, start)
			require.Equal(t, d.AddDays(-1), before, "%s.Start(%s) = %s", d, loc, start)
		}
	})
}

func TestWeeksOfChange(t *testing.T) {
	for _, row := range []struct {
		name, zone, day string
		hours           float64
	}{
		{"an ordinary day", "Europe/Berlin", "2026-05-13", 24},
		{"spring forward", "Europe/Berlin", "2026-03-29", 23},
		{"fall back", "Europe/Berlin", "2026-10-25", 25},
		{"spring forward in America", "America/Los_Angeles", "2026-03-08", 23},
		{"fall back in America", "America/Los_Angeles", "2026-11-01", 25},
		{"half an hour", "Australia/Lord_Howe", "2026-04-05", 24.5},
		{"midnight skipped", "America/Sao_Paulo", "2018-11-04", 23},
		{"the hour before midnight twice", "America/Sao_Paulo", "2018-02-17", 25},
		{"midnight twice", "America/Havana", "2026-11-01", 25},
		{"a day left out", "Pacific/Apia", "2011-12-30", 0},
	} {
		loc, d := zone(t, row.zone), date(row.day)
		hours := d.AddDays(1).Start(loc).Sub(d.Start(loc)).Hours()
		require.Equal(t, row.hours, hours, "%s: hours of %s in %s", row.name, row.day, row.zone)
		week := d.AddDays(4).Start(loc).Sub(d.AddDays(-3).Start(loc)).Hours()
		require.Equal(t, 144+row.hours, week, "%s: hours of the week around %s in %s", row.name, row.day, row.zone)
	}
}
