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
//
// It compares with what stands between the texts where it stands, and not in a function: a constant
// of up to 16 bytes is then compared by words, without a call.
func (d *Decoder) common(c *cursor, s *rawEvent) bool {
	const id, kind, usage, name, instants = `{"id":"`, `","type":"`, `usage.recorded"`, `,"account":"`, `","at":"`
	line, at := c.line, len(id)
	if len(line) < at || string(line[:at]) != id {
		return false
	}
	end := quoted(line, at)
	s.id = line[at:end]
	if at = end + len(kind); len(s.id) == 0 || at > len(line) || string(line[end:at]) != kind {
		return false
	}
	if end = at + len(usage); end <= len(line) && string(line[at:end]) == usage {
		s.kind = account.UsageRecorded
	} else {
		end = quoted(line, at)
		t, err := account.ParseType(d.intern(line[at:end]))
		if s.kind = t; err != nil {
			return false
		}
		end++ // the quote
	}
	if at = end + len(name); at > len(line) || string(line[end:at]) != name {
		return false
	}
	end = quoted(line, at)
	s.account = line[at:end]
	if at = end + len(instants); len(s.account) == 0 || at > len(line) || string(line[end:at]) != instants {
		return false
	}
	text := line[at:]
	if len(text) < len(`2006-01-02T15:04:05Z"`) {
		return false
	}
	midnight, known := d.midnight([10]byte(text))
	second, valid := timeOfDay(binary.LittleEndian.Uint64(text[11:]))
	if !known || !valid || text[10] != 'T' || text[19] != 'Z' || text[20] != '"' {
		return false
	}
	s.at = instant.Instant{Sec: midnight + second}
	c.at = at + len(`2006-01-02T15:04:05Z"`)
	return true
}

// quoted is where a text ends that begins at a place, with a quote behind it: the place itself where a text is not as plain as that.
func quoted(line []byte, at int) (end int) {
	if end = at + strictjson.Plain(line[at:]); end < len(line) && line[end] == '"' {
		return end
	}
	return at
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
