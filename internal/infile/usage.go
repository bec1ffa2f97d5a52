package infile

import (
	"errors"
	"io"
	"io/fs"
	"sync"

	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// MapEnding is the end of the name of a mapping: what it begins with is the name of its table.
const MapEnding = ".map.json"

// openUsage opens the usage in a Parquet file, of which so many bytes were read to see what it is.
func (from From) openUsage(name string, stored io.ReadCloser, read int64) (io.ReadCloser, error) {
	begin := source.Place{File: name, Line: 1, Column: 1}
	if name == "-" {
		return nil, source.Errorf(begin, "this is a Parquet file, expected it by its name: it is read from its end, which standard input does not show")
	}
	at, size, err := readerAt(stored)
	if err != nil {
		return nil, source.Errorf(begin, "cannot read it from its end, as Parquet is read: %w", err)
	}
	f, err := parquetfile.Open(at, size)
	if err != nil {
		return nil, source.Errorf(begin, "this is a Parquet file, and %w", err)
	}
	m, err := from.usageMapping(name)
	if err != nil {
		return nil, err
	}
	u := &usage{Closer: stored, rename: m.Accounts, progress: from.Read, told: read, size: size, count: f.Rows}
	columns, err := u.bind(f, m)
	if err != nil {
		return nil, source.At(begin, err)
	}
	u.rows = f.Read(columns, m.Zone)
	return u, nil
}

// readerAt reads a file from any place in it.
func readerAt(stored io.Reader) (io.ReaderAt, int64, error) {
	s, ok := stored.(io.ReadSeeker)
	if !ok {
		return nil, 0, errors.New("it can be read only from its beginning")
	}
	size, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, err
	}
	if at, ok := stored.(io.ReaderAt); ok {
		return at, size, nil
	}
	return &seekingReaderAt{s: s}, size, nil
}

// seekingReaderAt reads from any place in what has only one place at a time.
type seekingReaderAt struct {
	mu sync.Mutex
	s  io.ReadSeeker
}

func (r *seekingReaderAt) ReadAt(p []byte, at int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.s.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.s, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// usageMapping is the mapping that is named, or lies beside the file; one of our own names where there is none.
func (from From) usageMapping(name string) (table.Simple, error) {
	own := From{Stdin: from.Stdin, OpenFile: from.OpenFile}
	file := from.Map
	if file == "" {
		if from.OpenFile != nil { // which may not say that there is none
			return table.Simple{}, nil
		}
		file = name + MapEnding
	}
	data, err := own.ReadAll(file, Mappings)
	if from.Map == "" && errors.Is(err, fs.ErrNotExist) {
		return table.Simple{}, nil
	}
	if err != nil {
		return table.Simple{}, err
	}
	m, err := table.ParseMapping(file, data, table.Usage)
	if err != nil {
		return table.Simple{}, err
	}
	return m.Simple()
}
