package account

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// DecodeFast reads a line the fast way only, or returns false.
func (d *Decoder) DecodeFast(line []byte, at source.Place) (Event, bool) {
	e := Event{Place: at}
	ok := d.fast(line, &d.said)
	if ok {
		d.event(&e, &d.said)
	}
	return e, ok
}

// DecodeStrict reads a line the strict way only.
func (d *Decoder) DecodeStrict(line []byte, at source.Place) (Event, error) {
	e := Event{Place: at}
	err := d.strict(line, &e)
	return e, err
}

// Said reads what a line says, as files are loaded.
func (d *Decoder) Said(line []byte, at source.Place) error { return d.saidLine(line, at, &d.said) }

// Recorded is an event as its record has it.
func Recorded(e Event) (back Event) {
	s := saidBy(&e)
	r := records{s.appendRecord(nil), &owner{e.Account, []string{e.Place.File}}}
	one := r.next()
	one.event(&back)
	return back
}

// SetTerms gives a biller another catalogue and policy, as BillAccount does.
func (b *Biller) SetTerms(catalogue invoice.Catalogue, policy invoice.Policy) {
	b.terms = newTerms(catalogue, policy)
}

// LimitBad sets how many bytes of bad lines are kept at the most.
func (es *Events) LimitBad(size int64) {
	es.init()
	es.store.maxBad = size
}

// LookAtIDs sets how many ids that several events have are looked at together.
func (es *Events) LookAtIDs(n int) {
	es.init()
	es.store.idsAtATime = n
}

// LookForRepeatsAt sets how much memory may be in use before repeats are looked for.
func (es *Events) LookForRepeatsAt(size int64) {
	es.init()
	es.store.mayFill = size
}

// Canonical is metadata in its one spelling.
func Canonical(v jsontext.Value) jsontext.Value { return canonical(v) }
