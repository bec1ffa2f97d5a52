package packed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Kind is what a section has.
type Kind byte

const (
	Events   Kind = 'E' // a block that an [eventlog.Packing] made
	BadLines Kind = 'B' // the number of a file, and lines of it that are no events, as an [eventlog.Scan] has them
	header   Kind = 'H'
)

// MaxSection is the most that a section holds, in bytes.
const MaxSection = 64 << 20

const headSize = 13

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The coders are made once each, since they are large; both may be used by several goroutines at once.
var (
	encoder = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	})
	decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxSection))
	})
)

// Seal appends a section.
func Seal(to []byte, kind Kind, text []byte) ([]byte, error) {
	if len(text) > MaxSection {
		return to, fmt.Errorf("a section of %d bytes, expected at most %d", len(text), MaxSection)
	}
	z, err := encoder()
	if err != nil {
		return to, err
	}
	at := len(to)
	to = append(to, make([]byte, headSize)...)
	to = z.EncodeAll(text, to)
	head, stored := to[at:at+headSize], to[at+headSize:]
	head[0] = byte(kind)
	binary.LittleEndian.PutUint32(head[1:], uint32(len(stored)))
	binary.LittleEndian.PutUint32(head[5:], uint32(len(text)))
	binary.LittleEndian.PutUint32(head[9:], checksum(head, stored))
	return to, nil
}

func checksum(head, stored []byte) uint32 {
	return crc32.Update(crc32.Checksum(head[:9], castagnoli), castagnoli, stored)
}

// KindOf is the kind of a section, which Open makes sure of.
func KindOf(section []byte) Kind {
	if len(section) == 0 {
		return 0
	}
	return Kind(section[0])
}

var (
	errChecksum = errors.New("its checksum differs")
	errShort    = errors.New("it is cut short")
	errLong     = errors.New("its length is not what it says")
)

// Open returns what a section has.
func Open(section []byte) (Kind, []byte, error) { return open(section, nil) }

// open is Open into memory that is used again, if there is enough of it.
func open(section, into []byte) (Kind, []byte, error) {
	if len(section) < headSize {
		return 0, nil, errShort
	}
	head, stored := section[:headSize], section[headSize:]
	size, long := binary.LittleEndian.Uint32(head[1:]), binary.LittleEndian.Uint32(head[5:])
	if uint64(size) != uint64(len(stored)) || long > MaxSection {
		return 0, nil, errLong
	}
	if binary.LittleEndian.Uint32(head[9:]) != checksum(head, stored) {
		return 0, nil, errChecksum
	}
	z, err := decoder()
	if err != nil {
		return 0, nil, err
	}
	text, err := z.DecodeAll(stored, slices.Grow(into[:0], int(long)))
	if err != nil {
		return 0, nil, err
	}
	if len(text) != int(long) {
		return 0, nil, errLong
	}
	return Kind(head[0]), text, nil
}

// readSection reads a section as it is stored, into memory that is used again. Its error is io.EOF where there is none any more.
func readSection(r io.Reader, into []byte) ([]byte, error) {
	section := slices.Grow(into[:0], headSize)[:headSize]
	switch _, err := io.ReadFull(r, section); {
	case err == io.ErrUnexpectedEOF:
		return nil, errShort
	case err != nil:
		return nil, err
	}
	size := binary.LittleEndian.Uint32(section[1:])
	if size > MaxSection+MaxSection/128+1024 { // what does not compress takes a little more
		return nil, errLong
	}
	const atOnce = 1 << 20 // a length that is damaged takes no memory
	for left := int(size); left > 0; {
		n := min(left, atOnce)
		at := len(section)
		section = slices.Grow(section, n)[:at+n]
		if _, err := io.ReadFull(r, section[at:]); err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, errShort
		} else if err != nil {
			return nil, err
		}
		left -= n
	}
	return section, nil
}
