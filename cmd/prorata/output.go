package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/display"
)

// output is what a command writes: nothing appears anywhere before it is started, and a file
// appears whole or not at all.
type output struct {
	name   string // "-" or empty: standard output
	stdout io.Writer

	buffer  bytes.Buffer    // what was written before it was started
	to      *bufio.Writer   // since
	shown   *display.Writer // what to writes to, if that is a terminal
	device  *os.File        // a pipe or a device, which has no whole to keep
	file    *os.File        // the unfinished file beside the named one
	target  string          // where it goes: the named file, or what that is a link to
	written bool            // to the last byte
}

func (c *common) newOutput(cmd *cobra.Command) *output {
	return &output{name: c.output, stdout: cmd.OutOrStdout()}
}

// toStdout reports that results go to standard output.
func (c *common) toStdout() bool { return c.output == "" || c.output == "-" }

func (o *output) toStdout() bool { return o.name == "" || o.name == "-" }

func (o *output) Write(p []byte) (int, error) {
	if o.to == nil {
		return o.buffer.Write(p)
	}
	n, err := o.to.Write(p)
	if err != nil {
		err = o.cannot(err)
	}
	return n, err
}

// start opens the output: from now on, what is written goes there, a file's beside it.
func (o *output) start() (err error) {
	if o.to != nil {
		return nil
	}
	to := o.stdout
	if !o.toStdout() {
		if err := o.open(); err != nil {
			return err
		}
		if to = o.file; o.device != nil {
			to = o.device
		}
	}
	if isTerminal(to) { // data may hold what it would obey
		o.shown = display.NewWriter(to)
		to = o.shown
	}
	o.to = bufio.NewWriterSize(to, 1<<16)
	_, err = o.Write(o.buffer.Bytes())
	o.buffer = bytes.Buffer{}
	return err
}

// open opens what the name stands for, or an unfinished file beside it.
func (o *output) open() error {
	mode := fs.FileMode(0o644)
	o.target = o.name
	info, err := os.Stat(o.name)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("cannot write %s: it is a folder, expected a file", o.name)
	case err == nil && !info.Mode().IsRegular():
		if o.device, err = os.OpenFile(o.name, os.O_WRONLY, 0); err != nil {
			return o.cannot(err)
		}
		return nil
	case err == nil:
		mode = info.Mode().Perm()
		o.target = destination(o.name)
	case !errors.Is(err, fs.ErrNotExist):
		return o.cannot(err)
	default:
		if link, err := os.Lstat(o.name); err == nil && link.Mode()&fs.ModeSymlink != 0 {
			o.target = destination(o.name) // the link stays, and leads to the file from now on
		}
	}
	if o.file, err = unfinished.create(filepath.Dir(o.target)); err != nil {
		return o.cannot(err)
	}
	if err := o.file.Chmod(mode); err != nil {
		return o.cannot(err)
	}
	return nil
}

// finish writes what is left, so that nothing but a rename can fail any more.
func (o *output) finish() error {
	if o.written {
		return nil
	}
	o.written = true
	err := o.to.Flush()
	if o.shown != nil {
		err = errors.Join(err, o.shown.Flush())
	}
	if o.file != nil {
		err = errors.Join(err, o.file.Sync(), o.file.Close())
	}
	if o.device != nil {
		err = errors.Join(err, o.device.Close())
	}
	if err != nil {
		return o.cannot(err)
	}
	return nil
}

// cannot names the file that was asked for, not the unfinished one beside it.
func (o *output) cannot(err error) error {
	if pe := (*os.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	} else if le := (*os.LinkError)(nil); errors.As(err, &le) {
		err = le.Err
	}
	if o.toStdout() {
		if errors.Is(err, syscall.EPIPE) {
			return errSeenEnough
		}
		return fmt.Errorf("cannot write standard output: %w", err)
	}
	return fmt.Errorf("cannot write %s: %w", o.name, err)
}

// errSeenEnough ends a command whose reader has gone: head, or a pager that was left.
var errSeenEnough = errors.New("nobody reads standard output any more")

