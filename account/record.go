package account

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// A record is what [Events] keeps of an event: everything it says but whose it is, in as few
// bytes as that takes, some 35 for a usage event whose id has 20. It is
//
//	length of what follows, fields that are set, type, id, at, those fields in the order of
//	the constants, file, line, column where it is not 1
//
// Numbers are varints, instants are seconds and, when there are any, nanoseconds, strings have
// their length before them.
const (
	withCredits = 1 << iota
	withNanos
	withRecorded
	withPackage
	withEffective
	withAmount
	withBillingDate // the first byte of a varint ends here
	withDescription
	withInvoice
	withStatus
	withMetadata
)

// fields are those that a record has.
func (s *said) fields() (fields uint64) {
	set := func(is bool, field uint64) {
		if is {
			fields |= field
		}
	}
	set(s.credits != 0, withCredits)
	set(s.at.nsec != 0, withNanos)
	set(s.recordedAt != (instant{}), withRecorded)
	set(len(s.pkg) > 0, withPackage)
	set(s.effective != 0, withEffective)
	set(s.amount != money.Amount{}, withAmount)
	set(!s.billingDate.IsZero(), withBillingDate)
	set(len(s.description) > 0, withDescription)
	set(len(s.invoice) > 0, withInvoice)
	set(s.status != 0, withStatus)
	set(s.metadata != nil, withMetadata)
	return fields
}

// room is the most that a record takes.
func (s *said) room() int {
	const numbers = 10 * binary.MaxVarintLen64 // more than there are, lengths included
	return numbers + len(s.id) + len(s.pkg) + len(s.description) + len(s.invoice) + len(s.metadata)
}

// appendRecord appends the record of an event to b, which has room for it.
func (s *said) appendRecord(b []byte) []byte {
	from := len(b)
	fields := s.fields()
	b = append(b, 0) // the length
	b = binary.AppendUvarint(b, fields)
	b = append(b, byte(s.kind))
	b = appendText(b, s.id)
	b = binary.AppendVarint(b, s.at.sec-unixEpoch)
	if fields&withCredits != 0 {
		b = binary.AppendVarint(b, s.credits)
	}
	if fields&^withCredits != 0 { // few events
		b = s.appendFields(b, fields)
	}
	elsewhere := uint64(0)
	if s.column != 1 {
		elsewhere = 1
	}
	b = binary.AppendUvarint(b, uint64(s.file)<<1|elsewhere)
	b = binary.AppendUvarint(b, uint64(s.line))
	if elsewhere != 0 {
		b = binary.AppendUvarint(b, uint64(s.column))
	}
	return setLength(b, from)
}

func (s *said) appendFields(b []byte, fields uint64) []byte {
	if fields&withNanos != 0 {
		b = binary.AppendUvarint(b, uint64(s.at.nsec))
	}
	if fields&withRecorded != 0 {
		b = binary.AppendVarint(b, s.recordedAt.sec-unixEpoch)
		b = binary.AppendUvarint(b, uint64(s.recordedAt.nsec))
	}
	if fields&withPackage != 0 {
		b = appendText(b, s.pkg)
	}
	if fields&withEffective != 0 {
		b = append(b, byte(s.effective))
	}
	if fields&withAmount != 0 {
		b = appendText(binary.AppendVarint(b, s.amount.Minor()), s.amount.Currency().String())
	}
	if fields&withBillingDate != 0 {
		b = binary.AppendVarint(b, int64(s.billingDate.Sub(epoch)))
	}
	if fields&withDescription != 0 {
		b = appendText(b, s.description)
	}
	if fields&withInvoice != 0 {
		b = appendText(b, s.invoice)
	}
	if fields&withStatus != 0 {
		b = append(b, byte(s.status))
	}
	if fields&withMetadata != 0 {
		b = appendText(b, s.metadata)
	}
	return b
}

