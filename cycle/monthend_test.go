package cycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/mistake"
)

func TestMonthEnd(t *testing.T) {
	for _, row := range []struct {
		name  string
		end   mistake.MonthEnd
		start string
		want  []string
	}{
		{"anchored", mistake.Anchored, "2026-01-31", []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"}},
		{"drifted", mistake.Drifted, "2026-01-31", []string{"2026-01-31", "2026-02-28", "2026-03-28", "2026-04-28"}},
		{"drifted, from a month of 31 days", mistake.Drifted, "2026-03-31", []string{"2026-03-31", "2026-04-30", "2026-05-30", "2026-06-30"}},
		{"overflowed", mistake.Overflowed, "2026-01-31", []string{"2026-01-31", "2026-03-03", "2026-03-31", "2026-05-01"}},
		{"from the end", mistake.FromEnd, "2026-02-28", []string{"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"}},
		{"second from the end", mistake.FromEnd, "2026-04-29", []string{"2026-04-29", "2026-05-30", "2026-06-29", "2026-07-30"}},
	} {
		s, err := cycle.NewSchedule(date(row.start), 1)
		require.NoError(t, err)
		s = s.WithMistakes(mistake.Set{MonthEnd: row.end})
		for k, want := range row.want {
			require.Equal(t, want, s.Boundary(k).String(), "%s, boundary %d", row.name, k)
		}
	}
}

// TestMonthEndTiles: the law of schedules holds wherever boundaries lie.
func TestMonthEndTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := date("1999-01-01").AddDays(rapid.IntRange(0, 3000).Draw(t, "start"))
		s, err := cycle.NewSchedule(start, rapid.IntRange(1, 13).Draw(t, "every"))
		require.NoError(t, err)
		s = s.WithMistakes(mistake.Set{MonthEnd: mistake.MonthEnd(rapid.IntRange(0, 3).Draw(t, "end"))})
		k := rapid.IntRange(0, 200).Draw(t, "k")
		p := s.Period(k)
		require.Equal(t, p.End, s.Period(k+1).Start)
		require.False(t, p.IsEmpty())
		d := p.Start.AddDays(rapid.IntRange(0, p.Days()-1).Draw(t, "day"))
		got, ok := s.Index(d)
		require.True(t, ok)
		require.Equal(t, k, got)
	})
}
