package eventlog

import (
	"reflect"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/source"
)

// DecodeFast reads a line the fast way only, or returns false.
func (d *Decoder) DecodeFast(line []byte, at source.Place) (account.Event, bool) {
	e := account.Event{Place: at}
	ok := d.fast(line, &d.raw)
	if ok {
		d.setEvent(&e, &d.raw)
	}
	return e, ok
}

// Said reads what a line says, as files are loaded.
func (d *Decoder) Said(line []byte, at source.Place) error { return d.decodeRaw(line, at, &d.raw) }

// Recorded is an event as its record has it.
func Recorded(e account.Event) (back account.Event) {
	s := rawOf(&e)
	r := records{s.appendRecord(nil), &owner{e.Account, []filePart{{name: e.Place.File}}}}
	one := r.next()
	one.event(&back)
	return back
}

// Key is the key of an event's record by which repeats are found.
func Key(e account.Event) uint64 {
	s := rawOf(&e)
	r := records{s.appendRecord(nil), nil}
	g := grouper{store: keys, owner: owner{e.Account, make([]filePart, 1)}}
	return g.key(r.next().text)
}

var keys = newStore() // whose seed is that of every key

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

// UsageEntries reads a block entry by entry, and counts those that are read as usage. They are read the other way too, and that has to
// come to the same.
func UsageEntries(block []byte, parts int) (n int, agree bool) {
	for r := (strict{bytes: block}); r.more() && !r.damaged; {
		var fast, slow rawEvent
		other := r
		was := r.at
		if entry := r.usage(&fast, parts); entry != nil {
			n++
			same := string(other.anyEntry(&slow, parts)) == string(entry)
			if !same || other.damaged || other.at != r.at || !reflect.DeepEqual(fast, slow) {
				return n, false
			}
		} else if r.at != was {
			return n, false
		} else {
			r.anyEntry(&slow, parts)
		}
	}
	return n, true
}
