package cycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
)

func period(start, end string) cycle.Period { return cycle.Period{Start: date(start), End: date(end)} }

func TestPeriod(t *testing.T) {
	for _, row := range []struct {
		name  string
		p     cycle.Period
		days  int
		empty bool
		text  string
	}{
		{"a month", period("2010-08-30", "2010-09-30"), 31, false, "2010-08-30 … 2010-09-29"},
		{"a day", period("2026-02-28", "2026-03-01"), 1, false, "2026-02-28 … 2026-02-28"},
		{"no days", period("2026-02-28", "2026-02-28"), 0, true, "2026-02-28 (no days)"},
		{"inverted", period("2026-02-28", "2026-02-26"), -2, true, "2026-02-28 (no days)"},
		{"zero", cycle.Period{}, 0, true, ""},
		{"all days", cycle.Period{Start: date("0001-01-01"), End: date("9999-12-31").AddDays(1)}, 3652059, false, "0001-01-01 … 9999-12-31"},
	} {
		require.Equal(t, row.days, row.p.Days(), "%s: Days()", row.name)
		require.Equal(t, row.empty, row.p.IsEmpty(), "%s: IsEmpty()", row.name)
		require.Equal(t, row.text, row.p.String(), "%s: String()", row.name)
		require.Equal(t, row.p.End.AddDays(-1), row.p.Last(), "%s: Last()", row.name)
	}
}

func TestIntersect(t *testing.T) {
	p := period("2026-01-10", "2026-02-10")
	for _, row := range []struct {
		name    string
		o, want cycle.Period
	}{
		{"itself", p, p},
		{"inside", period("2026-01-15", "2026-01-20"), period("2026-01-15", "2026-01-20")},
		{"around", period("2025-01-01", "2027-01-01"), p},
		{"over the start", period("2026-01-01", "2026-01-11"), period("2026-01-10", "2026-01-11")},
		{"over the end", period("2026-02-09", "2026-03-01"), period("2026-02-09", "2026-02-10")},
		{"touching the start", period("2026-01-01", "2026-01-10"), period("2026-01-10", "2026-01-10")},
		{"touching the end", period("2026-02-10", "2026-03-01"), period("2026-02-10", "2026-02-10")},
		{"before", period("2025-01-01", "2025-02-01"), period("2026-01-10", "2026-01-10")},
		{"after", period("2027-01-01", "2027-02-01"), period("2027-01-01", "2027-01-01")},
		{"inverted", period("2026-01-20", "2026-01-15"), period("2026-01-20", "2026-01-20")},
	} {
		require.Equal(t, row.want, p.Intersect(row.o), "%s: Intersect(%s)", row.name, row.o)
	}
}

// A day is in the intersection exactly where it is in both periods, whichever way round, and the intersection is never inverted.
func TestIntersectContains(t *testing.T) {
	base := date("2026-01-01")
	some := rapid.Custom(func(t *rapid.T) cycle.Period {
		return cycle.Period{
			Start: base.AddDays(rapid.IntRange(0, 20).Draw(t, "start")),
			End:   base.AddDays(rapid.IntRange(0, 20).Draw(t, "end")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		both := a.Intersect(b)
		require.GreaterOrEqual(t, both.Days(), 0, "%s Intersect(%s)", a, b)
		days := 0
		for d := base.AddDays(-1); d.Before(base.AddDays(22)); d = d.AddDays(1) {
			in := a.Contains(d) && b.Contains(d)
			require.Equal(t, in, both.Contains(d), "%s Intersect(%s) Contains(%s)", a, b, d)
			require.Equal(t, in, b.Intersect(a).Contains(d), "%s Intersect(%s) Contains(%s)", b, a, d)
			if in {
				days++
			}
		}
		require.Equal(t, days, both.Days(), "%s Intersect(%s) Days()", a, b)
	})
}
