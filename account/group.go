package account

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prorata-go/prorata/source"
)

// grouper groups what was taken in by account, one partition after the other, and may drop what
// says the same under the same id. Each goroutine has its own.
type grouper struct {
	store *store
	notes bool // it notes the hashes of the ids
	drops bool // it drops repeats
	keeps bool // it keeps what it drops

	dropped []string // entries, where it keeps them

	ids [partitions]pieces // hashes of ids, of 8 bytes each

	// Of the partition at hand.
	owners  []uint32 // the numbers of the logs of the entries
	next    []int    // by log: where its next record goes
	text    []byte   // the records, log after log
	records []extent // of the log at hand: where they are in its text
	slots   []uint32 // of a table of the ids of the log at hand: 1 + the number of a record, or 0
	hashes  []uint64 // of those ids
	kept    []byte   // records, where some are dropped
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
	for name, record := range g.store.entries(taken) {
		owner := p.log(name, maphash.Bytes(g.store.seed, name))
		if owner == len(g.next) {
			g.next = append(g.next, 0)
		}
		g.next[owner] += len(record)
		p.logs[owner].n++
		g.owners = append(g.owners, uint32(owner))
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
	i := 0
	for _, record := range g.store.entries(taken) {
		owner := g.owners[i]
		i++
		g.next[owner] += copy(g.text[g.next[owner]:], record)
		p.logs[owner].size += len(record)
	}
}

// note notes the hashes of the ids of records.
func (g *grouper) note(text []byte) {
	for len(text) > 0 {
		var record []byte
		record, text = cutText(text)
		hash := g.store.idHash(idOf(record))
		p := &g.ids[partitionOf(hash)]
		p.last = binary.LittleEndian.AppendUint64(p.room(8, &g.store.memory), hash)
	}
}

// dropRepeats returns the records of a log without those that repeat another. Of those that say
// the same, the one that stands furthest up is kept.
func (g *grouper) dropRepeats(l *log, text []byte) []byte {
	g.records, g.hashes = g.records[:0], g.hashes[:0]
	g.slots = slices.Grow(g.slots[:0], 1<<bits.Len(uint(2*l.n)))[:1<<bits.Len(uint(2*l.n))]
	clear(g.slots)
	for at := 0; at < len(text); {
		record, rest := cutText(text[at:])
		from := at
		at = len(text) - len(rest)
		g.enter(l, text, extent{from, at}, g.store.idHash(idOf(record)))
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
func (g *grouper) enter(l *log, text []byte, record extent, hash uint64) {
	mask := uint64(len(g.slots) - 1)
	at := hash >> 1 & mask
	for ; g.slots[at] != 0; at = (at + 1) & mask {
		n := g.slots[at] - 1
		if g.hashes[n] != hash {
			continue
		}
		was, is := g.event(l, text, g.records[n]), g.event(l, text, record)
		if !was.Same(&is) {
			continue
		}
		if g.store.above(is.Place, was.Place) {
			g.records[n], record = record, g.records[n]
		}
		if g.keeps {
			r := g.record(l, text, record)
			g.dropped = append(g.dropped, r.entry())
		}
		return
	}
	g.records, g.hashes = append(g.records, record), append(g.hashes, hash)
	g.slots[at] = uint32(len(g.records))
}

func (g *grouper) record(l *log, text []byte, at extent) record {
	text, _ = cutText(text[at.from:at.to])
	return record{text, g.store.owner(l.account)}
}

// event reads a record of a log.
func (g *grouper) event(l *log, text []byte, at extent) (e Event) {
	r := g.record(l, text, at)
	r.event(&e)
	return e
}

// idHash is the hash of an id, never 0.
func (s *store) idHash(id []byte) uint64 { return maphash.Bytes(s.seed, id) | 1 }

// above reports that a place is further up than another: in a file that was named before, or
// further up in the same one.
func (s *store) above(x, y source.Place) bool {
	if x.File != y.File {
		return s.file(x.File) < s.file(y.File)
	}
	return x.Line < y.Line || x.Line == y.Line && x.Column < y.Column
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
func (s *store) settle(ctx context.Context, workers int, keeps bool) (found map[uint64]bool, dropped []string) {
	found, _ = s.groupAll(ctx, workers, grouper{notes: true})
	if len(found) > 0 {
		found, dropped = s.groupAll(ctx, workers, grouper{notes: true, drops: true, keeps: keeps})
	}
	s.intakes = nil
	return found, dropped
}

// groupAll groups all partitions with groupers like one, and then looks at the ids that they
// noted.
func (s *store) groupAll(ctx context.Context, workers int, like grouper) (found map[uint64]bool, dropped []string) {
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
		g := &grouper{store: s, notes: like.notes, drops: like.drops, keeps: like.keeps}
		groupers[worker] = g
		return func(n int) { g.group(n) }
	})
	check := idCheck{groupers: groupers, all: like.drops}
	share(func(int) func(int) {
		var table []uint64
		return func(n int) { table = check.look(n, table) }
	})
	for _, g := range groupers {
		dropped = append(dropped, g.dropped...)
	}
	return check.found, dropped
}
