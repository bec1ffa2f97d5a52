package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/messages"
)

// finishFn ends a run: it sees all there is to say, makes outputs of the unfinished files or deletes them, and writes what
// is to be printed and the exit status, which the program that started the run reads.
//
// It may be tried again at any point, also by another worker: the outputs are the same each time, and the files that they
// are made of are deleted only once it is told that all is done, with those of steps that were tried and lost.
type finishFn struct{ Job *job }

func (fn *finishFn) ProcessElement(ctx context.Context, _ int, elements iter) error {
	j := fn.Job
	if !exists(ctx, j.told()) { // or this was done, and files may be gone
		if err := j.finish(ctx, elements); err != nil {
			return err
		}
	}
	remove(ctx, j.running())
	j.removeUnfinished(ctx, j.told())
	return nil
}

// finish makes the outputs, and tells.
func (j *job) finish(ctx context.Context, elements iter) error {
	g, err := j.gather(elements)
	if err != nil {
		return err
	}
	_, found, err := g.unpack(ctx)
	if err != nil {
		return err
	}
	f := &finish{job: j, ctx: ctx, found: found, results: g.results}
	status, err := f.run()
	if err != nil {
		return err
	}
	text := strconv.Itoa(status) + "\n" + f.messages.String()
	name := j.unfinished("told")
	if err := j.write(ctx, name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		return err
	}
	f.ready = append(f.ready, [2]string{name, j.told()})
	return j.whileRunning(ctx, f.rename)
}

// told is where it stands what is to be printed.
func (j *job) told() string { return j.prefix() + "told" }

// finish is the last step of a run.
type finish struct {
	job      *job
	ctx      context.Context
	found    eventlog.Loaded
	results  []result
	messages bytes.Buffer // on standard error
	ready    [][2]string  // unfinished files, and what they are to be called
}

// run returns the exit status.
func (f *finish) run() (int, error) {
	j := f.job
	if list := messages.Problems(&f.found.Bad, f.found.Failed, j.KeepGoing); len(list) > 0 {
		for _, err := range list {
			messages.PrintError(&f.messages, err)
		}
		return exitFailed, nil
	}
	slices.SortStableFunc(f.results, func(a, b result) int { return cmp.Compare(a.Shard, b.Shard) })
	if failed := f.firstFailed(); failed != nil {
		f.messages.WriteString(failed.Problem)
		return exitFailed, nil
	}
	all, err := f.sum()
	if err != nil {
		return 0, err
	}
	if err := f.outputs(all); err != nil {
		return 0, err
	}
	if all.invoices == 0 {
		messages.PrintLine(&f.messages, "prorata: "+messages.NoInvoices(all.accounts, all.span))
	}
	findings := messages.Findings{Bad: &f.found.Bad, Quarantine: j.Quarantine, Anomalies: all.anomalies, Dates: all.dates}
	if findings.Print(&f.messages) {
		return exitFindings, nil
	}
	return exitDone, nil
}

// firstFailed is the result with the first account whose bill failed, or nil.
func (f *finish) firstFailed() (failed *result) {
	for i := range f.results {
		if r := &f.results[i]; r.Problem != "" && (failed == nil || r.Failed < failed.Failed) {
			failed = r
		}
	}
	return failed
}

// summed is what came of all shards.
type summed struct {
	invoices, accounts int
	span               cycle.Period
	anomalies          []account.Anomaly
	dates              messages.FarDates
}

func (f *finish) sum() (all summed, err error) {
	j := f.job
	var dates messages.FarEvents
	for i := range f.results {
		r := &f.results[i]
		for k := range r.Anomalies {
			a := &r.Anomalies[k]
			all.anomalies = append(all.anomalies, account.Anomaly{Event: a.event(), Code: account.AnomalyCode(a.Code), Reason: a.Reason})
		}
		if r.File == "" {
			continue // more anomalies of a shard
		}
		all.invoices, all.accounts = all.invoices+r.Invoices, all.accounts+r.Accounts
		own, err := r.Far.events()
		if err != nil {
			return all, err
		}
		dates.Span = own.Span // the same of each
		dates.Add(&own)
	}
	messages.SortAnomalies(all.anomalies, j.Files)
	all.dates = dates.Dates(j.Terms.Policy)
	if j.From != "" {
		if all.span.Start, err = cycle.ParseDate(j.From); err != nil {
			return all, err
		}
	}
	if j.Through == "" {
		all.span.End, all.dates.Through = dates.Span.Last, dates.Span.Last
		return all, nil
	}
	all.span.End, err = cycle.ParseDate(j.Through)
	return all, err
}

// outputs writes what is not written yet, under unfinished names.
func (f *finish) outputs(all summed) error {
	j := f.job
	files := slices.DeleteFunc(slices.Clone(f.results), func(r result) bool { return r.File == "" })
	switch {
	case j.Separate:
		for _, r := range files {
			f.ready = append(f.ready, [2]string{r.File, shardName(j.Output, r.Shard, j.Shards)})
		}
	case len(files) == 1:
		f.ready = append(f.ready, [2]string{files[0].File, j.Output})
	default:
		if err := f.write("invoices", j.Output, func(w io.Writer) error { return mergeShards(f.ctx, w, files) }); err != nil {
			return err
		}
	}
	if j.Quarantine != "" {
		if err := f.write("quarantine", j.Quarantine, f.quarantine); err != nil {
			return err
		}
	}
	if j.Anomalies != "" {
		err := f.write("anomalies", j.Anomalies, func(w io.Writer) error {
			var b []byte
			for i := range all.anomalies {
				b = append(messages.AppendAnomaly(b, &all.anomalies[i]), '\n')
			}
			_, err := w.Write(b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rename gives all that is ready its names.
func (f *finish) rename() error {
	for _, names := range f.ready {
		err := rename(f.ctx, names[0], names[1])
		if err != nil && !(exists(f.ctx, names[1]) && !exists(f.ctx, names[0])) { // which was renamed by a try before this
			return err
		}
	}
	return nil
}

func (f *finish) write(what, name string, text func(io.Writer) error) error {
	unfinished := f.job.unfinished(what)
	f.ready = append(f.ready, [2]string{unfinished, name})
	return f.job.write(f.ctx, unfinished, text)
}

func (f *finish) quarantine(w io.Writer) error {
	var b []byte
	for line := range f.found.Bad.All() {
		b = append(messages.AppendQuarantined(b[:0], messages.WithID(line), line.Text), '\n')
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// shardName is what the file of a shard is called.
func shardName(output string, shard, shards int) string {
	return fmt.Sprintf("%s-%05d-of-%05d", output, shard, shards)
}
