package account

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
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

// log is that of an account, or nil.
func (s *store) log(account string) (*partition, *log) {
	hash := maphash.String(s.seed, account)
	p := &s.parts[hash>>(64-stripeBits)]
	n, _, found := p.find(account, hash)
	if !found || p.logs[n].n == 0 {
		return p, nil
	}
	return p, &p.logs[n]
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
	t.resize(max(16, 2*len(t.entries)))
	return nil
}

func (t *idTable) resize(size int) {
	old := t.entries
	t.entries = make([]uint64, size)
	for _, entry := range old {
		if entry != 0 {
			i := t.slot(entry >> refBits)
			for t.entries[i] != 0 {
				i = (i + 1) & (len(t.entries) - 1)
			}
			t.entries[i] = entry
		}
	}
}

// reserve makes room for about that many events in all, so that the tables need not grow to it.
func (s *store) reserve(events int64) {
	each := events/stripes + events/stripes/16 // some have more than others
	size := 16
	for int64(size)*3/4 < each && size < 1<<tagBits {
		size *= 2
	}
	for i := range s.ids {
		t := &s.ids[i]
		t.mu.Lock()
		if size > len(t.entries) {
			t.resize(size)
		}
		t.mu.Unlock()
	}
}

// intake is some events that are added to a store together. Each goroutine has its own.
type intake struct {
	*store
	records []byte // of the events, one after the other
	events  []addition
	order   []int32    // of events, by stripe
	refused []addition // whose id was used before
	content []byte
	read    []byte
}

// addition is an event of an intake.
type addition struct {
	hash     uint64 // of the id
	account  string
	home     uint64 // hash of the account
	from, to int32  // of the record, in records
	at       ref    // in the store
}

// add takes an event from the file of that number into the intake.
func (b *intake) add(e *Event, file int) {
	from := len(b.records)
	b.content = appendContent(b.content[:0], e)
	b.records = appendRecord(b.records, b.content, file, e.Place)
	b.events = append(b.events, addition{hash: maphash.String(b.seed, e.ID), account: e.Account,
		home: maphash.String(b.seed, e.Account), from: int32(from), to: int32(len(b.records))})
}

