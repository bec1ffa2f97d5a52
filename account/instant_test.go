package account

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Law: instants compare as times do, and are the same instants again.
func TestLawInstants(t *testing.T) {
	require.Equal(t, instant{}, instantOf(time.Time{}))
	anyTime := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.OneOf(rapid.Int64Range(-1, 1), rapid.Int64Range(-62135596800, 253402300799)).Draw(t, "sec"), rapid.Int64Range(0, 999_999_999).Draw(t, "nsec"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTime.Draw(t, "a"), anyTime.Draw(t, "b")
		x, y := instantOf(a), instantOf(b)
		require.True(t, a.Equal(x.time()))
		require.Equal(t, a.Compare(b), x.Compare(y))
		require.Equal(t, a.Before(b), x.Before(y))
		require.Equal(t, a.After(b), x.After(y))
		require.Zero(t, x.Compare(x))
	})
}
