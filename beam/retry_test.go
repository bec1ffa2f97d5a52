package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/stretchr/testify/require"
)

// trial runs the steps of a job one after the other, as a runner does that loses a worker: at the n-th element, what was
// done of it is lost at one of its outputs or at its end, and it is tried again. Or the command ends the run there, and the
// workers do not know.
type trial struct {
	t        *testing.T
	job      *job
	fails    int // the element that is lost, counted from 0
	at       int // the output at which it is lost; -1 at its end
	ends     bool
	elements int // so far
	lost     bool
}

// collected are elements by key.
type collected map[int][][]byte

func (c collected) emit(key int, element []byte) { c[key] = append(c[key], element) }

var errLost = errors.New("the worker is lost")

// element is a step for one element, whose outputs go to some collections.
func (r *trial) element(outputs []collected, process func(outputs []emit) error) {
	fails := r.elements == r.fails
	r.elements++
	if fails {
		_ = r.try(r.at, outputs, process)
	}
	if !r.ends || !r.lost {
		require.NoError(r.t, r.try(-2, outputs, process))
	} else if !fails {
		_ = r.try(-2, outputs, process)
	}
}

// try processes an element. Its outputs count once it is done.
func (r *trial) try(fails int, outputs []collected, process func(outputs []emit) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errLost
		}
	}()
	emits, own, n := make([]emit, len(outputs)), make([]collected, len(outputs)), 0
	for i := range outputs {
		own[i] = collected{}
		emits[i] = func(key int, element []byte) {
			if n == fails {
				r.lose()
			}
			n++
			own[i].emit(key, element)
		}
	}
	if err := process(emits); err != nil {
		return err
	}
	if fails >= -1 && !r.lost {
		r.lose()
	}
	for i := range outputs {
		for key, list := range own[i] {
			outputs[i][key] = append(outputs[i][key], list...)
		}
	}
	return nil
}

// lose loses the element, or ends the run.
func (r *trial) lose() {
	r.lost = true
	if !r.ends {
		panic(errLost)
	}
	_, _ = r.job.end(r.t.Context())
}

// keyed is a step for each key.
func (r *trial) keyed(in collected, outputs []collected, process func(key int, elements iter, outputs []emit) error) {
	var keys []int
	for key := range in {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		r.element(outputs, func(outputs []emit) error {
			rest := in[key]
			return process(key, func(to *[]byte) bool {
				if len(rest) == 0 {
					return false
				}
				*to, rest = bytes.Clone(rest[0]), rest[1:]
				return true
			}, outputs)
		})
	}
}

func (r *trial) run(ctx context.Context) {
	j := r.job
	require.NoError(r.t, j.start(ctx))
	r.steps(ctx)
}

func (r *trial) steps(ctx context.Context) {
	j := r.job
	blocks, ids, told := collected{}, collected{}, collected{}
	for n := range j.Ranges {
		// One goroutine decodes such a range, so that a panic is that of the step.
		r.element([]collected{blocks, ids, told}, func(out []emit) error { return (&readFn{j}).ProcessElement(ctx, n, out[0], out[1], out[2]) })
	}
	if j.Shards > 1 {
		shared, again, dates := collected{}, collected{}, collected{}
		r.keyed(ids, []collected{shared}, func(key int, in iter, out []emit) error { return (&checkIDsFn{j}).ProcessElement(key, in, out[0]) })
		r.keyed(shared, []collected{again}, func(key int, in iter, out []emit) error {
			return (&rereadFn{j}).ProcessElement(ctx, key, in, out[0])
		})
		all := collected{0: slices.Concat(told[0], again[0])}
		r.keyed(all, []collected{blocks, told}, func(key int, in iter, out []emit) error {
			return (&contestFn{j}).ProcessElement(ctx, key, in, out[0], out[1])
		})
		if j.KeepGoing {
			r.keyed(blocks, []collected{dates}, func(key int, in iter, out []emit) error {
				return (&datesFn{j}).ProcessElement(ctx, key, in, out[0])
			})
			r.keyed(dates, []collected{blocks}, func(key int, in iter, out []emit) error { return (&spreadFn{j}).ProcessElement(key, in, out[0]) })
		}
	}
	r.keyed(blocks, []collected{told}, func(key int, in iter, out []emit) error { return (&billFn{j}).ProcessElement(ctx, key, in, out[0]) })
	r.keyed(told, nil, func(key int, in iter, _ []emit) error { return (&finishFn{j}).ProcessElement(ctx, key, in) })
}

