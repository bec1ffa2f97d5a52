package distributor

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/prorata-go/prorata/internal/lines"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']`)

// transcode makes UTF-8 of a document that says it is ISO-8859-1, as the reference's own examples do, and returns the encoding
// the document names.
func (d *document) transcode() string {
	found := declaredEncoding.FindSubmatch(d.text)
	if found == nil {
		return ""
	}
	encoding := string(found[1])
	if strings.EqualFold(encoding, "iso-8859-1") {
		d.lines, d.latin1 = lines.New(d.file, d.text), fromLatin1(d.text)
		d.text = d.latin1.text
	}
	return encoding
}

// xmlReader makes nodes of XML. What encoding/xml lets pass is refused here: a document type, processing instructions, names
// with a prefix, attributes, text beside elements, a second root, and references to characters that do not exist.
type xmlReader struct {
	*document
	dec *xml.Decoder
}

func (d *document) readXML(encoding string) error {
	r := &xmlReader{document: d, dec: xml.NewDecoder(bytes.NewReader(d.text))}
	r.dec.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if charset == encoding && d.latin1 != nil {
			return input, nil
		}
		return nil, d.errorf(0, "encoding %q, expected UTF-8 or ISO-8859-1", names.Clip(charset))
	}
	found := false
	for {
		at, token, err := r.next()
		switch {
		case err == io.EOF && !found:
			return d.errorf(len(d.text), "no element, expected a document")
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if found {
				return d.errorf(at, "<%s> after the end of the document, expected nothing more", names.Clip(t.Name.Local))
			}
			found = true
			if d.root, err = r.element(t, at, 0); err != nil {
				return err
			}
		case xml.CharData:
			if text := d.skip(at, space); text < int(r.dec.InputOffset()) {
				return d.errorf(text, "text outside of the document's element, expected nothing more")
			}
		}
	}
}

// next returns the next token and where it starts. Comments and the declaration are passed over.
func (r *xmlReader) next() (int, xml.Token, error) {
	for {
		at := int(r.dec.InputOffset())
		token, err := r.dec.Token()
		if err == io.EOF {
			return at, nil, err
		}
		if err != nil {
			return at, nil, r.explain(at, err)
		}
		switch t := token.(type) {
		case xml.Comment:
			continue
		case xml.Directive:
			return at, nil, r.errorf(at, "a document type, expected only elements and text")
		case xml.ProcInst:
			if t.Target == "xml" && at == 0 {
				continue
			}
			return at, nil, r.errorf(at, "the processing instruction %q, expected only elements and text", names.Clip(t.Target))
		}
		return at, token, nil
	}
}

// maxReason is how much of the decoder's own words an error shows, in bytes: they quote names of any length.
const maxReason = 120

// explain words an error of the decoder at the token that starts at an offset. The decoder knows the line only, so that an error
// inside a tag or text is placed where it has got to.
func (r *xmlReader) explain(at int, err error) error {
	syntax, placed := (*xml.SyntaxError)(nil), (*source.ParseError)(nil)
	switch {
	case errors.As(err, &placed): // of the encoding
		return placed
	case !errors.As(err, &syntax):
		return r.errorf(at, "broken XML: %s", names.ClipTo(err.Error(), maxReason))
	}
	end, reason := int(r.dec.InputOffset()), names.ClipTo(syntax.Msg, maxReason)
	switch {
	case end >= len(r.text) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return r.errorf(end, "the XML ends too early, expected the rest of it")
	case strings.HasPrefix(syntax.Msg, "element <") || strings.HasPrefix(syntax.Msg, "unexpected end element"):
		return r.errorf(at, "broken XML: %s", reason)
	}
	return r.errorf(end, "broken XML: %s", reason)
}

// element reads up to the end of an element whose start has been read.
func (r *xmlReader) element(start xml.StartElement, at, depth int) (node, error) {
	name, err := r.name(start, at)
	if err != nil {
		return node{}, err
	}
	if depth == maxLevels {
		return node{}, r.tooDeep(at)
	}
	n := node{name: name, nameAt: at, at: at, written: KindXML}
	from, textAt := int(r.dec.InputOffset()), -1
	var text strings.Builder
	for {
		at, token, err := r.next()
		if err == io.EOF {
			err = r.errorf(at, "the XML ends too early, expected the rest of it")
		}
		if err != nil {
			return node{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			kid, err := r.element(t, at, depth+1)
			if err != nil {
				return node{}, err
			}
			n.kind, n.written = record, KindElements
			n.add(kid)
		case xml.CharData:
			if err := r.characters(t, at); err != nil {
				return node{}, err
			}
			text.Write(t)
			if textAt < 0 && strings.Trim(string(t), space) != "" {
				textAt = r.skip(at, space)
			}
		case xml.EndElement:
			if n.kind == scalar {
				n.text = text.String()
				if n.text != "" {
					n.at = from
				}
				return n, nil
			}
			n.text = string(r.text[from:at])
			return n, nil
		}
		if n.kind == record && textAt >= 0 {
			return node{}, r.errorf(textAt, "text beside the elements of <%s>, expected elements only", names.Clip(name))
		}
	}
}

// name checks the start of an element. An attribute is refused, except that <field name="…"> is how a name that is no XML name
// is written.
func (r *xmlReader) name(start xml.StartElement, at int) (string, error) {
	name := start.Name.Local
	switch tag := r.tag(at); {
	case strings.Contains(tag, ":"):
		return "", r.errorf(at, "<%s> has a prefix, expected a plain name", names.Clip(tag))
	case len(start.Attr) == 0:
		return name, nil
	case len(start.Attr) == 1 && name == "field" && start.Attr[0].Name == xml.Name{Local: "name"}:
		return start.Attr[0].Value, r.characters([]byte(start.Attr[0].Value), at)
	}
	return "", r.errorf(at, "<%s> has the attribute %q, expected no attributes", names.Clip(name), names.Clip(start.Attr[0].Name.Local))
}

// tag is the name at the start of an element, as written.
func (r *xmlReader) tag(at int) string {
	rest := r.text[at+1:]
	if end := bytes.IndexAny(rest, space+"/>"); end >= 0 {
		rest = rest[:end]
	}
	return string(rest)
}

// characters refuses references such as &#xD800;, which the decoder turns into the replacement character.
func (r *xmlReader) characters(text []byte, at int) error {
	if !bytes.ContainsRune(text, utf8.RuneError) {
		return nil
	}
	raw := r.text[at:r.dec.InputOffset()]
	if bytes.Count(text, replacement) != bytes.Count(raw, replacement) {
		return r.errorf(at, "a reference to a character that does not exist, expected text")
	}
	return nil
}

var replacement = []byte("\uFFFD")
