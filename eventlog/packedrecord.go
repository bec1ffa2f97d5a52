package eventlog

import (
	"encoding/binary"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
)

// entry cuts the name of an account and a record off the front of a block that may be damaged. It reads the record into
// s, whose texts are parts of the block, and holds it to what [Packing] writes; parts is how many parts of files there
// are. It returns all of that.
func (r *strict) entry(s *rawEvent, parts int) (entry []byte) {
	if entry = r.usage(s, parts); entry == nil {
		entry = r.anyEntry(s, parts)
	}
	return entry
}

func (r *strict) anyEntry(s *rawEvent, parts int) (entry []byte) {
	before := r.at
	s.account, s.at, s.credits, s.set = r.text(), instant.Instant{}, 0, 0
	text := strict{bytes: r.text()}
	fields := text.required(s)
	if fields != 0 {
		text.optional(s, fields)
	}
	if text.damaged || text.more() || len(s.account) == 0 || len(s.id) == 0 || s.file < 1 || s.file > parts || s.credits < 0 ||
		s.line < 1 || s.line > maxInt || s.column < 1 || s.column > maxInt || s.fields() != fields {
		r.fail()
	}
	return r.bytes[before:r.at]
}

// usage is anyEntry for what nearly all entries are: usage of whole seconds with credits and nothing more, of less than 128 bytes.
// It gives up on everything else, right or wrong, and then changes nothing but s.
func (r *strict) usage(s *rawEvent, parts int) (entry []byte) {
	b := r.bytes[r.at:]
	if len(b) < 2 || b[0]-1 >= 0x7f || 1+int(b[0]) >= len(b) {
		return nil
	}
	name, record := b[1:1+b[0]], b[1+b[0]:]
	if size := 1 + int(record[0]); size > 0x80 || size > len(record) || size < 3 {
		return nil
	}
	if record = record[:1+record[0]]; record[1]&^headElsewhere != byte(account.UsageRecorded)|headCredits || record[2]-1 >= 0x7f || 3+int(record[2])+4 > len(record) {
		return nil
	}
	at := 3 + int(record[2])
	s.id = record[3:at]
	unix := binary.LittleEndian.Uint32(record[at:])
	credits, at := uvarintWithin(record, at+4)
	file, column := uint64(1), uint64(1)
	if record[1]&headElsewhere != 0 {
		file, at = uvarintWithin(record, at)
		column, at = uvarintWithin(record, at)
	}
	line, at := uvarintWithin(record, at)
	if at != len(record) || credits&1 != 0 || file-1 >= uint64(parts) || column-1 >= maxInt || line-1 >= maxInt {
		return nil
	}
	s.account, s.kind, s.set, s.credits = name, account.UsageRecorded, 0, int64(credits>>1)
	s.at = instant.Instant{Sec: int64(unix) + instant.UnixEpoch}
	s.file, s.column, s.line = int(file), int(column), int(line)
	r.at += 1 + len(name) + len(record)
	return b[:1+len(name)+len(record)]
}

// uvarintWithin is a number at a place in a record, and where it ends: beyond the record, if it does not end there.
func uvarintWithin(record []byte, at int) (x uint64, end int) {
	if at >= len(record) {
		return 0, len(record) + 1
	}
	x, n := binary.Uvarint(record[at:])
	if n <= 0 {
		return 0, len(record) + 1
	}
	return x, at + n
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