// smallEvents are a file of events, and one in which lines are none and two ids are used twice.
func smallEvents(t *testing.T) (good, bad string) {
	from := t.TempDir()
	var lines []string
	for i := range 12 {
		name := string(rune('a' + i%4))
		lines = append(lines, fmt.Sprintf(`{"id":"c%[1]d","type":"account.created","account":%[2]q,"at":"2026-01-0%[3]d","package":"Gold"}`, i, name+strconv.Itoa(i/4), 1+i%9),
			fmt.Sprintf(`{"id":"u%[1]d","type":"usage.recorded","account":%[2]q,"at":"2026-02-1%[3]d","credits":5}`, i%10, name+strconv.Itoa(i/4), i%9))
	}
	good, bad = filepath.Join(from, "good.jsonl"), filepath.Join(from, "bad.jsonl")
	require.NoError(t, os.WriteFile(good, []byte(strings.ReplaceAll(strings.Join(lines[:18], "\n"), "u", "u")), 0o644))
	require.NoError(t, os.WriteFile(bad, []byte(strings.Join(lines, "\noops\n")), 0o644))
	return good, bad
}

// Whichever element a runner loses and tries again, and wherever, the outputs are right, and nothing else is left.
func TestTriedAgain(t *testing.T) {
	dir := t.TempDir()
	good, bad := smallEvents(t)
	for _, c := range [][]string{
		{"--events", good, "--shards", "1"},
		{"--events", good, "--shards", "3"},
		{"--events", good, "--shards", "2", "--separate"},
		{"--events", bad, "--shards", "3"},
		{"--events", bad, "--shards", "3", "--quarantine", "DIR/quarantine", "--anomalies", "DIR/anomalies"},
	} {
		flags := append([]string{"--packages", demoPackages, "--range-bytes", "900"}, c...)
		want := tried(t, dir, flags, &trial{t: t, fails: -1})
		require.NotEmpty(t, want.messages+want.invoices)
		for n, more := 0, true; more; n++ {
			for at := -1; at < 4; at++ {
				r := &trial{t: t, fails: n, at: at}
				require.Equal(t, want, tried(t, dir, flags, r), "element %d is lost at %d of %s", n, at, c)
				more = r.elements > n+1
				if !r.lost && at >= 0 {
					break // it has no more outputs
				}
			}
		}
	}
}

