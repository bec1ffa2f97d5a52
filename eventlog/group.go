package eventlog

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prorata-go/prorata/account"
)

// grouping says what is done while events are grouped.
type grouping struct {
	notes bool // the hashes of the ids are noted, and held against each other afterwards
	drops bool // events that repeat another are dropped
	keeps bool // where, is kept

	// ends, by the number of a part of a file: its last line that counts.
	ends map[int]int
}

// repeat is an event that was dropped, and the one that it repeats, which may be dropped in its
// turn.
type repeat struct {
	id     uint64 // its hash
	at, of spot
}

// grouper groups what was taken in by account, one partition after the other. Each goroutine has
// its own.
type grouper struct {
	grouping
	store *store

	repeats []repeat // that were dropped, where they are kept

	ids [partitions]pieces // hashes of ids, of 8 bytes each

	// Of the partition at hand.
	owners  []uint32 // the numbers of the logs of the entries
	next    []int    // by log: where its next record goes
	text    []byte   // the records, log after log
	records []extent // of the log at hand: where they are in its text
	slots   []uint32 // of a table of the records of the log at hand: 1 + the number of one, or 0
	hashes  []uint64 // by which they are found there
	kept    []byte   // records, where some are dropped
	owner   owner    // of the log at hand
	spelled []byte   // one of its events
}

// extent is a stretch of a text.
type extent struct{ from, to int }

// group groups one partition, and returns how many events that has and how many it dropped.
func (g *grouper) group(n int) (events, dropped int) {
	p := &g.store.parts[n]
	var taken [][]byte
	for _, in := range g.store.intakes {
		taken = append(taken, in.parts[n].take()...)
	}
	if len(g.ends) > 0 {
		for i := range taken {
			taken[i] = g.within(taken[i])
		}
	}
	g.gather(p, taken)

	// The records are shorter than the entries, so that they fit where these were.
	out := stream{pieces: append(p.pieces, taken...)}
	for i := range p.logs {
		l := &p.logs[i]
		to, n := g.next[i], l.n
		text := g.text[to-l.size : to]
		if g.drops {
			text = g.dropRepeats(l, text)
		}
		if g.notes {
			g.note(text)
		}
		events, dropped = events+n, dropped+n-l.n
		l.piece, l.offset, l.size = int32(out.piece), int32(out.offset), len(text)
		out.write(text)
	}
	p.pieces = out.close(&g.store.memory)
	return events, dropped
}

// gather copies the records of a partition and those of entries into g.text, side by side for
// each account, and sets the sizes of the logs. g.next is then where they end.
func (g *grouper) gather(p *partition, taken [][]byte) {
	g.owners = g.owners[:0]
	g.next = g.next[:0]
	for i := range p.logs {
		g.next = append(g.next, p.logs[i].size)
	}
	for _, b := range taken {
		for at := 0; at < len(b); {
			from, to := textAt(b, at)
			name := b[from:to]
			_, at = textAt(b, to) // which is the record
			owner := p.log(name, maphash.Bytes(g.store.seed, name))
			if owner == len(g.next) {
				g.next = append(g.next, 0)
			}
			g.next[owner] += at - to
			p.logs[owner].n++
			g.owners = append(g.owners, uint32(owner))
		}
	}
	size := 0
	for i := range g.next {
		size, g.next[i] = size+g.next[i], size
	}
	g.text = slices.Grow(g.text[:0], size)[:size]
	for i := range p.logs {
		l := &p.logs[i]
		p.read(g.text[g.next[i]:g.next[i]], l)
		g.next[i] += l.size
	}
	text, next, i := g.text, g.next, 0
	for _, b := range taken {
		for at := 0; at < len(b); i++ {
			_, from := textAt(b, at)
			_, at = textAt(b, from)
			to := &next[g.owners[i]]
			*to += copy(text[*to:], b[from:at])
		}
	}
	from := 0
	for i, to := range next {
		p.logs[i].size, from = to-from, to
	}
}

