// Package fields writes numbers and texts one after the other, in as few bytes as they need, and reads them again: a form for what only
// this program reads. Numbers are written by encoding/binary.
package fields

import (
	"encoding/binary"
	"math"
)

// AppendText appends a text, with its length before it.
func AppendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// Reader reads what was appended. Once it failed, all that it reads is zero.
type Reader struct {
	Rest   string // what is not read yet
	Failed bool   // something was not there, or too large
}

// Uint reads what binary.AppendUvarint appended, a number of up to some most.
func (r *Reader) Uint(most uint64) (n uint64) {
	if !r.Failed && len(r.Rest) > 0 && r.Rest[0] < 0x80 && uint64(r.Rest[0]) <= most { // a number below 128 is one byte
		n, r.Rest = uint64(r.Rest[0]), r.Rest[1:]
		return n
	}
	return r.long(most)
}

// long is Uint for a number of any length.
func (r *Reader) long(most uint64) (n uint64) {
	for shift := 0; ; shift += 7 {
		if r.Failed || len(r.Rest) == 0 || shift > 63 {
			r.Failed = true
			return 0
		}
		c := r.Rest[0]
		r.Rest = r.Rest[1:]
		if n |= uint64(c&0x7f) << shift; c < 0x80 {
			break
		}
	}
	if n > most {
		r.Failed = true
		return 0
	}
	return n
}

// Int reads what binary.AppendVarint appended.
func (r *Reader) Int() int64 {
	n := r.Uint(math.MaxUint64)
	return int64(n>>1) ^ -int64(n&1)
}

// Text reads what AppendText appended. It shares the memory of Rest.
func (r *Reader) Text() string {
	n := r.Uint(math.MaxUint64)
	if r.Failed = r.Failed || n > uint64(len(r.Rest)); r.Failed {
		return ""
	}
	text := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return text
}
