package distributor

import (
	"bytes"
	"strings"
)

// MaxValues is how many values a document may have: lists, objects and what is in them; of XML, elements. It bounds the memory
// that reading takes, which is many times that of a text such as [{},{},{}].
const MaxValues = 4_000_000

// tooMany finds the first value too many.
func (d *document) tooMany() error {
	most := bytes.Count(d.text, []byte("<"))
	if !d.xml {
		most = 1 + bytes.Count(d.text, []byte(",")) + bytes.Count(d.text, []byte("[")) + bytes.Count(d.text, []byte("{"))
	}
	if most <= MaxValues {
		return nil
	}
	count := d.countJSON
	if d.xml {
		count = d.countXML
	}
	if at := count(); at >= 0 {
		return d.errorf(at, "more than %d values, expected at most that; split the document into several", MaxValues)
	}
	return nil
}

// countJSON counts what begins a list or an object that is not empty, and what follows a comma. It returns the offset at which
// there are too many, or -1.
func (d *document) countJSON() int {
	values, inString := 1, false
	for i := 0; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == ',':
			values++
		case c == '[' || c == '{':
			if next := d.skip(i+1, space); next < len(d.text) && d.text[next] != c+2 { // its end, in ASCII
				values++
			}
		}
		if values > MaxValues {
			return i
		}
	}
	return -1
}

// countXML counts the starts of elements.
func (d *document) countXML() int {
	values := 0
	for i := 0; i+1 < len(d.text); i++ {
		if d.text[i] == '<' && strings.IndexByte("/!?", d.text[i+1]) < 0 {
			values++
		}
		if values > MaxValues {
			return i
		}
	}
	return -1
}
