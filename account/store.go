package account

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/prorata-go/prorata/source"
)

// store keeps the records of many accounts, and refuses an id that is used twice. It is in
// stripes with a lock each, so that several goroutines can add to it.
//
// What an id costs: a place in a table, 8 bytes, of which between 3 and 6 eighths are in use,
// and the id itself with what its event says, which is what makes the set exact: ids are
// compared, not their hashes, and so is what the two events say.
type store struct {
	seed  maphash.Seed
	ids   [stripes]idTable
	parts [stripes]partition

	mu     sync.Mutex // of what follows
	files  []string
	number map[string]int // of files
}

const (
	stripeBits = 6
	stripes    = 1 << stripeBits
)

func newStore() *store {
	return &store{seed: maphash.MakeSeed(), files: []string{""}, number: map[string]int{"": 0}}
}

// file is the number of a file.
func (s *store) file(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.number[name]
	if !ok {
		n = len(s.files)
		s.number[name], s.files = n, append(s.files, name)
	}
	return n
}

func (s *store) fileNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files
}

func (s *store) part(account string) (*partition, uint64) {
	n := maphash.String(s.seed, account) >> (64 - stripeBits)
	return &s.parts[n], n
}

// ref says where a record is: 6 bits for the partition, 26 for the block, 8 for the offset in it.
type ref uint64

const (
	offsetBits = 8
	blockBits  = 26
	refBits    = stripeBits + blockBits + offsetBits
)

func (r ref) part() int     { return int(r >> (blockBits + offsetBits)) }
func (r ref) block() uint32 { return uint32(r>>offsetBits) & (1<<blockBits - 1) }
func (r ref) offset() int   { return int(r & (1<<offsetBits - 1)) }

// idTable finds records by the hash of their ids: open addressing, where an entry is the tag,
// 24 bits of the hash, and the ref, which is never 0. The first bits of the tag say where an
// entry belongs, so that the table grows without looking at the records.
type idTable struct {
	mu      sync.Mutex
	entries []uint64
	n       int
}

const tagBits = 64 - refBits

var errTooMany = errors.New("too many events for one run, expected fewer than half a billion; shard the accounts")

func (t *idTable) slot(tag uint64) int {
	return int(tag * uint64(len(t.entries)) >> tagBits)
}

// grow makes room for one more entry.
func (t *idTable) grow() error {
	if t.n < len(t.entries)*3/4 {
		return nil
	}
	if len(t.entries) == 1<<tagBits {
		return errTooMany
	}
	old := t.entries
	t.entries = make([]uint64, max(16, 2*len(old)))
	for _, entry := range old {
		if entry != 0 {
			i := t.slot(entry >> refBits)
			for t.entries[i] != 0 {
				i = (i + 1) & (len(t.entries) - 1)
			}
			t.entries[i] = entry
		}
	}
	return nil
}

// A writer adds events to a store. Each goroutine has its own.
type writer struct {
	*store
	content, record, read []byte
}

// add adds an event from the file of that number, unless its id was used before: then it
// returns the event that used it. One that says the same and stands further up takes the place
// of the one before.
func (w *writer) add(e *Event, file int) (first *Event, err error) {
	w.content = appendContent(w.content[:0], e)
	w.record = appendRecord(w.record[:0], w.content, file, e.Place)
	t, tag := w.table(e.ID)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.grow(); err != nil {
		return nil, err
	}
	i := t.slot(tag)
	for ; t.entries[i] != 0; i = (i + 1) & (len(t.entries) - 1) {
		if t.entries[i]>>refBits != tag {
			continue
		}
		at := ref(t.entries[i] & (1<<refBits - 1))
		first, gone, ok := w.match(at, e.ID)
		switch {
		case !ok:
			continue
		case gone:
			first = nil
		case !first.Same(e) || !w.above(e.Place, file, first.Place):
			return first, nil
		default:
			w.parts[at.part()].remove(at)
		}
		return first, w.append(e.Account, t, i, tag)
	}
	t.n++
	return nil, w.append(e.Account, t, i, tag)
}

// find returns the event of an id that was added, and takes it out again if asked to.
func (w *writer) find(id string, out bool) Event {
	t, tag := w.table(id)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := t.slot(tag); t.entries[i] != 0; i = (i + 1) & (len(t.entries) - 1) {
		if t.entries[i]>>refBits != tag {
			continue
		}
		at := ref(t.entries[i] & (1<<refBits - 1))
		if first, gone, ok := w.match(at, id); ok && !gone {
			if out {
				w.parts[at.part()].remove(at)
			}
			return *first
		}
	}
	panic(fmt.Sprintf("account: there is no event %q", id))
}

// table is the one for an id, and the id's tag in it.
func (w *writer) table(id string) (*idTable, uint64) {
	hash := maphash.String(w.seed, id)
	return &w.ids[hash>>(64-stripeBits)], hash >> (64 - stripeBits - tagBits) & (1<<tagBits - 1)
}

