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
	"sync"

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

// running is a file that is there as long as the run goes on. Who ends the run deletes it before all others. A step looks for it
// before it makes a file, and again once the file is there: whichever is first, no file is left of a worker that goes on.
func (j *job) running() string { return j.prefix() + "running" }

var errEnded = errors.New("the run has ended")

// making is held for reading while this process makes a file of a run.
var making sync.RWMutex

// start starts the run.
func (j *job) start(ctx context.Context) error {
	if !isLocal(j.Output) {
		return write(ctx, j.running(), func(io.Writer) error { return nil })
	}
	f, err := os.OpenFile(j.running(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", j.Output, errors.Unwrap(err))
	}
	return f.Close()
}

// end ends the run, whose workers may go on, and deletes its unfinished files. It returns what the last step told, or an error
// if that was not reached: then no output appears any more.
func (j *job) end(ctx context.Context) (told []byte, err error) {
	remove(ctx, j.running())
	making.Lock() // when the workers in this process, which is about to exit, are done with their files
	defer making.Unlock()
	told, err = readFile(ctx, j.told())
	j.removeUnfinished(ctx, "")
	return told, err
}

// whileRunning does something that a run which has ended must not do.
func (j *job) whileRunning(ctx context.Context, do func() error) error {
	making.RLock()
	defer making.RUnlock()
	if !exists(ctx, j.running()) {
		return errEnded
	}
	return do()
}

// makeFile makes an unfinished file.
func (j *job) makeFile(ctx context.Context, name string, do func() error) error {
	return j.whileRunning(ctx, func() error {
		if err := do(); err != nil {
			return err
		}
		if !exists(ctx, j.running()) {
			remove(ctx, name)
			return errEnded
		}
		return nil
	})
}

// write writes an unfinished file.
func (j *job) write(ctx context.Context, name string, text func(io.Writer) error) error {
	return j.makeFile(ctx, name, func() error { return write(ctx, name, text) })
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
