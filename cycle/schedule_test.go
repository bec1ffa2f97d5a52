package cycle_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
)

// newSchedule makes the schedule of a row of vectors, in which a billing date of "-" means none.
func newSchedule(tb testing.TB, start, billingDate, every string) (cycle.Schedule, error) {
	tb.Helper()
	if billingDate == "-" {
		return cycle.NewSchedule(date(start), atoi(tb, every))
	}
	return cycle.NewStubSchedule(date(start), date(billingDate), atoi(tb, every))
}

func TestBoundaries(t *testing.T) {
	for _, row := range readTSV(t, "boundaries.tsv", 6) {
		s, err := newSchedule(t, row[2], row[3], row[4])
		require.NoError(t, err, row[0])
		for k, want := range strings.Fields(row[5]) {
			require.Equal(t, want, s.Boundary(k).String(), "%s (%s): Boundary(%d)", row[0], row[1], k)
			got, ok := s.Index(s.Boundary(k))
			require.True(t, ok, "%s: Index(%s)", row[0], want)
			require.Equal(t, k, got, "%s: Index(%s)", row[0], want)
		}
	}
}

func TestJanuary31(t *testing.T) {
	s, err := cycle.NewSchedule(date("2026-01-31"), 1)
	require.NoError(t, err)
	rows := readTSV(t, "january31.tsv", 4)
	require.Len(t, rows, 24)
	for _, row := range rows {
		p := s.Period(atoi(t, row[0]))
		require.Equal(t, row[1]+" … "+row[2], p.String(), "Period(%s)", row[0])
		require.Equal(t, atoi(t, row[3]), p.Days(), "Period(%s).Days()", row[0])
	}
}

func TestPeriods(t *testing.T) {
	for _, row := range readTSV(t, "periods.tsv", 7) {
		s, err := newSchedule(t, row[1], "-", row[2])
		require.NoError(t, err, row[0])
		k, ok := s.Index(date(row[3]))
		require.True(t, ok, "%s: Index(%s)", row[0], row[3])
		p := s.Period(k)
		require.Equal(t, row[4], p.String(), "%s: Period(%d)", row[0], k)
		require.Equal(t, atoi(t, row[5]), p.Days(), "%s: Period(%d).Days()", row[0], k)
		require.Equal(t, row[6], p.End.String(), "%s: Period(%d).End", row[0], k)
	}
}

func TestConformance(t *testing.T) {
	for _, row := range readTSV(t, "conformance.tsv", 7) {
		s, err := newSchedule(t, row[2], "-", row[3])
		require.NoError(t, err, row[1])
		k, ok := s.Index(date(row[4]))
		require.True(t, ok, "%s, %s: Index(%s)", row[0], row[1], row[4])
		require.Equal(t, period(row[5], row[6]), s.Period(k), "%s, %s: Period(%d)", row[0], row[1], k)
	}
}

func TestStubs(t *testing.T) {
	for _, row := range readTSV(t, "stubs.tsv", 8) {
		s, err := newSchedule(t, row[1], row[2], row[3])
		require.NoError(t, err, row[0])
		require.Equal(t, date(row[1]), s.Start(), "%s: Start()", row[0])
		require.Equal(t, date(row[2]), s.Anchor(), "%s: Anchor()", row[0])
		require.Equal(t, row[4], s.Period(0).String(), "%s: Period(0)", row[0])
		require.Equal(t, atoi(t, row[5]), s.Period(0).Days(), "%s: Period(0).Days()", row[0])
		require.Equal(t, row[6], s.Whole(0).String(), "%s: Whole(0)", row[0])
		require.Equal(t, atoi(t, row[7]), s.Whole(0).Days(), "%s: Whole(0).Days()", row[0])
	}
}

