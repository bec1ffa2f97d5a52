package eventlog

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/source"
)

// conflicts are the events whose ids are used with different content.
type conflicts struct {
	l     *loader
	files map[int][]reused // by the number of the file's first part; in order once all are found
	size  int64
	least spot // the place of the first of them

	overflow *FileFailed // when they are more than MaxBad
}

// idsAtATime is how many ids are looked at while the store is gone through, so that it takes little memory, however many
// there are.
const idsAtATime = 1 << 18

// conflicts finds what is wrong with the ids that are used with different content, and takes their events out again when
// it is to keep going.
func (l *loader) conflicts(es *Events) *conflicts {
	c := &conflicts{l: l, files: map[int][]reused{}}
	if l.overflow || len(l.contested)+len(l.conflicting) == 0 {
		return c
	}
	for _, b := range l.conflicting {
		c.addFound(b)
	}
	times := uint64(1 + len(l.contested)/l.store.idsAtATime)
	removed := false
	for n := range times {
		turn := idTurn{conflicts: c, ids: map[string]*usedID{}, times: times, n: n}
		turn.find()
		turn.compare()
		removed = turn.report() || removed
	}
	for n := range c.files {
		c.cut(n)
	}
	if removed {
		es.seen.kept = es.datesKept() // may have been of those
	}
	if c.size > l.maxBad {
		at := c.least.place(l.store.fileParts())
		c.overflow = &FileFailed{at.File, source.Errorf(at,
			"from here on, more than %d MiB of events have ids that are used with different content, expected one event an id", MaxBad>>20)}
		c.files = map[int][]reused{}
	}
	return c
}

// add adds an event, unless there are so many that the file is given up without it.
func (c *conflicts) add(e *account.Event, at, first spot) {
	c.addReused(reused{at: at, first: first, id: e.ID, text: slices.Clip(e.AppendJSON(nil))})
}

func (c *conflicts) addReused(r reused) {
	n := c.l.store.fileParts()[r.at.part].file
	if c.size == 0 || r.at.compare(c.least) < 0 {
		c.least = r.at
	}
	if c.size += r.size(); c.size > c.l.maxBad {
		clear(c.files) // none of them will be reported
		return
	}
	c.files[n] = append(c.files[n], r)
	if most := c.l.MaxProblems + 1; c.l.tooMany(most) && len(c.files[n]) >= 2*most+100 {
		c.cut(n)
	}
}

// cut puts those of a file in order, and leaves out those beyond the last that is reported.
func (c *conflicts) cut(n int) {
	list := c.files[n]
	slices.SortFunc(list, func(a, b reused) int { return a.at.compare(b.at) })
	if most := c.l.MaxProblems + 1; c.l.tooMany(len(list)) && len(list) > most {
		for i := range list[most:] {
			c.size -= list[most+i].size()
		}
		clear(list[most:])
		list = list[:most]
	}
	c.files[n] = list
}

// AppendConflicts appends the events among the lines whose ids are used with different content, for [Packed].
func (l *Lines) AppendConflicts(b []byte) []byte {
	for i := range l.files {
		for _, r := range l.files[i].reused {
			for _, at := range []spot{r.at, r.first} {
				b = binary.AppendUvarint(b, uint64(at.part))
				b = binary.AppendUvarint(b, uint64(at.line))
				b = binary.AppendUvarint(b, uint64(at.column))
			}
			b = appendText(appendText(b, r.id), r.text)
		}
	}
	return b
}

// ConflictIDs yields the ids in what [Lines.AppendConflicts] wrote. Damaged bytes have none.
func ConflictIDs(conflicts []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for r := (strict{bytes: conflicts}); r.more(); {
			r.spot()
			r.spot()
			id := r.text()
			r.text()
			if r.damaged || !yield(id) {
				return
			}
		}
	}
}

// addFound adds conflicts that were found elsewhere.
func (c *conflicts) addFound(b []byte) {
	for r := (strict{bytes: b}); r.more(); {
		c.addReused(r.reused())
	}
}

func (r *strict) reused() reused {
	return reused{at: r.spot(), first: r.spot(), id: string(r.text()), text: r.text()}
}

// areConflicts reports whether bytes are what AppendConflicts wrote, with no more parts than there are.
func areConflicts(b []byte, parts int) bool {
	r := strict{bytes: b}
	for r.more() {
		if found := r.reused(); int(found.at.part) > parts || int(found.first.part) > parts {
			return false
		}
	}
	return !r.damaged
}

func (r *strict) spot() spot {
	part, line, column := r.int(), r.int(), r.int()
	if max(part, line, column) > maxInt {
		r.fail()
		return spot{}
	}
	return spot{int32(part), int32(line), int32(column)}
}

// idTurn looks at some of the ids that several events have.
type idTurn struct {
	*conflicts
	ids      map[string]*usedID
	times, n uint64 // the ids are those whose hash leaves n, divided by times
}

