package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// The timeline of an account that was closed long ago shows its life, not the years since; that of an open one ends after today.
func TestTimelineOfAClosedAccount(t *testing.T) {
	day := func(text string) cycle.Date {
		d, err := cycle.ParseDate(text)
		require.NoError(t, err)
		return d
	}
	policy := invoice.Policy{}
	created := account.Event{Type: account.Created, At: day("2025-01-10").Start(policy.TimeZone), Package: "Gold"}
	life := account.Stretch{Package: "Gold", Days: cycle.Period{Start: day("2025-01-10"), End: day("2025-03-01")}}
	closed := drawTimeline([]account.Event{created}, []account.Stretch{life}, nil, &account.Current{}, day("2026-11-29"), policy)
	require.Equal(t, -1, closed.Today)
	require.Len(t, closed.Stretches, 1)
	require.Greater(t, closed.Stretches[0].Width, timelineWidth/2)
	require.Equal(t, "Feb 2025", closed.Ticks[0].Text)

	life.Days.End = cycle.Date{}
	open := drawTimeline([]account.Event{created}, []account.Stretch{life}, nil, &account.Current{Open: true}, day("2025-03-01"), policy)
	require.GreaterOrEqual(t, open.Today, 0)
	require.False(t, open.Has("invoice"))
}
