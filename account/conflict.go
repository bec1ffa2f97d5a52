package account

import (
	"slices"

	"github.com/prorata-go/prorata/source"
)

// conflicts says what is wrong with the ids that are used with different content, by the number
// of the file, and takes their events out again when it is to keep going.
func (l *loader) conflicts(es *Events) map[int][]*Line {
	lines := map[int][]*Line{}
	wrong := func(e *Event, err *ConflictError) {
		n := l.store.file(e.Place.File)
		lines[n] = append(lines[n], &Line{Err: &source.ParseError{Place: e.Place, Err: err}, Text: e.AppendJSON(nil)})
	}
	removed := map[string]map[string]bool{} // by account: ids
	for id, events := range l.contenders() {
		slices.SortFunc(events, func(a, b Event) int { return l.store.spotOf(a.Place).compare(l.store.spotOf(b.Place)) })
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
		es.seen.kept = es.datesKept() // may have been of those
	}
	return lines
}

// contenders are the events of each id that more than one event has, as far as the hashes of
// the ids tell: those that are kept, and those that were dropped because they say the same.
func (l *loader) contenders() map[string][]Event {
	if len(l.contested) == 0 {
		return nil
	}
	type one struct { // event; events that were added may have no place
		id uint64
		at spot
	}
	kept := map[one]Event{}
	for p, log := range l.store.all() {
		for all := l.store.records(p, log, nil); all.more(); {
			r := all.next()
			id := l.store.idHash(idOf(r.text))
			if !l.contested[id] {
				continue
			}
			var e Event
			r.event(&e)
			at := l.store.spotOf(e.Place)
			if end, found := l.ends[int(at.file)]; !found || e.Place.Line <= end {
				kept[one{id, at}] = e
			}
		}
	}
	byID := map[string][]Event{}
	for _, e := range kept {
		byID[e.ID] = append(byID[e.ID], e)
	}
	of := map[one]spot{}
	for _, r := range l.repeats {
		if r.at != r.of { // as it is when a file is named twice
			of[one{r.id, r.at}] = r.of
		}
	}
	for _, r := range l.repeats {
		now := r.of
		for next, dropped := now, true; dropped; next, dropped = of[one{r.id, now}] {
			now = next
		}
		if e, found := kept[one{r.id, now}]; found {
			e.Place = r.at.place(l.store.fileNames())
			byID[e.ID] = append(byID[e.ID], e)
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
