package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
)

// output is what a command writes: nothing appears anywhere before it is committed, and a
// file appears whole or not at all.
type output struct {
	name   string // "-" or empty: standard output
	stdout io.Writer
	buffer bytes.Buffer

	file   *os.File // the unfinished file beside the named one
	target string   // where it goes: the named file, or what that is a link to
}

func (c *common) newOutput(cmd *cobra.Command) *output {
	return &output{name: c.output, stdout: cmd.OutOrStdout()}
}

// toStdout reports that results go to standard output.
func (c *common) toStdout() bool { return c.output == "" || c.output == "-" }

func (o *output) Write(p []byte) (int, error) { return o.buffer.Write(p) }

// prepare writes a file's content beside it, so that what can fail has failed before the
// first of several outputs is committed.
func (o *output) prepare() error {
	if o.name == "" || o.name == "-" {
		return nil
	}
	mode := fs.FileMode(0o644)
	o.target = o.name
	info, err := os.Stat(o.name)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("cannot write %s: it is a folder, expected a file", o.name)
	case err == nil && !info.Mode().IsRegular():
		return nil // a pipe or a device has no whole to keep
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
	f, err := os.CreateTemp(filepath.Dir(o.target), ".prorata-*")
	if err != nil {
		return o.cannot(err)
	}
	o.file = f
	_, err = f.Write(o.buffer.Bytes())
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
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
	name := o.name
	if name == "" || name == "-" {
		name = "standard output"
	}
	return fmt.Errorf("cannot write %s: %w", name, err)
}

// discard removes the unfinished file, if there still is one.
func (o *output) discard() {
	if o.file != nil {
		os.Remove(o.file.Name())
	}
}

// commit makes the output appear.
func (o *output) commit() (err error) {
	switch {
	case o.file != nil:
		if err = os.Rename(o.file.Name(), o.target); err == nil {
			o.file = nil
		}
	case o.name == "" || o.name == "-":
		_, err = o.stdout.Write(o.buffer.Bytes())
	default:
		err = os.WriteFile(o.name, o.buffer.Bytes(), 0o644)
	}
	if err != nil {
		return o.cannot(err)
	}
	return nil
}

var errInterrupted = errors.New("interrupted")

// commitAll makes several outputs appear, or none: files come last, when nothing but a
// rename is left to do.
//
// An interrupt ends the process at once, as it does before, while there is no unfinished
// file. Once there may be one, it ends the writing: the unfinished files are removed, and
// the error is errInterrupted. Only the renames at the end are not cut short.
func commitAll(outputs ...*output) error {
	interrupts := make(chan os.Signal, 1)
	if slices.ContainsFunc(outputs, func(o *output) bool { return o.name != "" && o.name != "-" }) {
		signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // is the error of a write then, and not the end
		defer signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	}
	defer func() {
		for _, o := range outputs {
			o.discard()
		}
	}()
	for _, o := range outputs {
		if err := o.prepare(); err != nil {
			return err
		}
		if len(interrupts) > 0 {
			return errInterrupted
		}
	}
	for _, o := range outputs {
		if o.file != nil {
			continue
		}
		done := make(chan error, 1)
		go func() { done <- o.commit() }() // it may wait for a reader
		select {
		case err := <-done:
			if err != nil {
				return err
			}
		case <-interrupts:
			return errInterrupted
		}
	}
	if len(interrupts) > 0 {
		return errInterrupted
	}
	for _, o := range outputs {
		if o.file == nil {
			continue
		}
		if err := o.commit(); err != nil {
			return err
		}
	}
	return nil
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
