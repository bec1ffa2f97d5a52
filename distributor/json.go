package distributor

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// jsonReader makes nodes of JSON. The decoder refuses repeated names, at any depth.
type jsonReader struct {
	*document
	dec   *jsontext.Decoder
	whole string // the text, of which lists and objects keep their parts
}

func (d *document) readJSON() (err error) {
	r := &jsonReader{document: d, dec: jsontext.NewDecoder(bytes.NewReader(d.text)), whole: string(d.text)}
	if d.root, err = r.value(0); err != nil {
		return err
	}
	at := r.next()
	if _, err := r.dec.ReadToken(); err != io.EOF {
		return d.errorf(at, "something after the end of the document, expected nothing more")
	}
	return nil
}

// next is where the value or name that is read next starts.
func (r *jsonReader) next() int { return int(strictjson.Next(r.text, r.dec.InputOffset())) }

func (r *jsonReader) explain(err error) error {
	offset, reason := strictjson.Explain(r.text, err)
	return &source.ParseError{Place: r.place(int(offset)), Err: reason}
}

func (r *jsonReader) value(depth int) (node, error) {
	n := node{at: r.next()}
	n.nameAt = n.at
	switch r.dec.PeekKind() {
	case '{':
		n.kind, n.written = record, KindJSON
		err := r.fill(&n, '}', depth)
		return n, err
	case '[':
		n.kind, n.written = list, KindJSON
		err := r.fill(&n, ']', depth)
		return n, err
	}
	token, err := r.dec.ReadToken()
	if err != nil {
		return node{}, r.explain(err)
	}
	switch token.Kind() {
	case '"':
		n.text, n.written = token.String(), KindString
	case '0':
		n.text, n.written = token.String(), KindNumber
	case 'n':
		n.written = KindNull
	default:
		n.text, n.written = token.String(), KindBool
	}
	return n, nil
}

// fill reads an object or a list into n.
func (r *jsonReader) fill(n *node, end jsontext.Kind, depth int) error {
	if depth == maxLevels {
		return r.tooDeep(n.at)
	}
	n.levels = 1
	if _, err := r.dec.ReadToken(); err != nil {
		return r.explain(err)
	}
	for r.dec.PeekKind() != end {
		name, nameAt := "", r.next()
		if n.kind == record {
			token, err := r.dec.ReadToken()
			if err != nil {
				return r.explain(err)
			}
			name = token.String()
		}
		kid, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		kid.name, kid.nameAt = name, nameAt
		n.add(kid)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return r.explain(err)
	}
	n.text = r.whole[n.at:r.dec.InputOffset()]
	return nil
}
