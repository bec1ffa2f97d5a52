package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/prorata-go/prorata/internal/infile"
)

// isLocal reports that a name is of this machine, and not of an object store.
func isLocal(name string) bool { return !strings.Contains(name, "://") }

// files opens files as the command does, those of an object store too.
func files(ctx context.Context, name string) infile.From {
	if isLocal(name) {
		return infile.From{}
	}
	return infile.From{OpenFile: func(name string) (io.ReadCloser, error) {
		f, err := openPlain(ctx, name)
		if _, seeks := f.(io.Seeker); err != nil || seeks {
			return f, err
		}
		return copied(f)
	}}
}

// copied is a file that can be read only from its beginning: if it is Parquet, which is read from its end, a copy of it on this
// machine, which is gone when it is closed.
func copied(f io.ReadCloser) (io.ReadCloser, error) {
	in := bufio.NewReader(f)
	if head, _ := in.Peek(4); !infile.Parquet(head) {
		return struct {
			io.Reader
			io.Closer
		}{in, f}, nil
	}
	defer f.Close()
	to, err := os.CreateTemp("", "prorata-*.parquet")
	if err != nil {
		return nil, err
	}
	c := temporary{to}
	if _, err = io.Copy(to, in); err == nil {
		_, err = to.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// temporary is a file that is deleted when it is closed.
type temporary struct{ *os.File }

func (t temporary) Close() error { return errors.Join(t.File.Close(), os.Remove(t.Name())) }

// openPlain opens a file as it is stored.
func openPlain(ctx context.Context, name string) (io.ReadCloser, error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return nil, err
	}
	f, err := fs.OpenRead(ctx, name)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot read %s: %w", name, err), fs.Close())
	}
	if s, ok := f.(io.ReadSeeker); ok {
		return seekable{s, file{f, fs}}, nil
	}
	return file{f, fs}, nil
}

// file is an open file, and the file system it is of.
type file struct {
	io.ReadCloser
	fs filesystem.Interface
}

func (f file) Close() error { return errors.Join(f.ReadCloser.Close(), f.fs.Close()) }

type seekable struct {
	io.ReadSeeker
	io.Closer
}

// unfinished is a name for what is written for an output and is to be renamed, or deleted. It is another each time: a step
// that a runner tries again writes another file.
func (j *job) unfinished(what string) string {
	return j.prefix() + what + "-" + strconv.FormatUint(rand.Uint64(), 36)
}

// write writes a file.
func write(ctx context.Context, name string, text func(io.Writer) error) (err error) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	w, err := fs.OpenWrite(ctx, name)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	buffered := bufio.NewWriterSize(w, 1<<18)
	if err = text(buffered); err == nil {
		err = buffered.Flush()
	}
	if f, ok := w.(*os.File); ok && err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		remove(ctx, name)
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// remove deletes a file, if it is there.
func remove(ctx context.Context, name string) {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return
	}
	defer fs.Close()
	if r, ok := fs.(filesystem.Remover); ok {
		_ = r.Remove(ctx, name)
	}
}

func rename(ctx context.Context, from, to string) error {
	fs, err := filesystem.New(ctx, to)
	if err != nil {
		return err
	}
	defer fs.Close()
	if err := filesystem.Rename(ctx, fs, from, to); err != nil {
		return fmt.Errorf("cannot write %s: %w", to, err)
	}
	return nil
}

// exists reports that a file can be opened.
func exists(ctx context.Context, name string) bool {
	f, err := openPlain(ctx, name)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// cleanUp deletes what a run left unfinished, also in steps that failed.
func (j *job) cleanUp(ctx context.Context) { j.removeUnfinished(ctx, "") }

// prefix is how the names of all files of a run begin that are not finished.
func (j *job) prefix() string { return j.Output + "." + j.Run + "-" }

// removeUnfinished deletes the unfinished files of a run, but for one.
func (j *job) removeUnfinished(ctx context.Context, but string) {
	prefix := j.prefix()
	if isLocal(prefix) {
		folder, _ := filepath.Split(prefix)
		dir, err := os.ReadDir(cmp.Or(folder, "."))
		if err != nil {
			return
		}
		for _, e := range dir {
			if name := folder + e.Name(); strings.HasPrefix(name, prefix) && name != but {
				os.Remove(name)
			}
		}
		return
	}
	fs, err := filesystem.New(ctx, prefix)
	if err != nil {
		return
	}
	defer fs.Close()
	names, _ := fs.List(ctx, prefix+"*")
	for _, name := range names {
		if name != but {
			remove(ctx, name)
		}
	}
}

// readFile reads a file that a step wrote.
func readFile(ctx context.Context, name string) ([]byte, error) {
	f, err := openPlain(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