// tried is the outcome of a run.
func tried(t *testing.T, dir string, args []string, r *trial) (got outcome) {
	o := &options{}
	require.NoError(t, o.flags().Parse(inFolder(dir, append([]string{"--output", "DIR/invoices"}, args...))))
	j, err := o.job(t.Context(), nil)
	require.NoError(t, err)
	r.job = j
	r.run(t.Context())
	text, err := os.ReadFile(j.told())
	require.NoError(t, err)
	got.messages = string(text)
	if o.separate {
		for shard := range j.Shards {
			name := shardName(j.Output, shard, j.Shards)
			part, err := os.ReadFile(name)
			require.NoError(t, err)
			got.invoices += string(part)
			require.NoError(t, os.Remove(name))
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*unfinished*"))
	require.NoError(t, err)
	require.Equal(t, []string{j.told()}, left, "of steps that were lost, too")
	// A worker that comes back when all is done changes nothing.
	require.NoError(t, (&finishFn{j}).ProcessElement(t.Context(), 0, func(*[]byte) bool { return false }))
	_, err = j.end(t.Context())
	require.NoError(t, err)
	got.written(t, dir)
	return got
}

// Wherever the command ends a run, whose workers go on and try again, nothing is left and nothing appears any more.
func TestEnded(t *testing.T) {
	dir := t.TempDir()
	_, events := smallEvents(t)
	for n, more := 0, true; more; n++ {
		for at := -1; at < 4; at++ {
			o := &options{}
			require.NoError(t, o.flags().Parse(inFolder(dir, []string{"--packages", demoPackages, "--events", events, "--range-bytes", "900", "--shards", "3",
				"--output", "DIR/invoices", "--quarantine", "DIR/quarantine", "--anomalies", "DIR/anomalies"})))
			j, err := o.job(t.Context(), nil)
			require.NoError(t, err)
			r := &trial{t: t, job: j, fails: n, at: at, ends: true}
			r.run(t.Context())
			require.True(t, r.lost)
			more = r.elements > n+1
			r.steps(t.Context())
			got := outcome{}
			got.written(t, dir)
			if more {
				require.Empty(t, got, "the run has ended at %d of element %d", at, n)
			} else {
				require.NotEmpty(t, got.invoices, "it was done")
			}
		}
	}
}

// The command waits for what this process is writing when it ends a run.
func TestEndedWhileWriting(t *testing.T) {
	for _, output := range []string{filepath.Join(t.TempDir(), "invoices"), "memfs://ended/invoices"} {
		ctx := t.Context()
		j := &job{Run: "unfinished-x", Output: output}
		require.NoError(t, j.start(ctx))
		begun, slow, wrote, ended := make(chan bool), make(chan bool), make(chan error, 1), make(chan error, 1)
		go func() {
			wrote <- j.write(ctx, j.unfinished("shard-0"), func(w io.Writer) error {
				close(begun)
				<-slow
				_, err := w.Write([]byte("{}\n"))
				return err
			})
		}()
		<-begun
		go func() {
			_, err := j.end(ctx)
			ended <- err
		}()
		require.Eventually(t, func() bool { return !exists(ctx, j.running()) }, 10*time.Second, time.Millisecond)
		require.Empty(t, ended)
		close(slow)
		require.ErrorIs(t, <-wrote, errEnded)
		require.Error(t, <-ended, "nothing is told")
		require.ErrorIs(t, j.write(ctx, j.unfinished("shard-1"), func(io.Writer) error { return nil }), errEnded)
		fs, err := filesystem.New(ctx, output)
		require.NoError(t, err)
		left, err := fs.List(ctx, output+"*")
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// The last step, lost after its outputs have appeared and before it could tell so, makes the same outputs again; and one that
// cannot write leaves none.
func TestFinishedAgain(t *testing.T) {
	dir := t.TempDir()
	for _, shards := range []string{"1", "3"} {
		o := &options{}
		require.NoError(t, o.flags().Parse([]string{"--packages", demoPackages, "--events", demoEvents, "--output", filepath.Join(dir, "x"), "--shards", shards}))
		j, err := o.job(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, j.start(t.Context()))
		told := collected{}
		r := &trial{t: t, job: j, fails: -1}
		blocks, ids := collected{}, collected{}
		for n := range j.Ranges {
			r.element([]collected{blocks, ids, told}, func(out []emit) error { return (&readFn{j}).ProcessElement(t.Context(), n, out[0], out[1], out[2]) })
		}
		r.keyed(blocks, []collected{told}, func(key int, in iter, out []emit) error {
			return (&billFn{j}).ProcessElement(t.Context(), key, in, out[0])
		})
		finish := func(f *finishFn) (err error) {
			rest := told[0]
			return f.ProcessElement(t.Context(), 0, func(to *[]byte) bool {
				if len(rest) == 0 {
					return false
				}
				*to, rest = rest[0], rest[1:]
				return true
			})
		}
		other := *j
		other.Output = filepath.Join(dir, "folder")
		require.NoError(t, os.MkdirAll(filepath.Join(other.Output, "full"), 0o755))
		require.NoError(t, other.start(t.Context()))
		require.Error(t, finish(&finishFn{&other}), "a folder is in the way")

		f := &finishFn{j}
		if shards == "1" { // its file is renamed, and not there any more
			require.NoError(t, os.Rename(resultOf(t, told).File, j.Output))
		}
		require.NoError(t, finish(f))
		got, err := os.ReadFile(j.Output)
		require.NoError(t, err)
		require.Equal(t, 193, strings.Count(string(got), "\n"))
		_, _ = j.end(t.Context())
		_, _ = other.end(t.Context())
		require.NoError(t, os.Remove(j.Output))
		require.NoError(t, os.RemoveAll(other.Output))
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func resultOf(t *testing.T, told collected) result {
	j := &job{Ranges: make([]lineRange, 1), Files: []string{"x"}}
	rest := told[0]
	g, err := j.gather(func(to *[]byte) bool {
		if len(rest) == 0 {
			return false
		}
		*to, rest = rest[0], rest[1:]
		return true
	})
	require.NoError(t, err)
	require.Len(t, g.results, 1)
	return g.results[0]
}
