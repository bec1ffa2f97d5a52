package distributor

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/internal/strictjson"
)

// appendOpen appends a record as an object on one line, without its closing brace.
func (s *schema[T]) appendOpen(b []byte, rec *T) []byte {
	b = append(b, '{')
	for i, f := range s.fields(rec) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strictjson.AppendString(b, f.Name), ':')
		if c := s.column(f.Name); c != nil && f.Kind == KindXML && !c.isString() {
			f.Text = f.trimmed()
			if c.isNumber() {
				f.Kind = KindNumber
			}
		}
		b = f.appendJSON(b)
	}
	return b
}

// appendJSON appends a record as an object on one line.
func (s *schema[T]) appendJSON(b []byte, rec *T) []byte { return append(s.appendOpen(b, rec), '}') }

// appendListJSON appends records as a list, one a line.
func (s *schema[T]) appendListJSON(b []byte, all []T) []byte {
	b = s.appendRowsJSON(append(b, '['), all, true)
	if len(all) > 0 {
		b = append(b, '\n')
	}
	return append(b, ']')
}

// appendRowsJSON appends records of a list, of which the first of all has no comma before it.
func (s *schema[T]) appendRowsJSON(b []byte, all []T, first bool) []byte {
	for i := range all {
		if i > 0 || !first {
			b = append(b, ',')
		}
		b = s.appendJSON(append(b, "\n  "...), &all[i])
	}
	return b
}

// appendJSON appends the value as it was written, when that is JSON, else as a string.
func (f *Field) appendJSON(b []byte) []byte {
	kind := jsontext.Value(f.Text).Kind()
	bare := false
	switch f.Kind {
	case KindNull:
		if f.Text == "" {
			return append(b, "null"...)
		}
	case KindNumber:
		bare = kind == '0'
	case KindBool:
		bare = kind == 't' || kind == 'f'
	case KindJSON:
		bare = kind == '{' || kind == '['
	}
	if bare && strings.Trim(f.Text, space) == f.Text && jsontext.Value(f.Text).IsValid() {
		return append(b, f.Text...)
	}
	return strictjson.AppendString(b, f.Text)
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// appendXML appends a record's fields as elements, one a line.
func (s *schema[T]) appendXML(b []byte, rec *T, indent string) []byte {
	for _, f := range s.fields(rec) {
		b = f.appendXML(append(b, indent...))
	}
	return b
}

// appendListXML appends records as elements of one name.
func (s *schema[T]) appendListXML(b []byte, all []T, item, indent string) []byte {
	for i := range all {
		b = append(append(append(append(b, indent...), '<'), item...), ">\n"...)
		b = s.appendXML(b, &all[i], indent+"  ")
		b = append(append(append(append(b, indent...), "</"...), item...), ">\n"...)
	}
	return b
}

func (f *Field) appendXML(b []byte) []byte {
	name := f.Name
	if isXMLName(name) {
		b = append(append(append(b, '<'), name...), '>')
	} else {
		name = "field"
		b = append(appendEscaped(append(b, `<field name="`...), f.Name), `">`...)
	}
	if f.Kind == KindElements && isElements(f.Text) {
		b = append(b, f.Text...)
	} else {
		b = appendEscaped(b, f.Text)
	}
	return append(append(append(b, "</"...), name...), ">\n"...)
}

// isElements reports whether text is elements, as the reader would take them.
func isElements(text string) bool {
	d, err := parse("", []byte("<x>"+text+"</x>"))
	return err == nil && d.root.kind == record && d.root.text == text
}

// isXMLName is stricter than XML, which has names in all scripts.
func isXMLName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '.')) {
			return false
		}
	}
	return s != ""
}

// appendEscaped appends text for an element or a quoted attribute. What XML cannot carry at all, such as most control
// characters, becomes U+FFFD.
func appendEscaped(b []byte, s string) []byte {
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r == '"':
			b = append(b, "&quot;"...)
		case r == '\t':
			b = append(b, "&#x9;"...)
		case r == '\n':
			b = append(b, "&#xA;"...)
		case r == '\r':
			b = append(b, "&#xD;"...)
		case r < ' ' || r == 0xFFFE || r == 0xFFFF:
			b = append(b, "\uFFFD"...)
		default:
			b = append(b, string(r)...)
		}
	}
	return b
}

// wrapXML puts a document's declaration and elements around what append appends.
func wrapXML(b []byte, tags []string, inside func([]byte) []byte) []byte {
	b = append(b, declaration...)
	for i, tag := range tags {
		b = append(append(append(append(b, strings.Repeat("  ", i)...), '<'), tag...), ">\n"...)
	}
	b = inside(b)
	for i := len(tags) - 1; i >= 0; i-- {
		b = append(append(append(append(b, strings.Repeat("  ", i)...), "</"...), tags[i]...), ">\n"...)
	}
	return b
}
