package distributor

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// The bounds of what is read: they bound the memory and time that a document can cost. What is beyond them is an error.
const (
	MaxDocument = 64 << 20  // bytes of a document
	MaxRecords  = 250_000   // records of a document, and values of any other list
	MaxValues   = 4_000_000 // values of a document: its objects, lists, elements and all that is in them
	MaxFields   = 1000      // fields of a record
	MaxName     = 1000      // bytes of a field's name
	MaxText     = 256 << 10 // bytes of a field's value
	MaxNumber   = 64        // characters of a number of the reference
)

const (
	maxFieldLevels = 16                 // of nesting within a field of a record
	maxLevels      = maxFieldLevels + 4 // of nesting within a document, whose wrappers come on top

	// How long a tag of XML, and a text or comment of it, may be as written, in bytes: a character may be written as long as &quot;.
	maxTag = 16 * MaxName
	maxRaw = 8 * MaxText

	space = " \t\r\n" // white space of JSON and XML alike
)

var errTooDeep = errors.New("nested too deep")

// document is a tree of nodes, with what it takes to place them in the file.
type document struct {
	file   string
	data   []byte  // the file, without a byte order mark
	text   string  // the same as UTF-8; the nodes' texts are parts of it
	latin1 *latin1 // what the text was made of, unless the file is UTF-8
	lines  *lines.Index
	xml    bool
	root   node
	values int // nodes so far

	problems problems.List // of the records
}

// parse reads a document, telling JSON from XML by its first character.
func parse(file string, data []byte) (*document, error) {
	if len(data) > MaxDocument {
		return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "a document of %d bytes, expected at most %d; split it into several", len(data), MaxDocument)
	}
	d := &document{file: file}
	var marked bool
	d.data, marked = bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	d.lines = lines.New(file, d.data)
	start := bytes.TrimLeft(d.data, space)
	d.xml = len(start) > 0 && start[0] == '<'
	switch {
	case strictjson.IsUTF16(d.data):
		return nil, d.errorf(0, "UTF-16 text, expected UTF-8: save it as that")
	case d.xml && !marked && isLatin1(d.declaredEncoding()):
		d.latin1 = fromLatin1(d.data)
		d.text = d.latin1.text
	case !utf8.Valid(d.data):
		return nil, d.errorf(lines.ValidUTF8(d.data), "invalid UTF-8, expected UTF-8 text")
	case len(start) == 0:
		return nil, d.errorf(len(d.data), "nothing there, expected a JSON or XML document")
	default:
		d.text = string(d.data)
	}
	if d.xml {
		return d, d.readXML(marked)
	}
	return d, d.readJSON()
}

// place turns an offset in the text into a line and column. Columns count the file's bytes.
func (d *document) place(offset int) source.Place {
	if d.latin1 != nil {
		offset = d.latin1.original(offset)
	}
	return d.lines.Place(offset)
}

func (d *document) errorf(offset int, format string, args ...any) error {
	return source.Errorf(d.place(offset), format, args...)
}

// wrong notes a problem that does not keep the rest of the document from being read.
func (d *document) wrong(offset int, format string, args ...any) {
	d.problems.Add(d.errorf(offset, format, args...))
}

// count counts a node, and refuses one too many.
func (d *document) count(offset int) error {
	if d.values++; d.values > MaxValues {
		return d.errorf(offset, "more than %d values, expected at most that; split the document into several", MaxValues)
	}
	return nil
}

// add appends a kid to a node, and refuses one too many.
func (d *document) add(n *node, kid node) error {
	if len(n.kids) == MaxRecords {
		return d.errorf(int(kid.nameAt), "more than %d values in one list, expected at most that; split the document into several", MaxRecords)
	}
	n.kids = append(n.kids, kid)
	n.levels = max(n.levels, kid.levels+1)
	return nil
}

// checkName refuses a name that is too long.
func (d *document) checkName(offset int, name string) error {
	if len(name) > MaxName {
		return d.errorf(offset, "a name of %d bytes, expected at most %d", len(name), MaxName)
	}
	return nil
}

// checkText refuses a value that is too long.
func (d *document) checkText(offset, length int) error {
	if length > MaxText {
		return d.errorf(offset, "a value of %d bytes, expected at most %d", length, MaxText)
	}
	return nil
}

func (d *document) tooDeep(offset int) error {
	return d.errorf(offset, "%w, expected at most %d levels", errTooDeep, maxLevels)
}

// skip is the offset of the first byte of the text at or after offset that is not in a set.
func (d *document) skip(offset int, set string) int {
	for offset < len(d.text) && strings.IndexByte(set, d.text[offset]) >= 0 {
		offset++
	}
	return offset
}
