// Package instant has a point in time in as few bytes as billing and storing events need.
package instant

import (
	"cmp"
	"time"
)

// Instant is a time.Time without a location: billing compares little else, and this compares
// in a fraction of the time. The zero value is that of time.Time.
type Instant struct {
	Sec  int64 // since 0001-01-01T00:00:00Z
	Nsec int32 // 0 to 999,999,999
}

// UnixEpoch is 1970-01-01T00:00:00Z in seconds since 0001-01-01T00:00:00Z.
const UnixEpoch = 62135596800

// Of is the instant of a time.
func Of(t time.Time) Instant { return Instant{t.Unix() + UnixEpoch, int32(t.Nanosecond())} }

// Time is the time of an instant, in the local zone.
func (i Instant) Time() time.Time { return time.Unix(i.Sec-UnixEpoch, int64(i.Nsec)) }

// UTC is the time of an instant, in UTC.
func (i Instant) UTC() time.Time { return i.Time().UTC() }

// Prev is the instant just before.
func (i Instant) Prev() Instant {
	if i.Nsec == 0 {
		return Instant{i.Sec - 1, 999_999_999}
	}
	return Instant{i.Sec, i.Nsec - 1}
}

func (i Instant) Before(o Instant) bool { return i.Sec < o.Sec || i.Sec == o.Sec && i.Nsec < o.Nsec }

func (i Instant) After(o Instant) bool { return o.Before(i) }

func (i Instant) Compare(o Instant) int {
	if i.Sec != o.Sec {
		return cmp.Compare(i.Sec, o.Sec)
	}
	return cmp.Compare(i.Nsec, o.Nsec)
}
