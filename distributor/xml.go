package distributor

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// xmlReader makes nodes of XML. What encoding/xml lets pass is refused here: a document type, processing instructions, names
// with a prefix, attributes, text beside elements, a second root, and references to characters that do not exist.
type xmlReader struct {
	*document
	dec    *xml.Decoder
	tokens *tokenReader
}

// readXML reads the document's root. The text is UTF-8 by now; what the document says of its encoding must have led to it, unless
// the file is marked as UTF-8.
func (d *document) readXML(marked bool) error {
	tokens := &tokenReader{text: d.text}
	r := &xmlReader{document: d, dec: xml.NewDecoder(tokens), tokens: tokens}
	r.dec.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if d.latin1 != nil || marked && isLatin1(charset) || isUTF8(charset) {
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
			if text := d.skip(at, space); text < r.end() {
				return d.errorf(text, "text outside of the document's element, expected nothing more")
			}
		}
	}
}

// end is where the token that was read last ends.
func (r *xmlReader) end() int { return int(r.dec.InputOffset()) }

// next returns the next token and where it starts. Comments and the declaration are passed over.
func (r *xmlReader) next() (int, xml.Token, error) {
	for {
		at := r.end()
		what, most := r.longest(at)
		r.tokens.limit = at + most + len("<") // which ends a text
		token, err := r.dec.Token()
		switch {
		case r.tokens.exceeded:
			return at, nil, r.errorf(at, "%s of more than %d bytes, expected at most that", what, most)
		case err == io.EOF:
			return at, nil, err
		case err != nil:
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

// longest is what the next token is as far as its length goes, and how long it may be.
func (r *xmlReader) longest(at int) (what string, most int) {
	if rest := r.text[at:]; len(rest) > 1 && rest[0] == '<' && rest[1] != '!' {
		return "a tag", maxTag
	}
	return "a text or comment", maxRaw
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
	reason := names.ClipTo(syntax.Msg, maxReason)
	switch {
	case r.end() >= len(r.text) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return r.errorf(r.end(), "the XML ends too early, expected the rest of it")
	case strings.HasPrefix(syntax.Msg, "element <") || strings.HasPrefix(syntax.Msg, "unexpected end element"):
		return r.errorf(at, "broken XML: %s", reason)
	}
	return r.errorf(r.end(), "broken XML: %s", reason)
}

// element reads up to the end of an element whose start has been read.
func (r *xmlReader) element(start xml.StartElement, at, depth int) (node, error) {
	if err := r.count(at); err != nil {
		return node{}, err
	}
	name, err := r.name(start, at)
	if err != nil {
		return node{}, err
	}
	if depth == maxLevels {
		return node{}, r.tooDeep(at)
	}
	n := node{name: name, nameAt: int32(at), at: int32(at), written: KindXML}
	from, textAt := r.end(), -1
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
			if err == nil {
				err = r.add(&n, kid)
			}
			if err != nil {
				return node{}, err
			}
			n.kind, n.written = record, KindElements
		case xml.CharData:
			if err := r.characters(t, at); err != nil {
				return node{}, err
			}
			if textAt < 0 && len(bytes.Trim(t, space)) > 0 {
				textAt = r.skip(at, space)
			}
			if n.kind == scalar {
				text.Write(t)
			}
			if err := r.checkText(from, text.Len()); err != nil {
				return node{}, err
			}
		case xml.EndElement:
			n.text = r.text[from:at]
			if n.kind == record {
				return n, nil
			}
			if written := text.String(); written != n.text {
				n.text = written // which takes memory of its own
			}
			if n.text != "" {
				n.at = int32(from)
			}
			return n, nil
		}
		if n.kind == record && textAt >= 0 {
			return node{}, r.errorf(textAt, "text beside the elements of <%s>, expected elements only", names.Clip(name))
		}
	}
}

// name checks the start of an element and returns its name. The declaration of a name space says nothing of an invoice, and is
// passed over; any other attribute is refused, except that <field name="…"> is how a name that is no XML name is written.
func (r *xmlReader) name(start xml.StartElement, at int) (string, error) {
	tag := r.tag(at)
	if strings.Contains(tag, ":") {
		return "", r.errorf(at, "<%s> has a prefix, expected a plain name", names.Clip(tag))
	}
	name, named := tag, false
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns" || a.Name == xml.Name{Local: "xmlns"}:
		case tag == "field" && !named && a.Name == xml.Name{Local: "name"}:
			if err := r.characters([]byte(a.Value), at); err != nil {
				return "", err
			}
			name, named = a.Value, true
		default:
			return "", r.errorf(at, "<%s> has the attribute %q, expected no attributes", names.Clip(tag), names.Clip(a.Name.Local))
		}
	}
	return name, r.checkName(at, name)
}

// tag is the name at the start of an element, as written.
func (r *xmlReader) tag(at int) string {
	tag := r.text[at+1 : r.end()]
	return tag[:strings.IndexAny(tag, space+"/>")]
}

// characters refuses references such as &#xD800;, which the decoder turns into the replacement character.
func (r *xmlReader) characters(text []byte, at int) error {
	const replacement = "\uFFFD"
	found := bytes.Count(text, []byte(replacement))
	if found > 0 && found != strings.Count(r.text[at:r.end()], replacement) {
		return r.errorf(at, "a reference to a character that does not exist, expected text")
	}
	return nil
}

// tokenReader reads a text up to a limit, which its user moves on with each token.
type tokenReader struct {
	text     string
	at       int
	limit    int
	exceeded bool
}

var errTooLong = errors.New("too long")

func (r *tokenReader) ReadByte() (byte, error) {
	switch {
	case r.at == len(r.text):
		return 0, io.EOF
	case r.at == r.limit:
		r.exceeded = true
		return 0, errTooLong
	}
	c := r.text[r.at]
	r.at++
	return c, nil
}

// Read is here for what takes a reader, and then reads bytes.
func (r *tokenReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c, err := r.ReadByte()
		if err != nil {
			return n, err
		}
		p[n] = c
		n++
	}
	return n, nil
}
