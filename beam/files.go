package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/prorata-go/prorata/internal/infile"
)

// files opens files, of this machine or of an object store.
func files(ctx context.Context) infile.From {
	return infile.From{OpenFile: func(name string) (io.ReadCloser, error) {
		fs, err := filesystem.New(ctx, name)
		if err != nil {
			return nil, err
		}
		f, err := fs.OpenRead(ctx, name)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cannot read %s: %w", name, err), fs.Close())
		}
		return file{f, fs}, nil
	}}
}

// file is an open file, and the file system it is of.
type file struct {
	io.ReadCloser
	fs filesystem.Interface
}

func (f file) Close() error { return errors.Join(f.ReadCloser.Close(), f.fs.Close()) }

// readOutput reads a file that the pipeline wrote.
func readOutput(ctx context.Context, name string) (data []byte, err error) {
	f, err := files(ctx).OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
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
