package eventlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// MaxLine is the longest line of an event file, in bytes, its end included.
const MaxLine = 1 << 20

// Line is one line of an event file that could not be read, as it stands there.
type Line struct {
	Err  *source.ParseError
	Text []byte // without the line's end; cut off after MaxLine bytes when it goes on
}

func (l *Line) Error() string {
	if l.Err == nil {
		return "a line that is no event"
	}
	return l.Err.Error()
}

func (l *Line) Unwrap() error {
	if l.Err == nil {
		return nil
	}
	return l.Err
}

// Read reads the events of a file, one JSON object a line; empty lines are passed over. An
// error is a [*Line] for a line that is no event, after which reading goes on; any other
// error, such as a compressed file cut short, is a *[source.ParseError] and the last.
//
// [Events.Load] reads many files into [Events], faster.
func Read(r io.Reader, file string, policy invoice.Policy) iter.Seq2[account.Event, error] {
	return func(yield func(account.Event, error) bool) {
		decoder := NewDecoder(policy)
		err := eachLine(r, file, func(line []byte, at source.Place) bool {
			var e account.Event
			problem := decoder.decodeLine(line, at, &e)
			return yield(e, problem)
		})
		if err != nil {
			yield(account.Event{}, err)
		}
	}
}

// eachLine gives the lines of a file to do, until that returns false. The error is that of a file that cannot be read on.
func eachLine(r io.Reader, file string, do func(line []byte, at source.Place) bool) error {
	in := newChunker(r, file)
	for {
		c, err := in.next()
		for line, n := range c.lines {
			if !do(line, source.Place{File: file, Line: n, Column: 1}) {
				return nil
			}
		}
		c.release()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// decodeLine reads a line of a file into e. Its error is a [*Line].
func (d *Decoder) decodeLine(line []byte, at source.Place, e *account.Event) error {
	if len(line) > MaxLine {
		return tooLong(line[:MaxLine], at)
	}
	return ofLine(line, d.decode(line, at, e))
}

// decodeRaw reads a line of a file. Its error is a [*Line].
func (d *Decoder) decodeRaw(line []byte, at source.Place, s *rawEvent) error {
	if len(line) <= MaxLine && d.fast(line, s) {
		return nil
	}
	return d.decodeStrict(line, at, s)
}

// decodeStrict is decodeRaw for what the fast way does not read.
func (d *Decoder) decodeStrict(line []byte, at source.Place, s *rawEvent) error {
	if len(line) > MaxLine {
		return tooLong(line[:MaxLine], at)
	}
	e, err := d.strict.Decode(line, at)
	if err != nil {
		return ofLine(line, err)
	}
	*s = rawOf(&e)
	return nil
}

// tooLong is a line that goes on after what is given of it.
func tooLong(line []byte, at source.Place) *Line {
	at.Column = MaxLine + 1
	return &Line{Text: bytes.Clone(line), Err: source.Errorf(at, "the line goes on, expected at most %d bytes", MaxLine)}
}

// ofLine gives an error the text of its line.
func ofLine(line []byte, err error) error {
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		return &Line{Err: pe, Text: bytes.Clone(line)}
	}
	return err
}

// readSize is how much of a file is read at a time.
const readSize = 1 << 18

// chunker cuts a file into chunks of whole lines.
type chunker struct {
	r     io.Reader
	file  string
	line  int    // of the next chunk's first
	carry []byte // what was read of the line after the last chunk
	skip  bool   // what comes next is the rest of a line that is too long

	middle bool // of the file, where no byte order mark stands
}

func newChunker(r io.Reader, file string) *chunker { return &chunker{r: r, file: file, line: 1} }

// chunk is some lines of a file.
type chunk struct {
	line   int // of the first
	text   []byte
	buffer []byte
	marked bool // it may begin with a byte order mark
}

var buffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// release gives back the memory of the chunk.
func (c *chunk) release() {
	if len(c.buffer) == readSize { // longer ones were for a long line
		buffers.Put((*[readSize]byte)(c.buffer))
	}
}

// next reads the next lines: those that are there after one read, and at least one; of a line
// that is too long, its beginning. The error is io.EOF with the last of them, or that of a file
// that cannot be read on.
func (in *chunker) next() (*chunk, error) {
	buf := buffers.Get().(*[readSize]byte)[:]
	n, end := copy(buf, in.carry), 0
	var err error
	if in.r == nil {
		err = errors.New("there is no reader, expected one")
	}
	for end == 0 && err == nil && n <= MaxLine {
		if n == len(buf) {
			buf = append(buf, make([]byte, min(n, MaxLine+1-n))...)
		}
		var m int
		m, err = in.r.Read(buf[n:])
		if in.skip {
			m = in.passOver(buf[:m])
		}
		end = bytes.LastIndexByte(buf[n:n+m], '\n') + 1
		if n += m; end > 0 {
			end += n - m
		}
	}
	if err == io.EOF {
		end = n
	} else if end == 0 && err == nil {
		end, in.skip = n, true
	}
	c := &chunk{line: in.line, text: buf[:end], buffer: buf, marked: in.line == 1 && !in.middle}
	in.carry = append(in.carry[:0], buf[end:n]...)
	in.line += bytes.Count(c.text, []byte("\n"))
	if err != nil && err != io.EOF {
		err = source.At(source.Place{File: in.file, Line: in.line, Column: 1}, fmt.Errorf("cannot read on: %w", err))
	}
	return c, err
}

// passOver drops the rest of a line that is too long, and returns how much follows it, moved to
// the front.
func (in *chunker) passOver(read []byte) int {
	end := bytes.IndexByte(read, '\n')
	if end < 0 {
		return 0
	}
	in.skip = false
	in.line++
	return copy(read, read[end+1:])
}

// lines yields the lines that are not empty, without their ends, with their numbers. Of those
// that are too long, it yields the beginning, longer than MaxLine.
func (c *chunk) lines(yield func([]byte, int) bool) {
	text := c.text
	if c.marked { // a byte order mark is not counted
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	for n := c.line; len(text) > 0; n++ {
		end := bytes.IndexByte(text, '\n')
		next := end + 1
		if end < 0 {
			end, next = len(text), len(text)
		}
		if next > MaxLine {
			end = next
		} else if end > 0 && text[end-1] == '\r' {
			end--
		}
		line := text[:end]
		text = text[next:]
		if (end == 0 || line[0] != '{') && end <= MaxLine && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if !yield(line, n) {
			return
		}
	}
}
