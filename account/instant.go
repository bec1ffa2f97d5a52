package account

import (
	"time"

	times "github.com/prorata-go/prorata/internal/instant"
)

// instant is a time.Time that is compared in a fraction of the time.
type instant = times.Instant

func instantOf(t time.Time) instant { return times.Of(t) }

// latest is the later of two instants.
func latest(a, b instant) instant {
	if b.After(a) {
		return b
	}
	return a
}