// note notes the hashes of the ids of records.
func (g *grouper) note(text []byte) {
	for at := 0; at < len(text); {
		var from int
		from, at = textAt(text, at)
		hash := g.store.idHash(idOf(text[from:at]))
		p := &g.ids[partitionOf(hash)]
		if cap(p.last)-len(p.last) < 8 {
			p.room(8, &g.store.memory)
		}
		p.last = binary.LittleEndian.AppendUint64(p.last, hash)
	}
}

// dropRepeats returns the records of a log without those that repeat another. Of those that say
// the same, the one that stands furthest up is kept.
func (g *grouper) dropRepeats(l *log, text []byte) []byte {
	g.owner = owner{l.account, g.store.fileParts()}
	g.records, g.hashes = g.records[:0], g.hashes[:0]
	g.slots = slices.Grow(g.slots[:0], 1<<bits.Len(uint(2*l.n)))[:1<<bits.Len(uint(2*l.n))]
	clear(g.slots)
	for at := 0; at < len(text); {
		record, rest := cutText(text[at:])
		from := at
		at = len(text) - len(rest)
		g.enter(text, extent{from, at}, g.key(record))
	}
	if len(g.records) == l.n {
		return text
	}
	l.n = len(g.records)
	g.kept = g.kept[:0]
	for _, r := range g.records {
		g.kept = append(g.kept, text[r.from:r.to]...)
	}
	return g.kept
}

// enter enters a record of the log at hand into its table, unless it repeats one that is there.
func (g *grouper) enter(text []byte, record extent, hash uint64) {
	mask := uint64(len(g.slots) - 1)
	at := hash >> 1 & mask
	for ; g.slots[at] != 0; at = (at + 1) & mask {
		n := g.slots[at] - 1
		if g.hashes[n] != hash {
			continue
		}
		was, is := g.event(text, g.records[n]), g.event(text, record)
		if !was.Same(&is) {
			continue
		}
		kept, dropped := spotOf(g.record(text, g.records[n])), spotOf(g.record(text, record))
		if dropped.compare(kept) < 0 {
			g.records[n], kept, dropped = record, dropped, kept
		}
		if g.keeps {
			g.repeats = append(g.repeats, repeat{g.store.idHash([]byte(is.ID)), dropped, kept})
		}
		return
	}
	g.records, g.hashes = append(g.records, record), append(g.hashes, hash)
	g.slots[at] = uint32(len(g.records))
}

// event reads a record of a log.
func (g *grouper) event(text []byte, at extent) (e account.Event) {
	r := record{g.record(text, at), &g.owner}
	r.event(&e)
	return e
}

func (g *grouper) record(text []byte, at extent) []byte {
	text, _ = cutText(text[at.from:at.to])
	return text
}

// within moves the entries of a piece together that stand within the ends of their files.
func (g *grouper) within(piece []byte) []byte {
	kept := piece[:0]
	for rest := piece; len(rest) > 0; {
		_, after := cutText(rest)
		record, after := cutText(after)
		entry := rest[:len(rest)-len(after)]
		at := spotOf(record)
		if end, found := g.ends[int(at.part)]; !found || int(at.line) <= end {
			kept = append(kept, entry...)
		}
		rest = after
	}
	return kept
}

// idHash is the hash of an id, never 0.
func (s *store) idHash(id []byte) uint64 { return maphash.Bytes(s.seed, id) | 1 }

