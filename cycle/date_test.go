package cycle_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
)

var (
	_ encoding.TextAppender    = cycle.Date{}
	_ encoding.TextMarshaler   = cycle.Date{}
	_ encoding.TextUnmarshaler = (*cycle.Date)(nil)
	_ fmt.Stringer             = cycle.Date{}
)

var date = cycle.MustDate

// lengthOf is the month table of a wall calendar, kept apart from the package's own.
func lengthOf(year, month int) int {
	lengths := [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	leap := year%400 == 0 || year%4 == 0 && year%100 != 0
	if month == 2 && leap {
		return 29
	}
	return lengths[month-1]
}

// TestEveryDay walks a wall calendar through all 3,652,059 days of the years 1 to 9999.
func TestEveryDay(t *testing.T) {
	d, n := date("0001-01-01"), 0
	first := d
	for year := 1; year <= 9999; year++ {
		for month := 1; month <= 12; month++ {
			for day := 1; day <= lengthOf(year, month); day++ {
				y, m, dd := d.Civil()
				made, err := cycle.NewDate(year, month, day)
				if y != year || m != month || dd != day || made != d || err != nil || d.Sub(first) != n {
					t.Fatalf("day %d: Civil() = %d-%d-%d, NewDate(%d, %d, %d) = %v, %v", n, y, m, dd, year, month, day, made, err)
				}
				d, n = d.AddDays(1), n+1
			}
		}
	}
	require.Equal(t, 3652059, n)
	require.Equal(t, "10000-01-01", d.String())
}

// TestCivilBeyondTheYears compares every day that only arithmetic reaches with the standard library's calendar.
func TestCivilBeyondTheYears(t *testing.T) {
	check := func(d cycle.Date) {
		at := time.Date(1, 1, d.Sub(date("0001-01-01"))+1, 0, 0, 0, 0, time.UTC)
		year, month, day := d.Civil()
		if y, m, dd := at.Date(); y != year || int(m) != month || dd != day {
			t.Fatalf("Civil() = %d-%d-%d, want %v", year, month, day, at)
		}
		if first := d.AddDays(1 - day); first.AddMonths(0) != first || first.AddDays(day-1) != d {
			t.Fatalf("AddMonths(%s, 0) = %s", first, first.AddMonths(0))
		}
	}
	days := 0
	for d := date("0001-01-01").AddDays(math.MinInt); d.Before(date("0001-01-01")); d = d.AddDays(1) {
		check(d)
		days++
	}
	require.Equal(t, 101*365+25, days, "the years -100 to 0, of which 25 are leap years: -100 is none")
	for d := date("9999-12-31").AddDays(math.MaxInt); d.After(date("9999-12-31")); d = d.AddDays(-1) {
		check(d)
		days--
	}
	require.Zero(t, days, "the years 10000 to 10100, of which 25 are leap years: 10100 is none")
}

// TestDateAgainstTime compares with the standard library's calendar, every 17th day and every day of four centuries' turns.
func TestDateAgainstTime(t *testing.T) {
	check := func(d cycle.Date) {
		at := time.Date(1, 1, d.Sub(date("0001-01-01"))+1, 0, 0, 0, 0, time.UTC)
		if want := at.Format(time.DateOnly); d.String() != want || !d.Start(nil).Equal(at) {
			t.Fatalf("String() = %s, Start(UTC) = %v, want %v", d, d.Start(nil), at)
		}
		if got, err := cycle.DateOf(at.Add(24*time.Hour-1), nil); err != nil || got != d {
			t.Fatalf("DateOf(end of %s) = %v, %v", d, got, err)
		}
	}
	for d := date("0001-01-01"); !d.After(date("9999-12-31")); d = d.AddDays(17) {
		check(d)
	}
	for _, year := range []string{"0100", "1900", "2000", "2100"} {
		for d := date(year + "-01-01"); d.Before(date(year + "-12-31")); d = d.AddDays(1) {
			check(d)
		}
	}
}

func TestParseDateErrors(t *testing.T) {
	_, err := cycle.ParseDate("")
	require.EqualError(t, err, `parse date "": expected YYYY-MM-DD`, "only UnmarshalText takes empty text for no date")
	for _, row := range readTSV(t, "bad_dates.tsv", 3) {
		text, reason := row[1], row[2]
		_, err := cycle.ParseDate(text)
		require.EqualError(t, err, fmt.Sprintf("parse date %q: %s", text, reason), "ParseDate(%q): %s", text, row[0])

		d := date("2026-01-31")
		require.EqualError(t, d.UnmarshalText([]byte(text)), err.Error(), "UnmarshalText(%q)", text)
		require.Equal(t, date("2026-01-31"), d, "UnmarshalText(%q) must leave the receiver as it was", text)
	}
}

func TestNewDateErrors(t *testing.T) {
	for _, row := range []struct {
		name             string
		year, month, day int
		want             string
	}{
		{"no such day", 2026, 2, 30, "new date 2026-02-30: February 2026 has 28 days"},
		{"not a leap year", 1900, 2, 29, "new date 1900-02-29: February 1900 has 28 days"},
		{"thirteenth month", 2026, 13, 1, "new date 2026-13-01: month 13 is outside 1 to 12"},
		{"month zero", 2026, 0, 1, "new date 2026-00-01: month 0 is outside 1 to 12"},
		{"day zero", 2026, 1, 0, "new date 2026-01-00: day 0 is before the first of the month"},
		{"year zero", 0, 1, 1, "new date 0000-01-01: year 0 is outside 1 to 9999"},
		{"year too late", 10000, 1, 1, "new date 10000-01-01: year 10000 is outside 1 to 9999"},
	} {
		_, err := cycle.NewDate(row.year, row.month, row.day)
		require.EqualError(t, err, row.want, "%s: NewDate(%d, %d, %d)", row.name, row.year, row.month, row.day)
	}
	require.PanicsWithError(t, `parse date "today": expected YYYY-MM-DD`, func() { cycle.MustDate("today") })
}

func TestAddMonths(t *testing.T) {
	for _, row := range readTSV(t, "add_months.tsv", 4) {
		got := date(row[1]).AddMonths(atoi(t, row[2]))
		require.Equal(t, row[3], got.String(), "%s: AddMonths(%s, %s)", row[0], row[1], row[2])
	}
}

// AddMonths clamps: the month is the one counted, and the day is the same or, where the month is shorter, its last.
func TestAddMonthsClamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := dates().Draw(t, "date"), rapid.IntRange(-1200, 1200).Draw(t, "months")
		year, month, day := d.Civil()
		y, m, dd := d.AddMonths(n).Civil()
		require.Equal(t, year*12+month+n, y*12+m, "AddMonths(%s, %d) month", d, n)
		require.Equal(t, min(day, lengthOf(y, m)), dd, "AddMonths(%s, %d) day", d, n)
	})
}

