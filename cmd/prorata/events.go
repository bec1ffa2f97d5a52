package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// reading is the events of several files, and what was wrong with them.
type reading struct {
	account.Events
	keepGoing bool
	problems  problems
	bad       []quarantined
	conflicts map[string]bool            // ids with two contents
	repeats   map[string][]account.Event // by id, when it keeps going: events that say the same again
}

// quarantined is a line that was left out, with its text: as it stands in the file, or, where
// it is left out for an id with two contents, the event that was read, written anew.
type quarantined struct {
	err  *source.ParseError
	text []byte
}

func newReading(keepGoing bool) *reading {
	return &reading{keepGoing: keepGoing, problems: problems{limit: maxProblems}, conflicts: map[string]bool{},
		repeats: map[string][]account.Event{}}
}

// readEvents reads all files as one stream. Unless it is to keep going, problems are the
// error; a file that cannot be read to its end always is.
func readEvents(files []string, policy invoice.Policy, keepGoing bool, stdin io.Reader) (*reading, error) {
	r := newReading(keepGoing)
	for _, file := range files {
		if err := r.readFile(file, policy, stdin); err != nil {
			r.problems.list = append(r.problems.list, err)
			return r, r.problems.err()
		}
	}
	if keepGoing {
		r.dropConflicts()
		compare := inFileOrder(files)
		slices.SortStableFunc(r.bad, func(a, b quarantined) int { return compare(a.err.Place, b.err.Place) })
	}
	return r, r.problems.err()
}

// readOn reads all that can be read, past files that cannot be read to their end. What was
// wrong with these is in the list, each with its place as far as it has one.
func readOn(files []string, policy invoice.Policy, stdin io.Reader) (r *reading, unread []placed) {
	r = newReading(true)
	for _, file := range files {
		err := r.readFile(file, policy, stdin)
		if err == nil {
			continue
		}
		unread = append(unread, place(source.Place{File: file}, err))
	}
	r.dropConflicts()
	return r, unread
}

// readFile reads one file; its error is one that ends the reading.
func (r *reading) readFile(file string, policy invoice.Policy, stdin io.Reader) error {
	f, err := open(file, stdin)
	if err != nil {
		return err
	}
	defer f.Close()
	for e, err := range account.Read(f, file, policy) {
		if err == nil {
			err = r.add(e)
		}
		line := (*account.Line)(nil)
		switch {
		case err == nil:
		case !errors.As(err, &line):
			return err
		case r.keepGoing:
			r.bad = append(r.bad, quarantined{withID(line), line.Text})
		case !r.problems.add(file, withID(line)):
			return nil
		}
	}
	return nil
}

// withID is what is wrong with a line, with the id of its event where that can be told.
func withID(line *account.Line) *source.ParseError {
	if errors.As(line.Err, new(*account.ConflictError)) {
		return line.Err // says so itself
	}
	members, err := strictjson.Object("", line.Text)
	if err != nil {
		return line.Err
	}
	for _, m := range members {
		if m.Name != "id" {
			continue
		}
		if id, err := m.String(); err == nil && id != "" {
			return source.Errorf(line.Err.Place, "event %.80q: %w", id, line.Err.Err)
		}
	}
	return line.Err
}

// add adds an event. One whose id has other content elsewhere is a bad line.
func (r *reading) add(e account.Event) error {
	known := r.Len()
	err := r.Add(e)
	if err == nil && r.keepGoing && r.Len() == known {
		r.repeats[e.ID] = append(r.repeats[e.ID], e)
	}
	conflict, place := (*account.ConflictError)(nil), (*source.ParseError)(nil)
	if errors.As(err, &conflict) && errors.As(err, &place) {
		r.conflicts[conflict.ID] = true
		return &account.Line{Err: place, Text: e.AppendJSON(nil)}
	}
	return err
}

// dropConflicts leaves out the first event of each id with two contents too, and its repeats:
// which of them is right is not for the order of lines to say.
func (r *reading) dropConflicts() {
	for id := range r.conflicts {
		list := r.repeats[id]
		if first, ok := r.Remove(id); ok {
			list = append(list, first)
		}
		for _, e := range list {
			r.bad = append(r.bad, quarantined{
				source.Errorf(e.Place, "id %q is used again with different content, expected one event an id", id), e.AppendJSON(nil)})
		}
	}
}

// writeQuarantine writes the lines that were left out, one JSON object each: file, line,
// column, reason, and text, or base64 where the line is no UTF-8. The text is the line itself,
// but for ids with two contents the event as it was read, written anew.
func writeQuarantine(out *output, bad []quarantined) {
	var b []byte
	for _, q := range bad {
		b = appendPlace(append(b[:0], '{'), q.err.Place)
		b, _ = jsontext.AppendQuote(append(b, `,"reason":`...), q.err.Err.Error())
		if utf8.Valid(q.text) {
			b, _ = jsontext.AppendQuote(append(b, `,"text":`...), q.text)
		} else {
			b = append(b, `,"base64":"`...)
			b = append(base64.StdEncoding.AppendEncode(b, q.text), '"')
		}
		out.Write(append(b, "}\n"...))
	}
}

// appendPlace appends the members file, line and column.
func appendPlace(b []byte, at source.Place) []byte {
	b, _ = jsontext.AppendQuote(append(b, `"file":`...), at.File)
	b = strconv.AppendInt(append(b, `,"line":`...), int64(at.Line), 10)
	return strconv.AppendInt(append(b, `,"column":`...), int64(at.Column), 10)
}

// chosen are the accounts named by --account, or all, in order.
func (c *common) chosen(events *reading) ([]string, error) {
	accounts := events.Accounts()
	if len(c.accounts) == 0 {
		return accounts, nil
	}
	for _, name := range c.accounts {
		if _, found := slices.BinarySearch(accounts, name); !found {
			hint := ""
			if near, ok := names.Nearest(name, accounts); ok {
				hint = fmt.Sprintf(" (did you mean %q?)", near)
			}
			return nil, fmt.Errorf("no events of the account %q%s, expected --account to name one that has some", name, hint)
		}
	}
	return slices.DeleteFunc(accounts, func(name string) bool { return !slices.Contains(c.accounts, name) }), nil
}