// key is a hash of what a record says, the same for those that repeat each other, so that the events of one who gives all
// of them one id are told apart.
func (g *grouper) key(text []byte) uint64 {
	head, kind, fields, b := cutHead(text)
	id, b := cutText(b)
	key := struct {
		id      uint64
		unix    int64
		credits int64
		kind    account.Type
		fields  uint64
		rest    uint64 // a hash of those, in one spelling
	}{id: g.store.idHash(id), kind: kind}
	key.unix, b = cutAt(b, head)
	if head&headCredits != 0 {
		key.credits, b = cutVarint(b)
	}
	if fields != 0 {
		_, _, _, b = cutPlace(b, head)
	}
	if fields&(withRecorded|withMetadata) != 0 { // which may say the same in two ways
		var e account.Event
		r := record{text, &g.owner}
		r.event(&e)
		if e.Known().Equal(e.At) {
			e.RecordedAt = time.Time{}
		}
		s := rawOf(&e)
		if fields = s.fields(); fields&withMetadata != 0 {
			b = e.AppendJSON(g.spelled[:0])
		} else {
			b = s.appendFields(g.spelled[:0], fields)
		}
		g.spelled = b
	}
	if key.fields = fields; fields != 0 {
		key.rest = maphash.Bytes(g.store.seed, b)
	}
	return maphash.Comparable(g.store.seed, key)
}

// idCheck finds the ids that several events have. Ids are held against each other by 64 bits
// of their hash first, so few are looked at that are not the same; whether they are is for who
// looks at them.
type idCheck struct {
	groupers []*grouper // who noted them
	all      bool       // all of them are to be found, not just one

	mu    sync.Mutex
	found map[uint64]bool // hashes that occur more than once
}

// look looks at one partition of the ids that were noted, with a table to use.
func (c *idCheck) look(n int, table []uint64) []uint64 {
	var noted [][]byte
	size := 0
	for _, g := range c.groupers {
		for _, piece := range g.ids[n].take() {
			noted, size = append(noted, piece), size+len(piece)/8
		}
	}
	table = slices.Grow(table[:0], 1<<bits.Len(uint(2*size)))[:1<<bits.Len(uint(2*size))]
	clear(table)
	mask := uint64(len(table) - 1)
	enough := false
	for _, piece := range noted {
		for b := piece; len(b) > 0; b = b[8:] {
			hash := binary.LittleEndian.Uint64(b)
			at := hash >> 1 & mask
			for table[at] != 0 && table[at] != hash {
				at = (at + 1) & mask
			}
			if table[at] == hash && !enough {
				c.note(hash)
				enough = !c.all
			}
			table[at] = hash
		}
		c.groupers[0].store.memory.release(piece)
	}
	return table
}

func (c *idCheck) note(hash uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found == nil {
		c.found = map[uint64]bool{}
	}
	if c.all || len(c.found) == 0 {
		c.found[hash] = true
	}
}

// settle groups all that was taken in, and returns the hashes of the ids that several events
// have which do not say the same, and what was dropped if it is to be kept.
//
// Mostly no id comes twice, and that is found out first.
func (s *store) settle(ctx context.Context, workers int, how grouping) (found map[uint64]bool, repeats []repeat) {
	how.notes = true
	found, _ = s.group(ctx, workers, how)
	if len(found) > 0 {
		how.drops = true
		found, repeats = s.group(ctx, workers, how)
	}
	s.intakes = nil
	return found, repeats
}

// group groups all partitions, and then looks at the ids that were noted.
func (s *store) group(ctx context.Context, workers int, how grouping) (found map[uint64]bool, repeats []repeat) {
	groupers := make([]*grouper, workers)
	share := func(begin func(worker int) (one func(n int))) {
		var next atomic.Int64
		var all sync.WaitGroup
		for worker := range workers {
			all.Go(func() {
				one := begin(worker)
				for n := next.Add(1) - 1; n < partitions && ctx.Err() == nil; n = next.Add(1) - 1 {
					one(int(n))
				}
			})
		}
		all.Wait()
	}
	share(func(worker int) func(int) {
		g := &grouper{grouping: how, store: s}
		groupers[worker] = g
		return func(n int) { g.group(n) }
	})
	for _, g := range groupers {
		repeats = append(repeats, g.repeats...)
	}
	if !how.notes {
		return nil, repeats
	}
	check := idCheck{groupers: groupers, all: how.drops}
	share(func(int) func(int) {
		var table []uint64
		return func(n int) { table = check.look(n, table) }
	})
	return check.found, repeats
}
