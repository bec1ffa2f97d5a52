package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// output is what a command writes: nothing appears anywhere before it is committed, and a
// file appears whole or not at all.
type output struct {
	name   string // "-" or empty: standard output
	stdout io.Writer
	buffer bytes.Buffer
	file   *os.File // the unfinished file beside the named one
}

func (c *common) newOutput(cmd *cobra.Command) *output {
	return &output{name: c.output, stdout: cmd.OutOrStdout()}
}

func (o *output) Write(p []byte) (int, error) { return o.buffer.Write(p) }

// prepare writes a file's content beside it, so that what can fail has failed before the
// first of several outputs is committed.
func (o *output) prepare() error {
	if o.name == "" || o.name == "-" {
		return nil
	}
	if info, err := os.Stat(o.name); err == nil && !info.Mode().IsRegular() {
		return nil // a pipe or a device has no whole to keep
	}
	f, err := os.CreateTemp(filepath.Dir(o.name), "."+filepath.Base(o.name)+".*")
	if err != nil {
		return plainPathError(err)
	}
	o.file = f
	_, err = f.Write(o.buffer.Bytes())
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		o.discard()
		return plainPathError(err)
	}
	return nil
}

func (o *output) discard() {
	if o.file != nil {
		os.Remove(o.file.Name())
		o.file = nil
	}
}

// commit makes the output appear.
func (o *output) commit() error {
	switch {
	case o.file != nil:
		if err := os.Rename(o.file.Name(), o.name); err != nil {
			o.discard()
			return plainPathError(err)
		}
		return nil
	case o.name == "" || o.name == "-":
		_, err := o.stdout.Write(o.buffer.Bytes())
		return err
	}
	return plainPathError(os.WriteFile(o.name, o.buffer.Bytes(), 0o644))
}

// commitAll makes several outputs appear, or none.
func commitAll(outputs ...*output) error {
	for _, o := range outputs {
		if err := o.prepare(); err != nil {
			for _, o := range outputs {
				o.discard()
			}
			return err
		}
	}
	for _, o := range outputs {
		if err := o.commit(); err != nil {
			return err
		}
	}
	return nil
}

// isTerminal reports that a person is looking.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}
