package account

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Source is a file of events.
type Source struct {
	Name string                        // as errors name it
	Open func() (io.ReadCloser, error) // its lines: what is compressed, it decompresses
	Size int64                         // in bytes, 0 where it is not known: how much memory is made ready
}

// Loading says how files are read.
type Loading struct {
	Policy  invoice.Policy // what amounts and plain dates mean, as for [NewDecoder]
	Workers int            // how many goroutines decode, 0 for one a core

	// Only says which accounts are kept, nil for all. Lines of the others are held to the same
	// rules, but for ids that are used twice.
	Only func(account string) bool

	// KeepGoing leaves out the lines that cannot be read, and every line of an id that is used
	// with different content: which of them is right is not for their order to say.
	KeepGoing bool

	// MaxProblems is how many bad lines of a file are found before it is given up, 0 for all;
	// nothing is given up when KeepGoing.
	MaxProblems int

	// Events, if not nil, counts the events as they are read.
	Events *atomic.Int64
}

// Loaded is what was wrong with the files.
type Loaded struct {
	Bad    []*Line      // in the order of the files and of their lines
	Failed []FileFailed // in the order of the files
}

// Err is everything that was wrong with the files, or nil: then every line of every file is in.
func (l *Loaded) Err() error {
	var all []error
	for _, line := range l.Bad {
		all = append(all, line)
	}
	for _, f := range l.Failed {
		all = append(all, f.Err)
	}
	return errors.Join(all...)
}

// FileFailed is a file that could not be read to its end.
type FileFailed struct {
	Name string
	Err  error
}

// Load reads the events of files into es, several at a time. What it finds does not depend on
// the number of workers, nor on which of them is faster. Lines that are wrong and files that
// cannot be read are no error of Load: they are in what it returns, and [Loaded.Err] says whether
// there are any. Its error is that of the context, and then es is not to be used; a goroutine that
// waits for a file ends when that answers.
func (es *Events) Load(ctx context.Context, files []Source, how Loading) (Loaded, error) {
	es.init()
	if how.Workers <= 0 {
		how.Workers = runtime.GOMAXPROCS(0)
	}
	l := &loader{Loading: how, store: es.store, files: make([]loading, len(files)), chunks: make(chan fileChunk, 2*how.Workers)}
	for i := range files {
		l.size += files[i].Size
		l.files[i].name, l.files[i].number = files[i].Name, es.store.file(files[i].Name)
	}
	done := make(chan struct{})
	go func() {
		l.run(ctx, files)
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return Loaded{}, err
	}
	return l.loaded(es), nil
}

// loader is the reading of some files: a goroutine for each of a few files cuts them into
// chunks, and the workers decode these and add what they hold to the store.
type loader struct {
	Loading
	store  *store
	files  []loading
	chunks chan fileChunk
	size   int64        // of all files
	sized  sync.Once    // room was made for it
	next   atomic.Int64 // the next file to be read
	failed atomic.Bool  // a file could not be read, so that those after it need not be

	mu        sync.Mutex // of what follows
	seen      seen
	conflicts map[string][]Event        // by id: all that differ from the one in the store
	repeats   map[string][]source.Place // by id, when it keeps going: of those that say the same
}

// loading is one of the files.
type loading struct {
	name   string
	number int // in the store

	mu  sync.Mutex
	bad []*Line
	n   int // of bad lines and conflicts
	err error
}

type fileChunk struct {
	*chunk
	*loading
}

func (l *loader) run(ctx context.Context, files []Source) {
	var readers, workers sync.WaitGroup
	for range min(l.Workers, len(files)) {
		readers.Go(func() {
			for i := l.next.Add(1) - 1; i < int64(len(files)) && !l.failed.Load() && ctx.Err() == nil; i = l.next.Add(1) - 1 {
				l.read(ctx, &files[i], &l.files[i])
			}
		})
	}
	for range l.Workers {
		workers.Go(func() {
			w := worker{loader: l, intake: intake{store: l.store}, decoder: NewDecoder(l.Policy)}
			w.decoder.pass = true
			for c := range l.chunks {
				if ctx.Err() == nil {
					w.add(c)
				}
				c.release()
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.seen.addAll(&w.seen)
		})
	}
	readers.Wait()
	close(l.chunks)
	workers.Wait()
}

// read cuts a file into chunks.
func (l *loader) read(ctx context.Context, file *Source, f *loading) {
	r, err := file.Open()
	if err == nil {
		defer r.Close()
		for in := newChunker(r, file.Name); err == nil && !l.givenUp(f); {
			var c *chunk
			c, err = in.next()
			l.sized.Do(func() { l.makeRoom(c) })
			select {
			case l.chunks <- fileChunk{c, f}:
			case <-ctx.Done():
				return
			}
		}
	}
	if err != nil && err != io.EOF {
		f.problem(err)
		l.failed.Store(!l.KeepGoing)
	}
}

// makeRoom expects all lines to be about as long as those of a chunk.
func (l *loader) makeRoom(c *chunk) {
	if lines := bytes.Count(c.text, []byte("\n")); lines > 0 && l.Only == nil {
		l.store.reserve(l.size / int64(len(c.text)) * int64(lines))
	}
}

func (l *loader) givenUp(f *loading) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil || !l.KeepGoing && l.MaxProblems > 0 && f.n > l.MaxProblems
}