func TestScheduleErrors(t *testing.T) {
	for _, row := range readTSV(t, "bad_schedules.tsv", 5) {
		s, err := newSchedule(t, row[1], row[2], row[3])
		require.EqualError(t, err, row[4], row[0])
		require.Zero(t, s, row[0])
	}
	none, last := cycle.Date{}, date("9999-12-31")
	_, err := cycle.NewSchedule(none, 1)
	require.EqualError(t, err, "new schedule: no start")
	_, err = cycle.NewStubSchedule(none, last, 1)
	require.EqualError(t, err, "new schedule: no start")
	_, err = cycle.NewStubSchedule(last, none, 1)
	require.EqualError(t, err, "new schedule: no billing date")
	_, err = cycle.NewSchedule(last.AddDays(1), 1)
	require.EqualError(t, err, `new schedule: start "10000-01-01": outside years 1 to 9999`)
	_, err = cycle.NewStubSchedule(last, last.AddDays(1), 1)
	require.EqualError(t, err, `new schedule: a start on 9999-12-31, the last day there is, has no billing date, expected none`)
	_, err = cycle.NewStubSchedule(last.AddDays(-1), last.AddDays(1), 1)
	require.EqualError(t, err, `new schedule: billing date "10000-01-01": outside years 1 to 9999`)
	_, err = cycle.NewStubSchedule(last.AddDays(-1), last.AddDays(-1), 1)
	require.EqualError(t, err, `new schedule: billing date "9999-12-30" is not later than the start, expected one from 9999-12-31 to 9999-12-31`)
}

// The last period ends with the last day there is, and is measured against what it would have been: 17 of 31 days from 15 December.
func TestLastPeriod(t *testing.T) {
	for _, row := range []struct {
		name, start, billingDate, every string
		k                               int
		period                          string
		days, whole                     int
	}{
		{"from December on", "9999-12-15", "-", "1", 0, "9999-12-15 … 9999-12-31", 17, 31},
		{"from the last day on", "9999-12-31", "-", "1", 0, "9999-12-31 … 9999-12-31", 1, 31},
		{"that ends with the days anyway", "9999-12-01", "-", "1", 0, "9999-12-01 … 9999-12-31", 31, 31},
		{"of a year", "9998-02-01", "-", "12", 1, "9999-02-01 … 9999-12-31", 334, 365},
		{"of a century", "9999-01-01", "-", "1200", 0, "9999-01-01 … 9999-12-31", 365, 36525},
		{"after a stub", "9999-12-01", "9999-12-20", "1", 1, "9999-12-20 … 9999-12-31", 12, 31},
		{"a stub is not cut", "9999-12-20", "9999-12-31", "1", 0, "9999-12-20 … 9999-12-30", 11, 31},
		{"after a stub, one day", "9999-12-20", "9999-12-31", "1", 1, "9999-12-31 … 9999-12-31", 1, 31},
	} {
		s, err := newSchedule(t, row.start, row.billingDate, row.every)
		require.NoError(t, err, row.name)
		require.Equal(t, row.period, s.Period(row.k).String(), row.name)
		require.Equal(t, row.days, s.Period(row.k).Days(), row.name)
		require.Equal(t, row.whole, s.Whole(row.k).Days(), row.name)
	}
}

func TestZeroSchedule(t *testing.T) {
	var s cycle.Schedule
	for _, k := range []int{math.MinInt, -1, 0, 1, math.MaxInt} {
		require.Zero(t, s.Boundary(k), "Boundary(%d)", k)
		require.Zero(t, s.Period(k), "Period(%d)", k)
		require.Zero(t, s.Whole(k), "Whole(%d)", k)
	}
	require.Zero(t, s.Start())
	require.Zero(t, s.Anchor())
	for _, d := range []cycle.Date{{}, date("0001-01-01"), date("2026-01-31")} {
		_, ok := s.Index(d)
		require.False(t, ok, "Index(%s)", d)
	}
}

