package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
)

// lineRange is the lines of a file that begin in a range of its bytes.
type lineRange struct {
	File     int   // the number of the file
	From, To int64 // To is -1 for all that follows
}

// cutFiles divides files into ranges of some bytes. What is compressed, is Parquet or cannot be read from the middle, is one range; so
// is a file that cannot be opened, which whoever reads it will say.
func (j *job) cutFiles(ctx context.Context, size int64) (total int64) {
	for i, name := range j.Files {
		length, ok := plainSize(ctx, name)
		total += length
		if !ok || length <= size {
			j.Ranges = append(j.Ranges, lineRange{i, 0, -1})
			continue
		}
		for at := int64(0); at < length; at += size {
			to := at + size
			if to >= length {
				to = -1
			}
			j.Ranges = append(j.Ranges, lineRange{i, at, to})
		}
	}
	return total
}

// parts are the ranges as parts of files.
func (j *job) parts() (list []eventlog.Part) {
	for _, r := range j.Ranges {
		list = append(list, eventlog.Part{File: j.Files[r.File], Continues: r.From > 0})
	}
	return list
}

// packedSize is how much longer events are than their compressed or Parquet file, about.
const packedSize = 6

// plainSize is the size of a file, unpacked, and whether it may be read from the middle.
func plainSize(ctx context.Context, name string) (size int64, ok bool) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return 0, false
	}
	defer fs.Close()
	if size, err = fs.Size(ctx, name); err != nil {
		return 0, false
	}
	f, err := fs.OpenRead(ctx, name)
	if err != nil {
		return size, false
	}
	defer f.Close()
	if _, seeks := f.(io.Seeker); !seeks {
		return size, false
	}
	head := make([]byte, 8)
	n, _ := io.ReadFull(f, head)
	lower := strings.ToLower(name)
	if infile.Parquet(head[:n]) || infile.Compressed(head[:n]) || strings.HasSuffix(lower, ".gz") || strings.HasSuffix(lower, ".zst") {
		return packedSize * size, false
	}
	return size, true
}

// open opens the lines of a range.
func (j *job) open(ctx context.Context, r lineRange) (io.ReadCloser, error) {
	name := j.Files[r.File]
	from := files(ctx, name)
	from.Map = j.Map
	if r.From == 0 {
		f, err := from.Open(name, infile.Events)
		if err != nil || r.To < 0 {
			return f, err
		}
		return &rangeReader{ReadCloser: f, end: r.To}, nil
	}
	f, err := openPlain(ctx, name)
	if err != nil {
		return nil, err
	}
	if _, err := f.(io.Seeker).Seek(r.From-1, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return &rangeReader{ReadCloser: f, at: r.From - 1, end: r.To, within: true}, nil
}

// rangeReader reads the lines that begin before the end of a range.
type rangeReader struct {
	io.ReadCloser
	at, end int64 // end is -1 for none
	within  bool  // at is within a line that began before the range, or at its end
	done    bool
}

func (r *rangeReader) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil {
		if r.done {
			return 0, io.EOF
		}
		if n, err = r.ReadCloser.Read(p); n > 0 {
			n = r.cut(p[:n])
		}
	}
	return n, err
}

// cut leaves what is of the range at the front of what was read, and returns how much that is.
func (r *rangeReader) cut(read []byte) int {
	text := read
	if r.within {
		i := bytes.IndexByte(text, '\n')
		if r.within = i < 0; r.within {
			i = len(text) - 1
		}
		text = text[i+1:]
		if r.at += int64(i + 1); r.end >= 0 && r.at >= r.end { // the next line is of another range
			r.done = true
			return 0
		}
	}
	if last := max(0, r.end-1-r.at); r.end >= 0 && last < int64(len(text)) { // from where a line feed ends the range
		if i := bytes.IndexByte(text[last:], '\n'); i >= 0 {
			r.done, text = true, text[:last+int64(i)+1]
		}
	}
	r.at += int64(len(text))
	return copy(read, text)
}
