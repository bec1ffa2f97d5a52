package eventtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// InTime runs something that took minutes once, on a machine of any speed: it may take a hundred times as long as the other,
// which has as many bytes and is easy, and always 20 seconds.
func InTime(t *testing.T, easy, hard func()) {
	t.Helper()
	began := time.Now()
	easy()
	most := max(20*time.Second, 100*time.Since(began))
	began = time.Now()
	hard()
	require.Less(t, time.Since(began), most, "it was minutes")
}

// NearLinear checks that a function for four times the input takes about as long as four times the function for one. With
// quadratic time it would take four times as long. Both are to be equally disturbed by what else the machine does, and the
// shortest of several times counts.
func NearLinear(t *testing.T, one, four func()) {
	t.Helper()
	fourTimes := func() {
		for range 4 {
			one()
		}
	}
	shortest := [2]time.Duration{time.Hour, time.Hour}
	for range 20 {
		for i, f := range []func(){fourTimes, four} {
			start := time.Now()
			f()
			shortest[i] = min(shortest[i], time.Since(start))
		}
		if shortest[1] < 5*shortest[0]/2+5*time.Millisecond {
			return
		}
	}
	require.Fail(t, "not near linear", "four times %v, and %v for four times the input", shortest[0]/4, shortest[1])
}
