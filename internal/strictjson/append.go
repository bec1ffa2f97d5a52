package strictjson

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendString appends s as a JSON string; what is not UTF-8 in it is replaced.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	at := len(b)
	return EndString(append(b, s...), at)
}

// EndString ends a JSON string whose text was appended to b as it is, after an opening quote:
// from b[at] on it is escaped where it must be, and what is not UTF-8 in it is replaced.
func EndString(b []byte, at int) []byte {
	if plain(b[at:]) {
		return append(b, '"')
	}
	b, _ = jsontext.AppendQuote(b[:at-len(`"`)], bytes.Clone(b[at:]))
	return b
}

// plain reports that a JSON string has the text as it is: it is UTF-8, with nothing to escape.
func plain(text []byte) bool {
	text = text[Plain(text):]
	return len(text) == 0 || text[0] >= utf8.RuneSelf && plainWide(text)
}

// plainWide is plain for a text that has characters of several bytes.
func plainWide(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}

// Plain counts the bytes before the first one that is a quote, a backslash, a control
// character or not ASCII, eight at a time.
func Plain(b []byte) int {
	i := 0
	for ; i <= len(b)-8; i += 8 {
		if found := notPlain(binary.LittleEndian.Uint64(b[i : i+8])); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	if i == len(b) {
		return i
	}
	if i > 0 { // the last eight, of which the first are plain
		found := notPlain(binary.LittleEndian.Uint64(b[len(b)-8:]))
		return len(b) - 8 + bits.TrailingZeros64(found)/8 // 8 where there is none
	}
	for ; i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' && b[i] < utf8.RuneSelf; i++ {
	}
	return i
}

// notPlain has the top bit of a byte set when the byte is not plain. A borrow makes the bytes above it wrong, but the
// first is right.
func notPlain(x uint64) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	return (x | (x - ones*' ') | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones)) & tops
}
