package eventlog

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// blockSize is how long the blocks of a shard become, unless there are so many shards that all of them would take more than
// openBlocks.
const (
	blockSize  = 1 << 18
	openBlocks = 1 << 26
)

// Packing reads files, or parts of them, and packs their events into blocks by shard, for [Events.Unpack] in another
// process. A block is the names of accounts and records, one after the other, as [Events] keeps them: nothing is decoded
// twice.
type Packing struct {
	Policy      invoice.Policy // what amounts and plain dates mean, as for [NewDecoder]
	Shards      int            // among how many the accounts are divided, see [Shard]
	Workers     int            // how many goroutines decode, at most [MaxWorkers]; 0 for one a core
	MaxProblems int            // as that of the [Loading] to come

	// Emit takes a block of a shard. The blocks of a shard are numbered from 0 in the order of the lines, whatever the number
	// of workers, and may come in any: it is called by several goroutines. The block is its own.
	Emit func(shard, number int, block []byte) error

	mu     sync.Mutex // of what follows
	shards []packed
	size   int // that ends a block
}

// packed is what is packed for a shard and not yet given to Emit.
type packed struct {
	block  []byte
	number int // of the block
}

// Pack packs a part of a file, or a whole one, which records name by its number, 0 or more: its place in [Packed]. Only the
// first part of a file may begin with a byte order mark. What is wrong with the part, such as a file that cannot be read
// to its end, is in the [Scan]; the error is that of Emit, or of the context.
//
// The parts are packed one after the other. [Packing.Flush] ends it.
func (p *Packing) Pack(ctx context.Context, r io.Reader, part int, first bool) (*Scan, error) {
	if p.Emit == nil || part < 0 {
		return nil, errors.New("pack: no Emit, or the number of the part is negative, expected both")
	}
	if p.shards == nil {
		p.shards = make([]packed, max(1, p.Shards))
		p.size = min(blockSize, openBlocks/len(p.shards))
	}
	k := &packer{Packing: p, part: part, chunks: newChunker(r, ""), scan: &Scan{}}
	k.chunks.middle = !first
	k.turn.L = &k.turning
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var working sync.WaitGroup
	for range workersOf(p.Workers) {
		working.Go(func() {
			w := packWorker{packer: k, decoder: NewDecoder(p.Policy), shards: make([][]byte, len(p.shards))}
			if err := w.work(ctx); err != nil {
				stop(err)
				k.end()
			}
		})
	}
	working.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	k.scan.Lines = k.chunks.line - 1
	return k.scan, nil
}

// Flush gives what is left to Emit.
func (p *Packing) Flush() error {
	for shard := range p.shards {
		s := &p.shards[shard]
		if len(s.block) == 0 {
			continue
		}
		if err := p.Emit(shard, s.number, s.block); err != nil {
			return err
		}
		s.block, s.number = nil, s.number+1
	}
	return nil
}

// packer packs one part.
type packer struct {
	*Packing
	part int
	scan *Scan

	reading sync.Mutex // of what follows
	chunks  *chunker
	n       int  // chunks that were read
	over    bool // nothing more is to be read

	turning sync.Mutex // of what follows
	turn    sync.Cond
	next    int // the number of the chunk that is added next
	ended   bool
}

// chunk reads the next chunk, and returns its number.
func (k *packer) chunk() (c *chunk, n int, err error) {
	k.reading.Lock()
	defer k.reading.Unlock()
	if k.over {
		return nil, 0, nil
	}
	c, err = k.chunks.next()
	if err != nil {
		k.over = true
	}
	if err == io.EOF {
		err = nil
	}
	n = k.n
	k.n++
	return c, n, err
}

// stop leaves the rest of the part unread.
func (k *packer) stop() {
	k.reading.Lock()
	k.over = true
	k.reading.Unlock()
}

// end wakes those who wait for a turn that does not come.
func (k *packer) end() {
	k.turning.Lock()
	k.ended = true
	k.turning.Unlock()
	k.turn.Broadcast()
	k.stop()
}

// packWorker decodes chunks.
type packWorker struct {
	*packer
	decoder *Decoder
	raw     rawEvent
	shards  [][]byte // the entries of a chunk
	touched []int    // shards that have some
	dates   Dates
	events  int64
	bad     [][]byte // lines that are no events
	badAt   []int    // and their numbers
}

// full is a block to give to Emit.
type full struct {
	shard, number int
	block         []byte
}

func (w *packWorker) work(ctx context.Context) error {
	for ctx.Err() == nil {
		c, n, failed := w.chunk()
		if c == nil {
			return nil
		}
		w.decode(c)
		blocks, mine := w.add(n, failed)
		c.release() // whose bytes the bad lines are
		if !mine {
			return nil
		}
		for _, b := range blocks {
			if err := w.Emit(b.shard, b.number, b.block); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// decode packs the events of a chunk.
func (w *packWorker) decode(c *chunk) {
	w.dates, w.events, w.bad, w.badAt = Dates{}, 0, w.bad[:0], w.badAt[:0]
	for line, number := range c.lines {
		if w.decoder.decodeRaw(line, source.Place{}, &w.raw) != nil {
			w.bad, w.badAt = append(w.bad, line), append(w.badAt, number)
			continue
		}
		w.events++
		w.raw.file, w.raw.line, w.raw.column = w.part+1, number, 1
		w.dates.add(w.raw.at)
		shard := shardOf(w.raw.account, len(w.shards))
		if len(w.shards[shard]) == 0 {
			w.touched = append(w.touched, shard)
		}
		w.shards[shard] = w.raw.appendRecord(appendText(w.shards[shard], w.raw.account))
	}
}

// add adds what a chunk has to what those before it have, once these are there, and returns the blocks that are full. It
// reports false where the turn of the chunk does not come.
func (w *packWorker) add(n int, failed error) (blocks []full, mine bool) {
	w.turning.Lock()
	defer w.turning.Unlock()
	for w.next != n && !w.ended {
		w.turn.Wait()
	}
	if w.ended {
		return nil, false
	}
	w.scan.add(w, w.MaxProblems)
	if w.scan.badSize > MaxBad {
		w.stop()
	}
	if failed != nil {
		w.scan.fail(failed)
	}
	w.mu.Lock()
	for _, shard := range w.touched {
		s := &w.Packing.shards[shard]
		entries := w.shards[shard]
		w.shards[shard] = entries[:0]
		if s.block == nil {
			s.block = make([]byte, 0, min(w.size+len(entries), max(2*len(entries), 1<<12)))
		}
		if s.block = append(s.block, entries...); len(s.block) >= w.size {
			blocks = append(blocks, full{shard, s.number, s.block})
			s.block, s.number = nil, s.number+1
		}
	}
	w.mu.Unlock()
	w.touched = w.touched[:0]
	w.next++
	w.turn.Broadcast()
	return blocks, true
}
