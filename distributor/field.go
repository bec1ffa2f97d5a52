package distributor

import (
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// Field is one member of a record, as the document had it.
type Field struct {
	Name string

	// Text is the value as written: a string's characters, a number's digits, true or false,
	// an element's text; of a [KindJSON] or [KindElements] the piece of the document, byte for
	// byte; empty for null.
	Text string

	Kind  FieldKind
	Place source.Place // of the value
}

// trimmed is the text of a number or date: around one, XML may have white space.
func (f *Field) trimmed() string {
	if f.Kind == KindXML {
		return strings.Trim(f.Text, space)
	}
	return f.Text
}

// number is the value where it is a plain decimal, bare or quoted, and empty where it is anything else.
func (f *Field) number() Number {
	switch f.Kind {
	case KindString, KindNumber, KindXML:
		if n := Number(f.trimmed()); n.check() == nil {
			return n
		}
	}
	return ""
}

// FieldKind says how a document wrote a field.
type FieldKind uint8

const (
	KindString   FieldKind = iota // a JSON string
	KindNumber                    // a JSON number
	KindBool                      // JSON true or false
	KindNull                      // JSON null
	KindJSON                      // a JSON object or list, which only fields unknown to the reference are
	KindXML                       // an XML element with text, or with nothing
	KindElements                  // an XML element with elements, which only fields unknown to the reference are
)

var fieldKinds = []string{"a string", "a number", "true or false", "null", "a JSON object or list", "text", "elements"}

// String words the kind for a sentence.
func (k FieldKind) String() string { return names.Word(uint8(k), fieldKinds) }
