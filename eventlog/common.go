package eventlog

import (
	"encoding/binary"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// common reads the beginning of a line as most programs write it: id, type, account and at, in
// this order and without white space, an instant of whole seconds in UTC. On any other line it
// returns false, and leaves the cursor where it was.
func (d *Decoder) common(c *cursor, s *rawEvent) (ok bool) {
	rest := c.line
	if rest, ok = after(rest, `{"id":"`); !ok {
		return false
	}
	if s.id, rest, ok = quoted(rest); !ok {
		return false
	}
	if rest, ok = after(rest, `,"type":"`); !ok {
		return false
	}
	if used, is := after(rest, `usage.recorded"`); is {
		s.kind, rest = account.UsageRecorded, used
	} else {
		var kind []byte
		kind, rest, ok = quoted(rest)
		t, err := account.ParseType(d.intern(kind))
		if s.kind = t; !ok || err != nil {
			return false
		}
	}
	if rest, ok = after(rest, `,"account":"`); !ok {
		return false
	}
	if s.account, rest, ok = quoted(rest); !ok {
		return false
	}
	if rest, ok = after(rest, `,"at":"`); !ok || len(rest) < len(`2006-01-02T15:04:05Z"`) {
		return false
	}
	midnight, known := d.midnight([10]byte(rest))
	second, valid := timeOfDay(binary.LittleEndian.Uint64(rest[11:]))
	if !known || !valid || rest[10] != 'T' || rest[19] != 'Z' || rest[20] != '"' {
		return false
	}
	s.at = instant.Instant{Sec: midnight + second}
	c.at = len(c.line) - len(rest) + len(`2006-01-02T15:04:05Z"`)
	return true
}

// after returns what follows a text, if it is there.
func after(line []byte, text string) (rest []byte, ok bool) {
	if len(line) < len(text) || string(line[:len(text)]) != text {
		return line, false
	}
	return line[len(text):], true
}

// quoted returns a text of one byte or more that a quote ends, and what follows the quote. It
// reports false where a text is not as plain as that.
func quoted(line []byte) (text, rest []byte, ok bool) {
	end := strictjson.Plain(line)
	if end == 0 || end == len(line) || line[end] != '"' {
		return nil, line, false
	}
	return line[:end], line[end+1:], true
}

// timeOfDay is the seconds of a time such as 23:59:59, given as its bytes, and whether it is one.
func timeOfDay(text uint64) (seconds int64, ok bool) {
	const (
		zero   = 0x3030_3a_3030_3a_3030 // 00:00:00
		digits = 0x0f0f_00_0f0f_00_0f0f
		more   = 0x0606_00_0606_00_0606 // what takes 10 over the edge
	)
	x := text ^ zero // now digits are 0 to 9, and colons 0
	if (x|(x+more))&^digits != 0 {
		return 0, false
	}
	x = x*10 + x>>8
	hour, minute, second := x&0xff, x>>24&0xff, x>>48&0xff
	return int64(hour*3600 + minute*60 + second), hour < 24 && minute < 60 && second < 60
}
