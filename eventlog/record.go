package eventlog

import (
	"encoding/binary"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/source"
)

// A record is what [Events] keeps of an event: everything it says but whose it is, in as few
// bytes as that takes, some 34 for a usage event whose id has 20. It is
//
//	length of what follows, head, type where the head has none, fields that are set, id, at,
//	credits, file and column, line, those fields in the order of the constants
//
// where the head says which of these there are. Numbers are varints, strings have their length
// before them. Where the head says nothing else, at is a whole second of 32 bits since 1970, and
// the place is the first column of the first file.
const (
	headType      = 1<<3 - 1 // the type, or this for one of its own
	headCredits   = 1 << 3
	headFields    = 1 << 4
	headWide      = 1 << 5 // at is a varint of more than 32 bits
	headElsewhere = 1 << 6
)

// What few events have, as bits of the number that says which of it a record has: nanoseconds of at, and from the second
// bit on the fields from [account.FieldRecordedAt] on, in the order of their constants.
const (
	withNanos    = 1
	withRecorded = withNanos << 1
	withMetadata = withRecorded << (account.FieldMetadata - account.FieldRecordedAt)
)

// fields are those that a record has.
func (s *rawEvent) fields() uint64 {
	fields := uint64(s.set) >> account.FieldRecordedAt * withRecorded
	if s.at.Nsec != 0 {
		fields |= withNanos
	}
	return fields
}

// otherFieldsOf are those of them that a record has as values.
func otherFieldsOf(fields uint64) account.Fields {
	return account.Fields(fields/withRecorded<<account.FieldRecordedAt) & otherFields
}

// head is what a record begins with.
func (s *rawEvent) head(fields uint64) byte {
	head := min(byte(s.kind), headType)
	if s.credits != 0 {
		head |= headCredits
	}
	if fields != 0 {
		head |= headFields
	}
	if unix := s.at.Sec - instant.UnixEpoch; unix != int64(uint32(unix)) {
		head |= headWide
	}
	if s.file != 1 || s.column != 1 {
		head |= headElsewhere
	}
	return head
}

// room is the most that a record takes.
func (s *rawEvent) room() int {
	const numbers = 10 * binary.MaxVarintLen64 // more than there are without values, lengths included
	room := numbers + len(s.id)
	if others := s.set & otherFields; others != 0 {
		for f := range others.All {
			room += 2*binary.MaxVarintLen64 + len(s.values[f].text)
		}
	}
	return room
}

// appendRecord appends the record of an event to b.
func (s *rawEvent) appendRecord(b []byte) []byte {
	from := len(b)
	fields := s.fields()
	head := s.head(fields)
	b = append(b, 0, head) // the length comes last
	if head&headType == headType {
		b = append(b, byte(s.kind))
	}
	if fields != 0 {
		b = binary.AppendUvarint(b, fields)
	}
	b = appendText(b, s.id)
	if unix := s.at.Sec - instant.UnixEpoch; head&headWide == 0 {
		b = binary.LittleEndian.AppendUint32(b, uint32(unix))
	} else {
		b = binary.AppendVarint(b, unix)
	}
	if s.credits != 0 {
		b = binary.AppendVarint(b, s.credits)
	}
	if head&headElsewhere != 0 {
		b = binary.AppendUvarint(b, uint64(s.file))
		b = binary.AppendUvarint(b, uint64(s.column))
	}
	b = binary.AppendUvarint(b, uint64(s.line))
	if fields != 0 {
		b = s.appendFields(b, fields)
	}
	return setLength(b, from)
}

func (s *rawEvent) appendFields(b []byte, fields uint64) []byte {
	if fields&withNanos != 0 {
		b = binary.AppendUvarint(b, uint64(s.at.Nsec))
	}
	if fields&withRecorded != 0 {
		b = binary.AppendVarint(b, s.recordedAt.Sec-instant.UnixEpoch)
		b = binary.AppendUvarint(b, uint64(s.recordedAt.Nsec))
	}
	for f := range otherFieldsOf(fields).All {
		v := &s.values[f]
		hasNumber, hasText := partsOf(f)
		if hasNumber {
			b = binary.AppendVarint(b, v.number)
		}
		if hasText {
			b = appendText(b, v.text)
		}
	}
	return b
}

