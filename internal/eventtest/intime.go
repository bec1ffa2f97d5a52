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
