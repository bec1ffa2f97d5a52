package eventlog

import (
	"encoding/binary"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
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

// The fields that few events have.
const (
	withNanos = 1 << iota
	withRecorded
	withPackage
	withEffective
	withAmount
	withBillingDate
	withDescription
	withInvoice
	withStatus
	withMetadata
	withPriceList
	withVoids
)

// fields are those that a record has.
func (s *rawEvent) fields() (fields uint64) {
	set := func(is bool, field uint64) {
		if is {
			fields |= field
		}
	}
	set(s.at.Nsec != 0, withNanos)
	if !s.full {
		return fields
	}
	set(s.recordedAt != (instant.Instant{}), withRecorded)
	set(len(s.pkg) > 0, withPackage)
	set(s.effective != 0, withEffective)
	set(s.amount != money.Amount{}, withAmount)
	set(!s.billingDate.IsZero(), withBillingDate)
	set(len(s.description) > 0, withDescription)
	set(len(s.invoice) > 0, withInvoice)
	set(s.status != 0, withStatus)
	set(s.metadata != nil, withMetadata)
	set(s.priceList != 0, withPriceList)
	set(len(s.voids) > 0, withVoids)
	return fields
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
	const numbers = 10 * binary.MaxVarintLen64 // more than there are, lengths included
	return numbers + len(s.id) + len(s.pkg) + len(s.description) + len(s.invoice) + len(s.metadata) + len(s.voids)
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
	if fields&withPriceList != 0 {
		b = append(b, byte(s.priceList))
	}
	if fields&withVoids != 0 {
		b = appendText(b, s.voids)
	}
	return b
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
	end := textEnd(b)
	if end <= 0x80 {
		return b[1:end], b[end:]
	}
	_, n := binary.Uvarint(b)
	return b[n:end], b[end:]
}

// textEnd is where the text that cutText cuts off ends.
func textEnd(b []byte) int {
	if n := int(b[0]); n < 0x80 {
		return 1 + n
	}
	return longTextEnd(b)
}

func longTextEnd(b []byte) int {
	length, n := binary.Uvarint(b)
	return n + int(length)
}

// idOf is the id in a record, given without its length.
func idOf(record []byte) []byte {
	_, _, _, b := cutHead(record)
	id, _ := cutText(b)
	return id
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
	head, kind, fields, b := cutHead(r.text)
	if kind != account.UsageRecorded || fields&^(withNanos|withRecorded) != 0 {
		return at, known, 0, false
	}
	id, b := cutText(b)
	at.Sec, b = cutAt(b, head)
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
	return at, known, credits, len(id) > 0 && r.of.account != ""
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
	if fields&withPackage != 0 {
		e.Package = cut()
	}
	if fields&withEffective != 0 {
		e.Effective, b = account.Effective(b[0]), b[1:]
	}
	if fields&withAmount != 0 {
		var minor int64
		minor, b = cutVarint(b)
		currency, _ := money.ParseCurrency(cut()) // the zero Currency is written as one that cannot be read
		e.Amount = money.New(minor, currency)
	}
	if fields&withBillingDate != 0 {
		var days int64
		days, b = cutVarint(b)
		e.BillingDate = epoch.AddDays(int(days))
	}
	if fields&withDescription != 0 {
		e.Description = cut()
	}
	if fields&withInvoice != 0 {
		e.Invoice = cut()
	}
	if fields&withStatus != 0 {
		e.Status, b = invoice.Status(b[0]), b[1:]
	}
	if fields&withMetadata != 0 {
		e.Metadata = []byte(cut())
	}
	if fields&withPriceList != 0 {
		e.PriceList, b = account.PriceLists(b[0]), b[1:]
	}
	if fields&withVoids != 0 {
		e.Voids = cut()
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