func TestArithmeticBeyondTheYears(t *testing.T) {
	for _, row := range []struct {
		name string
		got  cycle.Date
		want string
	}{
		{"the end of the last period", date("9999-12-15").AddMonths(1), "10000-01-15"},
		{"the end of the longest last period", date("9999-12-31").AddMonths(1200), "10099-12-31"},
		{"the whole of the earliest stub", date("0001-01-20").AddMonths(-1), "0000-12-20"},
		{"the whole of the longest earliest stub", date("0001-01-02").AddMonths(-1200), "-0099-01-02"},
		{"the day before the first", date("0001-01-02").AddDays(-3), "0000-12-30"},
		{"the day that reads as no date", date("0001-01-01").AddDays(-1), ""},
		{"and back again", date("0001-01-01").AddDays(-1).AddDays(1), "0001-01-01"},
		{"days stay at the last day", date("2026-01-01").AddDays(math.MaxInt), "10100-12-31"},
		{"days stay at the first day", date("2026-01-01").AddDays(math.MinInt), "-0100-01-01"},
		{"months stay at the last day", date("2026-01-01").AddMonths(math.MaxInt), "10100-12-31"},
		{"months stay at the first day", date("2026-01-01").AddMonths(math.MinInt), "-0100-01-01"},
		{"the last month is exact", date("9999-12-30").AddMonths(1212), "10100-12-30"},
		{"the first month is exact", date("0001-01-30").AddMonths(-1212), "-0100-01-30"},
		{"from the last day back", date("9999-12-30").AddDays(math.MaxInt).AddMonths(-13), "10099-11-30"},
	} {
		require.Equal(t, row.want, row.got.String(), row.name)
		require.Equal(t, "on "+row.want, string(row.got.Append([]byte("on "))), row.name)
	}
}