// above reports that a place in a file of that number is further up than another.
func (w *writer) above(a source.Place, file int, b source.Place) bool {
	if a.File != b.File {
		return file < w.file(b.File)
	}
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

// append appends w.record to those of an account, and enters it in a table.
func (w *writer) append(account string, t *idTable, i int, tag uint64) error {
	p, n := w.part(account)
	p.mu.Lock()
	defer p.mu.Unlock()
	r, err := p.append(n, account, w.record)
	if err == nil {
		t.entries[i] = tag<<refBits | uint64(r)
	}
	return err
}

// match reads the record at a ref and reports whether it has the id, and whether it was taken
// out again.
func (w *writer) match(at ref, id string) (first *Event, gone, ok bool) {
	p := &w.parts[at.part()]
	p.mu.Lock()
	defer p.mu.Unlock()
	w.read = p.read(w.read[:0], at, binary.MaxVarintLen64)
	length, n := binary.Uvarint(w.read)
	w.read = p.read(w.read[:0], at, n+int(length)+3*binary.MaxVarintLen64)
	if !isOf(w.read[n:], id) {
		return nil, false, false
	}
	gone = w.read[n]&removed != 0
	if !gone {
		w.mu.Lock()
		r := records{text: string(w.read), account: p.logs[p.owner(at.block())].account, files: w.files}
		w.mu.Unlock()
		first = new(Event)
		r.next(first)
	}
	return first, gone, true
}

// isOf reports that a content is that of an event with an id.
func isOf(content []byte, id string) bool {
	_, n := binary.Uvarint(content)
	content = content[n+1:]
	length, n := binary.Uvarint(content)
	return int(length) == len(id) && string(content[n:n+len(id)]) == id
}

// A partition holds the logs of some accounts: each a chain of blocks of 256 bytes, through
// which its records run on as one stream. A block begins with the number of the next and that
// of the account.
type partition struct {
	mu     sync.Mutex
	number map[string]uint32 // of logs, by account
	logs   []log
	chunks [][]byte // of blocksInChunk blocks each
	blocks uint32   // in use; 0 is none
}

const (
	blockSize     = 1 << offsetBits
	blockHeader   = 8
	blocksInChunk = 128
)

// log is the records of one account.
type log struct {
	account     string
	first, last uint32
	end         uint16 // of what is used of the last block
	n           int32  // events, without those taken out again
}

func (p *partition) block(n uint32) []byte {
	start := n % blocksInChunk * blockSize
	return p.chunks[n/blocksInChunk][start:][:blockSize]
}

func (p *partition) next(n uint32) uint32  { return binary.LittleEndian.Uint32(p.block(n)) }
func (p *partition) owner(n uint32) uint32 { return binary.LittleEndian.Uint32(p.block(n)[4:]) }

// newBlock returns the number of a fresh block that belongs to an account.
func (p *partition) newBlock(owner uint32) (uint32, error) {
	n := p.blocks + 1
	if n >= 1<<blockBits {
		return 0, errTooMany
	}
	if n/blocksInChunk >= uint32(len(p.chunks)) {
		p.chunks = append(p.chunks, make([]byte, blocksInChunk*blockSize))
	}
	binary.LittleEndian.PutUint32(p.block(n)[4:], owner)
	p.blocks = n
	return n, nil
}

// append appends a record to the log of an account, and says where it is.
func (p *partition) append(part uint64, account string, record []byte) (ref, error) {
	owner, known := p.number[account]
	if !known {
		if p.number == nil {
			p.number = map[string]uint32{}
		}
		owner = uint32(len(p.logs))
		first, err := p.newBlock(owner)
		if err != nil {
			return 0, err
		}
		p.number[account] = owner
		p.logs = append(p.logs, log{account: account, first: first, last: first, end: blockHeader})
	}
	l := &p.logs[owner]
	var at ref
	for started := false; len(record) > 0; {
		if l.end == blockSize {
			next, err := p.newBlock(owner)
			if err != nil {
				return 0, err
			}
			binary.LittleEndian.PutUint32(p.block(l.last), next)
			l.last, l.end = next, blockHeader
		}
		if !started {
			started, at = true, ref(part<<(blockBits+offsetBits)|uint64(l.last)<<offsetBits|uint64(l.end))
		}
		n := copy(p.block(l.last)[l.end:], record)
		l.end += uint16(n)
		record = record[n:]
	}
	l.n++
	return at, nil
}

// read appends up to n bytes of a log from a ref on.
func (p *partition) read(b []byte, at ref, n int) []byte {
	block, offset := at.block(), at.offset()
	for n > 0 && block != 0 {
		part := p.block(block)[offset:]
		part = part[:min(n, len(part))]
		b, n = append(b, part...), n-len(part)
		block, offset = p.next(block), blockHeader
	}
	return b
}

// all appends the whole log of an account.
func (p *partition) all(b []byte, l *log) []byte {
	block := l.first
	for ; block != l.last; block = p.next(block) {
		b = append(b, p.block(block)[blockHeader:]...)
	}
	return append(b, p.block(block)[blockHeader:l.end]...)
}

// remove takes the record at a ref out of its account's.
func (p *partition) remove(at ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, n := binary.Uvarint(p.read(nil, at, binary.MaxVarintLen64))
	block, offset := at.block(), at.offset()+n // the content begins here
	if offset >= blockSize {
		block, offset = p.next(block), offset-blockSize+blockHeader
	}
	p.block(block)[offset] |= removed
	p.logs[p.owner(block)].n--
}