// flush adds the events to the store, and calls again for each whose id was used before, with
// the event that used it. Of those that say the same, the one that stands furthest up is kept,
// of others the one that came first.
//
// The events of a stripe are added one after the other, first to the logs, then to the tables,
// so that a lock is taken once for many, and the memory they go to is fetched side by side.
func (b *intake) flush(again func(first, e *Event)) error {
	defer func() { b.records, b.events, b.refused = b.records[:0], b.events[:0], b.refused[:0] }()
	err := b.stripe(func(a *addition) uint64 { return a.home >> (64 - stripeBits) }, func(n int, order []int32) error {
		p := &b.parts[n]
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, i := range order {
			a := &b.events[i]
			owner, err := p.log(a.account, a.home)
			if err == nil {
				a.at, err = p.append(uint64(n), owner, b.records[a.from:a.to])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.stripe(func(a *addition) uint64 { return a.hash >> (64 - stripeBits) }, func(n int, order []int32) error {
		t := &b.ids[n]
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, i := range order {
			if err := b.enter(t, &b.events[i], again); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(b.refused, func(x, y addition) int { return cmp.Compare(y.from, x.from) }) // from the ends of the logs
	for _, a := range b.refused {
		b.parts[a.at.part()].remove(a.at)
	}
	return err
}

// stripe sorts the events by a stripe, and passes on those of each.
func (b *intake) stripe(of func(*addition) uint64, each func(n int, order []int32) error) error {
	var ends [stripes + 1]int32
	for i := range b.events {
		ends[of(&b.events[i])+1]++
	}
	for n := range stripes {
		ends[n+1] += ends[n]
	}
	b.order = slices.Grow(b.order[:0], len(b.events))[:len(b.events)]
	next := ends
	for i := range b.events {
		n := of(&b.events[i])
		b.order[next[n]] = int32(i)
		next[n]++
	}
	for n := range stripes {
		if order := b.order[ends[n]:ends[n+1]]; len(order) > 0 {
			if err := each(n, order); err != nil {
				return err
			}
		}
	}
	return nil
}

// enter enters an event into the table of its id.
func (b *intake) enter(t *idTable, a *addition, again func(first, e *Event)) error {
	if err := t.grow(); err != nil {
		return err
	}
	tag := tagOf(a.hash)
	entry := tag<<refBits | uint64(a.at)
	i, first := b.seek(t, tag, idOf(b.records[a.from:a.to]))
	if first == nil {
		if t.entries[i] == 0 {
			t.n++
		}
		t.entries[i] = entry
		return nil
	}
	e := b.event(a)
	if kept := *a; first.Same(&e) && b.above(e.Place, first.Place) {
		kept.at = refOf(t.entries[i])
		t.entries[i] = entry
		b.refused = append(b.refused, kept)
	} else {
		b.refused = append(b.refused, *a)
	}
	again(first, &e)
	return nil
}

// seek finds the entry of an id in its table, and the event it stands for; nil when that was
// taken out again, or when there is no entry: then it is to be made there.
func (b *intake) seek(t *idTable, tag uint64, id []byte) (i int, first *Event) {
	for i = t.slot(tag); t.entries[i] != 0; i = (i + 1) & (len(t.entries) - 1) {
		if t.entries[i]>>refBits != tag {
			continue
		}
		if first, ok := b.match(refOf(t.entries[i]), id); ok {
			return i, first
		}
	}
	return i, nil
}

// event reads an event of the intake.
func (b *intake) event(a *addition) (e Event) {
	r := records{text: string(b.records[a.from:a.to]), account: a.account, files: b.fileNames()}
	r.next(&e)
	return e
}

// find returns the event of an id that was added, and takes it out again if asked to.
func (b *intake) find(id string, out bool) Event {
	hash := maphash.String(b.seed, id)
	t := &b.ids[hash>>(64-stripeBits)]
	t.mu.Lock()
	defer t.mu.Unlock()
	i, first := b.seek(t, tagOf(hash), []byte(id))
	if first == nil {
		panic(fmt.Sprintf("account: there is no event %q", id))
	}
	if at := refOf(t.entries[i]); out {
		b.parts[at.part()].markRemoved(at)
	}
	return *first
}

// refOf is where the record of a table's entry is.
func refOf(entry uint64) ref { return ref(entry & (1<<refBits - 1)) }

// tagOf is what an entry of a table keeps of a hash; the bits before it say which table.
func tagOf(hash uint64) uint64 { return hash >> (64 - stripeBits - tagBits) & (1<<tagBits - 1) }

// above reports that a place is further up than another: in a file that was named before, or
// further up in the same one.
func (b *intake) above(x, y source.Place) bool {
	if x.File != y.File {
		return b.file(x.File) < b.file(y.File)
	}
	return x.Line < y.Line || x.Line == y.Line && x.Column < y.Column
}

// match reads the record at a ref and reports whether it has the id. The event is nil when it
// was taken out again.
func (b *intake) match(at ref, id []byte) (first *Event, ok bool) {
	p := &b.parts[at.part()]
	p.mu.Lock()
	defer p.mu.Unlock()
	b.read = p.read(b.read[:0], at, binary.MaxVarintLen64)
	length, n := binary.Uvarint(b.read)
	b.read = p.read(b.read[:0], at, n+int(length)+3*binary.MaxVarintLen64)
	if !bytes.Equal(idOf(b.read), id) {
		return nil, false
	}
	if b.read[n]&removed == 0 {
		r := records{text: string(b.read), account: p.logs[p.owner(at.block())].account, files: b.fileNames()}
		first = new(Event)
		r.next(first)
	}
	return first, true
}

// idOf is the id in a record.
func idOf(record []byte) []byte {
	_, n := binary.Uvarint(record) // the length
	record = record[n:]
	_, n = binary.Uvarint(record) // the fields
	record = record[n+1:]         // and the type
	length, n := binary.Uvarint(record)
	return record[n:][:length]
}

// A partition holds the logs of some accounts: each a chain of blocks of 256 bytes, through
// which its records run on as one stream. A block begins with the number of the next and that
// of the account.
type partition struct {
	mu     sync.Mutex
	number []uint64 // of logs, by account: open addressing, 32 bits of the hash and the number plus 1
	logs   []log
	chunks [][]byte // of blocksInChunk blocks each
	blocks uint32   // in use, or free again; 0 is none
	free   []uint32
}

const (
	blockSize     = 1 << offsetBits
	blockHeader   = 8
	blocksInChunk = 32
)

// log is the records of one account.
type log struct {
	account     string
	hash        uint64 // of the account
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
	if last := len(p.free) - 1; last >= 0 {
		n := p.free[last]
		p.free = p.free[:last]
		clear(p.block(n))
		binary.LittleEndian.PutUint32(p.block(n)[4:], owner)
		return n, nil
	}
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

// find returns the number of an account's log, or where to enter it in p.number.
func (p *partition) find(account string, hash uint64) (n uint32, at int, found bool) {
	if len(p.number) == 0 {
		return 0, 0, false
	}
	mask := len(p.number) - 1
	for at = int(uint32(hash)) & mask; p.number[at] != 0; at = (at + 1) & mask {
		if entry := p.number[at]; uint32(entry>>32) == uint32(hash) && p.logs[uint32(entry)-1].account == account {
			return uint32(entry) - 1, at, true
		}
	}
	return 0, at, false
}

// log is the number of the log of an account, which is begun if there is none.
func (p *partition) log(account string, hash uint64) (uint32, error) {
	n, at, found := p.find(account, hash)
	if found {
		return n, nil
	}
	if len(p.logs) >= len(p.number)*3/4 {
		p.number = make([]uint64, max(16, 2*len(p.number)))
		for i := range p.logs {
			_, at, _ := p.find(p.logs[i].account, p.logs[i].hash)
			p.number[at] = p.logs[i].hash<<32 | uint64(i+1)
		}
		_, at, _ = p.find(account, hash)
	}
	n = uint32(len(p.logs))
	first, err := p.newBlock(n)
	if err != nil {
		return 0, err
	}
	p.number[at] = hash<<32 | uint64(n+1)
	p.logs = append(p.logs, log{account: strings.Clone(account), hash: hash, first: first, last: first, end: blockHeader})
	return n, nil
}

// append appends a record to a log, and says where it is.
func (p *partition) append(part uint64, owner uint32, record []byte) (ref, error) {
	l := &p.logs[owner]
	if err := p.room(l, owner); err != nil {
		return 0, err
	}
	at := ref(part<<(blockBits+offsetBits) | uint64(l.last)<<offsetBits | uint64(l.end))
	for {
		n := copy(p.block(l.last)[l.end:], record)
		l.end += uint16(n)
		if record = record[n:]; len(record) == 0 {
			l.n++
			return at, nil
		}
		if err := p.room(l, owner); err != nil {
			return 0, err
		}
	}
}

// room makes sure that a log's last block is not full.
func (p *partition) room(l *log, owner uint32) error {
	if l.end < blockSize {
		return nil
	}
	next, err := p.newBlock(owner)
	if err == nil {
		binary.LittleEndian.PutUint32(p.block(l.last), next)
		l.last, l.end = next, blockHeader
	}
	return err
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

// remove takes the record at a ref out of its log again: cuts the log short where it is the
// last, so that what is given twice takes no room, or else marks it.
func (p *partition) remove(at ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	head := p.read(nil, at, binary.MaxVarintLen64)
	length, n := binary.Uvarint(head)
	tail := p.read(nil, at, n+int(length)+3*binary.MaxVarintLen64+1)
	size := n + int(length)
	for numbers := 2; numbers > 0; numbers-- { // file, line, and perhaps column
		x, m := binary.Uvarint(tail[size:])
		if size += m; numbers == 2 && x&1 != 0 {
			numbers = 3
		}
	}
	l := &p.logs[p.owner(at.block())]
	end, offset := at.block(), at.offset()+size
	for offset > blockSize {
		end, offset = p.next(end), offset-blockSize+blockHeader
	}
	if offset == blockSize && end != l.last { // what came next was cut off from the start of a block on
		end, offset = p.next(end), blockHeader
	}
	if end != l.last || offset != int(l.end) {
		p.mark(at, n)
		return
	}
	l.n--
	for block := at.block(); block != l.last; { // what comes after it is free
		block = p.next(block)
		p.free = append(p.free, block)
	}
	l.last, l.end = at.block(), uint16(at.offset())
}

// markRemoved marks the record at a ref, so that what finds it by its id finds it gone.
func (p *partition) markRemoved(at ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, n := binary.Uvarint(p.read(nil, at, binary.MaxVarintLen64))
	p.mark(at, n)
}

// mark marks a record whose content begins n bytes after a ref.
func (p *partition) mark(at ref, n int) {
	block, offset := at.block(), at.offset()+n
	if offset >= blockSize {
		block, offset = p.next(block), offset-blockSize+blockHeader
	}
	p.block(block)[offset] |= removed
	p.logs[p.owner(block)].n--
}
