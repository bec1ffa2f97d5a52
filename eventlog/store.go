package eventlog

import (
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
	"sync"

	"github.com/prorata-go/prorata/account"
)

// store keeps the records of many accounts, those of an account side by side.
//
// What is read goes through memory twice, in order, and is looked up nowhere while it is read:
// an [intake] writes entries, each an account's name and a record, one behind the other by
// partition, and a [grouper] then moves the entries of one partition after the other to their
// accounts, with as few of them at a time as the processor has at hand. In the order of a log,
// each event would be a walk to another place in all of memory, and that is where time went.
type store struct {
	seed    maphash.Seed
	memory  memory
	mayFill int64 // memory in use at which repeats are looked for
	maxBad  int64 // MaxBad, but for tests

	idsAtATime int // so many that several events have are looked at together

	parts   [partitions]partition
	intakes []*intake // what is not grouped yet

	mu     sync.Mutex // of what follows
	files  []filePart
	number map[string]int // of files
}

const (
	partitionBits = 9
	partitions    = 1 << partitionBits
)

// partitionOf is the partition of an account, or of an id, by its hash.
func partitionOf(hash uint64) int { return int(hash >> (64 - partitionBits)) }

func newStore() *store {
	return &store{seed: maphash.MakeSeed(), mayFill: 1 << 26, maxBad: MaxBad, idsAtATime: idsAtATime, files: make([]filePart, 1), number: map[string]int{"": 0}}
}

// file is the number of a file.
func (s *store) file(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.number[name]
	if !ok {
		n = len(s.files)
		s.number[name], s.files = n, append(s.files, filePart{name: name, file: n})
	}
	return n
}

// filePart is what records say that they stand in by its number: a file, or some of its lines, which are then counted
// from the first of these.
type filePart struct {
	name   string
	file   int // the number of the first part of the file
	before int // lines of the file before this part
}

// fileParts are all of them, by number: those of a file in their order, and the files in theirs.
func (s *store) fileParts() []filePart {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files
}

// intake takes in entries. Each goroutine has its own.
type intake struct {
	store *store
	parts [partitions]pieces
}

