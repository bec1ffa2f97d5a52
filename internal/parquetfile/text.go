package parquetfile

import (
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go/format"
)

// append appends the value of the row.
func (c *cursor) append(b []byte) []byte {
	switch c.Kind {
	case Text:
		if c.uuid {
			return appendUUID(b, c.bytes())
		}
		return append(b, c.bytes()...)
	case Whole:
		if n := c.page.ints[c.value]; c.unsigned {
			return strconv.AppendUint(b, c.asUnsigned(n), 10)
		}
		return strconv.AppendInt(b, c.page.ints[c.value], 10)
	case Decimal:
		return c.decimal(b)
	case Float:
		bits := 64
		if c.physical == format.Float {
			bits = 32
		}
		return strconv.AppendFloat(b, c.page.floats[c.value], 'f', -1, bits)
	case Date:
		return c.appendDay(b, c.page.ints[c.value])
	case Instant, Local:
		return c.instant(b)
	case Truth:
		return strconv.AppendBool(b, c.page.ints[c.value] != 0)
	}
	return b
}

func (c *cursor) bytes() []byte {
	s := c.page.spans[c.value]
	return c.page.data[s.from:s.to]
}

func (c *cursor) asUnsigned(n int64) uint64 {
	if c.physical == format.Int32 {
		return uint64(uint32(n))
	}
	return uint64(n)
}

func appendUUID(b, id []byte) []byte {
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, id[max(0, []int{0, 4, 6, 8, 10}[i]):end])
	}
	return b
}

// decimal appends a whole number of its last digits, with the point where it belongs.
func (c *cursor) decimal(b []byte) []byte {
	at := len(b)
	if c.page.spans == nil {
		b = strconv.AppendInt(b, c.page.ints[c.value], 10)
	} else {
		b = signed(c.bytes()).Append(b, 10)
	}
	if b[at] == '-' {
		at++
	}
	if c.scale == 0 {
		return b
	}
	for len(b)-at <= c.scale { // a digit before the point
		b = append(b, 0)
		copy(b[at+1:], b[at:])
		b[at] = '0'
	}
	point := len(b) - c.scale
	b = append(b, 0)
	copy(b[point+1:], b[point:])
	b[point] = '.'
	return b
}

// signed is a number in two's complement, its first byte the highest.
func signed(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

const secondsOfDay = 24 * 60 * 60

// instant appends an instant, or a time of no zone.
func (c *cursor) instant(b []byte) []byte {
	seconds, nanos := c.seconds()
	utc := c.Kind == Instant
	if !utc && c.zone != nil {
		y, m, d := time.Unix(seconds, 0).UTC().Date()
		_, clock := floor(seconds, secondsOfDay)
		seconds = time.Date(y, m, d, int(clock/3600), int(clock/60%60), int(clock%60), 0, c.zone).Unix()
		utc = true
	}
	day, clock := floor(seconds, secondsOfDay)
	b = c.appendDay(b, day)
	b = append(b, 'T')
	for i, n := range [...]int64{clock / 3600, clock / 60 % 60, clock % 60} {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, byte('0'+n/10), byte('0'+n%10))
	}
	if nanos > 0 {
		b = append(b, '.')
		for digit := int64(1e8); nanos > 0; digit /= 10 {
			b = append(b, byte('0'+nanos/digit))
			nanos %= digit
		}
	}
	if utc {
		b = append(b, 'Z')
	}
	return b
}

// seconds is the value in seconds since 1970, and the nanoseconds after them.
func (c *cursor) seconds() (seconds, nanos int64) {
	if c.physical != format.Int96 {
		whole, part := floor(c.page.ints[c.value], c.unit)
		return whole, part * (1e9 / c.unit)
	}
	const epoch = 2_440_588 // 1970-01-01, as days of the Julian calendar are counted
	b := c.bytes()
	seconds, nanos = floor(int64(binary.LittleEndian.Uint64(b)), 1e9)
	return (int64(int32(binary.LittleEndian.Uint32(b[8:])))-epoch)*secondsOfDay + seconds, nanos
}

// floor divides; the remainder is not below zero.
func floor(n, by int64) (whole, rest int64) {
	whole, rest = n/by, n%by
	if rest < 0 {
		whole, rest = whole-1, rest+by
	}
	return whole, rest
}

// appendDay appends a day, by its number since 1970-01-01. Most rows have the day of the one before.
func (c *cursor) appendDay(b []byte, day int64) []byte {
	if c.date == nil || c.day != day {
		c.day, c.date = day, time.Unix(day*secondsOfDay, 0).UTC().AppendFormat(c.date[:0], time.DateOnly)
	}
	return append(b, c.date...)
}
