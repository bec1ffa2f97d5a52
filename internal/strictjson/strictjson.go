// Package strictjson walks JSON documents member by member and keeps the place of each:
// repeated names, invalid UTF-8 and anything after the document are errors, at any depth,
// and numbers stay the text they were written as.
//
// A document has at most [MaxValues] objects and members, nests at most 10,000 deep, and a text or number
// that is asked for has at most [MaxText] bytes.
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

const (
	MaxValues = 500_000   // objects of a list and members of objects, in a document
	MaxText   = 256 << 10 // bytes of a text or number
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
	return string(b), m.checkLength(len(b))
}

func (m Member) checkLength(length int) error {
	if length > MaxText {
		return source.Errorf(m.ValueAt, "%s: a value of %d bytes, expected at most %d", names.Clip(m.Name), length, MaxText)
	}
	return nil
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
	d, err := newDocument(file, data)
	if err != nil {
		return nil, err
	}
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
	d, err := newDocument(file, data)
	if err != nil {
		return nil, err
	}
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
		if err := d.count(at); err != nil {
			return nil, err
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

// IsUTF16 reports that a text is UTF-16: by its byte order mark, or by its first character where that is ASCII.
func IsUTF16(data []byte) bool {
	if len(data) < 2 {
		return false
	}
	switch a, b := data[0], data[1]; {
	case a == 0xff && b == 0xfe, a == 0xfe && b == 0xff:
		return true
	default:
		return a == 0 && b != 0 && b < utf8.RuneSelf || b == 0 && a != 0 && a < utf8.RuneSelf
	}
}

type document struct {
	data   []byte
	lines  *lines.Index
	dec    *jsontext.Decoder
	values int // so far
}

func newDocument(file string, data []byte) (*document, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // a byte order mark, which is not counted
	d := &document{data: data, lines: lines.New(file, data), dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
	if IsUTF16(data) {
		return nil, source.Errorf(d.place(0), "UTF-16 text, expected UTF-8: save it as that")
	}
	return d, nil
}

// count counts an object or member, and refuses one too many.
func (d *document) count(at source.Place) error {
	if d.values++; d.values > MaxValues {
		return source.Errorf(at, "more than %d values, expected at most that many", MaxValues)
	}
	return nil
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
		if err := d.count(m.NameAt); err != nil {
			return nil, err
		}
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
			if bad := int64(lines.ValidUTF8(data)); bad <= offset || strings.Contains(syntactic.Err.Error(), "UTF-8") {
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

// Number returns the text of a number, bare or quoted, as it was written.
func (m Member) Number() (string, error) {
	switch m.Value.Kind() {
	case '0':
		return string(m.Value), m.checkLength(len(m.Value))
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
	return n, source.At(m.ValueAt, prefix(m.Name, err))
}

// Prefix puts the name of what was read before an error.
func prefix(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", names.Clip(name), err)
}
