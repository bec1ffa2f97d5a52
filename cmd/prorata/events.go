package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/source"
)

// reading is the events of several files, and what was wrong with them.
type reading struct {
	eventlog.Events
	bad   leftOut
	files []string // that have them, in their order
	some  bool     // there are parts of a partition, and not all of it
}

// leftOut are the lines that were left out.
type leftOut struct{ eventlog.Lines }

// all yields them.
func (l *leftOut) all(yield func(quarantined) bool) {
	for line := range l.All() {
		if !yield(quarantined{messages.WithID(line), line.Text}) {
			return
		}
	}
}

// quarantined is a line that was left out, with its text: as it stands in the file, or, where
// it is left out for an id with two contents, the event that was read, written anew.
type quarantined struct {
	err  *source.ParseError
	text []byte
}

// readEvents reads all files as one stream. Unless it is to keep going, problems are the
// error; a file that cannot be read to its end always is.
func readEvents(ctx context.Context, files []string, how eventlog.Loading, from infile.From, p *progress) (*reading, error) {
	r, failed, err := read(ctx, files, how, from, p)
	if err != nil {
		return nil, err
	}
	return r, r.problems(failed, how.KeepGoing)
}

// problems are what is wrong with what was read, beside the lines that are left out to keep going.
func (r *reading) problems(failed []eventlog.FileFailed, keepGoing bool) error {
	all := problems{list: messages.Problems(&r.bad.Lines, failed, keepGoing)}
	if !keepGoing {
		r.bad = leftOut{}
	}
	return all.err()
}

// read reads all that can be read, past files that cannot be read to their end when it is to
// keep going; these are in the list.
func read(ctx context.Context, files []string, how eventlog.Loading, from infile.From, p *progress) (r *reading, failed []eventlog.FileFailed, err error) {
	parts, err := openParts(files, how, p)
	if err != nil {
		return nil, nil, err
	}
	if parts != nil {
		defer parts.close()
		return parts.read(ctx, how)
	}
	if p != nil {
		from.Read = &p.read
	}
	sources := make([]eventlog.Source, len(files))
	for i, name := range files {
		sources[i] = eventlog.Source{Name: name, Open: func() (io.ReadCloser, error) { return from.Open(name, infile.Events) }}
	}
	r = &reading{files: files}
	loaded, err := r.Load(ctx, sources, how)
	return r.loaded(loaded, err)
}

// loaded is what was read, and what was wrong.
func (r *reading) loaded(found eventlog.Loaded, err error) (*reading, []eventlog.FileFailed, error) {
	if err != nil && !errors.As(err, new(*eventlog.LoadError)) {
		return nil, nil, err
	}
	r.bad = leftOut{found.Bad}
	return r, found.Failed, nil
}

// writeQuarantine writes the lines that were left out, one JSON object each. They may be millions, and
// do not wait in memory for what is written beside them.
func writeQuarantine(out *outfile.Output, bad iter.Seq[quarantined]) error {
	out.Hold()
	if err := outfile.Start(out); err != nil {
		return err
	}
	var b []byte
	for q := range bad {
		b = append(messages.AppendQuarantined(b[:0], q.err, q.text), '\n')
		if _, err := out.Write(b); err != nil {
			outfile.Discard(out)
			return err
		}
	}
	return nil
}

// chosen are the accounts named by --account, or all, in order. One of another shard is passed
// over: it is chosen there.
func (c *common) chosen(events *reading, only shard) ([]string, error) {
	accounts := events.Accounts()
	if len(c.accounts) == 0 {
		return accounts, nil
	}
	for _, name := range c.accounts {
		if _, found := slices.BinarySearch(accounts, name); !found && only.has(name) {
			return nil, fmt.Errorf("no events of the account %q%s, expected --account to name one that has some", names.Clip(name), names.Hint(name, accounts))
		}
	}
	return slices.DeleteFunc(accounts, func(name string) bool { return !slices.Contains(c.accounts, name) }), nil
}
