package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlReader reads the tags and texts of a part of a workbook. It knows as much of XML as sheets and their texts are made of, and
// takes a small part of the time that encoding/xml takes; a test holds its rows against those of a library for workbooks. It does
// not check that tags are closed in their order.
type xmlReader struct {
	r       io.Reader
	buf     []byte
	at      int // of what is not read yet
	err     error
	scratch []byte // for a caller
}

// maxToken bounds a tag or text, as written.
const maxToken = 8 * MaxText

func newXMLReader(r io.Reader) *xmlReader {
	return &xmlReader{r: r, buf: make([]byte, 0, 1<<16), scratch: make([]byte, 0, 256)}
}

// token is a tag or text. It is valid until the next is read.
type token struct {
	kind   tokenKind
	closed bool   // of a start tag, that it is its own end
	name   []byte // without a prefix
	attrs  []byte
	text   []byte // with its entities replaced
}

type tokenKind uint8

const (
	startTag tokenKind = iota
	endTag
	textToken
)

// more reads on; it keeps what is not read yet.
func (x *xmlReader) more() error {
	if x.err != nil {
		return x.err
	}
	if x.at > 0 {
		x.buf = x.buf[:copy(x.buf, x.buf[x.at:])]
		x.at = 0
	}
	if len(x.buf) > maxToken {
		return fmt.Errorf("a tag or text of more than %d bytes, expected an Excel workbook", maxToken)
	}
	if len(x.buf) == cap(x.buf) {
		x.buf = append(make([]byte, 0, 2*cap(x.buf)), x.buf...)
	}
	n, err := x.r.Read(x.buf[len(x.buf):cap(x.buf)])
	x.buf = x.buf[:len(x.buf)+n]
	if err != nil {
		x.err = err
		if n > 0 {
			return nil
		}
		return err
	}
	return nil
}

// find is the length of what comes up to the end of a text that is to follow, end included.
func (x *xmlReader) find(from int, end string) (int, error) {
	for {
		if i := bytes.Index(x.buf[x.at+from:], []byte(end)); i >= 0 {
			return from + i + len(end), nil
		}
		from = max(from, len(x.buf)-x.at-len(end)+1)
		if err := x.more(); err == io.EOF {
			return 0, errShort
		} else if err != nil {
			return 0, err
		}
	}
}

// next returns the next tag or text, io.EOF at the end.
func (x *xmlReader) next() (token, error) {
	for {
		for x.at == len(x.buf) {
			if err := x.more(); err != nil {
				return token{}, err
			}
		}
		if x.buf[x.at] != '<' {
			return x.textToken()
		}
		for len(x.buf)-x.at < len("<![CDATA[") {
			if err := x.more(); err == io.EOF {
				break
			} else if err != nil {
				return token{}, err
			}
		}
		switch rest := x.buf[x.at:]; {
		case len(rest) > 1 && rest[1] != '!' && rest[1] != '?': // nearly all
			return x.tag()
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			n, err := x.find(9, "]]>")
			if err != nil {
				return token{}, err
			}
			text := x.buf[x.at+9 : x.at+n-3]
			x.at += n
			return token{kind: textToken, text: text}, checkText(text)
		case bytes.HasPrefix(rest, []byte("<!--")):
			n, err := x.find(4, "-->")
			if err != nil {
				return token{}, err
			}
			x.at += n
		case bytes.HasPrefix(rest, []byte("<?")):
			n, err := x.find(2, "?>")
			if err != nil {
				return token{}, err
			}
			x.at += n
		case bytes.HasPrefix(rest, []byte("<!")):
			return token{}, errors.New("a document type in it, expected an Excel workbook")
		default:
			return x.tag()
		}
	}
}

func (x *xmlReader) textToken() (token, error) {
	from := 0
	for {
		if i := bytes.IndexByte(x.buf[x.at+from:], '<'); i >= 0 {
			text := x.buf[x.at : x.at+from+i]
			x.at += from + i
			text, err := unescape(text)
			if err == nil {
				err = checkText(text)
			}
			return token{kind: textToken, text: text}, err
		}
		from = len(x.buf) - x.at
		if err := x.more(); err == io.EOF {
			x.at = len(x.buf)
			return token{kind: textToken}, nil // white space after the last tag
		} else if err != nil {
			return token{}, err
		}
	}
}

