package packed

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/names"
)

// IsPart reports that a file that begins like this is a part of a partition, of any version.
func IsPart(head []byte) bool { return strings.HasPrefix(string(head), "prorata part ") }

// File is a part to read.
type File struct {
	Name string
	io.ReaderAt
	Size int64
}

// Reader reads parts, of one partition or of several.
type Reader struct {
	parts []*readPart
	sets  []*set // in the order in which they are first named
	files []eventlog.Part
	scans []*eventlog.Scan

	spare sync.Pool // of memory to use again, as *[]byte

	mu   sync.Mutex // of what follows
	next int        // the part from which a section is read next
	open int        // how many are not read to their end
}

// readPart is one of them.
type readPart struct {
	File
	Header
	in  *bufio.Reader // nil once it is read
	at  int64         // bytes that were read of it
	set *set
}

// set is the parts of one partition.
type set struct {
	parts []*readPart // by shard; nil for one that is not here
	first int         // the number of its first file
}

// NewReader reads what parts say of themselves.
func NewReader(files []File) (*Reader, error) {
	r := &Reader{open: len(files)}
	for _, f := range files {
		p := &readPart{File: f}
		if err := p.begin(); err != nil {
			return nil, err
		}
		if err := r.add(p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (p *readPart) damaged(at int64, err error) error {
	return fmt.Errorf("%s: the part is damaged at byte %d (%w), expected what prorata partition wrote: partition the events again", p.Name, at, err)
}

// begin reads the header, which stands at the end.
func (p *readPart) begin() error {
	begin := make([]byte, len(magic))
	if n, err := p.ReadAt(begin, 0); err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", p.Name, err)
	} else if !IsPart(begin[:n]) {
		return fmt.Errorf("%s is no part of a partition, expected what prorata partition wrote", p.Name)
	}
	if string(begin) != magic {
		return fmt.Errorf("%s is a part of another version (it begins %q), expected %q: partition the events again with this version", p.Name, begin, magic)
	}
	end := make([]byte, endSize)
	at := p.Size - int64(endSize)
	if at < int64(len(magic)) {
		return p.damaged(p.Size, errShort)
	}
	if _, err := p.ReadAt(end, at); err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	size := int64(binary.LittleEndian.Uint32(end))
	if string(end[4:]) != lastly || size > at-int64(len(magic)) {
		return p.damaged(p.Size, errShort)
	}
	at -= size
	section, err := readSection(io.NewSectionReader(p, at, size), nil)
	if err != nil {
		return p.damaged(at, err)
	}
	kind, text, err := Open(section)
	if err != nil {
		return p.damaged(at, err)
	}
	if err := json.Unmarshal(text, &p.Header); err != nil || kind != header || p.Shards < 1 || p.Shards > MaxParts || p.Shard < 0 || p.Shard >= p.Shards || len(p.Scans) != len(p.Files) {
		return p.damaged(at, errors.New("it is no header"))
	}
	p.at = int64(len(magic))
	p.in = bufio.NewReaderSize(io.NewSectionReader(p, p.at, at-p.at), 1<<18)
	return nil
}

// MaxParts is how many parts a partition may have.
const MaxParts = 4096

// add adds a part to the set it is of.
func (r *Reader) add(p *readPart) error {
	if len(r.parts) > 0 {
		was := r.parts[0]
		if p.Shards != was.Shards {
			return fmt.Errorf("%s is one of %d parts, and %s of %d, expected parts of as many: partition all files into one number", p.Name, p.Shards, was.Name, was.Shards)
		}
		if p.Currency != was.Currency || p.TimeZone != was.TimeZone {
			return fmt.Errorf("%s was packed with currency %s and time_zone %s, and %s with %s and %s, expected one policy",
				was.Name, names.Clip(was.Currency), names.Clip(was.TimeZone), p.Name, names.Clip(p.Currency), names.Clip(p.TimeZone))
		}
	}
	r.parts = append(r.parts, p)
	for _, other := range r.parts[:len(r.parts)-1] {
		if string(other.Set) != string(p.Set) {
			continue
		}
		p.set = other.set
		if was := p.set.parts[p.Shard]; was != nil {
			return fmt.Errorf("%s and %s are one part, expected each part once", was.Name, p.Name)
		}
		p.set.parts[p.Shard] = p
		return nil
	}
	p.set = &set{parts: make([]*readPart, p.Shards), first: len(r.files)}
	p.set.parts[p.Shard] = p
	r.sets = append(r.sets, p.set)
	for i, name := range p.Files {
		scan := &eventlog.Scan{}
		if err := scan.UnmarshalBinary(p.Scans[i]); err != nil {
			return p.damaged(p.Size, err)
		}
		r.files, r.scans = append(r.files, eventlog.Part{File: string(name)}), append(r.scans, scan)
	}
	return nil
}

// Under are the currency and the time zone that the events were packed under.
func (r *Reader) Under() (currency, zone string) {
	if len(r.parts) == 0 {
		return "", ""
	}
	return r.parts[0].Currency, r.parts[0].TimeZone
}

// Names are the files that were read, in their order.
func (r *Reader) Names() (list []string) {
	for _, f := range r.files {
		list = append(list, f.File)
	}
	return list
}

// Whole reports that all parts are there of each partition that one is there of.
func (r *Reader) Whole() bool {
	for _, s := range r.sets {
		for _, p := range s.parts {
			if p == nil {
				return false
			}
		}
	}
	return true
}

// BadElsewhere is how many lines of the files are no events and in a part that is not there: the first of its partition.
func (r *Reader) BadElsewhere() (n int) {
	for i, s := range r.sets {
		end := len(r.scans)
		if i+1 < len(r.sets) {
			end = r.sets[i+1].first
		}
		if s.parts[0] == nil {
			for _, scan := range r.scans[s.first:end] {
				n += scan.Bad()
			}
		}
	}
	return n
}

// Packed is what the parts have, to be unpacked once.
func (r *Reader) Packed() eventlog.Packed {
	from := eventlog.Packed{Parts: r.files, Scans: r.scans, Next: r.block, Done: func(b eventlog.Block) { r.release(b.Events) }}
	if !r.Whole() {
		from.Others = &eventlog.Dates{}
		for _, scan := range r.scans {
			from.Others.AddAll(&scan.Dates)
		}
	}
	return from
}

// block returns the next block.
func (r *Reader) block() (eventlog.Block, error) {
	p, section, at, err := r.take()
	if err != nil {
		return eventlog.Block{}, err
	}
	kind, text, err := open(section, r.memory())
	r.release(section)
	if err != nil {
		return eventlog.Block{}, p.damaged(at, err)
	}
	if kind != Events {
		return eventlog.Block{}, p.damaged(at, errors.New("a section of a kind that is not known"))
	}
	return eventlog.Block{Events: text, First: p.set.first}, nil
}

// memory is that of a section or a block before, if there is any to be used again. Fresh memory for each would have the
// garbage collector run all the time.
func (r *Reader) memory() []byte {
	if b, some := r.spare.Get().(*[]byte); some {
		return *b
	}
	return nil
}

func (r *Reader) release(b []byte) { r.spare.Put(&b) }

// take reads the next section with events of a part that has one. Lines that are no events it adds to the scan of their file.
func (r *Reader) take() (p *readPart, section []byte, at int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.open > 0 {
		p = r.parts[r.next]
		r.next = (r.next + 1) % len(r.parts)
		if p.in == nil {
			continue
		}
		at = p.at
		switch section, err = readSection(p.in, r.memory()); {
		case err == io.EOF:
			p.in = nil
			r.open--
		case err != nil:
			return p, nil, at, p.damaged(at, err)
		case KindOf(section) == BadLines:
			if err := r.bad(p, section); err != nil {
				return p, nil, at, p.damaged(at, err)
			}
			p.at += int64(len(section))
		default:
			p.at += int64(len(section))
			return p, section, at, nil
		}
	}
	return nil, nil, 0, io.EOF
}

func (r *Reader) bad(p *readPart, section []byte) error {
	kind, text, err := Open(section)
	if err != nil {
		return err
	}
	file, n := binary.Uvarint(text)
	if kind != BadLines || n <= 0 || file >= uint64(len(p.Files)) {
		return errors.New("lines of no file")
	}
	return r.scans[p.set.first+int(file)].AddBadLines(text[n:])
}