// worker adds the events of chunks to the store.
type worker struct {
	*loader
	intake
	decoder *Decoder
	one     Event
	seen    seen
}

func (w *worker) add(c fileChunk) {
	n, e := int64(0), &w.one
	for line, at := range c.lines {
		if err := w.decoder.decodeLine(line, at, e); err != nil {
			c.problem(err)
			continue
		}
		n++
		w.event(e, c.number)
	}
	err := w.flush(func(first, e *Event) { w.again(first, e, c.loading) })
	if err != nil {
		c.problem(err)
	}
	if w.Events != nil {
		w.Events.Add(n)
	}
}

// event takes an event into the intake, if it is to be kept.
func (w *worker) event(e *Event, file int) {
	if w.Only != nil && !w.Only(e.Account) {
		w.seen.others = laterOf(w.seen.others, e.At)
		return
	}
	w.seen.add(e)
	w.intake.add(e, file)
}

// problem notes a line that is wrong, or anything else that is, which ends the reading.
func (f *loading) problem(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if bad := (*Line)(nil); errors.As(err, &bad) {
		f.bad = append(f.bad, bad)
		f.n++
	} else if f.err == nil {
		f.err = err
	}
}

// again notes an event whose id was used before. What is said twice in different words is a
// problem of the file of the later place, whichever was read first.
func (w *worker) again(first, e *Event, f *loading) {
	same := first.Same(e)
	if same && !w.KeepGoing {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if same {
		at := e.Place
		if w.above(at, first.Place) { // which it has replaced
			at = first.Place
		}
		if w.repeats == nil {
			w.repeats = map[string][]source.Place{}
		}
		w.repeats[strings.Clone(e.ID)] = append(w.repeats[e.ID], at)
		return
	}
	others := w.conflicts[e.ID]
	if !w.KeepGoing { // of those that say the same, the one that stands furthest up is enough
		if i := slices.IndexFunc(others, func(o Event) bool { return o.Same(e) }); i >= 0 {
			if w.above(e.Place, others[i].Place) {
				others[i] = *e
			}
			return
		}
	}
	if w.conflicts == nil {
		w.conflicts = map[string][]Event{}
	}
	w.conflicts[e.ID] = append(others, *e)
	if w.above(e.Place, first.Place) {
		f = w.named(first.Place.File)
	}
	if f != nil {
		f.mu.Lock()
		f.n++
		f.mu.Unlock()
	}
}

// named is the first of the files of that name, or nil.
func (l *loader) named(name string) *loading {
	for i := range l.files {
		if l.files[i].name == name {
			return &l.files[i]
		}
	}
	return nil
}

// loaded sums up what was wrong.
func (l *loader) loaded(es *Events) (all Loaded) {
	disputed := l.settle(es)
	ends := map[string]int{} // of the files that were given up: the last line that counts
	for i := range l.files {
		f := &l.files[i]
		bad := append(f.bad, disputed[f.number]...)
		delete(disputed, f.number) // a file that is named twice has them once
		slices.SortStableFunc(bad, func(a, b *Line) int {
			return cmp.Or(cmp.Compare(a.Err.Line, b.Err.Line), cmp.Compare(a.Err.Column, b.Err.Column))
		})
		bad = slices.DeleteFunc(bad, func(line *Line) bool { // how much was read after that depends on the workers
			conflict := (*ConflictError)(nil)
			end, found := 0, errors.As(line.Err, &conflict)
			if found {
				end, found = ends[conflict.First.File]
			}
			return found && conflict.First.File != f.name && conflict.First.Line > end
		})
		if !l.KeepGoing && l.MaxProblems > 0 && len(bad) > l.MaxProblems {
			bad = bad[:l.MaxProblems+1]
			ends[f.name] = bad[l.MaxProblems].Err.Line
		}
		all.Bad = append(all.Bad, bad...)
		if f.err != nil {
			all.Failed = append(all.Failed, FileFailed{f.name, f.err})
			if !l.KeepGoing {
				break
			}
		}
	}
	return all
}

// settle says what is wrong with the ids that are used with different content, by the number
// of the file, and takes their events out again when it is to keep going.
func (l *loader) settle(es *Events) map[int][]*Line {
	lines := map[int][]*Line{}
	wrong := func(e *Event, err *ConflictError) {
		n := l.store.file(e.Place.File)
		lines[n] = append(lines[n], &Line{Err: &source.ParseError{Place: e.Place, Err: err}, Text: e.AppendJSON(nil)})
	}
	for id, events := range l.conflicts {
		one := es.intake.find(id, l.KeepGoing)
		events = append(events, one)
		for _, one.Place = range l.repeats[id] {
			events = append(events, one)
		}
		slices.SortFunc(events, func(a, b Event) int {
			return cmp.Or(cmp.Compare(l.store.file(a.Place.File), l.store.file(b.Place.File)),
				cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
		})
		for i := range events {
			e := &events[i]
			switch {
			case !e.Same(&events[0]):
				wrong(e, &ConflictError{ID: id, First: events[0].Place, Second: e.Place})
			case l.KeepGoing:
				wrong(e, &ConflictError{ID: id, Second: e.Place})
			}
		}
	}
	if l.KeepGoing && len(l.conflicts) > 0 { // the latest event may be one of those taken out
		l.seen.kept = es.latestInstant()
	}
	es.seen.addAll(&l.seen)
	return lines
}
