package distributor

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// JSON and XML are both read into a tree of nodes, so that there is one decoder of records and not two.
type node struct {
	name    string // of an object's member or an element; empty in a JSON list
	kind    nodeKind
	written FieldKind
	text    string // a scalar's value; of anything else the piece of the document
	kids    []node
	nameAt  int // offsets; of an element, both where it starts, except that a text has its own place
	at      int
	levels  int // 0 for a scalar, else one more than the deepest kid
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	record          // an object, or an element with elements
	list            // a JSON list
)

const (
	maxFieldLevels = 16                 // within a field of a record
	maxLevels      = maxFieldLevels + 4 // within a document: its wrappers come on top

	space = " \t\r\n" // of JSON and XML alike
)

// member returns the kid of that name, or nil.
func (n *node) member(name string) *node {
	if n.kind != record {
		return nil
	}
	for i := range n.kids {
		if n.kids[i].name == name {
			return &n.kids[i]
		}
	}
	return nil
}

// add hangs a kid below n.
func (n *node) add(kid node) {
	n.kids = append(n.kids, kid)
	n.levels = max(n.levels, kid.levels+1)
}

// empty reports whether n is an element without anything, which may as well be a list or a record.
func (n *node) empty() bool {
	return n.written == KindXML && strings.Trim(n.text, space) == ""
}

// describe words what n is.
func (n *node) describe() string {
	switch {
	case n.kind == list:
		return "a list"
	case n.kind == record && n.written == KindJSON:
		return "an object"
	case n.kind == record:
		return "elements"
	case n.empty():
		return "an empty element"
	case n.written == KindString:
		return "a string"
	case n.written == KindNull:
		return "null"
	}
	return names.Clip(strings.Trim(n.text, space))
}

// document is a tree with the places of its nodes.
type document struct {
	file   string
	text   []byte // UTF-8, without a byte order mark
	lines  *lines.Index
	latin1 *latin1 // what the text was made of, unless the file is UTF-8
	xml    bool
	root   node
}

// parse reads a document, telling JSON from XML by its first character.
func parse(file string, data []byte) (*document, error) {
	d := &document{file: file, text: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	start := bytes.TrimLeft(d.text, space)
	d.xml = len(start) > 0 && start[0] == '<'
	encoding := ""
	if d.xml {
		encoding = d.transcode()
	}
	if d.latin1 == nil {
		d.lines = lines.New(file, d.text)
	}
	if !utf8.Valid(d.text) {
		return nil, d.errorf(len(validPrefix(d.text)), "invalid UTF-8, expected UTF-8 text")
	}
	if len(start) == 0 {
		return nil, d.errorf(len(d.text), "nothing there, expected a JSON or XML document")
	}
	if err := d.tooMany(); err != nil {
		return nil, err
	}
	if d.xml {
		return d, d.readXML(encoding)
	}
	return d, d.readJSON()
}

// validPrefix is what comes before the first byte that is not UTF-8.
func validPrefix(text []byte) []byte {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return text[:at]
}

// place turns an offset into a line and column. Columns count the file's bytes.
func (d *document) place(offset int) source.Place {
	if d.latin1 != nil {
		offset = d.latin1.original(offset)
	}
	return d.lines.Place(offset)
}

func (d *document) errorf(offset int, format string, args ...any) error {
	return source.Errorf(d.place(offset), format, args...)
}

// skip is the offset of the first byte at or after offset that is not in a set.
func (d *document) skip(offset int, set string) int {
	for offset < len(d.text) && strings.IndexByte(set, d.text[offset]) >= 0 {
		offset++
	}
	return offset
}

var errTooDeep = errors.New("nested too deep")

func (d *document) tooDeep(offset int) error {
	return d.errorf(offset, "%w, expected at most %d levels", errTooDeep, maxLevels)
}

// items returns the records of a document that is a list of them: a JSON list, or one wrapped as {"key":[…]}, or the elements
// <item> of <key>, which <result> may wrap.
func (d *document) items(key, item string) ([]node, error) {
	n := d.unwrap(key)
	if n == &d.root && n.kind != list && (!d.xml || n.name != key) {
		if d.xml {
			return nil, d.errorf(n.nameAt, "<%s>, expected <%s>", names.Clip(n.name), key)
		}
		return nil, d.errorf(n.at, "%s, expected a JSON list, or an object with %q only", n.describe(), key)
	}
	return d.list(n, item)
}

// unwrap returns the only member of the root if that is its name, else the root.
func (d *document) unwrap(key string) *node {
	if d.root.kind == record && len(d.root.kids) == 1 && d.root.kids[0].name == key && (!d.xml || d.root.name == "result") {
		return &d.root.kids[0]
	}
	return &d.root
}

// list returns the kids of a JSON list, or of an element that has nothing but elements of one name.
func (d *document) list(n *node, item string) ([]node, error) {
	switch {
	case n.kind == list || n.empty():
		return n.kids, nil
	case !d.xml:
		return nil, d.errorf(n.at, "%s%s, expected a list", prefix(n.name), n.describe())
	case n.kind == scalar:
		return nil, d.errorf(d.skip(n.at, space), "text in <%s>, expected elements <%s>", names.Clip(n.name), item)
	}
	for i := range n.kids {
		if kid := &n.kids[i]; kid.name != item {
			return nil, d.errorf(kid.nameAt, "<%s> in <%s>, expected <%s>", names.Clip(kid.name), names.Clip(n.name), item)
		}
	}
	return n.kids, nil
}

func prefix(name string) string {
	if name == "" {
		return ""
	}
	return names.Clip(name) + ": "
}
