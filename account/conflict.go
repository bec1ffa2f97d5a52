package account

import (
	"cmp"
	"slices"

	"github.com/prorata-go/prorata/source"
)

// conflicts says what is wrong with the ids that are used with different content, by the number
// of the file, and takes their events out again when it is to keep going. Of the files that were
// given up, only the lines up to their ends count.
func (l *loader) conflicts(es *Events, ends map[int]int) map[int][]*Line {
	lines := map[int][]*Line{}
	wrong := func(e *Event, err *ConflictError) {
		n := l.store.file(e.Place.File)
		lines[n] = append(lines[n], &Line{Err: &source.ParseError{Place: e.Place, Err: err}, Text: e.AppendJSON(nil)})
	}
	removed := map[string]map[string]bool{} // by account: ids
	for id, events := range l.contenders(ends) {
		slices.SortFunc(events, func(a, b Event) int {
			return cmp.Or(cmp.Compare(l.store.file(a.Place.File), l.store.file(b.Place.File)),
				cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
		})
		first := &events[0]
		if !slices.ContainsFunc(events, func(e Event) bool { return !e.Same(first) }) {
			continue
		}
		for i := range events {
			e := &events[i]
			switch {
			case !e.Same(first):
				wrong(e, &ConflictError{ID: id, First: first.Place, Second: e.Place})
			case l.KeepGoing:
				wrong(e, &ConflictError{ID: id, Second: e.Place})
			}
			if removed[e.Account] == nil {
				removed[e.Account] = map[string]bool{}
			}
			removed[e.Account][id] = true
		}
	}
	if l.KeepGoing && len(removed) > 0 {
		for account, ids := range removed {
			l.store.remove(account, ids)
		}
		es.seen.kept = es.latestInstant() // may have been one of those
	}
	return lines
}

// contenders are the events of each id that more than one event has, as far as the hashes of
// the ids tell.
func (l *loader) contenders(ends map[int]int) map[string][]Event {
	if len(l.contested) == 0 {
		return nil
	}
	byID := map[string][]Event{}
	note := func(e *Event) {
		if end, found := ends[l.store.file(e.Place.File)]; !found || e.Place.Line <= end {
			byID[e.ID] = append(byID[e.ID], *e)
		}
	}
	for p, log := range l.store.all() {
		for all := l.store.records(p, log, nil); all.more(); {
			if r := all.next(); l.contested[l.store.idHash(idOf(r.text))] {
				var e Event
				r.event(&e)
				note(&e)
			}
		}
	}
	for _, entry := range l.dropped {
		if e := l.store.event(entry); l.contested[l.store.idHash([]byte(e.ID))] {
			note(&e)
		}
	}
	return byID
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
