package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// question is a request.
type question struct {
	target, body string
	page         bool // of the website
}

// result is what a measurement found.
type result struct {
	name, asked string
	took        time.Duration
	latencies   []time.Duration // sorted
	errors      int
	each        int           // what one request counts as
	cores       time.Duration // that the server used meanwhile
}

func (r *result) perSecond() float64 { return float64(len(r.latencies)*r.each) / r.took.Seconds() }

// core is the time of the server's cores that a request took.
func (r *result) core() time.Duration { return r.cores / time.Duration(max(1, len(r.latencies))) }

// at is the latency that a part of the requests is within.
func (r *result) at(part float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(len(r.latencies)-1, int(part*float64(len(r.latencies))))]
}

// measure asks the server in turn for each thing.
func measure(ctx context.Context, o *options, s *served, say func(string, ...any)) (results []result, err error) {
	account := func() question {
		return question{target: "/v1/accounts/" + url.PathEscape(nameOf(rand.IntN(o.accounts)))}
	}
	page := func() question {
		return question{target: "/account?name=" + url.QueryEscape(nameOf(rand.IntN(o.accounts))), page: true}
	}
	either := func() question {
		if rand.IntN(2) == 0 {
			return account()
		}
		return page()
	}
	events := newEvents(o)
	record := func(n int) func() question {
		return func() question { return question{target: "/v1/events", body: events.lines(n)} }
	}
	const batches = 2 // of the mixed load, a second
	for _, m := range []struct {
		name string
		do   func() result
	}{
		{"first look at an account", func() result { return closed(ctx, 1, min(time.Second, o.each), s, either, 1) }},
		{"an account by the API", func() result { return closed(ctx, 8, o.each, s, account, 1) }},
		{"an account's page", func() result { return closed(ctx, 8, o.each, s, page, 1) }},
		{"either", func() result { return open(ctx, o.rate, o.each, s, either) }},
		{"events recorded", func() result { return closed(ctx, 2, o.each, s, record(o.batch), o.batch) }},
		{fmt.Sprintf("either, while %d events a second are recorded", batches*o.batch), func() result {
			recording, stop := context.WithCancel(ctx)
			ended := make(chan result)
			go func() { ended <- open(recording, batches, o.each, s, record(o.batch)) }()
			r := open(ctx, o.rate, o.each, s, either)
			stop()
			r.errors += (<-ended).errors
			return r
		}},
	} {
		before := s.cores()
		r := m.do()
		r.name, r.cores = m.name, s.cores()-before
		say("%s: %.0f/s, p50 %s ms, p99 %s ms, %d errors", r.name, r.perSecond(), ms(r.at(0.5)), ms(r.at(0.99)), r.errors)
		if results = append(results, r); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return results, nil
}

// samples gathers latencies from many goroutines.
type samples struct {
	mutex  sync.Mutex
	result result
	told   sync.Once
}

func (s *samples) add(ctx context.Context, took time.Duration, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err == nil {
		s.result.latencies = append(s.result.latencies, took)
		return
	}
	if ctx.Err() == nil {
		s.result.errors++
		s.told.Do(func() { fmt.Println("load: the first error:", err) })
	}
}

func (s *samples) sorted(took time.Duration) result {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.result.took = took
	slices.Sort(s.result.latencies)
	return s.result
}

// closed asks by a number of askers, each of which waits for its answer before it asks again.
func closed(ctx context.Context, askers int, long time.Duration, s *served, next func() question, each int) result {
	all := &samples{result: result{asked: fmt.Sprintf("by %d at once", askers), each: each}}
	start := time.Now()
	var done sync.WaitGroup
	for range askers {
		done.Go(func() {
			for ctx.Err() == nil && time.Since(start) < long {
				q, at := next(), time.Now()
				err := s.ask(ctx, q)
				all.add(ctx, time.Since(at), err)
			}
		})
	}
	done.Wait()
	return all.sorted(time.Since(start))
}

// open asks at a rate, whether there are answers or not. A request that no asker was free for counts from when it was due.
func open(ctx context.Context, rate int, long time.Duration, s *served, next func() question) result {
	all := &samples{result: result{asked: fmt.Sprintf("%d a second", rate), each: 1}}
	start := time.Now()
	total := int64(float64(rate) * long.Seconds())
	var sent atomic.Int64
	var done sync.WaitGroup
	for range min(256, 4*rate) {
		done.Go(func() {
			for ctx.Err() == nil {
				n := sent.Add(1) - 1
				if n >= total {
					return
				}
				due := start.Add(time.Duration(n) * time.Second / time.Duration(rate))
				time.Sleep(time.Until(due))
				err := s.ask(ctx, next())
				all.add(ctx, time.Since(due), err)
			}
		})
	}
	done.Wait()
	return all.sorted(time.Since(start))
}

// events makes usage of accounts, with ids of their own.
type events struct {
	o    *options
	id   string
	last atomic.Int64
}

func newEvents(o *options) *events {
	return &events{o: o, id: fmt.Sprintf("load-%x", time.Now().UnixNano())}
}

// lines are some events, one a line.
func (e *events) lines(n int) string {
	var b strings.Builder
	now := time.Now().UTC().Format(time.RFC3339)
	for range n {
		fmt.Fprintf(&b, `{"id":"%s-%d","type":"usage.recorded","account":%q,"at":%q,"credits":%d}`+"\n", e.id, e.last.Add(1), nameOf(rand.IntN(e.o.accounts)), now, 1+rand.IntN(100))
	}
	return b.String()
}
