package eventlog

import (
	"encoding/binary"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
)

// entry cuts the name of an account and a record off the front of a block that may be damaged. It reads the record into
// s, whose texts are parts of the block, and holds it to what [Packing] writes; parts is how many parts of files there
// are. It returns the record with its length.
func (r *strict) entry(s *rawEvent, parts int) (record []byte) {
	s.account, s.at, s.credits, s.set = r.text(), instant.Instant{}, 0, 0
	from := r.at
	text := strict{bytes: r.text()}
	record = r.bytes[from:r.at]
	fields := text.required(s)
	if fields != 0 {
		text.optional(s, fields)
	}
	if text.damaged || text.more() || len(s.account) == 0 || len(s.id) == 0 || s.file < 1 || s.file > parts || s.credits < 0 ||
		s.line < 1 || s.line > maxInt || s.column < 1 || s.column > maxInt || s.fields() != fields {
		r.fail()
	}
	return record
}

// required reads what every record has, and returns which fields follow.
func (r *strict) required(s *rawEvent) (fields uint64) {
	head := r.byte()
	if s.kind = account.Type(head & headType); s.kind == headType {
		s.kind = account.Type(r.byte())
	}
	if !s.kind.Valid() || head>>7 != 0 {
		r.fail()
	}
	if head&headFields != 0 {
		if fields = r.uint(); fields == 0 {
			r.fail()
		}
	}
	s.id = r.text()
	if head&headWide != 0 {
		s.at.Sec = r.seconds()
	} else if at := r.take(4); len(at) == 4 {
		s.at.Sec = int64(binary.LittleEndian.Uint32(at)) + instant.UnixEpoch
	}
	if head&headCredits != 0 {
		s.credits = r.varint()
	}
	s.file, s.column = 1, 1
	if head&headElsewhere != 0 {
		s.file, s.column = r.int(), r.int()
	}
	s.line = r.int()
	return fields
}

// optional reads the fields that few events have. Those that are not set in s afterwards were damaged.
func (r *strict) optional(s *rawEvent, fields uint64) {
	if fields&withNanos != 0 {
		s.at.Nsec = r.nanos()
	}
	if fields&withRecorded != 0 {
		s.recordedAt = instant.Instant{Sec: r.seconds(), Nsec: r.nanos()}
		if s.recordedAt != (instant.Instant{}) {
			s.set |= 1 << account.FieldRecordedAt
		}
	}
	for f := range otherFieldsOf(fields).All {
		var v rawValue
		hasNumber, hasText := partsOf(f)
		if hasNumber {
			v.number = r.varint()
		}
		if hasText {
			v.text = r.text()
		}
		if f.Valid(account.Value{Text: string(v.text), Number: v.number}) {
			s.setValue(f, v)
		}
	}
}

func (r *strict) varint() int64 {
	x := r.uint()
	return int64(x>>1) ^ -int64(x&1)
}

// seconds are those of an instant, which is written as seconds since 1970.
func (r *strict) seconds() int64 {
	unix := r.varint()
	if unix < -1<<40 || unix > 1<<40 { // beyond all dates
		r.fail()
		return 0
	}
	return unix + instant.UnixEpoch
}

func (r *strict) nanos() int32 {
	n := r.uint()
	if n >= 1e9 {
		r.fail()
		return 0
	}
	return int32(n)
}
