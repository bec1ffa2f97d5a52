package account

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// A record is what [Events] keeps of an event: everything it says, in as few bytes as that
// takes, some 30 for a usage event whose id has 15. It is
//
//	length of the content, content, file, line, column where it is not 1
//
// where the content is
//
//	fields that are set, type, id, at, and those fields in the order of the constants
//
// Numbers are varints, instants are seconds and, when there are any, nanoseconds, strings have
// their length before them. The first byte of the content has a bit for "taken out again".
const (
	removed = 1 << iota
	withCredits
	withNanos
	withRecorded
	withPackage
	withEffective
	withAmount // the first byte of a varint ends here
	withBillingDate
	withDescription
	withInvoice
	withStatus
	withMetadata
)

// appendContent appends what an event says, without where it stands. Events with the same
// content say the same; the reverse does not hold, as metadata can be spelled in many ways.
func appendContent(b []byte, e *Event) []byte {
	nanos := e.At.Nanosecond()
	var fields uint64
	set := func(is bool, field uint64) {
		if is {
			fields |= field
		}
	}
	set(e.Credits != 0, withCredits)
	set(nanos != 0, withNanos)
	set(!e.RecordedAt.IsZero(), withRecorded)
	set(e.Package != "", withPackage)
	set(e.Effective != 0, withEffective)
	set(e.Amount != money.Amount{}, withAmount)
	set(!e.BillingDate.IsZero(), withBillingDate)
	set(e.Description != "", withDescription)
	set(e.Invoice != "", withInvoice)
	set(e.Status != 0, withStatus)
	set(e.Metadata != nil, withMetadata)

	b = binary.AppendUvarint(b, fields)
	b = append(b, byte(e.Type))
	b = appendText(b, e.ID)
	b = binary.AppendVarint(b, e.At.Unix())
	if fields&withCredits != 0 {
		b = binary.AppendVarint(b, e.Credits)
	}
	if fields&withNanos != 0 {
		b = binary.AppendUvarint(b, uint64(nanos))
	}
	if fields&^(removed|withCredits|withNanos) == 0 { // most events
		return b
	}
	if fields&withRecorded != 0 {
		b = binary.AppendVarint(b, e.RecordedAt.Unix())
		b = binary.AppendUvarint(b, uint64(e.RecordedAt.Nanosecond()))
	}
	if fields&withPackage != 0 {
		b = appendText(b, e.Package)
	}
	if fields&withEffective != 0 {
		b = append(b, byte(e.Effective))
	}
	if fields&withAmount != 0 {
		b = appendText(binary.AppendVarint(b, e.Amount.Minor()), e.Amount.Currency().String())
	}
	if fields&withBillingDate != 0 {
		b = binary.AppendVarint(b, int64(e.BillingDate.Sub(epoch)))
	}
	if fields&withDescription != 0 {
		b = appendText(b, e.Description)
	}
	if fields&withInvoice != 0 {
		b = appendText(b, e.Invoice)
	}
	if fields&withStatus != 0 {
		b = append(b, byte(e.Status))
	}
	if fields&withMetadata != 0 {
		b = appendText(b, e.Metadata)
	}
	return b
}

func appendText[S string | ~[]byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendRecord appends the record of a content at a place in the file of that number.
func appendRecord(b, content []byte, file int, at source.Place) []byte {
	b = appendText(b, content)
	elsewhere := uint64(0)
	if at.Column != 1 {
		elsewhere = 1
	}
	b = binary.AppendUvarint(b, uint64(file)<<1|elsewhere)
	b = binary.AppendUvarint(b, uint64(at.Line))
	if elsewhere != 0 {
		b = binary.AppendUvarint(b, uint64(at.Column))
	}
	return b
}

// records reads records one after the other. The strings of the events are parts of text, so
// that reading allocates nothing, and keep it alive.
type records struct {
	text    string
	account string
	files   []string
}

// next reads the next event that has not been taken out again, and reports false at the end.
func (r *records) next(e *Event) bool {
	for r.text != "" {
		length := r.uvarint()
		rest := r.text[length:]
		if r.text[0]&removed == 0 {
			r.event(e)
			r.text = rest
			r.place(e)
			return true
		}
		r.text = rest
		r.place(e)
	}
	return false
}

// event reads a content.
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
	if fields&^(removed|withCredits|withNanos) == 0 {
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

// place reads what follows the content.
func (r *records) place(e *Event) {
	file, line, column := r.uvarint(), r.uvarint(), uint64(1)
	if file&1 != 0 {
		column = r.uvarint()
	}
	e.Place = source.Place{File: r.files[file>>1], Line: int(line), Column: int(column)}
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