// startAll opens several outputs, or none.
func startAll(outputs ...*output) error {
	for _, o := range outputs {
		if err := o.start(); err != nil {
			discardAll(outputs...)
			return err
		}
	}
	return nil
}

// discardAll removes the files of outputs that are not committed.
func discardAll(outputs ...*output) {
	for _, o := range outputs {
		if o.file != nil {
			o.file.Close()
			unfinished.remove(o.file.Name())
		}
	}
}

// commitAll makes several outputs appear, or none: files come last, when nothing but a rename
// is left to do.
func commitAll(outputs ...*output) error {
	defer discardAll(outputs...)
	files := slices.DeleteFunc(slices.Clone(outputs), func(o *output) bool { return o.toStdout() })
	for _, o := range append(files, outputs...) { // standard output may have been written to, but fails last
		if err := o.start(); err != nil {
			return err
		}
	}
	for _, o := range append(files, outputs...) {
		if err := o.finish(); err != nil {
			return err
		}
	}
	return unfinished.rename(outputs)
}

// unfinished are the files that are being written. An interrupt removes them, but for the
// renames at the end, which are not cut short.
var unfinished = temporary{files: map[string]bool{}}

type temporary struct {
	mu    sync.Mutex
	files map[string]bool
}

func (t *temporary) create(folder string) (*os.File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, err := os.CreateTemp(folder, ".prorata-*")
	if err == nil {
		t.files[f.Name()] = true
	}
	return f, err
}

func (t *temporary) remove(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	os.Remove(name)
	delete(t.files, name)
}

func (t *temporary) rename(outputs []*output) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range outputs {
		if o.file == nil {
			continue
		}
		if err := os.Rename(o.file.Name(), o.target); err != nil {
			return o.cannot(err)
		}
		delete(t.files, o.file.Name())
		o.file = nil
	}
	return nil
}

// interrupts receives a signal that is to end the process. From when it returns, a reader of
// standard output that has gone is the error of a write, and not the end.
func interrupts() <-chan os.Signal {
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as by nohup
		signal.Notify(received, syscall.SIGHUP) // the terminal is gone
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return received
}

// exitOnInterrupt ends the process when it is interrupted, at once and without a trace.
func exitOnInterrupt(interrupts <-chan os.Signal, stderr io.Writer) {
	<-interrupts
	unfinished.mu.Lock() // for good
	for name := range unfinished.files {
		os.Remove(name)
	}
	if isTerminal(stderr) {
		fmt.Fprint(stderr, "\r\x1b[K") // where the progress may be
	}
	fmt.Fprintln(stderr, "prorata: interrupted")
	os.Exit(exitFailed)
}

// checkOutputs makes sure that what is written goes to files of their own: not to each
// other's, nor to one that is read.
func (c *common) checkOutputs(inputs ...string) error {
	if c.quarantine == "-" {
		return usagef("--quarantine -, expected a file: standard output is for the results")
	}
	if c.quarantine != "" && sameFile(c.quarantine, c.output) {
		return usagef("--quarantine and --output are both %s, expected two files", c.output)
	}
	for _, in := range append(inputs, c.packages, c.policyFile) {
		if sameFile(c.output, in) {
			return usagef("--output %s is read too, expected another file", c.output)
		}
		if sameFile(c.quarantine, in) {
			return usagef("--quarantine %s is read too, expected another file", c.quarantine)
		}
	}
	return nil
}

// sameFile reports that two names are one regular file, there or not yet.
func sameFile(a, b string) bool {
	if a == "" || b == "" || a == "-" || b == "-" {
		return false
	}
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return x.Mode().IsRegular() && os.SameFile(x, y)
	}
	return errA != nil && errB != nil && destination(a) == destination(b)
}

// destination is the absolute path, without links, of what a name stands for, there or not yet.
func destination(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		name = whole
	}
	for range 40 { // links to links, at most, as for most systems
		folder, base := filepath.Split(name)
		if real, err := filepath.EvalSymlinks(folder); err == nil {
			folder = real
		}
		name = filepath.Join(folder, base)
		to, err := os.Readlink(name)
		if err != nil {
			break // it is no link
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(folder, to)
		}
		name = to
	}
	return name
}

// isTerminal reports that a person is looking.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}
