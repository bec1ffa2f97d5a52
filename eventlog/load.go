package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"

	"github.com/prorata-go/prorata/invoice"
)

// MaxWorkers is how many goroutines read or bill at a time, whatever the number that is asked for.
const MaxWorkers = 1024

func workersOf(n int) int {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, MaxWorkers)
}

// Source is a file of events.
type Source struct {
	Name string                        // as errors name it
	Open func() (io.ReadCloser, error) // its lines: what is compressed, it decompresses
}

// Loading says how files are read.
type Loading struct {
	Policy  invoice.Policy // what amounts and plain dates mean, as for [NewDecoder]
	Workers int            // how many goroutines decode, at most [MaxWorkers]; 0 for one a core

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
	Bad    Lines        // the lines that are left out
	Failed []FileFailed // in the order of the files
}

// FileFailed is a file that could not be read to its end.
type FileFailed struct {
	Name string
	Err  error
}

// LoadError says that files were not read as they should be. It wraps what was wrong with the files that could not be
// read to their end, and with the first of the lines.
type LoadError struct{ Loaded }

// maxWrapped is how many lines a LoadError wraps and names.
const maxWrapped = 10

func (e *LoadError) Error() string {
	if err := errors.Join(e.problems(true)...); err != nil {
		return err.Error()
	}
	return "load: nothing is wrong"
}

// Unwrap is the errors of the files that failed, and of the first ten lines.
func (e *LoadError) Unwrap() []error { return e.problems(false) }

func (e *LoadError) problems(all bool) (list []error) {
	for line := range e.Bad.All() {
		if len(list) == maxWrapped {
			break
		}
		list = append(list, line)
	}
	if more := e.Bad.Len() - len(list); all && more > 0 {
		list = append(list, fmt.Errorf("and %d more lines", more))
	}
	for _, f := range e.Failed {
		list = append(list, f.Err)
	}
	return list
}

// Load reads the events of files into es, several at a time. What it finds does not depend on
// the number of workers, nor on which of them is faster.
//
// Its error is a [*LoadError] where a line is wrong and it is not to keep going, where a file cannot be read to its end, and
// where there are more bad lines than [MaxBad]; what it returns beside it says the same. With no error, every line of
// every file is in, but for those in what it returns: lines that are left out to keep going. After an error es is not to be
// billed, since some of it is not there, and of an id with two contents both may be: it refuses. Only where it is to keep
// going, and there is a file that cannot be read to its end, it has all that could be read, and may be.
//
// When the context is done, its error is the context's; a goroutine that waits for a file ends when that answers.
func (es *Events) Load(ctx context.Context, files []Source, how Loading) (Loaded, error) {
	l, err := es.newLoader(how)
	if err != nil {
		return Loaded{}, fmt.Errorf("load: %w", err)
	}
	l.files = make([]loading, len(files))
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
		*es = Events{failed: err} // and the store is whose who still reads
		return Loaded{}, err
	}
	return l.loaded(es)
}
