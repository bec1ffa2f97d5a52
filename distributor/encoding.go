package distributor

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']`)

// declaredEncoding is the encoding that the document says it is in, empty when it says nothing.
func (d *document) declaredEncoding() string {
	const most = 1 << 10 // a declaration is at the very start
	if found := declaredEncoding.FindSubmatch(d.data[:min(len(d.data), most)]); found != nil {
		return string(found[1])
	}
	return ""
}

func isLatin1(encoding string) bool {
	return strings.EqualFold(encoding, "iso-8859-1") || strings.EqualFold(encoding, "latin1")
}

// isUTF8 is true of other names of UTF-8, and of encodings that are a part of it.
func isUTF8(encoding string) bool {
	return strings.EqualFold(encoding, "utf8") || strings.EqualFold(encoding, "us-ascii") || strings.EqualFold(encoding, "ascii")
}

// latin1 is a text of ISO-8859-1, where each character is one byte, turned into UTF-8.
type latin1 struct {
	text  string
	marks []int // how many characters come before each step bytes of the text
}

// latin1Step is how much of the text is searched for an offset.
const latin1Step = 1 << 10

func fromLatin1(data []byte) *latin1 {
	wide := 0
	for _, c := range data {
		wide += int(c >> 7)
	}
	l := &latin1{}
	text := make([]byte, 0, len(data)+wide)
	for i, c := range data {
		if len(text) >= len(l.marks)*latin1Step {
			l.marks = append(l.marks, i)
		}
		text = utf8.AppendRune(text, rune(c))
	}
	l.text, l.marks = string(text), append(l.marks, len(data))
	return l
}

// original is the offset in the file of an offset in the text.
func (l *latin1) original(offset int) int {
	offset = min(offset, len(l.text))
	from := offset / latin1Step * latin1Step
	characters := l.marks[offset/latin1Step]
	for i := from; i < offset; i++ {
		if utf8.RuneStart(l.text[i]) {
			characters++
		}
	}
	return characters
}
