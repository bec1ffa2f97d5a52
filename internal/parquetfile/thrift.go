package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The footer and the headers of pages are in thrift's compact protocol. The library takes memory for as many entries of a list as
// the list says it has; so each is looked through first, to see that they are there.

var (
	errShort   = errors.New("it ends too early")
	errInvalid = errors.New("it has values of no known kind")
)

// maxDepth is how far objects may be within others.
const maxDepth = 32

// checkStruct makes sure that b is one object and nothing more, with at most so many objects in lists.
func checkStruct(b []byte, entries int) error {
	n, err := structSize(b, entries)
	if err == nil && n != len(b) {
		err = fmt.Errorf("%d bytes follow it", len(b)-n)
	}
	return err
}

// structSize is the length of the object that b begins with, errShort if it goes on beyond b.
func structSize(b []byte, entries int) (int, error) {
	w := walker{b: b, entries: entries}
	err := w.object(0)
	return w.at, err
}

// walker goes over an object without keeping anything.
type walker struct {
	b       []byte
	at      int
	entries int // objects in lists that there may still be
}

// The types of values, as the compact protocol has them.
const (
	typeStop = iota
	typeTrue
	typeFalse
	typeByte
	typeInt16
	typeInt32
	typeInt64
	typeDouble
	typeBytes
	typeList
	typeSet
	typeMap
	typeObject
)

func (w *walker) object(depth int) error {
	if depth > maxDepth {
		return errors.New("it has objects within objects without end")
	}
	for {
		b, err := w.byte()
		if err != nil || b == typeStop {
			return err
		}
		if b>>4 == 0 { // the field's number follows
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		if kind := b & 15; kind != typeTrue && kind != typeFalse { // which are in the type
			if err := w.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

func (w *walker) value(kind byte, depth int) error {
	switch kind {
	case typeTrue, typeFalse, typeByte:
		return w.skip(1)
	case typeInt16, typeInt32, typeInt64:
		_, err := w.varint()
		return err
	case typeDouble:
		return w.skip(8)
	case typeBytes:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case typeList:
		return w.list(depth)
	case typeObject:
		return w.object(depth + 1)
	}
	return errInvalid // a set or a map, which Parquet has none of
}

func (w *walker) list(depth int) error {
	b, err := w.byte()
	if err != nil {
		return err
	}
	n, kind := uint64(b>>4), b&15
	if n == 15 {
		if n, err = w.varint(); err != nil {
			return err
		}
	}
	if n > uint64(len(w.b)-w.at) { // each has a byte or more
		return errShort
	}
	if kind == typeObject || kind == typeBytes || kind == typeList {
		if w.entries -= int(n); w.entries < 0 {
			return errors.New("it has too many row groups and columns")
		}
	}
	for range n {
		if err := w.value(kind, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) byte() (byte, error) {
	if w.at >= len(w.b) {
		return 0, errShort
	}
	w.at++
	return w.b[w.at-1], nil
}

func (w *walker) varint() (uint64, error) {
	v, n := binary.Uvarint(w.b[w.at:])
	switch {
	case n == 0:
		return 0, errShort
	case n < 0:
		return 0, errInvalid
	}
	w.at += n
	return v, nil
}

func (w *walker) skip(n uint64) error {
	if n > uint64(len(w.b)-w.at) {
		return errShort
	}
	w.at += int(n)
	return nil
}
