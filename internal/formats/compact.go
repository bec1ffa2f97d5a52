package formats

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// compact is JSON as replay writes it, without blanks and escapes. Its methods pass over what begins at an offset and return the offset
// behind it, or gaveUp for everything else, right or wrong, which the strict decoder then reads and explains. One machine merges what
// many have written, and this takes a third of the decoder's time.
type compact []byte

const gaveUp = -1

// plain makes sure of what holds for all of the text, wherever its strings begin and end.
func (c compact) plain() bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	rest, control := c, uint64(0)
	for ; len(rest) >= 8; rest = rest[8:] {
		x := binary.LittleEndian.Uint64(rest)
		control |= (x - ' '*ones) &^ x & tops // below a space in one of eight bytes
	}
	for _, b := range rest {
		if b < ' ' {
			return false
		}
	}
	return control == 0 && bytes.IndexByte(c, '\\') < 0 && utf8.Valid(c)
}

// at tells whether a character is at an offset, which may be behind the end.
func (c compact) at(offset int, char byte) bool {
	return offset < len(c) && c[offset] == char
}

// string passes over a string.
func (c compact) string(offset int) int {
	if !c.at(offset, '"') {
		return gaveUp
	}
	for offset++; offset < len(c); offset++ {
		if c[offset] == '"' {
			return offset + 1
		}
	}
	return gaveUp
}

// deepest is how many objects and lists may be within each other.
const deepest = 8

// value passes over any value.
func (c compact) value(offset, depth int) int {
	if offset >= len(c) || depth > deepest {
		return gaveUp
	}
	switch c[offset] {
	case '"':
		return c.string(offset)
	case '{':
		return c.object(offset, depth, nil)
	case '[':
		return c.list(offset, depth)
	case 't':
		return c.word(offset, "true")
	case 'f':
		return c.word(offset, "false")
	}
	return c.number(offset)
}

// object passes over an object. Where member is given, it passes over the value behind a name, or returns 0 if anything may be there.
func (c compact) object(offset, depth int, member func(name []byte, offset int) int) int {
	if c.at(offset+1, '}') {
		return offset + 2
	}
	for seen := uint64(0); ; {
		name := offset + 1
		if offset = c.string(name); offset == gaveUp || !c.at(offset, ':') {
			return gaveUp
		}
		bit := nameBit(c[name+1 : offset-1])
		if seen&bit != 0 { // the same name twice, or two that look alike
			return gaveUp
		}
		seen |= bit
		after := 0
		if member != nil {
			after = member(c[name+1:offset-1], offset+1)
		}
		if after == 0 {
			after = c.value(offset+1, depth+1)
		}
		if offset = after; offset == gaveUp || !c.at(offset, ',') {
			break
		}
	}
	if offset == gaveUp || !c.at(offset, '}') {
		return gaveUp
	}
	return offset + 1
}

// nameBit tells apart the names of an invoice, and those of a line.
func nameBit(name []byte) uint64 {
	if len(name) == 0 {
		return 1
	}
	return 1 << ((uint(len(name)) + uint(name[0]) + 24*uint(name[len(name)-1])) % 64)
}

func (c compact) list(offset, depth int) int {
	if c.at(offset+1, ']') {
		return offset + 2
	}
	for {
		if offset = c.value(offset+1, depth+1); offset == gaveUp || !c.at(offset, ',') {
			break
		}
	}
	if offset == gaveUp || !c.at(offset, ']') {
		return gaveUp
	}
	return offset + 1
}

func (c compact) word(offset int, word string) int {
	if !bytes.HasPrefix(c[offset:], []byte(word)) {
		return gaveUp
	}
	return offset + len(word)
}

// number passes over a whole number.
func (c compact) number(offset int) int {
	if c.at(offset, '-') {
		offset++
	}
	start := offset
	for offset < len(c) && '0' <= c[offset] && c[offset] <= '9' {
		offset++
	}
	if offset == start || c[start] == '0' && offset > start+1 {
		return gaveUp
	}
	return offset
}