// partsOf says which parts of a [rawValue] the field has: an amount has both.
func partsOf(f account.Field) (number, text bool) {
	switch f.Kind() {
	case account.WordValue, account.DateValue, account.CountValue:
		return true, false
	case account.AmountValue:
		return true, true
	}
	return false, true
}

func appendText[S string | ~[]byte](b []byte, s S) []byte {
	if len(s) < 0x80 {
		return append(append(b, byte(len(s))), s...)
	}
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// setLength writes the length of what follows a byte that was left for it, and makes room where
// that is not enough.
func setLength(b []byte, at int) []byte {
	if n := len(b) - at - 1; n < 0x80 {
		b[at] = byte(n)
		return b
	}
	return setLongLength(b, at)
}

func setLongLength(b []byte, at int) []byte {
	n := len(b) - at - 1
	var length [binary.MaxVarintLen64]byte
	more := binary.PutUvarint(length[:], uint64(n)) - 1
	b = append(b, length[:more]...)
	copy(b[at+1+more:], b[at+1:])
	copy(b[at:], length[:1+more])
	return b
}

// cutText cuts a text with its length before it off the front, as what [appendText] appends.
func cutText(b []byte) (text, rest []byte) {
	from, to := textAt(b, 0)
	return b[from:to], b[to:]
}

// textAt is where a text stands that has its length before it at a place.
func textAt(b []byte, at int) (from, to int) {
	if n := int(b[at]); n < 0x80 { // two numbers: to cut slices takes longer than all else that is done with most texts
		return at + 1, at + 1 + n
	}
	return longTextAt(b, at)
}

func longTextAt(b []byte, at int) (from, to int) {
	length, n := binary.Uvarint(b[at:])
	return at + n, at + n + int(length)
}

// idOf is the id in a record, given without its length.
func idOf(record []byte) []byte {
	_, at := fieldsAt(record)
	from, to := textAt(record, at)
	return record[from:to]
}

// fieldsAt are the fields that a record has as its head says, and where its id comes.
func fieldsAt(record []byte) (fields uint64, at int) {
	at = 1
	if record[0]&headType == headType {
		at++
	}
	if record[0]&headFields != 0 {
		return uvarintAt(record, at)
	}
	return 0, at
}

// cutHead cuts off what comes before the id.
func cutHead(b []byte) (head byte, kind account.Type, fields uint64, rest []byte) {
	head, b = b[0], b[1:]
	if kind = account.Type(head & headType); kind == headType {
		kind, b = account.Type(b[0]), b[1:]
	}
	if head&headFields != 0 {
		fields, b = cutUvarint(b)
	}
	return head, kind, fields, b
}

// cutAt cuts off the second of at.
func cutAt(b []byte, head byte) (unix int64, rest []byte) {
	if head&headWide == 0 {
		return int64(binary.LittleEndian.Uint32(b)), b[4:]
	}
	return cutVarint(b)
}

// records are those of an account, one after the other.
type records struct {
	text []byte
	of   *owner
}

// owner is what records of an account do not say themselves.
type owner struct {
	account string
	files   []filePart // by number
}

func (r *records) more() bool { return len(r.text) > 0 }

func (r *records) next() record {
	text, rest := cutText(r.text)
	r.text = rest
	return record{text, r.of}
}

// record is one of them, without its length.
type record struct {
	text []byte
	of   *owner
}

// entry is the record with the name of its account, as an [intake] takes it in.
func (r *record) entry() string { return string(appendText(appendText(nil, r.of.account), r.text)) }

// second is that of its at, since 0001-01-01T00:00:00Z.
func (r *record) second() int64 {
	head, _, _, b := cutHead(r.text)
	_, b = cutText(b)
	unix, _ := cutAt(b, head)
	return unix + instant.UnixEpoch
}

// usage reads a record of usage without its texts, and reports false where there is more to it
// than credits, or no id and no account.
func (r *record) usage() (at, known instant.Instant, credits int64, ok bool) {
	head := r.text[0]
	fields, from := fieldsAt(r.text)
	if account.Type(head&headType) != account.UsageRecorded || fields&^(withNanos|withRecorded) != 0 {
		return at, known, 0, false
	}
	from, to := textAt(r.text, from)
	b := r.text[to:]
	if head&headWide == 0 {
		at.Sec, b = int64(binary.LittleEndian.Uint32(b)), b[4:]
	} else {
		at.Sec, b = cutVarint(b)
	}
	at.Sec += instant.UnixEpoch
	if head&headCredits != 0 {
		credits, b = cutVarint(b)
	}
	if fields != 0 {
		_, _, _, b = cutPlace(b, head)
	}
	if fields&withNanos != 0 {
		var nanos uint64
		nanos, b = cutUvarint(b)
		at.Nsec = int32(nanos)
	}
	if known = at; fields&withRecorded != 0 {
		known, _ = cutInstant(b)
	}
	return at, known, credits, to > from && r.of.account != ""
}

// event reads all that a record has. Its strings are parts of one that is made for it.
func (r *record) event(e *account.Event) {
	text := string(r.text)
	head, kind, fields, b := cutHead(r.text)
	cut := func() string {
		var part []byte
		part, b = cutText(b)
		end := len(text) - len(b)
		return text[end-len(part) : end]
	}
	*e = account.Event{Account: r.of.account, Type: kind}
	e.ID = cut()
	seconds, b := cutAt(b, head)
	nanos := uint64(0)
	if head&headCredits != 0 {
		e.Credits, b = cutVarint(b)
	}
	file, column, line, b := cutPlace(b, head)
	part := &r.of.files[file]
	e.Place = source.Place{File: part.name, Line: part.before + int(line), Column: int(column)}
	if fields&withNanos != 0 {
		nanos, b = cutUvarint(b)
	}
	e.At = time.Unix(seconds, int64(nanos)).UTC()
	if fields&withRecorded != 0 {
		var known instant.Instant
		known, b = cutInstant(b)
		e.RecordedAt = known.UTC()
	}
	for f := range otherFieldsOf(fields).All {
		var v account.Value
		hasNumber, hasText := partsOf(f)
		if hasNumber {
			v.Number, b = cutVarint(b)
		}
		if hasText {
			v.Text = cut()
		}
		f.SetValue(e, v)
	}
}

// cutPlace cuts off where the event stands.
func cutPlace(b []byte, head byte) (file, column, line uint64, rest []byte) {
	file, column = 1, 1
	if head&headElsewhere != 0 {
		file, b = cutUvarint(b)
		column, b = cutUvarint(b)
	}
	line, b = cutUvarint(b)
	return file, column, line, b
}

func uvarintAt(b []byte, at int) (x uint64, end int) {
	if c := b[at]; c < 0x80 {
		return uint64(c), at + 1
	}
	x, n := binary.Uvarint(b[at:])
	return x, at + n
}

func cutUvarint(b []byte) (uint64, []byte) {
	if c := b[0]; c < 0x80 {
		return uint64(c), b[1:]
	}
	x, n := binary.Uvarint(b)
	return x, b[n:]
}

func cutVarint(b []byte) (int64, []byte) {
	x, b := cutUvarint(b)
	return int64(x>>1) ^ -int64(x&1), b
}

func cutInstant(b []byte) (instant.Instant, []byte) {
	seconds, b := cutVarint(b)
	nanos, b := cutUvarint(b)
	return instant.Instant{Sec: seconds + instant.UnixEpoch, Nsec: int32(nanos)}, b
}