func TestScheduleBeyondTheYears(t *testing.T) {
	for _, billingDate := range []string{"-", "2026-02-10"} {
		for _, every := range []string{"1", "12", "1200"} {
			s, err := newSchedule(t, "2026-01-31", billingDate, every)
			require.NoError(t, err)
			for _, k := range []int{math.MinInt, -7, -1} {
				require.Equal(t, s.Start(), s.Boundary(k), "Boundary(%d)", k)
				require.True(t, s.Period(k).IsEmpty(), "Period(%d)", k)
			}
			for _, k := range []int{math.MaxInt32 - 1, math.MaxInt32, math.MaxInt - 1, math.MaxInt} {
				require.Equal(t, date("9999-12-31").AddDays(1), s.Boundary(k), "Boundary(%d) every %s", k, every)
				require.True(t, s.Period(k).IsEmpty(), "Period(%d) every %s", k, every)
			}
			last := date("9999-12-31")
			for _, n := range []int{1, 31, 400, math.MaxInt} {
				_, ok := s.Index(last.AddDays(n))
				require.False(t, ok, "Index(%s)", last.AddDays(n))
			}
			k, ok := s.Index(last)
			require.True(t, ok)
			require.True(t, s.Period(k).Contains(last), "Period(%d)", k)
			require.True(t, s.Period(k+1).IsEmpty() && s.Whole(k+1).IsEmpty(), "Period(%d)", k+1)
		}
	}
}

// TestEveryAnchor lets every day of four years be an anchor and checks that its periods tile and none drifts.
func TestEveryAnchor(t *testing.T) {
	for _, every := range []int{1, 3, 6, 12} {
		for anchor := date("2023-01-01"); anchor.Before(date("2027-01-01")); anchor = anchor.AddDays(1) {
			s, err := cycle.NewSchedule(anchor, every)
			require.NoError(t, err)
			year, month, day := anchor.Civil()
			for k := range 60 {
				y, m := year+(month-1+k*every)/12, (month-1+k*every)%12+1
				want, err := cycle.NewDate(y, m, min(day, lengthOf(y, m)))
				p := s.Period(k)
				if err != nil || p.Start != want || s.Boundary(k) != want || p.End != s.Boundary(k+1) || p.Days() < 28*every {
					t.Fatalf("every %d from %s: Period(%d) = %s, want it from %s", every, anchor, k, p, want)
				}
				first, _ := s.Index(p.Start)
				last, _ := s.Index(p.Last())
				if first != k || last != k {
					t.Fatalf("every %d from %s: Index(%s) = %d, Index(%s) = %d", every, anchor, p.Start, first, p.Last(), last)
				}
			}
		}
	}
}

// schedules draws schedules with and without a stub, mostly of the usual lengths.
func schedules() *rapid.Generator[cycle.Schedule] {
	return rapid.Custom(func(t *rapid.T) cycle.Schedule {
		start := dates().Draw(t, "start")
		every := rapid.OneOf(rapid.SampledFrom([]int{1, 3, 6, 12}), rapid.IntRange(1, 1200)).Draw(t, "every")
		longest := min(start.AddMonths(every).Sub(start), date("9999-12-31").Sub(start))
		if longest < 1 || rapid.Bool().Draw(t, "plain") {
			s, err := cycle.NewSchedule(start, every)
			require.NoError(t, err)
			return s
		}
		s, err := cycle.NewStubSchedule(start, start.AddDays(rapid.IntRange(1, longest).Draw(t, "stub")), every)
		require.NoError(t, err)
		return s
	})
}

// Periods tile: period 0 begins at the start, each of the others where the one before it ends, and none is empty.
func TestPeriodsTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedules().Draw(t, "schedule")
		require.Equal(t, s.Start(), s.Period(0).Start)
		k := rapid.IntRange(0, 120_000).Draw(t, "k")
		p := s.Period(k)
		require.Equal(t, s.Boundary(k), p.Start, "Period(%d)", k)
		require.Equal(t, s.Boundary(k+1), p.End, "Period(%d)", k)
		require.Equal(t, p.End, s.Period(k+1).Start, "Period(%d)", k+1)
		if !p.Start.After(date("9999-12-31")) {
			require.False(t, p.IsEmpty(), "Period(%d) = %s", k, p)
		}
	})
}

