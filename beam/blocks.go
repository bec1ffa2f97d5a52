package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/prorata-go/prorata/internal/packed"
)

// The blocks of a range go to a file beside the output, which all workers see, and only their places go through the runner:
// runners hold what goes through them, some of them all elements of a key at once. In an object store, where a file cannot be
// read from the middle, the blocks themselves go through the runner.

// blockWriter writes the blocks of a range.
type blockWriter struct {
	job    *job
	name   string
	mu     sync.Mutex
	file   *os.File // nil before the first block
	out    *bufio.Writer
	at     int64
	places [][]byte // by shard, the beginning and the length of each block
}

func (j *job) newBlockWriter(n int) *blockWriter {
	return &blockWriter{job: j, name: j.unfinished(fmt.Sprintf("blocks-%d", n)), places: make([][]byte, j.Shards)}
}

func (w *blockWriter) add(ctx context.Context, shard int, block []byte) error {
	section, err := packed.Seal(nil, packed.Events, block)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		err := w.job.makeFile(ctx, w.name, func() (err error) {
			w.file, err = os.OpenFile(w.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			return err
		})
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", w.name, err)
		}
		w.out = bufio.NewWriterSize(w.file, 1<<18)
	}
	if _, err := w.out.Write(section); err != nil {
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	w.places[shard] = binary.AppendUvarint(binary.AppendUvarint(w.places[shard], uint64(w.at)), uint64(len(section)))
	w.at += int64(len(section))
	return nil
}

// send tells each shard where its blocks stand, once they do.
func (w *blockWriter) send(shards *sender) error {
	if w.file == nil {
		return nil
	}
	err := w.out.Flush()
	if closing := w.file.Close(); err == nil {
		err = closing
	}
	w.file = nil
	if err != nil {
		os.Remove(w.name)
		return fmt.Errorf("cannot write %s: %w", w.name, err)
	}
	for shard, places := range w.places {
		if len(places) == 0 {
			continue
		}
		text := append(binary.AppendUvarint(nil, uint64(len(w.name))), w.name...)
		if err := shards.send(shard, kindPlaces, append(text, places...)); err != nil {
			return err
		}
	}
	return nil
}

// drop deletes what was written, if it was not sent.
func (w *blockWriter) drop() {
	if w.file != nil {
		w.file.Close()
		os.Remove(w.name)
	}
}

// blockReader reads the blocks of a shard, file after file.
type blockReader struct {
	prefix string // of the names of files of this run
	places [][]byte
	file   *os.File
	left   []byte // places in it
}

// next returns the next block, or io.EOF.
func (r *blockReader) next() ([]byte, error) {
	for len(r.left) == 0 {
		r.close()
		if len(r.places) == 0 {
			return nil, io.EOF
		}
		text := r.places[0]
		r.places = r.places[1:]
		length, n := binary.Uvarint(text)
		if n <= 0 || length > uint64(len(text)-n) || !strings.HasPrefix(string(text[n:]), r.prefix) {
			return nil, errElement
		}
		var err error
		if r.file, err = os.Open(string(text[n : n+int(length)])); err != nil {
			return nil, fmt.Errorf("blocks of events are gone: %w", err)
		}
		r.left = text[n+int(length):]
	}
	at, n := binary.Uvarint(r.left)
	length, m := binary.Uvarint(r.left[max(n, 0):])
	if n <= 0 || m <= 0 || length > packed.MaxSection {
		return nil, errElement
	}
	r.left = r.left[n+m:]
	section := make([]byte, length)
	if _, err := r.file.ReadAt(section, int64(at)); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", r.file.Name(), err)
	}
	return section, nil
}

func (r *blockReader) close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}
