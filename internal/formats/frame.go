package formats

import "io"

// Frame is what stands before, between and after the texts of a format.
type Frame struct {
	head, between, tail string
	none                string // the whole of it, when there are no texts
}

var (
	jsonLines = Frame{between: "\n", tail: "\n"}
	jsonList  = Frame{head: "[\n", between: ",\n", tail: "\n]\n", none: "[]\n"}
)

func rows(header string) Frame { return Frame{head: header, none: header} }

// Writer writes texts in their frame.
type Writer struct {
	*Frame
	w     io.Writer
	begun bool
}

// NewWriter returns a Writer, of which nothing is written yet.
func NewWriter(w io.Writer, f *Frame) *Writer { return &Writer{Frame: f, w: w} }

// WriteText writes one text.
func (w *Writer) WriteText(text []byte) error {
	before := w.head
	if w.begun {
		before = w.between
	}
	w.begun = true
	if _, err := io.WriteString(w.w, before); err != nil {
		return err
	}
	_, err := w.w.Write(text)
	return err
}

// WriteAll writes any number of texts, each with what the frame has between two before it, as [Format.Append] makes them.
func (w *Writer) WriteAll(texts []byte) error {
	if len(texts) > 0 && !w.begun {
		return w.WriteText(texts[len(w.between):])
	}
	_, err := w.w.Write(texts)
	return err
}

// Close writes the end.
func (w *Writer) Close() error {
	after := w.none
	if w.begun {
		after = w.tail
	}
	_, err := io.WriteString(w.w, after)
	return err
}

// WriteJSON writes n objects, one a line as jsonl, or a list of them as json.
func WriteJSON(w io.Writer, format string, n int, object func(i int, to []byte) []byte) error {
	frame := &jsonLines
	if format == "json" {
		frame = &jsonList
	}
	f := NewWriter(w, frame)
	var text []byte
	for i := range n {
		text = object(i, text[:0])
		if err := f.WriteText(text); err != nil {
			return err
		}
	}
	return f.Close()
}
