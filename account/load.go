package account

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prorata-go/prorata/invoice"
)

// Source is a file of events.
type Source struct {
	Name string                        // as errors name it
	Open func() (io.ReadCloser, error) // its lines: what is compressed, it decompresses
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

	// Allocate, if not nil, gives the memory that events are kept in, instead of make: size
	// bytes, which are 2 MiB or more, for as long as anybody uses them. It is called by one
	// goroutine at a time, also when events are added later. Memory in large pages saves a
	// good part of the time.
	Allocate func(size int) []byte
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
// waits for a file ends when that answers. Where something is wrong and it does not keep going, es
// is not to be billed: some of it is not there, and of an id with two contents, both may be.
func (es *Events) Load(ctx context.Context, files []Source, how Loading) (Loaded, error) {
	es.init()
	es.store.memory.allocate, es.entries = how.Allocate, nil
	if how.Workers <= 0 {
		how.Workers = runtime.GOMAXPROCS(0)
	}
	l := &loader{Loading: how, store: es.store, files: make([]loading, len(files))}
	l.full.Store(es.store.mayFill)
	l.failed.Store(math.MaxInt64)
	for i := range files {
		l.files[i].Source, l.files[i].number = &files[i], es.store.file(files[i].Name)
	}
	done := make(chan struct{})
	go func() {
		l.run(ctx)
		l.settle(ctx)
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

// loader is the reading of some files. Each worker reads a chunk, decodes it and adds what it
// holds to the store, so that the bytes stay with the core that fetched them.
type loader struct {
	Loading
	store  *store
	files  []loading
	next   atomic.Int64 // the next file that nobody reads yet
	failed atomic.Int64 // the first file that could not be opened, so that those after it need not be read

	full   atomic.Int64 // memory in use at which repeats are looked for
	adding sync.RWMutex // held by those who add to the store, and by who looks for repeats alone

	seen      seen
	ends      map[int]int     // by the number of a file that is given up: the last line that counts
	contested map[uint64]bool // hashes of ids that several events have
	repeats   []repeat        // that were dropped, when it keeps going
}

// loading is one of the files.
type loading struct {
	*Source
	number int // in the store

	reading sync.Mutex // of what follows
	opened  bool
	file    io.Closer
	chunks  *chunker // of the open file, else nil

	mu  sync.Mutex // of what follows
	bad []*Line
	err error
}

func (l *loader) run(ctx context.Context) {
	intakes := make([]*intake, l.Workers) // complete before the first worker begins
	for i := range intakes {
		intakes[i] = l.store.newIntake()
	}
	var working sync.WaitGroup
	seen := make([]seen, l.Workers)
	for i := range intakes {
		working.Go(func() {
			// Made here, so that no two workers write to neighbouring memory.
			w := worker{loader: l, intake: intakes[i], decoder: NewDecoder(l.Policy)}
			w.work(ctx)
			seen[i] = w.seen
		})
	}
	working.Wait()
	for i := range seen {
		l.seen.addAll(&seen[i])
	}
	for i := range l.files {
		l.files[i].close()
	}
}

// work reads files that nobody reads yet, and then helps with those that others read.
func (w *worker) work(ctx context.Context) {
	for n := w.next.Add(1) - 1; n < int64(len(w.files)); n = w.next.Add(1) - 1 {
		w.read(ctx, n)
	}
	for n := range int64(len(w.files)) {
		w.read(ctx, n)
	}
}

// read adds the events of a file, as many as others who do the same leave.
func (w *worker) read(ctx context.Context, n int64) {
	f := &w.files[n]
	for ctx.Err() == nil {
		c := w.chunk(n)
		if c == nil {
			return
		}
		w.add(ctx, c, f)
		c.release()
	}
}

// chunk reads the next chunk of a file, or returns nil when there is none any more.
func (l *loader) chunk(n int64) (c *chunk) {
	f := &l.files[n]
	f.reading.Lock()
	defer f.reading.Unlock()
	var err error
	if !f.opened && n < l.failed.Load() {
		if err = f.open(); err != nil {
			l.stopAfter(n)
		}
	}
	if f.chunks != nil && !l.givenUp(f) {
		c, err = f.chunks.next()
	}
	if err != nil && err != io.EOF {
		f.problem(err)
	}
	if c == nil || err != nil {
		f.close()
	}
	return c
}

// stopAfter leaves the files after one that cannot be opened to nobody. (After one that cannot be
// read on they are read, and left out in the end: whether it is the bad lines before that end it
// is not known yet.)
func (l *loader) stopAfter(n int64) {
	for was := l.failed.Load(); !l.KeepGoing && n < was && !l.failed.CompareAndSwap(was, n); was = l.failed.Load() {
	}
}

func (f *loading) open() error {
	f.opened = true
	r, err := f.Open()
	if err == nil {
		f.file, f.chunks = r, newChunker(r, f.Name)
	}
	return err
}

func (f *loading) close() {
	if f.chunks != nil {
		f.file.Close()
		f.chunks = nil
	}
}

func (l *loader) givenUp(f *loading) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err != nil || l.tooMany(len(f.bad))
}

// worker adds the events of chunks to the store.
type worker struct {
	*loader
	intake  *intake
	decoder *Decoder
	said    said
	seen    seen
}

func (w *worker) add(ctx context.Context, c *chunk, f *loading) {
	w.adding.RLock()
	n := int64(0)
	for line, at := range c.lines {
		if err := w.decoder.saidLine(line, at, &w.said); err != nil {
			f.problem(err)
			continue
		}
		n++
		w.said.file, w.said.line, w.said.column = f.number, at.Line, at.Column
		w.event(&w.said)
	}
	w.adding.RUnlock()
	if w.Events != nil {
		w.Events.Add(n)
	}
	if w.store.memory.used.Load() > w.full.Load() {
		w.dropRepeats(ctx)
	}
}

// event takes an event into the store, if it is to be kept.
func (w *worker) event(s *said) {
	if w.Only != nil && !w.Only(w.decoder.keep(s.account)) {
		w.seen.others.add(s.at)
		return
	}
	w.seen.add(s)
	w.intake.add(s)
}

// dropRepeats drops what is given again before all is read, if it takes much of the memory in
// use: a look at some partitions tells. That every event is one more is the rule, and costs a
// look each time that memory has doubled.
func (l *loader) dropRepeats(ctx context.Context) {
	l.adding.Lock()
	defer l.adding.Unlock()
	used := l.store.memory.used.Load()
	if used <= l.full.Load() {
		return
	}
	how := grouping{drops: true, keeps: l.KeepGoing}
	g := grouper{grouping: how, store: l.store}
	many := false
	for _, n := range l.store.probes() {
		events, dropped := g.group(n)
		many = many || dropped > events/8
	}
	l.repeats = append(l.repeats, g.repeats...)
	if many {
		_, repeats := l.store.group(ctx, l.Workers, how)
		l.repeats = append(l.repeats, repeats...)
	}
	l.full.Store(max(l.store.mayFill, 2*l.store.memory.used.Load()))
}

// problem notes a line that is wrong, or anything else that is, which ends the reading.
func (f *loading) problem(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if bad := (*Line)(nil); errors.As(err, &bad) {
		f.bad = append(f.bad, bad)
	} else if f.err == nil {
		f.err = err
	}
}

// settle groups what was read, and finds the ids that need a second look. Of a file that is
// given up, how much was read depends on the workers: what comes after the last problem that
// is told does not count.
func (l *loader) settle(ctx context.Context) {
	l.ends = map[int]int{}
	for i := range l.files {
		f := &l.files[i]
		slices.SortFunc(f.bad, byPlace)
		if l.tooMany(len(f.bad)) {
			l.ends[f.number] = f.bad[l.MaxProblems].Err.Line
			f.err = nil // if there is one, it comes after that
		}
	}
	found, repeats := l.store.settle(ctx, l.Workers, grouping{keeps: l.KeepGoing, ends: l.ends})
	l.contested, l.repeats = found, append(l.repeats, repeats...)
}

// loaded sums up what was wrong.
func (l *loader) loaded(es *Events) (all Loaded) {
	es.seen.addAll(&l.seen)
	disputed := l.conflicts(es)
	for i := range l.files {
		f := &l.files[i]
		bad := append(f.bad, disputed[f.number]...)
		delete(disputed, f.number) // a file that is named twice has them once
		slices.SortStableFunc(bad, byPlace)
		if l.tooMany(len(bad)) {
			bad = bad[:l.MaxProblems+1]
		}
		all.Bad = append(all.Bad, bad...)
		if f.err != nil {
			all.Failed = append(all.Failed, FileFailed{f.Name, f.err})
			if !l.KeepGoing {
				break
			}
		}
	}
	return all
}

func byPlace(a, b *Line) int {
	return cmp.Or(cmp.Compare(a.Err.Line, b.Err.Line), cmp.Compare(a.Err.Column, b.Err.Column))
}

// tooMany reports that a file with so many problems is given up.
func (l *loader) tooMany(problems int) bool {
	return !l.KeepGoing && l.MaxProblems > 0 && problems > l.MaxProblems
}
