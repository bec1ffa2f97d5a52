package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math/bits"
	"sync"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/packed"
)

// idBuckets is into how many parts the hashes of ids are divided. Those of one are in memory together.
func (j *job) idBuckets() int { return min(4*j.Shards, 1<<16) }

// hashOf is a hash of an id. It says only which ids need a second look.
func hashOf(id []byte) uint64 {
	hash := uint64(0xcbf29ce484222325)
	for ; len(id) >= 8; id = id[8:] {
		hash = (hash ^ binary.LittleEndian.Uint64(id)) * 0x9e3779b97f4a7c15
		hash ^= hash >> 29
	}
	for _, b := range id {
		hash = (hash ^ uint64(b)) * 0x100000001b3
	}
	hash = (hash ^ hash>>32) * 0x9e3779b97f4a7c15
	return hash ^ hash>>29
}

// sendHashes sends the hashes of the ids of a block by bucket, if there are shards that may share one.
func (j *job) sendHashes(to *sender, n, shard int, block []byte) error {
	if j.Shards == 1 {
		return nil
	}
	buckets := make([][]byte, j.idBuckets())
	for id := range eventlog.BlockIDs(block) {
		hash := hashOf(id)
		b, _ := bits.Mul64(hash, uint64(len(buckets)))
		if buckets[b] == nil {
			buckets[b] = numbers(n, shard)
		}
		buckets[b] = binary.LittleEndian.AppendUint64(buckets[b], hash)
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	for b, hashes := range buckets {
		if hashes != nil {
			to.emit(b, hashes) // which do not compress
		}
	}
	return nil
}

// checkIDsFn finds the hashes of ids that two shards have, and gives them to the ranges that have them.
type checkIDsFn struct{ Job *job }

func (fn *checkIDsFn) ProcessElement(_ int, elements iter, again emit) error {
	var all []hashes
	size := 0
	for element := []byte(nil); elements(&element); element = nil {
		h := hashes{}
		var err error
		if h.part, element, err = numbered(element, len(fn.Job.Ranges)); err != nil {
			return err
		}
		if h.shard, h.text, err = numbered(element, fn.Job.Shards); err != nil {
			return err
		}
		if len(h.text)%8 != 0 {
			return errElement
		}
		all, size = append(all, h), size+len(h.text)/8
	}
	shared := inTwoShards(all, size)
	if len(shared) == 0 {
		return nil
	}
	byPart := map[int][]byte{}
	for _, h := range all {
		for hash := range h.each {
			if shared[hash] {
				byPart[h.part] = binary.LittleEndian.AppendUint64(byPart[h.part], hash)
			}
		}
	}
	for part, text := range byPart {
		again(part, text)
	}
	return nil
}

// hashes are those of the ids in a block.
type hashes struct {
	part, shard int
	text        []byte // 8 bytes each
}

func (h *hashes) each(yield func(uint64) bool) {
	for b := h.text; len(b) > 0; b = b[8:] {
		if !yield(binary.LittleEndian.Uint64(b)) {
			return
		}
	}
}

// inTwoShards finds the hashes that are in two shards or more, of so many hashes in all.
func inTwoShards(all []hashes, size int) map[uint64]bool {
	shared := map[uint64]bool{}
	slots := 1 << bits.Len(uint(2*size))
	seen, shards := make([]uint64, slots), make([]int32, slots) // 1 + the shard, 0 where there is none
	for _, h := range all {
		for hash := range h.each {
			at := int(hash) & (slots - 1)
			for shards[at] != 0 && seen[at] != hash {
				at = (at + 1) & (slots - 1)
			}
			if shards[at] == 0 {
				seen[at], shards[at] = hash, int32(h.shard)+1
			} else if shards[at] != int32(h.shard)+1 {
				shared[hash] = true
			}
		}
	}
	return shared
}

// rereadFn reads a range again, for the events whose ids have some hashes.
type rereadFn struct{ Job *job }

func (fn *rereadFn) ProcessElement(ctx context.Context, n int, elements iter, again emit) error {
	wanted := map[uint64]bool{}
	for element := []byte(nil); elements(&element); element = nil {
		h := hashes{text: element}
		for hash := range h.each {
			wanted[hash] = true
		}
	}
	to := sender{emit: again}
	packing := eventlog.Packing{Policy: fn.Job.Terms.Policy, Shards: 1, Emit: func(_, _ int, block []byte) error {
		some := eventlog.BlockOf(block, func(id []byte) bool { return wanted[hashOf(id)] })
		if len(some) == 0 {
			return nil
		}
		return to.send(0, packed.Events, some)
	}}
	_, err := fn.Job.pack(ctx, &packing, n)
	return err
}

// contestFn compares the events whose ids have a hash that two shards have. It tells the conflicts between them, and the
// shards leave their ids to it.
type contestFn struct{ Job *job }

func (fn *contestFn) ProcessElement(ctx context.Context, _ int, elements iter, without, conflicts emit) error {
	g, err := fn.Job.gather(elements)
	if err != nil || len(g.blocks) == 0 {
		return err
	}
	_, found, err := g.unpack(ctx)
	if err != nil {
		return err
	}
	text := found.Bad.AppendConflicts(nil)
	if len(text) == 0 {
		return nil
	}
	toShards, toFinish := sender{emit: without}, sender{emit: conflicts}
	for shard := range fn.Job.Shards {
		if err := toShards.send(shard, kindWithout, text); err != nil {
			return err
		}
	}
	return toFinish.send(0, kindConflicts, text)
}

// gathered is what a step has of the elements of one key.
type gathered struct {
	job       *job
	blocks    [][]byte // sections with events, as they came
	files     blockReader
	scans     []*eventlog.Scan
	bad       map[int]map[int][]byte // pieces of bad lines, by range and number
	without   map[string]bool
	conflicts [][]byte
	dates     *eventlog.Dates // of all that is kept, if they came
	results   []result
}

// gather takes all elements of a key. Blocks of events are opened when they are unpacked.
func (j *job) gather(elements iter) (*gathered, error) {
	g := &gathered{job: j, scans: make([]*eventlog.Scan, len(j.Ranges)), bad: map[int]map[int][]byte{}, without: map[string]bool{}}
	g.files.prefix = j.prefix()
	for section := []byte(nil); elements(&section); section = nil {
		if packed.KindOf(section) == packed.Events {
			g.blocks = append(g.blocks, section)
			continue
		}
		kind, text, err := packed.Open(section)
		if err == nil {
			err = g.add(kind, text)
		}
		if err != nil {
			return nil, err
		}
	}
	return g, g.addBad()
}

func (g *gathered) add(kind packed.Kind, text []byte) error {
	switch kind {
	case kindPlaces:
		g.files.places = append(g.files.places, text)
	case kindScan:
		n, text, err := numbered(text, len(g.scans))
		if err != nil {
			return err
		}
		g.scans[n] = &eventlog.Scan{}
		return g.scans[n].UnmarshalBinary(text)
	case packed.BadLines:
		n, text, err := numbered(text, len(g.scans))
		if err != nil {
			return err
		}
		i, text, err := numbered(text, 1<<31)
		if err != nil {
			return err
		}
		if g.bad[n] == nil {
			g.bad[n] = map[int][]byte{}
		}
		g.bad[n][i] = text
	case kindWithout:
		for id := range eventlog.ConflictIDs(text) {
			g.without[string(id)] = true
		}
	case kindConflicts:
		g.conflicts = append(g.conflicts, text)
	case kindDates:
		if g.dates == nil {
			g.dates = &eventlog.Dates{}
		}
		return g.dates.UnmarshalBinary(text)
	case kindResult:
		r, err := parseResult(text)
		g.results = append(g.results, r)
		return err
	default:
		return errElement
	}
	return nil
}

// addBad adds the bad lines to their scans, in their order.
func (g *gathered) addBad() error {
	for n, pieces := range g.bad {
		if g.scans[n] == nil {
			return errElement
		}
		for i := range len(pieces) {
			if err := g.scans[n].AddBadLines(pieces[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// packed is what there is to unpack. The blocks are gone once they are.
func (g *gathered) packed() eventlog.Packed {
	from := eventlog.Packed{Parts: g.job.parts(), Scans: g.scans, Conflicts: g.conflicts}
	if len(g.without) > 0 {
		from.Without = func(id []byte) bool { return g.without[string(id)] }
	}
	var mu sync.Mutex
	next := func() ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		if len(g.blocks) == 0 {
			return g.files.next()
		}
		section := g.blocks[0]
		g.blocks[0], g.blocks = nil, g.blocks[1:]
		return section, nil
	}
	from.Next = func() (eventlog.Block, error) {
		section, err := next()
		if err != nil {
			return eventlog.Block{}, err
		}
		_, text, err := packed.Open(section)
		return eventlog.Block{Events: text}, err
	}
	return from
}

// unpack loads it. What is wrong with the lines is no error.
func (g *gathered) unpack(ctx context.Context) (*eventlog.Events, eventlog.Loaded, error) {
	from := g.packed()
	defer g.files.close()
	if g.job.Shards > 1 {
		from.Others = g.dates
		if !g.job.KeepGoing {
			from.Others = &eventlog.Dates{}
			for _, scan := range g.scans {
				if scan != nil {
					from.Others.AddAll(&scan.Dates)
				}
			}
		}
	}
	events := &eventlog.Events{}
	found, err := events.Unpack(ctx, from, g.job.loading())
	if errors.As(err, new(*eventlog.LoadError)) {
		err = nil
	}
	return events, found, err
}

// datesFn finds the dates of the events of a shard that are kept.
type datesFn struct{ Job *job }

func (fn *datesFn) ProcessElement(ctx context.Context, _ int, elements iter, dates emit) error {
	g, err := fn.Job.gather(elements)
	if err != nil {
		return err
	}
	events, _, err := g.unpack(ctx)
	if err != nil {
		return err
	}
	text, _ := events.Dates().AppendBinary(nil) // the error is nil
	to := sender{emit: dates}
	return to.send(0, kindDates, text)
}

// spreadFn gives the dates of all shards to each.
type spreadFn struct{ Job *job }

func (fn *spreadFn) ProcessElement(_ int, elements iter, shards emit) error {
	var all eventlog.Dates
	if err := sections(elements, func(_ packed.Kind, text []byte) error { return all.UnmarshalBinary(text) }); err != nil {
		return err
	}
	text, _ := all.AppendBinary(nil) // the error is nil
	to := sender{emit: shards}
	for shard := range fn.Job.Shards {
		if err := to.send(shard, kindDates, text); err != nil {
			return err
		}
	}
	return nil
}
