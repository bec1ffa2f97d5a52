package instant_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/instant"
)

// Law: instants compare as times do, and are the same instants again.
func TestLawInstants(t *testing.T) {
	require.Equal(t, instant.Instant{}, instant.Of(time.Time{}))
	anyTime := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.OneOf(rapid.Int64Range(-1, 1), rapid.Int64Range(-62135596800, 253402300799)).Draw(t, "sec"), rapid.Int64Range(0, 999_999_999).Draw(t, "nsec"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTime.Draw(t, "a"), anyTime.Draw(t, "b")
		x, y := instant.Of(a), instant.Of(b)
		require.True(t, a.Equal(x.Time()))
		require.Equal(t, a.Compare(b), x.Compare(y))
		require.Equal(t, a.Before(b), x.Before(y))
		require.Equal(t, a.After(b), x.After(y))
		require.Zero(t, x.Compare(x))
		require.True(t, a.Add(-1).Equal(x.Prev().UTC()))
	})
}
