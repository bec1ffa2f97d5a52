package eventlog

import (
	"context"
	"io"
	"math"
	"sync"
	"sync/atomic"

	"github.com/prorata-go/prorata/source"
)

// loader is the reading of some files. Each worker reads a chunk, decodes it and adds what it
// holds to the store, so that the bytes stay with the core that fetched them.
type loader struct {
	Loading
	store  *store
	files  []loading
	next   atomic.Int64 // the next file that nobody reads yet
	failed atomic.Int64 // the first file that could not be opened, so that those after it need not be read

	badSize atomic.Int64 // of the bad lines of all files

	full   atomic.Int64 // memory in use at which repeats are looked for
	adding sync.RWMutex // held by those who add to the store, and by who looks for repeats alone

	seen      seen
	maxBad    int64           // MaxBad, but for tests
	overflow  bool            // more than that are bad
	ends      map[int]int     // by the number of a part of a file that is given up: its last line that counts
	contested map[uint64]bool // hashes of ids that several events have
	repeats   []repeat        // that were dropped, when it keeps going

	conflicting [][]byte // conflicts found elsewhere, see Packed
}

// newLoader begins to load events.
func (es *Events) newLoader(how Loading) (*loader, error) {
	es.init()
	if err := es.setReadPolicy(how.Policy); err != nil {
		return nil, err
	}
	es.store.memory.allocate, es.entries = how.Allocate, nil
	how.Workers = workersOf(how.Workers)
	l := &loader{Loading: how, store: es.store, maxBad: es.store.maxBad, ends: map[int]int{}}
	l.full.Store(es.store.mayFill)
	l.failed.Store(math.MaxInt64)
	return l, nil
}

// loading is one of the files.
type loading struct {
	*Source
	number int // in the store: that of its first part

	reading sync.Mutex // of what follows
	opened  bool
	file    io.Closer
	chunks  *chunker // of the open file, else nil

	mu   sync.Mutex // of what follows
	bad  []*badLines
	n    int   // bad lines
	size int64 // what they count towards MaxBad
	err  error // that ends the reading

	badAt []int // the first bad lines of a file that was packed, whose texts may not be here
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
			w := worker{loader: l, intake: intakes[i], decoder: NewDecoder(l.Policy), number: i}
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
		f.fail(err)
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
	if f.Open == nil {
		return source.Errorf(source.Place{File: f.Name}, "the source has no Open, expected a function that opens it")
	}
	r, err := f.Open()
	if err == nil && r == nil {
		err = source.Errorf(source.Place{File: f.Name}, "its Open returned nil, expected a reader or an error")
	}
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
	given := f.err != nil || l.tooMany(f.n)
	f.mu.Unlock()
	return given || l.badSize.Load() > l.maxBad && l.badUpTo(f) > l.maxBad
}

// badUpTo is the size of the bad lines of the files up to one, as far as they are read.
func (l *loader) badUpTo(f *loading) (size int64) {
	for i := range l.files {
		o := &l.files[i]
		o.mu.Lock()
		size += o.size
		o.mu.Unlock()
		if o == f {
			break
		}
	}
	return size
}

// worker adds the events of chunks to the store.
type worker struct {
	*loader
	intake  *intake
	decoder *Decoder
	raw     rawEvent
	seen    seen
	number  int
}

func (w *worker) add(ctx context.Context, c *chunk, f *loading) {
	w.adding.RLock()
	n := int64(0)
	var bad *badLines
	found, size := 0, int64(0) // of them
	for line, number := range c.lines {
		if w.decoder.decodeRaw(line, source.Place{}, &w.raw) != nil {
			if bad == nil {
				bad = f.badOf(w.number)
			}
			size += bad.add(line, number)
			if found++; w.tooMany(found) {
				break // what follows does not count
			}
			continue
		}
		n++
		w.raw.file, w.raw.line, w.raw.column = f.number, number, 1
		w.event(&w.raw)
	}
	w.adding.RUnlock()
	if found > 0 {
		w.foundBad(f, found, size)
	}
	if w.Events != nil {
		w.Events.Add(n)
	}
	if w.store.memory.used.Load() > w.full.Load() {
		w.dropRepeats(ctx)
	}
}

