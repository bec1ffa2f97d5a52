// Package strictjson walks JSON documents member by member and keeps the place of each:
// repeated names, invalid UTF-8 and anything after the document are errors, at any depth,
// and numbers stay the text they were written as.
package strictjson

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// Member is one name and value of an object.
type Member struct {
	Name            string
	Value           jsontext.Value
	NameAt, ValueAt source.Place
}

// String returns the value's text when it is a JSON string; otherwise an error that says
// what it is.
func (m Member) String() (string, error) {
	if m.Value.Kind() != '"' {
		return "", source.Errorf(m.ValueAt, "%s: %s, expected a string", names.Clip(m.Name), Describe(m.Value))
	}
	b, err := jsontext.AppendUnquote(nil, m.Value)
	if err != nil {
		return "", source.At(m.ValueAt, err)
	}
	return string(b), nil
}

// Bool returns the value when it is true or false.
func (m Member) Bool() (bool, error) {
	if k := m.Value.Kind(); k != 't' && k != 'f' {
		return false, source.Errorf(m.ValueAt, "%s: %s, expected true or false", names.Clip(m.Name), Describe(m.Value))
	}
	return m.Value.Kind() == 't', nil
}

// Describe names a value for an error, short enough to print.
func Describe(v jsontext.Value) string {
	switch v.Kind() {
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return names.Clip(string(v))
}

// Object reads a document that is one object.
func Object(file string, data []byte) ([]Member, error) {
	d := newDocument(file, data)
	if kind := d.dec.PeekKind(); kind != '{' && kind != 0 {
		return nil, d.instead(kind, "a JSON object")
	}
	members, err := d.object()
	if err != nil {
		return nil, err
	}
	return members, d.end()
}

// Objects reads a document that is an array of objects.
func Objects(file string, data []byte) ([]Element, error) {
	d := newDocument(file, data)
	if kind := d.dec.PeekKind(); kind != '[' && kind != 0 {
		return nil, d.instead(kind, "a JSON list of objects")
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.explain(err)
	}
	var list []Element
	for d.dec.PeekKind() != ']' {
		at := d.next()
		if kind := d.dec.PeekKind(); kind != '{' && kind != 0 {
			return nil, d.instead(kind, "a JSON object")
		}
		members, err := d.object()
		if err != nil {
			return nil, err
		}
		list = append(list, Element{At: at, Members: members})
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.explain(err)
	}
	return list, d.end()
}

// Element is one object of a list.
type Element struct {
	At      source.Place
	Members []Member
}

// KindName names what kind of value something is.
func KindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return "true or false"
}

type document struct {
	data  []byte
	lines *lines.Index
	dec   *jsontext.Decoder
}

func newDocument(file string, data []byte) *document {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // a byte order mark, which is not counted
	return &document{data: data, lines: lines.New(file, data), dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
}

// place turns a byte offset into a line and column.
func (d *document) place(offset int64) source.Place { return d.lines.Place(int(offset)) }

// next is where the value or name that is read next starts.
func (d *document) next() source.Place {
	return d.place(Next(d.data, d.dec.InputOffset()))
}

// Blank is the offset of the first byte at or after offset that is not white space.
func Blank(data []byte, offset int64) int64 {
	for offset < int64(len(data)) && strings.IndexByte(" \t\r\n", data[offset]) >= 0 {
		offset++
	}
	return offset
}

// Next is the offset of the first byte at or after offset that belongs to a value or name.
func Next(data []byte, offset int64) int64 {
	for offset < int64(len(data)) && strings.IndexByte(" \t\r\n,:", data[offset]) >= 0 {
		offset++
	}
	return offset
}

// instead is the error of a value of another kind than was expected.
func (d *document) instead(kind jsontext.Kind, expected string) error {
	at := d.next()
	if kind != '[' && kind != '{' { // known by its first letter only, so far
		if _, err := d.dec.ReadValue(); err != nil {
			return d.explain(err)
		}
	}
	return source.Errorf(at, "%s, expected %s", KindName(kind), expected)
}

func (d *document) object() ([]Member, error) {
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.explain(err)
	}
	var members []Member
	for d.dec.PeekKind() != '}' {
		m := Member{NameAt: d.next()}
		name, err := d.dec.ReadToken()
		if err != nil {
			return nil, d.explain(err)
		}
		m.Name = name.String()
		m.ValueAt = d.next()
		value, err := d.dec.ReadValue()
		if err != nil {
			return nil, d.explain(err)
		}
		m.Value = value.Clone()
		members = append(members, m)
	}
	_, err := d.dec.ReadToken()
	return members, d.explain(err)
}

