package infile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"github.com/prorata-go/prorata/source"
)

// From is where files are read from. Its zero value has no standard input.
type From struct {
	Stdin    io.Reader                                // what "-" names
	OpenFile func(name string) (io.ReadCloser, error) // how other files are opened, those of this machine if nil
	Read     *atomic.Int64                            // if not nil, counts the bytes read, as they are stored
	Map      string                                   // the mapping of files of Parquet; "" for the one beside each, if there is one
}

// Open opens a file, or standard input for "-". Its errors name the file, and have a place in it unless it cannot be opened.
func (from From) Open(name string, c Content) (io.ReadCloser, error) {
	var stored io.ReadCloser
	switch {
	case name == "-" && from.Stdin == nil:
		stored = io.NopCloser(strings.NewReader(""))
	case name == "-":
		stored = io.NopCloser(from.Stdin)
	case from.OpenFile != nil:
		f, err := from.OpenFile(name)
		if err != nil {
			return nil, err
		}
		stored = f
	default:
		f, err := openFile(name)
		if err != nil {
			return nil, err
		}
		stored = f
	}
	in, err := from.open(name, stored, c)
	if err != nil {
		stored.Close()
		return nil, err
	}
	return in, nil
}

func openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, plainPathError(err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a folder, expected a file", name)
	}
	return f, nil
}

func (from From) open(name string, stored io.ReadCloser, c Content) (io.ReadCloser, error) {
	raw := &counted{Reader: stored, all: from.Read}
	begin := source.Place{File: name, Line: 1, Column: 1}
	in, err := decompress(name, raw)
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, plainPathError(err)
	} else if err != nil {
		return nil, source.Errorf(begin, "cannot read it: %w", err)
	}
	in.stored = stored
	kind := detect(in.peek(), c)
	if kind == kindParquet && c == Events && in.kind == kindUnknown {
		return from.openUsage(name, stored, raw.n)
	}
	if !c.is(kind) {
		in.Close()
		return nil, source.Errorf(begin, "%w", mistaken(kind, in.kind, c))
	}
	return in, nil
}

// mistaken says what a file is instead of what was expected.
func mistaken(kind, packed fileKind, c Content) error {
	if packed != kindUnknown && kind == kindParquet && c == Events {
		return fmt.Errorf("this is %s within %s, expected it as it is; unpack it first", kind, packed)
	}
	if packed != kindUnknown && (kind == kindGzip || kind == kindZstd) {
		return fmt.Errorf("this is %s within %s, expected it compressed once; unpack it once", kind, packed)
	}
	text := fmt.Sprintf("this is %s, expected %s", kind, contents[c].expected)
	if advice := kind.advice(c); advice != "" {
		text += "; " + advice
	}
	return errors.New(text)
}

// plainPathError drops the system call from an error: "events.jsonl: no such file or directory".
func plainPathError(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}

// ReadAll reads a whole document.
func (from From) ReadAll(name string, c Content) ([]byte, error) {
	r, err := from.Open(name, c)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	most := c.Max()
	var text bytes.Buffer
	_, err = text.ReadFrom(io.LimitReader(r, most+1))
	data := text.Bytes()
	if err != nil {
		return nil, source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "cannot read it: %w", err)
	}
	if int64(len(data)) > most {
		before := data[:most]
		at := source.Place{File: name, Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n')}
		return nil, source.Errorf(at, "the file goes on, expected at most %d bytes; %s", most, contents[c].beyond)
	}
	return data, nil
}

// counted counts what is read of a file.
type counted struct {
	io.Reader
	n   int64
	all *atomic.Int64 // of all files, if not nil
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	if c.all != nil {
		c.all.Add(int64(n))
	}
	return n, err
}
