package outfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/prorata-go/prorata/internal/display"
)

// Output is what a command writes to one place.
type Output struct {
	name   string
	stdout io.Writer
	held   bool

	buffer  bytes.Buffer    // what was written before it was started
	to      *bufio.Writer   // since
	stream  *os.File        // a pipe, a device or a descriptor
	spool   *spool          // what a stream gets when it is committed
	end     io.Writer       // standard output or the stream
	shown   *display.Writer // what end is behind, if that is a terminal
	file    *os.File        // the unfinished file beside the target
	target  string          // where it goes: the named file, or what that is a link to
	written bool            // to the last byte
}

// New returns the output of that name, of which nothing is opened yet. "" and "-" are standard output.
func New(name string, stdout io.Writer) *Output { return &Output{name: name, stdout: stdout} }

// Hold makes a stream get nothing before it is committed, as a file does.
func (o *Output) Hold() { o.held = true }

// ToStdout reports that it is standard output.
func (o *Output) ToStdout() bool { return IsStdout(o.name) }

// IsStdout reports that a name is standard output, by whatever name.
func IsStdout(name string) bool {
	if name == "" || name == "-" {
		return true
	}
	n, ok := resolve(name).descriptor()
	return ok && n == 1
}

// Write writes to the output; before it is started, to memory.
func (o *Output) Write(p []byte) (int, error) {
	if o.to == nil {
		return o.buffer.Write(p)
	}
	n, err := o.to.Write(p)
	if err != nil {
		err = o.cannot(err)
	}
	return n, err
}

// Start opens outputs, all or none: from now on, what is written goes there, a file's beside it.
func Start(outputs ...*Output) error {
	for _, o := range outputs {
		if err := o.start(); err != nil {
			Discard(outputs...)
			return err
		}
	}
	return nil
}

func (o *Output) start() error {
	if o.to != nil {
		return nil
	}
	o.end = o.stdout
	if !o.ToStdout() {
		if err := o.open(); err != nil {
			return err
		}
		o.end = o.stream
	}
	to := o.end
	switch {
	case o.file != nil:
		to = o.file
	case IsTerminal(o.end): // data may hold what it would obey
		o.shown = display.NewWriter(o.end)
		o.end = o.shown
		to = o.end
	}
	if o.held && o.file == nil {
		o.spool = &spool{}
		to = o.spool
	}
	o.to = bufio.NewWriterSize(to, 1<<16)
	_, err := o.Write(o.buffer.Bytes())
	o.buffer = bytes.Buffer{}
	return err
}

// open opens what the name stands for, or an unfinished file beside it.
func (o *Output) open() (err error) {
	at := resolve(o.name)
	if n, ok := at.descriptor(); ok {
		if o.stream, err = openDescriptor(n); err != nil {
			return o.cannot(err)
		}
		return nil
	}
	old, err := at.check(o.name)
	switch {
	case err != nil:
		return o.cannot(err)
	case old != nil && !old.Mode().IsRegular():
		if o.stream, err = os.OpenFile(o.name, os.O_WRONLY, 0); err != nil {
			return o.cannot(err)
		}
		return nil
	}
	o.target = at.path
	if old == nil {
		o.file, err = unfinished.create(filepath.Dir(o.target), 0o666) // less what the umask takes
	} else if o.file, err = unfinished.create(filepath.Dir(o.target), 0o600); err == nil {
		err = keepPermissions(o.file, o.target, old)
	}
	if err != nil {
		return o.cannot(err)
	}
	return nil
}

// finish writes what is left, so that nothing but a rename can fail any more.
func (o *Output) finish() error {
	if o.written {
		return nil
	}
	o.written = true
	err := o.to.Flush()
	if o.spool != nil && err == nil {
		err = o.spool.copyTo(o.end)
	}
	if o.shown != nil {
		err = errors.Join(err, o.shown.Flush())
	}
	if o.file != nil {
		err = errors.Join(err, o.file.Sync(), o.file.Close())
	}
	if o.stream != nil {
		err = errors.Join(err, o.stream.Close())
	}
	if err != nil {
		return o.cannot(err)
	}
	return nil
}

// ErrNobodyReads ends a command whose reader has gone: head, or a pager that was left.
var ErrNobodyReads = errors.New("nobody reads standard output any more")

// cannot names the file that was asked for, not the unfinished one beside it.
func (o *Output) cannot(err error) error {
	if errors.As(err, new(*spoolError)) {
		return err
	}
	if o.ToStdout() {
		if errors.Is(err, syscall.EPIPE) {
			return ErrNobodyReads
		}
		return fmt.Errorf("cannot write standard output: %w", reason(err))
	}
	return fmt.Errorf("cannot write %s: %w", o.name, reason(err))
}

// reason drops the system call and the path from an error.
func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	} else if le := (*os.LinkError)(nil); errors.As(err, &le) {
		err = le.Err
	}
	return err
}

// Check reports why a name cannot be written to, as far as that can be seen without opening it.
func Check(name string) error {
	if name == "" || name == "-" {
		return nil
	}
	at := resolve(name)
	if _, ok := at.descriptor(); ok {
		return nil
	}
	if _, err := at.check(name); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, reason(err))
	}
	return nil
}

// IsTerminal reports that a person is looking.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || f == nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}