// end makes sure that nothing follows the document.
func (d *document) end() error {
	at := d.next()
	if _, err := d.dec.ReadToken(); err != io.EOF {
		return source.Errorf(at, "something after the end of the document, expected nothing more")
	}
	return nil
}

func (d *document) explain(err error) error {
	if err == nil {
		return nil
	}
	offset, reason := Explain(d.data, err)
	return &source.ParseError{Place: d.place(offset), Err: reason}
}

// Explain words a jsontext error and says at which offset of data it is.
func Explain(data []byte, err error) (int64, error) {
	syntactic := (*jsontext.SyntacticError)(nil)
	switch {
	case errors.As(err, &syntactic) && syntactic.Err == jsontext.ErrDuplicateName:
		return syntactic.ByteOffset, fmt.Errorf("the key %q is repeated, expected each key once", names.Clip(syntactic.JSONPointer.LastToken()))
	case err == io.EOF:
		return int64(len(data)), errors.New("nothing there, expected a JSON value")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return int64(len(data)), errors.New("the JSON ends too early, expected the rest of it")
	case syntactic != nil && strings.Contains(syntactic.Err.Error(), "max depth"):
		return syntactic.ByteOffset, errors.New("nested too deep, expected at most 10,000 levels")
	case syntactic != nil:
		offset := syntactic.ByteOffset
		if offset < int64(len(data)) && !utf8.Valid(data) {
			if bad := invalidUTF8(data); bad <= offset || strings.Contains(syntactic.Err.Error(), "UTF-8") {
				return bad, errors.New("invalid UTF-8, expected UTF-8 text")
			}
		}
		expected := ", expected valid JSON"
		switch text := syntactic.Err.Error(); {
		case strings.Contains(text, "(expecting "):
			expected = "" // says so itself
		case strings.HasSuffix(text, "at start of value"):
			expected = ", expected a value"
		}
		return offset, fmt.Errorf("broken JSON: %w%s", syntactic.Err, expected)
	}
	return 0, err
}

// invalidUTF8 is the offset of the first byte that is not UTF-8.
func invalidUTF8(data []byte) int64 {
	var at int64
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return at
		}
		data, at = data[size:], at+int64(size)
	}
	return at
}

// Number returns the text of a number, bare or quoted, as it was written.
func (m Member) Number() (string, error) {
	switch m.Value.Kind() {
	case '0':
		return string(m.Value), nil
	case '"':
		return m.String()
	}
	return "", source.Errorf(m.ValueAt, "%s: %s, expected a number", names.Clip(m.Name), Describe(m.Value))
}

// Count returns a whole number as [ParseWhole] reads it, bare or quoted.
func (m Member) Count() (int64, error) {
	text, err := m.Number()
	if err != nil {
		return 0, err
	}
	n, err := ParseWhole(text)
	return n, source.At(m.ValueAt, Prefix(m.Name, err))
}

// ParseCount reads a whole number from 0 to the largest int64: digits only, no sign, point or exponent.
func ParseCount(text string) (int64, error) {
	n, err := parseDigits(text)
	if err == nil {
		return n, nil
	}
	if _, whole := ParseWhole(text); whole == nil {
		return 0, fmt.Errorf("%w, without a decimal point", notACount(text))
	}
	return 0, notACount(text)
}

// ParseWhole is ParseCount for the documents of others, where a whole number may have zeros after a decimal point: 21000.0.
func ParseWhole(text string) (int64, error) {
	whole, zeros, point := strings.Cut(text, ".")
	if n, err := parseDigits(whole); err == nil && (!point || zeros != "" && strings.Trim(zeros, "0") == "") {
		return n, nil
	}
	return 0, notACount(text)
}

func parseDigits(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63) // takes no sign; an underscore needs base 0
	return int64(n), err
}

func notACount(text string) error {
	return fmt.Errorf("%s is not a count, expected a whole number from 0 to %d", shown(text), math.MaxInt64)
}

// shown is text as an error shows it: bare when it is a number, else quoted, and never long.
func shown(text string) string {
	text = names.Clip(text)
	if text != "" && strings.Trim(text, "+-.0123456789eE") == "" {
		return text
	}
	return strconv.Quote(text)
}

// Prefix puts the name of what was read before an error.
func Prefix(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", names.Clip(name), err)
}

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
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; len(b)-i >= 8; i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		// The top bit of a byte is set when the byte is such a one. A borrow makes the bytes
		// above it wrong, but the first is right.
		if found := (x | (x - ones*' ') | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones)) & tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' && b[i] < utf8.RuneSelf; i++ {
	}
	return i
}
