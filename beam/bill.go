package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// billFn bills the accounts of a shard. Their invoices go to an unfinished file.
type billFn struct{ Job *job }

func (fn *billFn) ProcessElement(ctx context.Context, shard int, elements iter, results emit) error {
	j := fn.Job
	g, err := j.gather(elements)
	if err != nil {
		return err
	}
	events, found, err := g.unpack(ctx)
	if err != nil {
		return err
	}
	to := sender{emit: results}
	if conflicts := found.Bad.AppendConflicts(nil); len(conflicts) > 0 {
		if err := to.send(0, kindConflicts, conflicts); err != nil {
			return err
		}
	}
	if !j.KeepGoing && (found.Bad.Len() > 0 || g.anyBad()) {
		return nil // nothing will be billed
	}
	b := &biller{job: j, shard: shard, result: result{Shard: shard}}
	if err := b.bill(ctx, events); err != nil {
		return err
	}
	for text := range b.result.pieces {
		if err := to.send(0, kindResult, text); err != nil {
			return err
		}
	}
	return nil
}

// anyBad reports that a line of any file is no event, or that one cannot be read.
func (g *gathered) anyBad() bool {
	return slices.ContainsFunc(g.scans, func(s *eventlog.Scan) bool { return s != nil && (s.Bad() > 0 || s.Err()) })
}

// result is what came of a shard.
type result struct {
	Shard    int
	File     string // the invoices
	Index    string // the accounts in it, and how many bytes each has, if they are to be merged
	Invoices int
	Accounts int
	Through  string // the day billed through

	Failed  string // the first account whose bill failed, and
	Problem string // why, as it is printed

	Anomalies []told
	Far       far
}

// told is what is told of an event.
type told struct {
	ID, Account, Package, File string
	Type, Code                 uint8
	Line, Column               int
	At                         time.Time
	Reason                     string
}

// far are the events of a shard that are dated far from all others.
type far struct {
	First, Last, BeforeFirst, AfterFirst, GapFrom, GapTo string
	Events, Next                                         []told
	N                                                    int
}

func toldOf(e *account.Event) told {
	return told{ID: e.ID, Account: e.Account, Package: e.Package, File: e.Place.File, Type: uint8(e.Type), Line: e.Place.Line, Column: e.Place.Column, At: e.At}
}

func (t *told) event() account.Event {
	return account.Event{ID: t.ID, Account: t.Account, Package: t.Package, Type: account.Type(t.Type), At: t.At,
		Place: source.Place{File: t.File, Line: t.Line, Column: t.Column}}
}

// anomaliesAtOnce are so many that an element stays small.
const anomaliesAtOnce = 10_000

// pieces yields the result as elements: with the first anomalies, and then with others alone.
func (r *result) pieces(yield func([]byte) bool) {
	rest := r.Anomalies
	for one := *r; ; one = (result{Shard: r.Shard}) {
		one.Anomalies = rest[:min(len(rest), anomaliesAtOnce)]
		rest = rest[len(one.Anomalies):]
		var b bytes.Buffer
		_ = gob.NewEncoder(&b).Encode(one) // which has nothing that cannot be
		if !yield(b.Bytes()) || len(rest) == 0 {
			return
		}
	}
}

func parseResult(text []byte) (r result, err error) {
	err = gob.NewDecoder(bytes.NewReader(text)).Decode(&r)
	return r, err
}

// biller bills a shard.
type biller struct {
	job    *job
	shard  int
	result result
	from   cycle.Date
	index  bytes.Buffer
}