// usedID is an id that more than one event has.
type usedID struct {
	first    account.Event // the one that stands furthest up
	at       spot          // where
	conflict bool          // there is one whose content is different
}

// all yields the events of these ids that are in the store, and their places.
func (t *idTurn) all(yield func(*account.Event, spot) bool) {
	var e account.Event
	var text []byte
	for p, log := range t.l.store.all() {
		all := t.l.store.records(p, log, text[:0])
		text = all.text
		for all.more() {
			r := all.next()
			if id := t.l.store.idHash(idOf(r.text)); !t.has(id) {
				continue
			}
			r.event(&e)
			at := spotOf(r.text)
			if end, found := t.l.ends[int(at.part)]; found && int(at.line) > end {
				continue
			}
			if !yield(&e, at) {
				return
			}
		}
	}
}

func (t *idTurn) has(id uint64) bool { return id/2%t.times == t.n && t.l.contested[id] }

// find finds the first event of each id.
func (t *idTurn) find() {
	for e, at := range t.all {
		if u := t.ids[e.ID]; u == nil {
			t.ids[e.ID] = &usedID{first: *e, at: at}
		} else if at.compare(u.at) < 0 {
			u.first, u.at = *e, at
		}
	}
}

// compare finds the ids that are used with different content.
func (t *idTurn) compare() {
	for e := range t.all {
		if u := t.ids[e.ID]; !u.conflict {
			u.conflict = !e.Same(&u.first)
		}
	}
}

// report adds the events of these, and takes them out of the store if it is to keep going. It reports whether it did.
func (t *idTurn) report() (removed bool) {
	repeats := t.repeats()
	out := map[string]map[string]bool{} // by account: ids
	for e, at := range t.all {
		u := t.ids[e.ID]
		if !u.conflict {
			continue
		}
		first, other := spot{}, !e.Same(&u.first)
		if other {
			first = u.at // which may be nowhere
		}
		for _, at := range append(repeats[place{t.l.store.idHash([]byte(e.ID)), at}], at) {
			if other || t.l.KeepGoing {
				t.add(e, at, first)
			}
		}
		if t.l.KeepGoing {
			if out[e.Account] == nil {
				out[e.Account] = map[string]bool{}
			}
			out[e.Account][e.ID] = true
		}
	}
	for account, ids := range out {
		t.l.store.remove(account, ids)
	}
	return len(out) > 0
}

// spot is a place as records have it: the number of a part of a file, and the line counted from its first.
type spot struct{ part, line, column int32 }

// spotOf is where the event of a record stands.
func spotOf(record []byte) spot {
	head, _, _, b := cutHead(record)
	_, b = cutText(b)
	_, b = cutAt(b, head)
	if head&headCredits != 0 {
		_, b = cutVarint(b)
	}
	part, column, line, _ := cutPlace(b, head)
	return spot{int32(part), int32(line), int32(column)}
}

func (s spot) place(parts []filePart) source.Place {
	p := &parts[s.part]
	return source.Place{File: p.name, Line: p.before + int(s.line), Column: int(s.column)}
}

// compare orders places as the files were named, and then as they stand there.
func (s spot) compare(o spot) int {
	return cmp.Or(cmp.Compare(s.part, o.part), cmp.Compare(s.line, o.line), cmp.Compare(s.column, o.column))
}

// place is where an event is, and the hash of its id: events that were added may have no place.
type place struct {
	id uint64
	at spot
}

// repeats are the places of the events that were dropped, by the one that is kept and says the same.
func (t *idTurn) repeats() map[place][]spot {
	of := map[place]spot{}
	for _, r := range t.l.repeats {
		if r.at != r.of && t.has(r.id) { // they are one when a file is named twice
			of[place{r.id, r.at}] = r.of
		}
	}
	by := map[place][]spot{}
	for _, r := range t.l.repeats {
		if !t.has(r.id) {
			continue
		}
		kept := r.of
		for next, dropped := of[place{r.id, kept}]; dropped; next, dropped = of[place{r.id, kept}] {
			kept = next
		}
		for at := r.at; at != kept; { // the next who comes this way goes straight there
			next := of[place{r.id, at}]
			of[place{r.id, at}] = kept
			at = next
		}
		to := place{r.id, kept}
		by[to] = append(by[to], r.at)
	}
	return by
}

// remove takes the events of some ids of an account out again.
func (s *store) remove(account string, ids map[string]bool) {
	p, l := s.log(account)
	if l == nil {
		return
	}
	var kept []byte
	n := 0
	for all := s.records(p, l, nil); all.more(); {
		if r := all.next(); !ids[string(idOf(r.text))] {
			kept = appendText(kept, r.text)
			n++
		}
	}
	p.rewrite(l, n, kept)
}