func appendText[S string | ~[]byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// setLength writes the length of what follows a byte that was left for it, and makes room where
// that is not enough.
func setLength(b []byte, at int) []byte {
	n := len(b) - at - 1
	if n < 0x80 {
		b[at] = byte(n)
		return b
	}
	var length [binary.MaxVarintLen64]byte
	more := binary.PutUvarint(length[:], uint64(n)) - 1
	b = append(b, length[:more]...)
	copy(b[at+1+more:], b[at+1:])
	copy(b[at:], length[:1+more])
	return b
}

// cutText cuts a text with its length before it off the front, as what [appendText] appends.
func cutText(b []byte) (text, rest []byte) {
	if n := int(b[0]); n < 0x80 {
		return b[1 : 1+n], b[1+n:]
	}
	length, n := binary.Uvarint(b)
	return b[n:][:length], b[n+int(length):]
}

// idOf is the id in a record, given without its length.
func idOf(record []byte) []byte {
	_, n := binary.Uvarint(record) // the fields
	id, _ := cutText(record[n+1:]) // after the type
	return id
}

// records reads records one after the other. The strings of the events are parts of text, so
// that reading allocates nothing, and keep it alive.
type records struct {
	text    string
	account string
	files   []string
}

// next reads the next event, and reports false at the end.
func (r *records) next(e *Event) bool {
	if r.text == "" {
		return false
	}
	r.uvarint() // the length
	r.event(e)
	file, line, column := r.uvarint(), r.uvarint(), uint64(1)
	if file&1 != 0 {
		column = r.uvarint()
	}
	e.Place = source.Place{File: r.files[file>>1], Line: int(line), Column: int(column)}
	return true
}

// event reads what comes before the place.
func (r *records) event(e *Event) {
	fields := r.uvarint()
	*e = Event{Account: r.account, Type: Type(r.byte()), ID: r.string()}
	seconds, nanos := r.varint(), int64(0)
	if fields&withCredits != 0 {
		e.Credits = r.varint()
	}
	if fields&withNanos != 0 {
		nanos = int64(r.uvarint())
	}
	e.At = time.Unix(seconds, nanos).UTC()
	if fields&^(withCredits|withNanos) == 0 { // most events
		return
	}
	if fields&withRecorded != 0 {
		seconds = r.varint()
		e.RecordedAt = time.Unix(seconds, int64(r.uvarint())).UTC()
	}
	if fields&withPackage != 0 {
		e.Package = r.string()
	}
	if fields&withEffective != 0 {
		e.Effective = Effective(r.byte())
	}
	if fields&withAmount != 0 {
		minor := r.varint()
		currency, _ := money.ParseCurrency(r.string()) // the zero Currency is written as one that cannot be read
		e.Amount = money.New(minor, currency)
	}
	if fields&withBillingDate != 0 {
		e.BillingDate = epoch.AddDays(int(r.varint()))
	}
	if fields&withDescription != 0 {
		e.Description = r.string()
	}
	if fields&withInvoice != 0 {
		e.Invoice = r.string()
	}
	if fields&withStatus != 0 {
		e.Status = invoice.Status(r.byte())
	}
	if fields&withMetadata != 0 {
		e.Metadata = []byte(r.string())
	}
}

func (r *records) byte() byte {
	c := r.text[0]
	r.text = r.text[1:]
	return c
}

func (r *records) string() string {
	n := r.uvarint()
	s := r.text[:n]
	r.text = r.text[n:]
	return s
}

func (r *records) uvarint() uint64 {
	if c := r.text[0]; c < 0x80 {
		r.text = r.text[1:]
		return uint64(c)
	}
	var n uint64
	for i := 0; i < binary.MaxVarintLen64; i++ {
		c := r.text[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.text = r.text[i+1:]
			return n
		}
	}
	panic(fmt.Sprintf("account: a record is damaged at %x", r.text[:binary.MaxVarintLen64]))
}

func (r *records) varint() int64 {
	n := r.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}
