package eventlog

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Decoder reads events from the lines of a file as [account.Decoder] does, and several times as fast where a line is as
// programs write it. It is not safe for concurrent use. The zero Decoder is one for the default policy.
//
// It knows the accounts and packages it has seen, up to a million of them, so that their events
// share one copy of the name. Other strings of an event, such as its ID, share a few kilobytes
// of memory with those of the lines around it: whoever keeps a few events of many should clone
// them.
type Decoder struct {
	policy invoice.Policy
	strict *account.Decoder
	json   *jsontext.Decoder // of objects
	line   bytes.Buffer      // which json reads whole
	known  map[string]string // strings seen before: packages, accounts and the like repeat
	chunk  strings.Builder   // the latest of the strings that do not
	raw    rawEvent          // on the line, where it was read the fast way
	event  account.Event     // that was read last: one of its own for each would be allocated

	currency []byte // the code of the policy's

	lastDate     [10]byte // the date read last, and when it begins
	lastMidnight int64
}

// NewDecoder returns a decoder for events billed under a policy, whose currency and time
// zone say what amounts and plain dates mean.
func NewDecoder(policy invoice.Policy) *Decoder {
	d := &Decoder{policy: policy}
	d.init()
	return d
}

func (d *Decoder) init() {
	d.strict = account.NewDecoder(d.policy)
	d.currency = []byte(d.policy.MoneyCurrency().String())
	d.json, d.known = jsontext.NewDecoder(strings.NewReader("")), map[string]string{}
	d.lastDate, d.lastMidnight = [10]byte([]byte("1970-01-01")), instant.UnixEpoch
}

// Decode reads the event on one line. The error is a *[source.ParseError] with the line's
// place and the column; at.Column is where the line starts, usually 1 or 0.
func (d *Decoder) Decode(line []byte, at source.Place) (account.Event, error) {
	err := d.decode(line, at, &d.event)
	return d.event, err
}

// decode is Decode into an event that is there already. After an error, it is the zero Event.
func (d *Decoder) decode(line []byte, at source.Place, e *account.Event) (err error) {
	if d.fast(line, &d.raw) {
		at.Column = max(at.Column, 1)
		*e = account.Event{Place: at}
		d.setEvent(e, &d.raw)
		return nil
	}
	if *e, err = d.strict.Decode(line, at); err == nil {
		e.Account, e.Package = d.intern([]byte(e.Account)), d.intern([]byte(e.Package))
	}
	return err
}

// setEvent sets an event, but for its place, with texts that the decoder keeps.
func (d *Decoder) setEvent(e *account.Event, s *rawEvent) {
	e.ID, e.Account = d.keep(s.id), d.intern(s.account)
	e.Type, e.At, e.Credits = s.kind, s.at.UTC(), s.credits
	if s.set.Has(account.FieldRecordedAt) {
		e.RecordedAt = s.recordedAt.UTC()
	}
	for f := range (s.set & otherFields).All {
		v := account.Value{Number: s.values[f].number}
		switch text := s.values[f].text; f.Kind() {
		case account.NameValue, account.AmountValue:
			v.Text = d.intern(text)
		default:
			v.Text = d.keep(text)
		}
		f.SetValue(e, v)
	}
}

// intern returns one copy of a string that many events repeat, without allocating once it is
// known.
func (d *Decoder) intern(text []byte) string {
	if have, ok := d.known[string(text)]; ok {
		return have
	}
	s := string(text)
	if len(s) > maxKnownLen {
		return s
	}
	if len(d.known) >= maxKnown {
		clear(d.known) // starting again costs less than finding one that can go
	}
	d.known[s] = s
	return s
}

const (
	maxKnown    = 1 << 20 // strings: some 125 MB of them, when they are e-mail addresses
	maxKnownLen = 256     // bytes of one
	chunkSize   = 1 << 13 // bytes
)

// keep copies a text that is another on each line behind others of its kind, since hundreds
// of short strings in one piece of memory cost little more than one.
func (d *Decoder) keep(text []byte) string {
	if len(text) > chunkSize/8 {
		return string(text)
	}
	if len(text) > d.chunk.Cap()-d.chunk.Len() {
		d.chunk.Reset() // the strings in it keep it, as long as one of them is used
		d.chunk.Grow(chunkSize)
	}
	from := d.chunk.Len()
	d.chunk.Write(text)
	return d.chunk.String()[from:]
}
