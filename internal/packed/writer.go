package packed

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/prorata-go/prorata/eventlog"
)

const (
	magic   = "prorata part 1\n"
	lastly  = "prorata end\n"
	endSize = 4 + len(lastly)
)

// Header is what a part says of itself and of the partition it is of.
type Header struct {
	Set      []byte   `json:"set"`       // the same in all parts of one run, and in those of no other
	Shard    int      `json:"shard"`     // whose accounts it has, see [eventlog.Shard]
	Shards   int      `json:"shards"`    // and of how many
	Currency string   `json:"currency"`  // what amounts
	TimeZone string   `json:"time_zone"` // and plain dates mean
	Files    [][]byte `json:"files"`     // that were read, in their order
	Scans    [][]byte `json:"scans"`     // of these, as [eventlog.Scan] has them
}

// Writer writes the parts of a partition.
type Writer struct {
	parts []writePart
}

// writePart is one that is being written.
type writePart struct {
	mu   sync.Mutex // of what follows
	to   io.Writer
	sums []byte         // the checksums of what was written
	next int            // the number of the block that comes next
	wait map[int][]byte // blocks after that
}

// NewWriter begins parts, one a shard, which are written to the writers.
func NewWriter(to []io.Writer) (*Writer, error) {
	w := &Writer{parts: make([]writePart, len(to))}
	for shard := range w.parts {
		p := &w.parts[shard]
		p.to, p.wait = to[shard], map[int][]byte{}
		if _, err := io.WriteString(p.to, magic); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (p *writePart) write(section []byte) error {
	p.sums = append(p.sums, section[9:headSize]...)
	_, err := p.to.Write(section)
	return err
}

// Emit writes a block, see [eventlog.Packing].
func (w *Writer) Emit(shard, number int, block []byte) error {
	section, err := Seal(nil, Events, block)
	if err != nil {
		return err
	}
	p := &w.parts[shard]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait[number] = section
	for section, found := p.wait[p.next]; found; section, found = p.wait[p.next] {
		if err := p.write(section); err != nil {
			return err
		}
		delete(p.wait, p.next)
		p.next++
	}
	return nil
}

// Close ends the parts. The scans are those of the files; the header is that of all parts, without what is of one and the
// scans.
func (w *Writer) Close(h Header, scans []*eventlog.Scan) error {
	for file, scan := range scans {
		for piece := range scan.BadLines() {
			section, err := Seal(nil, BadLines, append(binary.AppendUvarint(nil, uint64(file)), piece...))
			if err == nil {
				err = w.parts[0].write(section)
			}
			if err != nil {
				return err
			}
		}
		b, err := scan.AppendBinary(nil)
		if err != nil {
			return err
		}
		h.Scans = append(h.Scans, b)
	}
	h.Shards = len(w.parts)
	set := sha256.New()
	if err := json.MarshalWrite(set, h); err != nil {
		return err
	}
	for i := range w.parts {
		set.Write(w.parts[i].sums)
	}
	h.Set = set.Sum(nil)[:16]
	for shard := range w.parts {
		h.Shard = shard
		text, err := json.Marshal(h)
		if err != nil {
			return err
		}
		section, err := Seal(nil, header, text)
		if err != nil {
			return err
		}
		p := &w.parts[shard]
		section = binary.LittleEndian.AppendUint32(section, uint32(len(section)))
		if _, err := p.to.Write(append(section, lastly...)); err != nil {
			return err
		}
	}
	return nil
}