func TestOrder(t *testing.T) {
	a, b := date("2026-02-28"), date("2026-03-01")
	require.Equal(t, 1, b.Sub(a))
	require.Equal(t, -1, a.Sub(b))
	require.True(t, a.Before(b) && b.After(a) && !a.After(b) && !b.Before(a) && !a.Before(a) && !a.After(a))
	require.Equal(t, []int{-1, 0, 1}, []int{a.Compare(b), a.Compare(a), b.Compare(a)})
	require.Equal(t, []cycle.Date{a, a, a}, []cycle.Date{cycle.Earlier(a, b), cycle.Earlier(b, a), cycle.Earlier(a, a)})
	require.Equal(t, []cycle.Date{b, b, b}, []cycle.Date{cycle.Later(a, b), cycle.Later(b, a), cycle.Later(b, b)})
}

func TestZeroDate(t *testing.T) {
	var zero cycle.Date
	require.True(t, zero.IsZero())
	require.False(t, date("0001-01-01").IsZero())
	require.True(t, zero.Before(date("0001-01-01")))
	require.Equal(t, zero, cycle.Earlier(date("0001-01-01"), zero))
	require.Equal(t, date("0001-01-01"), cycle.Later(zero, date("0001-01-01")))
	require.Empty(t, zero.String())
	require.True(t, zero.Start(time.UTC).IsZero())
	require.True(t, zero.Start(zone(t, "Asia/Tokyo")).IsZero())
}

func TestDateText(t *testing.T) {
	type record struct {
		From cycle.Date         `json:"from"`
		To   cycle.Date         `json:"to"`
		Gone cycle.Date         `json:"gone,omitzero"`
		By   map[cycle.Date]int `json:"by"`
	}
	in := record{From: date("2010-08-30"), By: map[cycle.Date]int{date("0001-01-01"): 1}}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	require.Equal(t, `{"from":"2010-08-30","to":"","by":{"0001-01-01":1}}`, string(text))

	out := record{To: date("2026-01-01")}
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, in, out, "empty text is the zero Date")

	b, err := date("2010-08-30").AppendText([]byte("on "))
	require.NoError(t, err)
	require.Equal(t, "on 2010-08-30", string(b))

	b, err = date("9999-12-31").AddDays(1).AppendText([]byte("on "))
	require.EqualError(t, err, `marshal date "10000-01-01": outside years 1 to 9999`)
	require.Equal(t, "on ", string(b))
}

// Parse∘String = id, and so is Unmarshal∘Marshal.
func TestParseString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dates().Draw(t, "date")
		got, err := cycle.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, got, "ParseDate(%q)", d.String())

		text, err := d.MarshalText()
		require.NoError(t, err)
		require.Equal(t, d.String(), string(text))
		var back cycle.Date
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, d, back, "UnmarshalText(%q)", text)
	})
}

// Text sorts as dates do.
func TestTextOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := dates().Draw(t, "a"), dates().Draw(t, "b")
		require.Equal(t, a.Before(b), a.String() < b.String(), "%s, %s", a, b)
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-02-28", "2024-02-29", "2026-02-30", "0000-01-01", "9999-12-31", "10000-01-01", "", "2026-1-1", "２０２６-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := cycle.ParseDate(s)
		at, timeErr := time.Parse(time.DateOnly, s)
		if err != nil {
			require.True(t, d.IsZero(), "ParseDate(%q) with an error", s)
			require.True(t, timeErr != nil || at.Year() < 1, "ParseDate(%q): %v, but time.Parse reads it", s, err)
			return
		}
		require.NoError(t, timeErr, "ParseDate(%q) = %s, but time.Parse does not read it", s, d)
		require.Equal(t, s, d.String(), "ParseDate(%q).String()", s)
		require.True(t, d.Start(nil).Equal(at), "ParseDate(%q) = %s", s, at)
	})
}
