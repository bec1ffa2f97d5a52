package distributor

import (
	"strings"

	"github.com/prorata-go/prorata/internal/names"
)

// node is a value of a document. JSON and XML are both read into a tree of nodes, so that there is one decoder of records and
// not two.
type node struct {
	name    string // of an object's member or an element; empty in a JSON list
	text    string // a scalar's value; of anything else the piece of the document
	kids    []node
	nameAt  int32 // offsets in the document's text; of an element, both where it starts, except that text has its own place
	at      int32
	kind    nodeKind
	written FieldKind
	levels  uint8 // 0 for a scalar, else one more than the deepest kid
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	record          // an object, or an element with elements
	list            // a JSON list
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

// empty reports whether n is an element without anything, which may as well be a list or a record.
func (n *node) empty() bool { return n.written == KindXML && n.blank() }

// blank reports whether the text is nothing but white space.
func (n *node) blank() bool { return strings.Trim(n.text, space) == "" }

// describe says what n is, for an error.
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

// repeated is the first kid with the name of a kid before it, or nil.
func (n *node) repeated() *node {
	const few = 32 // as many are compared with each other sooner than a map is made
	if len(n.kids) <= few {
		for i := range n.kids {
			for j := range i {
				if n.kids[i].name == n.kids[j].name {
					return &n.kids[i]
				}
			}
		}
		return nil
	}
	seen := make(map[string]bool, len(n.kids))
	for i := range n.kids {
		if seen[n.kids[i].name] {
			return &n.kids[i]
		}
		seen[n.kids[i].name] = true
	}
	return nil
}

// items returns the records of a document that is a list of them: a JSON list, or one wrapped as {"key":[…]}, or the elements
// <item> of <key>, which <result> may wrap.
func (d *document) items(key, item string) ([]node, error) {
	n := d.unwrap(key)
	if n == &d.root && n.kind != list && (!d.xml || n.name != key) {
		if d.xml {
			return nil, d.errorf(int(n.nameAt), "<%s>, expected <%s>", names.Clip(n.name), key)
		}
		return nil, d.errorf(int(n.at), "%s, expected a JSON list, or an object with %q only", n.describe(), key)
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
		return nil, d.errorf(int(n.at), "%s%s, expected a list", prefix(n.name), n.describe())
	case n.kind == scalar:
		return nil, d.errorf(d.skip(int(n.at), space), "text in <%s>, expected elements <%s>", names.Clip(n.name), item)
	}
	for i := range n.kids {
		if kid := &n.kids[i]; kid.name != item {
			return nil, d.errorf(int(kid.nameAt), "<%s> in <%s>, expected <%s>", names.Clip(kid.name), names.Clip(n.name), item)
		}
	}
	return n.kids, nil
}

// prefix is a name before what is said of its value.
func prefix(name string) string {
	if name == "" {
		return ""
	}
	return names.Clip(name) + ": "
}