func (s *store) newIntake() *intake {
	in := &intake{store: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intakes = append(s.intakes, in)
	return in
}

// add adds the entry of an event, its account's name and its record, and returns it.
func (in *intake) add(s *rawEvent) []byte {
	p := in.of(s.account)
	b := p.room(binary.MaxVarintLen64+len(s.account)+s.room(), &in.store.memory)
	p.last = s.appendRecord(appendText(b, s.account))
	return p.last[len(b):]
}

func (in *intake) of(account []byte) *pieces {
	return &in.parts[partitionOf(maphash.Bytes(in.store.seed, account))]
}

// probes are some partitions that have something to group: the largest, and others far apart.
func (s *store) probes() []int {
	largest, most := 0, 0
	for n := range partitions {
		size := 0
		for _, in := range s.intakes {
			for _, piece := range in.parts[n].full {
				size += len(piece)
			}
		}
		if size > most {
			largest, most = n, size
		}
	}
	probes := []int{largest}
	for n := 1; n < 8; n++ {
		probes = append(probes, (largest+n*partitions/8)%partitions)
	}
	return probes
}

// event reads an entry.
func (s *store) event(entry string) (e account.Event) {
	account, text := cutText([]byte(entry))
	text, _ = cutText(text)
	r := record{text, s.owner(string(account))}
	r.event(&e)
	return e
}

// partition holds the records of some accounts: those of one after those of the other, a
// stream that runs through pieces of memory.
type partition struct {
	number []uint64 // of logs, by account: open addressing, 32 bits of the hash and the number plus 1
	logs   []log
	pieces [][]byte // full to their capacity but for the last
}

// log is the records of one account.
type log struct {
	account string
	hash    uint64 // of the account
	piece   int32  // where the stream has the first
	offset  int32  // in it
	size    int    // of all records, in bytes
	n       int    // events
}

// find returns the number of an account's log, or where to enter it in p.number.
func find[S string | []byte](p *partition, account S, hash uint64) (n, at int, found bool) {
	if len(p.number) == 0 {
		return 0, 0, false
	}
	mask := len(p.number) - 1
	for at = int(uint32(hash)) & mask; p.number[at] != 0; at = (at + 1) & mask {
		if entry := p.number[at]; uint32(entry>>32) == uint32(hash) && p.logs[uint32(entry)-1].account == string(account) {
			return int(uint32(entry)) - 1, at, true
		}
	}
	return 0, at, false
}

// log is the number of the log of an account, which is begun if there is none.
func (p *partition) log(account []byte, hash uint64) int {
	n, at, found := find(p, account, hash)
	if found {
		return n
	}
	if len(p.logs) >= len(p.number)*3/4 {
		p.number = make([]uint64, max(16, 2*len(p.number)))
		for i := range p.logs {
			_, at, _ := find(p, p.logs[i].account, p.logs[i].hash)
			p.number[at] = p.logs[i].hash<<32 | uint64(i+1)
		}
		_, at, _ = find(p, account, hash)
	}
	p.logs = append(p.logs, log{account: string(account), hash: hash})
	p.number[at] = hash<<32 | uint64(len(p.logs))
	return len(p.logs) - 1
}

// read appends the records of a log to b.
func (p *partition) read(b []byte, l *log) []byte {
	piece, offset, left := l.piece, int(l.offset), l.size
	for left > 0 {
		part := p.pieces[piece][offset:]
		part = part[:min(left, len(part))]
		b, left = append(b, part...), left-len(part)
		piece, offset = piece+1, 0
	}
	return b
}

// records reads the records of a log into b.
func (s *store) records(p *partition, l *log, b []byte) records {
	return records{p.read(b, l), s.owner(l.account)}
}

func (s *store) owner(account string) *owner { return &owner{account, s.fileParts()} }

// rewrite replaces the records of a log by some that take no more room.
func (p *partition) rewrite(l *log, n int, records []byte) {
	l.n, l.size = n, len(records)
	for piece, offset := l.piece, int(l.offset); len(records) > 0; piece, offset = piece+1, 0 {
		records = records[copy(p.pieces[piece][offset:], records):]
	}
}

// all yields the accounts that have events.
func (s *store) all() iter.Seq2[*partition, *log] {
	return func(yield func(*partition, *log) bool) {
		for i := range s.parts {
			p := &s.parts[i]
			for j := range p.logs {
				if p.logs[j].n > 0 && !yield(p, &p.logs[j]) {
					return
				}
			}
		}
	}
}

// log is that of an account, or nil.
func (s *store) log(account string) (*partition, *log) {
	hash := maphash.String(s.seed, account)
	p := &s.parts[partitionOf(hash)]
	n, _, found := find(p, account, hash)
	if !found || p.logs[n].n == 0 {
		return nil, nil
	}
	return p, &p.logs[n]
}

// stream writes the stream of a partition into pieces that are there already.
type stream struct {
	pieces [][]byte
	piece  int
	offset int
}

func (w *stream) write(b []byte) {
	for len(b) > 0 {
		n := copy(w.pieces[w.piece][w.offset:cap(w.pieces[w.piece])], b)
		w.pieces[w.piece] = w.pieces[w.piece][:w.offset+n]
		b, w.offset = b[n:], w.offset+n
		if len(b) > 0 {
			w.piece, w.offset = w.piece+1, 0
		}
	}
}

// close releases the pieces that nothing was written to, and returns the others.
func (w *stream) close(m *memory) [][]byte {
	used := w.piece
	if w.offset > 0 {
		used++
	}
	for _, p := range w.pieces[used:] {
		m.release(p)
	}
	return slices.Clip(w.pieces[:used])
}