var errNoUTF8 = errors.New("text that is not UTF-8, expected an Excel workbook")

func checkText(text []byte) error {
	if !utf8.Valid(text) {
		return errNoUTF8
	}
	return nil
}

// tag reads a start or end tag.
func (x *xmlReader) tag() (token, error) {
	n, quote := 1, byte(0)
	for {
		end := n + 1 + bytes.IndexByte(x.buf[x.at+n:], '>')
		if end == n { // not read yet
			var err error
			if end, err = x.find(n, ">"); err != nil {
				return token{}, err
			}
		}
		for _, c := range x.buf[x.at+n : x.at+end] {
			switch {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		if n = end; quote == 0 {
			break // and not a > within a value
		}
	}
	inside := x.buf[x.at+1 : x.at+n-1]
	x.at += n
	var t token
	switch {
	case len(inside) == 0:
		return t, errors.New("a tag without a name, expected an Excel workbook")
	case inside[0] == '/':
		t.kind, inside = endTag, inside[1:]
	case inside[len(inside)-1] == '/':
		t.closed, inside = true, inside[:len(inside)-1]
	}
	end := 0
	for end < len(inside) && inside[end] > ' ' {
		end++
	}
	t.name, t.attrs = inside[:end], inside[end:]
	if colon := bytes.IndexByte(t.name, ':'); colon >= 0 {
		t.name = t.name[colon+1:]
	}
	return t, nil
}

// attribute is the value of an attribute that needs no entities, nil for none.
func (t *token) attribute(name string) []byte {
	for key, value, rest := nextAttribute(t.attrs); key != nil; key, value, rest = nextAttribute(rest) {
		if string(key) == name {
			return value
		}
	}
	return nil
}

// nextAttribute parts the first attribute from the ones after it. Its key is nil where there is none.
func nextAttribute(attrs []byte) (key, value, rest []byte) {
	at := pastSpace(attrs, 0)
	equals := bytes.IndexByte(attrs[at:], '=')
	if equals < 0 {
		return nil, nil, nil
	}
	equals += at
	end := equals
	for end > at && isSpace(attrs[end-1]) {
		end--
	}
	quote := pastSpace(attrs, equals+1)
	if quote == len(attrs) || attrs[quote] != '"' && attrs[quote] != '\'' {
		return nil, nil, nil
	}
	n := bytes.IndexByte(attrs[quote+1:], attrs[quote])
	if n < 0 {
		return nil, nil, nil
	}
	return attrs[at:end], attrs[quote+1 : quote+1+n], attrs[quote+n+2:]
}

// pastSpace is the offset of what follows the white space at an offset.
func pastSpace(s []byte, at int) int {
	for at < len(s) && isSpace(s[at]) {
		at++
	}
	return at
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// unescape replaces the entities of a text, in place.
func unescape(text []byte) ([]byte, error) {
	first := bytes.IndexByte(text, '&')
	if first < 0 {
		return text, nil
	}
	to := text[:first]
	for rest := text[first:]; len(rest) > 0; {
		if rest[0] != '&' {
			n := bytes.IndexByte(rest, '&')
			if n < 0 {
				n = len(rest)
			}
			to, rest = append(to, rest[:n]...), rest[n:]
			continue
		}
		end := bytes.IndexByte(rest[:min(len(rest), 12)], ';')
		if end < 0 {
			return nil, errors.New("an & that begins no character, expected an Excel workbook")
		}
		r, ok := entity(string(rest[1:end]))
		if !ok {
			return nil, fmt.Errorf("an unknown character &%s;, expected an Excel workbook", rest[1:end])
		}
		to, rest = utf8.AppendRune(to, r), rest[end+1:]
	}
	return to, nil
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	if err != nil || n > utf8.MaxRune || n == 0 {
		return 0, false
	}
	return rune(n), true
}
