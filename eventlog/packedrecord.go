package eventlog

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// entry cuts the name of an account and a record off the front of a block that may be damaged. It reads the record into
// s, whose texts are parts of the block, and holds it to what [Packing] writes; parts is how many parts of files there
// are. It returns the record with its length.
func (r *strict) entry(s *rawEvent, parts int) (record []byte) {
	*s = rawEvent{account: r.text()}
	before := r.rest
	text := strict{rest: r.text()}
	record = before[:len(before)-len(r.rest)]
	fields := text.usual(s)
	if fields != 0 {
		s.full = true
		text.few(s, fields)
	}
	if text.damaged || len(text.rest) > 0 || len(s.account) == 0 || len(s.id) == 0 || s.file < 1 || s.file > parts || s.credits < 0 ||
		s.line < 1 || s.line > maxInt || s.column < 1 || s.column > maxInt || s.fields() != fields {
		r.fail()
	}
	return record
}

// usual reads what every record has, and returns which fields follow.
func (r *strict) usual(s *rawEvent) (fields uint64) {
	head := r.byte()
	if s.kind = account.Type(head & headType); s.kind == headType {
		s.kind = account.Type(r.byte())
	}
	if required, optional := s.kind.Fields(); s.kind > account.EventVoided || head>>7 != 0 || required|optional == 0 && s.kind != account.ChangeCancelled {
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

// few reads the fields that few events have.
func (r *strict) few(s *rawEvent, fields uint64) {
	has := func(field uint64) bool {
		is := fields&field != 0
		fields &^= field
		return is
	}
	if has(withNanos) {
		s.at.Nsec = r.nanos()
	}
	if has(withRecorded) {
		s.recordedAt = instant.Instant{Sec: r.seconds(), Nsec: r.nanos()}
	}
	if has(withPackage) {
		s.pkg = r.text()
	}
	if has(withEffective) {
		if s.effective = account.Effective(r.byte()); s.effective != account.PeriodEnd {
			r.fail()
		}
	}
	if has(withAmount) {
		minor := r.varint()
		currency, err := money.ParseCurrency(string(r.text()))
		if s.amount = money.New(minor, currency); err != nil {
			r.fail()
		}
	}
	if has(withBillingDate) {
		days := r.varint()
		if days < -1<<22 || days > 1<<22 { // beyond all dates
			r.fail()
			days = 0
		}
		s.billingDate = epoch.AddDays(int(days))
	}
	if has(withDescription) {
		s.description = r.text()
	}
	if has(withInvoice) {
		s.invoice = r.text()
	}
	if has(withStatus) {
		if s.status = invoice.Status(r.byte()); s.status > invoice.Canceled {
			r.fail()
		}
	}
	if has(withMetadata) {
		if s.metadata = r.text(); !s.metadata.IsValid() || s.metadata.Kind() != '{' || !utf8.Valid(s.metadata) {
			r.fail()
		}
	}
	if has(withPriceList) {
		if s.priceList = account.PriceLists(r.byte()); s.priceList > account.DistributorOnly {
			r.fail()
		}
	}
	if has(withVoids) {
		s.voids = r.text()
	}
	if fields != 0 {
		r.fail()
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
