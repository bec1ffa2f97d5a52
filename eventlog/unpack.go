package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Part is a file that was packed, or some of its lines.
type Part struct {
	File      string // its name, as errors name it
	Continues bool   // it begins where the part before it ends, in the same file
}

// Block is a block that a [Packing] made.
type Block struct {
	Events []byte
	First  int // the part of [Packed] that is number 0 to it
}

// Packed is what packings made of files, for [Events.Unpack]. The zero Packed is of no files.
type Packed struct {
	Parts []Part  // those of a file one after the other, in their order
	Scans []*Scan // one a part, or nil; they are looked at once Next has returned [io.EOF]

	// Next returns the blocks in any order, and then io.EOF. Several goroutines call it at once. Nil is no blocks.
	Next func() (Block, error)

	// Done, if not nil, takes each block back once its events are loaded, for its memory to be used again.
	Done func(Block)

	// Others, if not nil, has the dates of events of accounts that are not in the blocks, for [Events.Span]; it is looked at
	// once Next has returned [io.EOF].
	Others *Dates

	// Without, if not nil, says which ids are left out, as if they were not there.
	Without func(id []byte) bool

	// Conflicts are the conflicts of events that are not in the blocks, as [Lines.AppendConflicts] wrote them; for those the
	// numbers of the parts are the same.
	Conflicts [][]byte
}

// ErrBlock is the error of a block that no [Packing] made, or that was damaged since.
var ErrBlock = errors.New("a block of events is damaged, expected what was packed")

// Unpack loads what was packed, and finds what [Events.Load] finds in the files themselves: the events, and what is wrong
// with the lines and the ids. It sees the bad lines that the scans have, see [Scan.AddBadLines], and what that many of them
// mean for the rest of a file even where they have only their numbers. There is more that can be wrong: its error is that of
// Next, or [ErrBlock].
func (es *Events) Unpack(ctx context.Context, from Packed, how Loading) (Loaded, error) {
	l, err := es.newLoader(how)
	if err != nil {
		return Loaded{}, fmt.Errorf("unpack: %w", err)
	}
	if len(from.Scans) != len(from.Parts) {
		return Loaded{}, fmt.Errorf("unpack: %d scans of %d parts, expected one of each", len(from.Scans), len(from.Parts))
	}
	for _, b := range from.Conflicts {
		if !areConflicts(b, len(from.Parts)) {
			return Loaded{}, fmt.Errorf("unpack: %w", ErrBlock)
		}
	}
	l.conflicting = from.Conflicts
	u := &unpacker{loader: l, Packed: from, first: es.store.addParts(from.Parts)}
	if err := u.run(ctx); err != nil {
		*es = Events{failed: err}
		return Loaded{}, err
	}
	u.count()
	l.settle(ctx)
	if err := ctx.Err(); err != nil {
		*es = Events{failed: err}
		return Loaded{}, err
	}
	return l.loaded(es)
}

// addParts numbers parts of files, and returns the number of the first of them.
func (s *store) addParts(parts []Part) (first int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = len(s.files)
	for i, p := range parts {
		n := first + i
		part := filePart{name: p.File, file: n}
		if i > 0 && p.Continues {
			part.file = s.files[n-1].file
		} else {
			s.number[p.File] = n
		}
		s.files = append(s.files, part)
	}
	return first
}

// unpacker takes blocks into the store.
type unpacker struct {
	*loader
	Packed
	first int // the number of the first part in the store
}

func (u *unpacker) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	intakes := make([]*intake, u.Workers) // complete before the first worker begins
	for i := range intakes {
		intakes[i] = u.store.newIntake()
	}
	found := make([]seen, u.Workers)
	var working sync.WaitGroup
	for i := range intakes {
		working.Go(func() {
			w := unpackWorker{unpacker: u, intake: intakes[i]}
			if err := w.work(ctx); err != nil {
				stop(err)
			}
			found[i] = w.seen
		})
	}
	working.Wait()
	for i := range found {
		u.seen.addAll(&found[i])
	}
	return context.Cause(ctx)
}

// unpackWorker takes the records of one block after the other into the store.
type unpackWorker struct {
	*unpacker
	intake *intake
	raw    rawEvent
	seen   seen
	name   []byte // the account before, and
	kept   bool   // whether it is to be kept
}

func (w *unpackWorker) work(ctx context.Context) error {
	for w.Next != nil && ctx.Err() == nil {
		b, err := w.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if b.First < 0 || b.First > len(w.Parts) {
			return ErrBlock
		}
		if err := w.add(b); err != nil {
			return err
		}
		if w.Done != nil {
			w.Done(b)
		}
		if w.store.memory.used.Load() > w.full.Load() {
			w.dropRepeats(ctx)
		}
	}
	return nil
}

func (w *unpackWorker) add(b Block) error {
	w.adding.RLock()
	defer w.adding.RUnlock()
	n := int64(0)
	for r := (strict{bytes: b.Events}); r.more(); {
		entry := r.entry(&w.raw, len(w.Parts)-b.First)
		if r.damaged {
			return ErrBlock
		}
		n++
		if w.Without != nil && w.Without(w.raw.id) {
			continue
		}
		if w.Only != nil && !w.only() {
			w.seen.others.add(w.raw.at)
			continue
		}
		w.seen.add(&w.raw)
		if moved := w.first - 1 + b.First; moved == 0 {
			w.intake.copy(w.raw.account, entry)
		} else {
			w.raw.file += moved
			w.intake.add(&w.raw)
		}
	}
	if w.Events != nil {
		w.Events.Add(n)
	}
	return nil
}

// only reports whether the events of the account at hand are to be kept.
func (w *unpackWorker) only() bool {
	if string(w.raw.account) != string(w.name) || len(w.name) == 0 {
		w.name = append(w.name[:0], w.raw.account...)
		w.kept = w.Only(string(w.name))
	}
	return w.kept
}

// copy adds an entry that there is already.
func (in *intake) copy(account, entry []byte) {
	p := in.of(account)
	p.last = append(p.room(len(entry), &in.store.memory), entry...)
}

// count counts the lines of the parts, and sets what was wrong with each file.
func (u *unpacker) count() {
	var f *loading
	for i, scan := range u.Scans {
		n := u.first + i
		part := &u.store.files[n]
		if scan == nil {
			scan = &Scan{}
		}
		if part.file == n {
			u.files = append(u.files, loading{Source: &Source{Name: part.name}, number: n})
			f = &u.files[len(u.files)-1]
			part.before = 0
		}
		switch {
		case f.err != nil: // what comes after it was not to be read
			u.ends[n] = 0
			continue
		case i+1 < len(u.Parts) && u.store.files[n+1].file == part.file:
			u.store.files[n+1].before = part.before + scan.Lines
		}
		u.bad(f, scan, part.before)
		if scan.failure != nil {
			f.err = scan.failure.error(part.name, part.before)
		}
	}
	if u.Others != nil {
		u.seen.others.AddAll(u.Others)
	}
	for i := range u.files {
		if f := &u.files[i]; u.tooMany(len(f.badAt)) {
			u.endAfter(f, f.badAt[u.MaxProblems])
			f.err = nil // which comes after that
		}
	}
}

// bad adds the bad lines of a part to those of its file.
func (u *unpacker) bad(f *loading, scan *Scan, before int) {
	for _, line := range scan.badAt {
		f.badAt = append(f.badAt, before+line)
	}
	if len(scan.bad.pieces) == 0 {
		return
	}
	f.bad = append(f.bad, &badLines{pieces: scan.bad.pieces, before: before})
	f.n, f.size = f.n+scan.badN, f.size+scan.badSize
}
