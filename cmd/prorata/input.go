package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/prorata-go/prorata/source"
)

// open opens a file, or standard input for "-". Compressed data is read as what it holds,
// whatever the file is called; a file called .gz or .zst has to be compressed. What is read is
// counted, unless p is nil.
func open(name string, stdin io.Reader, p *progress) (io.ReadCloser, error) {
	if name == "-" {
		return decompress(name, io.NopCloser(stdin), p)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, plainPathError(err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a folder, expected a file", name)
	}
	return decompress(name, f, p)
}

// plainPathError drops the system call from an error: "events.jsonl: no such file or directory".
func plainPathError(err error) error {
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}

func decompress(name string, f io.ReadCloser, p *progress) (io.ReadCloser, error) {
	var stored io.Reader = f
	if p != nil {
		stored = counted{f, &p.read}
	}
	buffered := bufio.NewReaderSize(stored, 1<<16)
	magic, err := buffered.Peek(4)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, plainPathError(err)
	}
	in := &input{Reader: buffered, file: f}
	switch {
	case strings.HasPrefix(string(magic), "\x1f\x8b"):
		var z *gzip.Reader
		if z, err = gzip.NewReader(buffered); err == nil {
			in.Reader, in.kind = z, "gzip"
		} else {
			err = damaged("gzip", err)
		}
	case string(magic) == "\x28\xb5\x2f\xfd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(buffered, zstd.WithDecoderMaxMemory(1<<30)); err == nil {
			in.Reader, in.kind, in.close = z, "zstd", z.Close
		}
	case strings.HasSuffix(name, ".gz"):
		err = errors.New("it is not gzip data, expected a .gz file to be")
	case strings.HasSuffix(name, ".zst"):
		err = errors.New("it is not zstd data, expected a .zst file to be")
	default:
		return in, nil
	}
	if err != nil {
		f.Close()
		return nil, source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "cannot read it: %w", err)
	}
	return in, nil
}

// input is a file being read, decompressed on the way.
type input struct {
	io.Reader
	file  io.Closer
	kind  string // of the compression, or empty
	close func()
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.Reader.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if in.kind != "" {
		return n, damaged(in.kind, err)
	}
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return n, err
}

func damaged(kind string, err error) error {
	return fmt.Errorf("the %s data is cut short or damaged (%w), expected it whole", kind, err)
}

func (in *input) Close() error {
	if in.close != nil {
		in.close()
	}
	return in.file.Close()
}

// readAll reads a whole document.
func readAll(name string, stdin io.Reader) ([]byte, error) {
	f, err := open(name, stdin, nil)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "cannot read it: %w", err)
	}
	return data, nil
}
