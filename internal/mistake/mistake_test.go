package mistake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/mistake"
)

func TestAnd(t *testing.T) {
	all := mistake.Set{MonthEnd: mistake.Drifted, Cut: mistake.Swapped, MonthDays: 31}
	require.Equal(t, all, mistake.Set{}.And(all))
	require.Equal(t, all, all.And(mistake.Set{}))
	require.Equal(t, mistake.Set{MonthEnd: mistake.Drifted, Cut: mistake.LastMore, MonthDays: 31}, all.And(mistake.Set{Cut: mistake.LastMore}))
	require.Equal(t, mistake.Set{MonthEnd: mistake.FromEnd, MonthDays: 28}, mistake.Set{MonthEnd: mistake.Drifted, MonthDays: 31}.And(mistake.Set{MonthEnd: mistake.FromEnd, MonthDays: 28}))
}

// The parts that a period of 31 days is cut in at day 11, and one from day 11 to 20.
func TestCutDays(t *testing.T) {
	for _, row := range []struct {
		name                 string
		cut                  mistake.Cut
		from, to             int
		wantedFrom, wantedTo int
	}{
		{"right", mistake.Right, 0, 11, 0, 11},
		{"one more at its end", mistake.LastMore, 0, 11, 0, 12},
		{"one less at its end", mistake.LastLess, 0, 11, 0, 10},
		{"no end of its own", mistake.LastMore, 11, 31, 11, 31},
		{"one more at its start", mistake.FirstMore, 11, 31, 10, 31},
		{"one less at its start", mistake.FirstLess, 11, 31, 12, 31},
		{"no start of its own", mistake.FirstLess, 0, 11, 0, 11},
		{"the first days for the last", mistake.Swapped, 0, 11, 11, 31},
		{"the last days for the first", mistake.Swapped, 11, 31, 0, 11},
		{"days between are neither", mistake.Swapped, 11, 20, 11, 20},
		{"the whole period", mistake.Swapped, 0, 31, 0, 31},
		{"no days", mistake.LastMore, 5, 5, 5, 5},
	} {
		from, to := row.cut.Days(row.from, row.to, 31)
		require.Equal(t, [2]int{row.wantedFrom, row.wantedTo}, [2]int{from, to}, row.name)
	}
}