// Index(d) is k exactly where Period(k) contains d.
func TestIndexContains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, d := schedules().Draw(t, "schedule"), dates().Draw(t, "date")
		k, ok := s.Index(d)
		require.Equal(t, !d.Before(s.Start()), ok, "Index(%s)", d)
		require.Equal(t, ok, s.Period(k).Contains(d), "Index(%s) = %d, Period(%d) = %s", d, k, k, s.Period(k))
		require.False(t, s.Period(k-1).Contains(d), "Index(%s) = %d", d, k)
		require.False(t, s.Period(k+1).Contains(d), "Index(%s) = %d", d, k)
	})
}

// Index agrees with a walk, day by day, that counts the days on which a period begins.
func TestIndexOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedules().Draw(t, "schedule")
		whole := s.Whole(0)
		ey, em, _ := whole.End.Civil()
		sy, sm, _ := whole.Start.Civil()
		every := (ey-sy)*12 + em - sm
		year, month, day := s.Anchor().Civil()

		k := 0
		for d := s.Start(); d.Sub(s.Start()) < 1500 && !d.After(date("9999-12-31")); d = d.AddDays(1) {
			y, m, dd := d.Civil()
			begins := ((y-year)*12+m-month)%every == 0 && dd == min(day, lengthOf(y, m))
			if d != s.Start() && !d.Before(s.Anchor()) && begins {
				k++
				require.Equal(t, d, s.Boundary(k), "Boundary(%d)", k)
			}
			got, ok := s.Index(d)
			if !ok || got != k {
				t.Fatalf("Index(%s) = %d, %v, want %d", d, got, ok, k)
			}
		}
	})
}

// A whole holds all of its period, which is its last days in a stub, its first where the days end, and else the whole itself.
func TestWholeHoldsPeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, k := schedules().Draw(t, "schedule"), rapid.IntRange(-1, 50).Draw(t, "k")
		p, whole := s.Period(k), s.Whole(k)
		require.Equal(t, p, whole.Intersect(p), "Whole(%d) = %s of %s", k, whole, p)
		if k != 0 || s.Start() == s.Anchor() {
			require.Equal(t, p.Start, whole.Start, "Whole(%d)", k)
		}
		if p.End.Before(date("9999-12-31").AddDays(1)) {
			require.Equal(t, p.End, whole.End, "Whole(%d)", k)
		}
	})
}

func FuzzSchedule(f *testing.F) {
	f.Add("2026-01-31", "2026-02-10", 1, "2026-03-30", 5)
	f.Add("0001-01-01", "0001-01-02", 1200, "9999-12-31", math.MaxInt)
	f.Add("2024-02-29", "", 12, "2028-02-29", -1)
	f.Fuzz(func(t *testing.T, start, billingDate string, every int, on string, k int) {
		var from, first, d cycle.Date
		_, _, _ = from.UnmarshalText([]byte(start)), first.UnmarshalText([]byte(billingDate)), d.UnmarshalText([]byte(on))
		s, err := cycle.NewSchedule(from, every)
		if !first.IsZero() {
			s, err = cycle.NewStubSchedule(from, first, every)
		}
		if err != nil {
			require.Zero(t, s, "a schedule with an error")
		}
		require.Equal(t, s.Period(k).Start, s.Boundary(k), "Boundary(%d)", k)
		require.GreaterOrEqual(t, s.Period(k).Days(), 0, "Period(%d)", k)
		if k < math.MaxInt {
			require.Equal(t, s.Period(k).End, s.Boundary(k+1), "Boundary(%d + 1)", k)
		}
		i, ok := s.Index(d)
		require.Equal(t, err == nil && !d.Before(from), ok, "Index(%s)", d)
		require.Equal(t, ok, s.Period(i).Contains(d), "Period(%d) = %s Contains(%s)", i, s.Period(i), d)
	})
}
