package infile

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// usage reads the usage in a Parquet file as lines of JSON, each of which is the event of a row: line n is row n. What is wrong with
// a value is left to who reads lines: it is written as it is.
type usage struct {
	io.Closer
	rows   *parquetfile.Rows
	fields []usageField
	rename map[string]string // of accounts
	text   []byte            // lines
	read   int               // how much of them was
	ended  bool

	progress *atomic.Int64 // in bytes of the file
	told     int64
	size     int64
	count    int64 // of rows
}

// Read reads lines.
func (u *usage) Read(p []byte) (int, error) {
	if u.read == len(u.text) && !u.ended {
		u.fill()
	}
	n := copy(p, u.text[u.read:])
	u.read += n
	if n == 0 && u.ended && len(p) > 0 {
		if err := u.rows.Err(); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	return n, nil
}

// fillSize is how many bytes of lines are made at a time, about.
const fillSize = 1 << 16

// fill makes the next lines.
func (u *usage) fill() {
	u.text, u.read = u.text[:0], 0
	for len(u.text) < fillSize {
		if !u.rows.Next() {
			u.ended = true
			break
		}
		u.line()
	}
	if u.progress != nil && u.count > 0 {
		at := max(u.told, int64(float64(u.size)*float64(u.rows.Row())/float64(u.count)))
		u.progress.Add(at - u.told)
		u.told = at
	}
}

// line makes the line of the row.
func (u *usage) line() {
	for i := range u.fields {
		f := &u.fields[i]
		start := len(u.text)
		u.text = append(u.text, f.name...)
		if f.constant != nil {
			u.text = append(u.text, f.constant...)
			continue
		}
		if !u.value(f) && f.absent {
			u.text = u.text[:start]
		}
	}
	u.text = append(u.text, "}\n"...)
}

// value appends the value of a field. It returns false for null.
func (u *usage) value(f *usageField) bool {
	start := len(u.text)
	for k, column := range f.from {
		kind := f.kinds[k]
		if !f.number {
			u.text = append(u.text, '"')
		}
		at, null := len(u.text), false
		if u.text, null = u.rows.Append(u.text, column); null || len(u.text) == at && k+1 < len(f.from) {
			u.text = u.text[:start]
			continue
		}
		if !f.number {
			u.endString(at, f.account)
			return true
		}
		u.number(at, kind)
		return true
	}
	u.text = append(u.text, "null"...)
	return false
}

// endString ends a text that begins at a place. What is not UTF-8 stays so, for who reads the line to refuse.
func (u *usage) endString(at int, account bool) {
	if account && u.rename != nil {
		if ours, ok := u.rename[string(bytes.TrimSpace(u.text[at:]))]; ok {
			u.text = append(u.text[:at], ours...)
		}
	}
	if utf8.Valid(u.text[at:]) {
		u.text = strictjson.EndString(u.text, at)
		return
	}
	for i := at; i < len(u.text); i++ {
		if u.text[i] < ' ' || u.text[i] == '"' { // which would end the line, or the text
			u.text[i] = 0xff
		}
	}
	u.text = append(u.text, '"')
}

// exactFloat is the whole number up to which floating point has them all.
const exactFloat = 1 << 53

// number makes a number one that lines have: 5.00 is 5. Of floating point, one that may stand for several is written with an
// exponent, and what is no number as text, neither of which credits can be.
func (u *usage) number(at int, kind parquetfile.Kind) {
	text := u.text[at:]
	if point := bytes.IndexByte(text, '.'); point >= 0 && len(bytes.Trim(text[point+1:], "0")) == 0 {
		u.text = u.text[:at+point]
	}
	if kind != parquetfile.Float {
		return
	}
	text = u.text[at:]
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil && n >= -exactFloat && n <= exactFloat {
		return
	}
	f, err := strconv.ParseFloat(string(text), 64)
	switch {
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		u.text = strictjson.AppendString(u.text[:at], string(text))
	case bytes.IndexByte(text, '.') < 0:
		u.text = strconv.AppendFloat(u.text[:at], f, 'e', -1, 64)
	}
}
