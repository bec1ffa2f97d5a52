package account

import (
	"cmp"
	"time"
)

// instant is a time.Time without a location: billing compares little else, and this compares
// in a fraction of the time. The zero value is that of time.Time.
type instant struct {
	sec  int64 // since 0001-01-01T00:00:00Z
	nsec int32
}

const unixEpoch = 62135596800 // 1970-01-01T00:00:00Z in seconds since 0001-01-01T00:00:00Z

func instantOf(t time.Time) instant { return instant{t.Unix() + unixEpoch, int32(t.Nanosecond())} }

func (i instant) time() time.Time { return time.Unix(i.sec-unixEpoch, int64(i.nsec)) }

// before is the instant just before.
func (i instant) before() instant {
	if i.nsec == 0 {
		return instant{i.sec - 1, 999_999_999}
	}
	return instant{i.sec, i.nsec - 1}
}

func (i instant) Before(o instant) bool { return i.sec < o.sec || i.sec == o.sec && i.nsec < o.nsec }

func (i instant) After(o instant) bool { return o.Before(i) }

func (i instant) Compare(o instant) int {
	if i.sec != o.sec {
		return cmp.Compare(i.sec, o.sec)
	}
	return cmp.Compare(i.nsec, o.nsec)
}

// latest is the later of two instants.
func latest(a, b instant) instant {
	if b.After(a) {
		return b
	}
	return a
}
