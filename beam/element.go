package main

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/source"
)

// placed is a text and where it was read.
type placed struct {
	place source.Place
	text  []byte
}

// appendPlaced appends to a block, which is how texts go from worker to worker: bytes, with
// the name of their one file, and for each text its line, its column, its length and itself.
// What Beam makes of a struct an event takes several times as long.
func appendPlaced(block []byte, p placed) []byte {
	if len(block) == 0 {
		block = appendString(block, p.place.File)
	}
	block = binary.AppendUvarint(block, uint64(p.place.Line))
	block = binary.AppendUvarint(block, uint64(p.place.Column))
	block = binary.AppendUvarint(block, uint64(len(p.text)))
	return append(block, p.text...)
}

// cutPlaced reads all of a block, and appends it to a list; an empty block has nothing. The
// texts are parts of the block.
func cutPlaced(list []placed, block []byte) ([]placed, error) {
	if len(block) == 0 {
		return list, nil
	}
	file, b, err := cutBytes(block)
	name := string(file)
	for err == nil && len(b) > 0 {
		var line, column uint64
		var text []byte
		if line, b, err = cutUvarint(b); err != nil {
			break
		}
		if column, b, err = cutUvarint(b); err != nil {
			break
		}
		text, b, err = cutBytes(b)
		list = append(list, placed{source.Place{File: name, Line: int(line), Column: int(column)}, text})
	}
	return list, err
}

// inOrder gathers what comes in any order: by file, line and column.
func inOrder(blocks func(*[]byte) bool) (list []placed, err error) {
	for block := []byte(nil); blocks(&block); {
		if list, err = cutPlaced(list, block); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b placed) int {
		return cmp.Or(strings.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Line, b.place.Line), cmp.Compare(a.place.Column, b.place.Column))
	})
	return list, nil
}

// maxOpen is how many bytes of blocks a worker holds before it gives them on.
const maxOpen = 16 << 20

// gathering makes blocks of the texts of one file by key: a runner's work for an element is
// the same whether it has one event or many.
type gathering[K comparable] struct {
	emit func(K, []byte)
	open map[K][]byte
	size int
}

func gather[K comparable](emit func(K, []byte)) *gathering[K] {
	return &gathering[K]{emit: emit, open: map[K][]byte{}}
}

func (g *gathering[K]) add(key K, p placed) {
	block := g.open[key]
	g.size -= len(block)
	block = appendPlaced(block, p)
	g.open[key] = block
	if g.size += len(block); g.size > maxOpen {
		g.flush()
	}
}

func (g *gathering[K]) flush() {
	for key, block := range g.open {
		g.emit(key, block)
	}
	clear(g.open)
	g.size = 0
}

var errElement = errors.New("an element of the pipeline is damaged")

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// cutBytes reads what appendString wrote, and returns the rest.
func cutBytes(b []byte) (s, rest []byte, err error) {
	n, b, err := cutUvarint(b)
	if err != nil || n > uint64(len(b)) {
		return nil, nil, errElement
	}
	return b[:n], b[n:], nil
}

func cutUvarint(b []byte) (n uint64, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 {
		return 0, nil, errElement
	}
	return n, b[size:], nil
}
