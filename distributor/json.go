package distributor

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// jsonReader makes nodes of JSON. The decoder refuses repeated names, at any depth.
type jsonReader struct {
	*document
	dec *jsontext.Decoder
}

func (d *document) readJSON() (err error) {
	r := &jsonReader{document: d, dec: jsontext.NewDecoder(bytes.NewBuffer(d.data))}
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
func (r *jsonReader) next() int { return int(strictjson.Next(r.data, r.dec.InputOffset())) }

// end is where the value or name that was read last ends.
func (r *jsonReader) end() int { return int(r.dec.InputOffset()) }

func (r *jsonReader) explain(err error) error {
	offset, reason := strictjson.Explain(r.data, err)
	return &source.ParseError{Place: r.place(int(offset)), Err: reason}
}

func (r *jsonReader) value(depth int) (node, error) {
	at := r.next()
	n := node{at: int32(at), nameAt: int32(at)}
	if err := r.count(at); err != nil {
		return node{}, err
	}
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
		n.text, n.written = r.unquote(at), KindString
	case '0':
		n.text, n.written = r.text[at:r.end()], KindNumber
	case 'n':
		n.written = KindNull
	default:
		n.text, n.written = r.text[at:r.end()], KindBool
	}
	return n, r.checkText(at, len(n.text))
}

// unquote is the string that was read last. Only one with escapes takes memory of its own.
func (r *jsonReader) unquote(at int) string {
	quoted := r.text[at:r.end()]
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // the decoder found it right
	return string(text)
}

// fill reads an object or a list into n.
func (r *jsonReader) fill(n *node, end jsontext.Kind, depth int) error {
	if depth == maxLevels {
		return r.tooDeep(int(n.at))
	}
	n.levels = 1
	if _, err := r.dec.ReadToken(); err != nil {
		return r.explain(err)
	}
	for r.dec.PeekKind() != end {
		name, nameAt := "", r.next()
		if n.kind == record {
			if _, err := r.dec.ReadToken(); err != nil {
				return r.explain(err)
			}
			name = r.unquote(nameAt)
			if err := r.checkName(nameAt, name); err != nil {
				return err
			}
		}
		kid, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		kid.name, kid.nameAt = name, int32(nameAt)
		if err := r.add(n, kid); err != nil {
			return err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return r.explain(err)
	}
	n.text = r.text[n.at:r.end()]
	return nil
}
