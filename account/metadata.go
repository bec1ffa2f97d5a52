package account

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// sameMetadata reports that two metadata say the same: members in any order, strings and white space however they are
// spelled. Numbers are the same when they are written the same.
func sameMetadata(a, b jsontext.Value) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return bytes.Equal(a, b) || bytes.Equal(canonical(a), canonical(b))
}

// canonical spells metadata in one way: members in the order of RFC 8785, no space. Numbers stay as written. What is no
// JSON stays as it is. It takes as long as the text is, however deep it nests: [jsontext.Value.Format] sorts the members
// of an object by moving all that is in them, once for each level.
func canonical(v jsontext.Value) jsontext.Value {
	if v == nil {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(v))
	root, err := readNode(d)
	if err != nil {
		return v
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return v
	}
	return root.append(make([]byte, 0, len(v)))
}

// node is a JSON value.
type node struct {
	kind   jsontext.Kind
	text   string // of a string, unquoted; of anything else, as written
	values []node // of an object or a list
	names  []string
}

func readNode(d *jsontext.Decoder) (n node, err error) {
	t, err := d.ReadToken()
	if err != nil {
		return n, err
	}
	n.kind = t.Kind()
	switch n.kind {
	case '{':
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return n, err
			}
			n.names = append(n.names, name.String())
			value, err := readNode(d)
			if err != nil {
				return n, err
			}
			n.values = append(n.values, value)
		}
		_, err = d.ReadToken()
	case '[':
		for d.PeekKind() != ']' {
			value, err := readNode(d)
			if err != nil {
				return n, err
			}
			n.values = append(n.values, value)
		}
		_, err = d.ReadToken()
	default:
		n.text = t.String()
	}
	return n, err
}

func (n *node) append(b []byte) []byte {
	switch n.kind {
	case '{':
		order := make([]int, len(n.names))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return compareUTF16(n.names[i], n.names[j]) })
		b = append(b, '{')
		for i, at := range order {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = jsontext.AppendQuote(b, n.names[at])
			b = n.values[at].append(append(b, ':'))
		}
		return append(b, '}')
	case '[':
		b = append(b, '[')
		for i := range n.values {
			if i > 0 {
				b = append(b, ',')
			}
			b = n.values[i].append(b)
		}
		return append(b, ']')
	case '"':
		b, _ = jsontext.AppendQuote(b, n.text)
		return b
	}
	return append(b, n.text...)
}

// compareUTF16 compares texts by their UTF-16, in which characters of two units come before some of one.
func compareUTF16(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y {
			const surrogates, above = 0xd800, 0x10000
			if (x >= above) != (y >= above) { // the one of two units is less than one from here on
				if x >= above {
					x = surrogates
				} else {
					y = surrogates
				}
			}
			return cmp.Compare(x, y)
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}
