package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/klauspost/compress/zstd"

	"github.com/prorata-go/prorata/source"
)

// withFile opens a file, of this machine or of an object store, and reads it. Compressed data
// is read as what it holds, whatever the file is called; a file called .gz or .zst has to be
// compressed.
func withFile(ctx context.Context, name string, read func(io.Reader) error) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	f, err := fs.OpenRead(ctx, name)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", name, err)
	}
	defer f.Close()
	r, done, err := decompress(name, f)
	if err != nil {
		return source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "cannot read it: %w", err)
	}
	defer done()
	return read(r)
}

func decompress(name string, f io.Reader) (r io.Reader, done func(), err error) {
	done = func() {}
	buffered := bufio.NewReaderSize(f, 1<<16)
	magic, err := buffered.Peek(4)
	if err != nil && err != io.EOF {
		return nil, done, err
	}
	switch {
	case strings.HasPrefix(string(magic), "\x1f\x8b"):
		r, err = gzip.NewReader(buffered)
		return r, done, err
	case string(magic) == "\x28\xb5\x2f\xfd":
		z, err := zstd.NewReader(buffered, zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, done, err
		}
		return z, z.Close, nil
	case strings.HasSuffix(name, ".gz"):
		return nil, done, errors.New("it is not gzip data, expected a .gz file to be")
	case strings.HasSuffix(name, ".zst"):
		return nil, done, errors.New("it is not zstd data, expected a .zst file to be")
	}
	return buffered, done, nil
}

// readAll reads a whole file.
func readAll(ctx context.Context, name string) (data []byte, err error) {
	err = withFile(ctx, name, func(r io.Reader) error {
		data, err = io.ReadAll(r)
		return err
	})
	return data, err
}

// writeFile writes a file whole or not at all, as far as the file system allows: an object of
// a store appears when it is closed; elsewhere an unfinished file beside it gets its name.
func writeFile(ctx context.Context, name string, parts [][]byte) (err error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	unfinished := name
	if !strings.Contains(name, "://") {
		unfinished = name + ".unfinished"
		defer func() {
			if remover, ok := fs.(filesystem.Remover); ok && err != nil {
				_ = remover.Remove(ctx, unfinished)
			}
		}()
	}
	w, err := fs.OpenWrite(ctx, unfinished)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	for _, part := range parts {
		if _, err = buffered.Write(part); err != nil {
			break
		}
	}
	if err = errors.Join(err, buffered.Flush(), w.Close()); err == nil && unfinished != name {
		err = filesystem.Rename(ctx, fs, unfinished, name)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}