func (b *biller) bill(ctx context.Context, events *eventlog.Events) error {
	j := b.job
	catalogue, err := j.Terms.catalogue()
	if err != nil {
		return err
	}
	accounts := events.Accounts()
	b.result.Accounts = len(accounts)
	dates := messages.FarEventsOf(events, accounts, false, j.Terms.Policy)
	b.result.Far = farOf(&dates)
	through := dates.Span.Last
	if j.Through != "" {
		if through, err = cycle.ParseDate(j.Through); err != nil {
			return err
		}
	}
	if j.From != "" {
		if b.from, err = cycle.ParseDate(j.From); err != nil {
			return err
		}
	}
	b.result.Through = through.String()
	what := eventlog.Billing{Accounts: accounts, Catalogue: catalogue, Policy: j.Terms.Policy, Through: through}
	name := j.unfinished("shard-" + strconv.Itoa(b.shard))
	if err := j.write(ctx, name, func(w io.Writer) error { return b.write(ctx, w, events, what) }); err != nil {
		return err
	}
	b.result.File = name
	if !j.Separate && j.Shards > 1 {
		b.result.Index = name + "-index"
		return j.write(ctx, b.result.Index, func(w io.Writer) error {
			_, err := w.Write(b.index.Bytes())
			return err
		})
	}
	return nil
}

// text is the invoices of some accounts.
type text struct {
	bytes     []byte
	accounts  []indexed
	invoices  int
	anomalies []account.Anomaly
}

// indexed is an account, and how many bytes its invoices have.
type indexed struct {
	account string
	size    int
}

// write writes the bills, up to the first that fails.
func (b *biller) write(ctx context.Context, w io.Writer, events *eventlog.Events, what eventlog.Billing) error {
	done, writing := 0, error(nil)
	err := eventlog.ReplayInto(ctx, events, what, func(t text, bill *account.Bill) text {
		first, _ := slices.BinarySearchFunc(bill.Invoices, b.from, func(inv invoice.Invoice, from cycle.Date) int { return inv.Date.Compare(from) })
		before := len(t.bytes)
		for i := range bill.Invoices[first:] {
			t.bytes = append(bill.Invoices[first+i].AppendJSON(t.bytes), '\n')
			t.invoices++
		}
		t.accounts = append(t.accounts, indexed{bill.Account, len(t.bytes) - before})
		t.anomalies = append(t.anomalies, bill.Anomalies...)
		return t
	}, func(t text) error {
		done += len(t.accounts)
		b.result.Invoices += t.invoices
		for _, a := range t.accounts {
			b.index.Write(appendIndexed(nil, a))
		}
		for i := range t.anomalies {
			a := &t.anomalies[i]
			one := toldOf(&a.Event)
			one.Code, one.Reason = uint8(a.Code), a.Reason
			b.result.Anomalies = append(b.result.Anomalies, one)
		}
		_, writing = w.Write(t.bytes)
		return writing
	})
	switch {
	case err == nil || ctx.Err() != nil || writing != nil:
		return err
	case done < len(what.Accounts): // a bill that fails is told, since it fails again each time it is tried
		b.result.Failed = what.Accounts[done]
		var line bytes.Buffer
		messages.PrintError(&line, err)
		b.result.Problem = line.String()
		return nil
	}
	return err
}

func farOf(d *messages.FarEvents) (f far) {
	s := &d.Span
	for _, c := range []struct {
		to *string
		cycle.Date
	}{{&f.First, s.First}, {&f.Last, s.Last}, {&f.BeforeFirst, s.Before.First}, {&f.AfterFirst, s.After.First}, {&f.GapFrom, s.Gap.From}, {&f.GapTo, s.Gap.To}} {
		if !c.IsZero() {
			*c.to = c.Date.String()
		}
	}
	for i := range d.Events {
		f.Events = append(f.Events, toldOf(&d.Events[i]))
	}
	if d.Next != nil {
		f.Next = []told{toldOf(d.Next)}
	}
	f.N = d.N
	return f
}

func (f *far) events() (d messages.FarEvents, err error) {
	s := &d.Span
	for _, c := range []struct {
		text string
		to   *cycle.Date
	}{{f.First, &s.First}, {f.Last, &s.Last}, {f.BeforeFirst, &s.Before.First}, {f.AfterFirst, &s.After.First}, {f.GapFrom, &s.Gap.From}, {f.GapTo, &s.Gap.To}} {
		if c.text == "" {
			continue
		}
		if *c.to, err = cycle.ParseDate(c.text); err != nil {
			return d, err
		}
	}
	for i := range f.Events {
		d.Events = append(d.Events, f.Events[i].event())
	}
	if len(f.Next) > 0 {
		e := f.Next[0].event()
		d.Next = &e
	}
	d.N = f.N
	return d, nil
}
