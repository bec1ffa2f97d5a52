package infile

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// usage reads the usage in a Parquet file as lines of JSON, each of which is the event of a row: line n is row n. A wrong value is written
// as it stands, so that the decoder reports it.
type usage struct {
	io.Closer
	rows   *parquetfile.Rows
	fields []usageField
	rename map[string]string // of accounts
	rest   []byte            // of the last line, for which there was no room

	progress *atomic.Int64 // in bytes of the file
	told     int64
	size     int64
	count    int64 // of rows
}

// Read reads lines. They are made where they are read to, but for what of the last has no room there.
func (u *usage) Read(p []byte) (int, error) {
	if len(u.rest) > 0 {
		n := copy(p, u.rest)
		u.rest = u.rest[n:]
		return n, nil
	}
	text := p[:0:len(p)]
	for len(text) < len(p) && u.rows.Next() {
		text = u.line(text)
	}
	u.tell()
	n := len(text)
	if cap(text) != len(p) { // it was moved
		n = copy(p, text)
		u.rest = text[n:]
	}
	if n == 0 && len(p) > 0 {
		if err := u.rows.Err(); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	return n, nil
}

// tell counts the rows that were read, as their share of the file.
func (u *usage) tell() {
	if u.progress != nil && u.count > 0 {
		at := max(u.told, int64(float64(u.size)*float64(u.rows.Row())/float64(u.count)))
		u.progress.Add(at - u.told)
		u.told = at
	}
}

// line appends the line of the row.
func (u *usage) line(b []byte) []byte {
	for i := range u.fields {
		f := &u.fields[i]
		start := len(b)
		b = append(b, f.name...)
		if f.constant != nil {
			b = append(b, f.constant...)
			continue
		}
		var null bool
		if b, null = u.value(b, f); null && f.absent {
			b = b[:start]
		}
	}
	return append(b, "}\n"...)
}

// value appends the value of a field.
func (u *usage) value(b []byte, f *usageField) (_ []byte, null bool) {
	start := len(b)
	for k, column := range f.from {
		if !f.number {
			b = append(b, '"')
		}
		at := len(b)
		if b, null = u.rows.Append(b, column); null || len(b) == at && k+1 < len(f.from) {
			b = b[:start]
			continue
		}
		if f.object {
			if text := bytes.TrimSpace(b[at:]); len(text) == 0 || string(text) == "null" {
				b = b[:start]
				continue
			}
			return objectOf(b, start), false
		}
		if f.number {
			return numberOf(b, at, f.kinds[k]), false
		}
		if f.account && u.rename != nil {
			if ours, ok := u.rename[string(bytes.TrimSpace(b[at:]))]; ok {
				b = append(b[:at], ours...)
			}
		}
		return endString(b, at), false
	}
	return append(b, "null"...), true
}

// objectOf makes a string that begins at a place, and is to be JSON, what it says, on one line. What is no JSON stays a string, which is
// refused where an object is expected.
func objectOf(b []byte, start int) []byte {
	text := jsontext.Value(bytes.Clone(b[start+1:]))
	if !text.IsValid() {
		return endString(b, start+1)
	}
	for i, c := range text {
		if c == '\n' || c == '\r' { // between two tokens
			text[i] = ' '
		}
	}
	return append(b[:start], bytes.TrimSpace(text)...)
}

// endString ends the JSON string that starts at an offset. Invalid UTF-8 is kept, so that the decoder refuses the line.
func endString(b []byte, at int) []byte {
	if strictjson.Plain(b[at:]) == len(b)-at {
		return append(b, '"')
	}
	if utf8.Valid(b[at:]) {
		return strictjson.EndString(b, at)
	}
	for i := at; i < len(b); i++ {
		if b[i] < ' ' || b[i] == '"' { // which would end the line, or the text
			b[i] = 0xff
		}
	}
	return append(b, '"')
}

// exactFloat is the whole number up to which floating point has them all.
const exactFloat = 1 << 53

// numberOf makes a number that begins at a place one that lines have: 5.00 is 5. Of floating point, one that may stand for several
// is written with an exponent, and what is no number as text, neither of which credits can be.
func numberOf(b []byte, at int, kind parquetfile.Kind) []byte {
	if kind == parquetfile.Whole {
		return b
	}
	if point := bytes.IndexByte(b[at:], '.'); point >= 0 && len(bytes.Trim(b[at+point+1:], "0")) == 0 {
		b = b[:at+point]
	}
	if kind != parquetfile.Float {
		return b
	}
	text := string(b[at:])
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= -exactFloat && n <= exactFloat {
		return b
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		return strictjson.AppendString(b[:at], text)
	case strings.IndexByte(text, '.') < 0:
		return strconv.AppendFloat(b[:at], f, 'e', -1, 64)
	}
	return b
}