// event takes an event into the store, if it is to be kept.
func (w *worker) event(s *rawEvent) {
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

// badOf are the bad lines that a worker found.
func (f *loading) badOf(worker int) *badLines {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.bad {
		if l.worker == worker {
			return l
		}
	}
	f.bad = append(f.bad, &badLines{worker: worker})
	return f.bad[len(f.bad)-1]
}

// foundBad counts bad lines.
func (l *loader) foundBad(f *loading, n int, size int64) {
	f.mu.Lock()
	f.n, f.size = f.n+n, f.size+size
	f.mu.Unlock()
	l.badSize.Add(size)
}

// fail notes what ends the reading.
func (f *loading) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// settle groups what was read, and finds the ids that need a second look. Of a file that is
// given up, how much was read depends on the workers: what comes after the last problem that
// is told does not count.
func (l *loader) settle(ctx context.Context) {
	room := l.maxBad
	for i := range l.files {
		f := &l.files[i]
		if l.tooMany(f.n) {
			f.n = l.MaxProblems + 1
			l.endAfter(f, newBadReader(f.bad).nth(l.MaxProblems))
			f.err = nil // if there is one, it comes after that
		}
		if room >= 0 {
			room = f.cutBad(room)
			l.overflow = room < 0
		} else { // read by chance
			f.bad, f.n, f.err = nil, 0, nil
		}
	}
	found, repeats := l.store.settle(ctx, l.Workers, grouping{keeps: l.KeepGoing, ends: l.ends})
	l.contested, l.repeats = found, append(l.repeats, repeats...)
}

// endAfter ends a file that is given up after a line.
func (l *loader) endAfter(f *loading, line int) {
	parts := l.store.fileParts()
	for n := f.number; n < len(parts) && parts[n].file == f.number; n++ {
		l.ends[n] = line - parts[n].before
	}
}

// cutBad leaves the bad lines for which there is room, and returns how much room is left: less than none where the file is
// given up for it.
func (f *loading) cutBad(room int64) int64 {
	r := newBadReader(f.bad)
	for n := range f.n {
		line := r.next()
		if room -= badSize(line.text); room < 0 {
			f.n = n
			f.err = source.Errorf(source.Place{File: f.Name, Line: line.line, Column: 1},
				"up to here, more than %d MiB of lines are no events, expected files of events", MaxBad>>20)
			break
		}
		r.step()
	}
	return room
}

// loaded sums up what was wrong. It is an error where it is more than lines that were left out, and kept in es where that may not be billed.
func (l *loader) loaded(es *Events) (all Loaded, err error) {
	es.seen.addAll(&l.seen)
	again := l.conflicts(es)
	all.Bad = Lines{policy: l.Policy, parts: l.store.fileParts()}
	for i := range l.files {
		f := &l.files[i]
		bad := fileLines{name: f.Name, bad: f.bad, reused: again.files[f.number]}
		delete(again.files, f.number) // a file that is named twice has them once
		if bad.n = f.n + len(bad.reused); l.tooMany(bad.n) {
			bad.n = l.MaxProblems + 1
		}
		if bad.n > 0 {
			all.Bad.files, all.Bad.n = append(all.Bad.files, bad), all.Bad.n+bad.n
		}
		if f.err != nil {
			all.Failed = append(all.Failed, FileFailed{f.Name, f.err})
			if !l.KeepGoing {
				break
			}
		}
	}
	if again.overflow != nil {
		all.Failed = append(all.Failed, *again.overflow)
	}
	usable := !l.overflow && again.overflow == nil && (l.KeepGoing || all.Bad.n == 0 && len(all.Failed) == 0)
	if usable && len(all.Failed) == 0 {
		return all, nil
	}
	err = &LoadError{all}
	if !usable {
		es.failed = err
	}
	return all, err
}

// tooMany reports that a file with so many problems is given up.
func (l *loader) tooMany(problems int) bool {
	return !l.KeepGoing && l.MaxProblems > 0 && problems > l.MaxProblems
}
