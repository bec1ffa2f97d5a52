package distributor

import "unicode/utf8"

// latin1 is a text of ISO-8859-1, where each character is one byte, turned into UTF-8.
type latin1 struct {
	text  []byte
	marks []int // how many characters come before each step bytes of the text
}

// latin1Step is how much of the text is searched for an offset.
const latin1Step = 1 << 10

func fromLatin1(data []byte) *latin1 {
	wide := 0
	for _, c := range data {
		wide += int(c >> 7)
	}
	l := &latin1{text: make([]byte, 0, len(data)+wide)}
	for i, c := range data {
		l.mark(i)
		l.text = utf8.AppendRune(l.text, rune(c))
	}
	l.mark(len(data))
	return l
}

// mark notes how many characters come before the step that the text has reached, if it has reached one.
func (l *latin1) mark(characters int) {
	if len(l.text) >= len(l.marks)*latin1Step {
		l.marks = append(l.marks, characters)
	}
}

// original is the offset in the file of an offset in the text.
func (l *latin1) original(offset int) int {
	offset = min(offset, len(l.text))
	from := offset / latin1Step * latin1Step
	characters := l.marks[offset/latin1Step]
	for _, c := range l.text[from:offset] {
		if utf8.RuneStart(c) {
			characters++
		}
	}
	return characters
}
