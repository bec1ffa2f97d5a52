package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
)

// asOf says what of the books some figures know: the day they are of, and the last of the terms, runs and events.
type asOf struct {
	day               cycle.Date
	terms, run, event int64
}

func (p *positions) asOf() asOf { return asOf{p.day, p.terms.Number, p.run.Number, p.event} }

// asOfNow is what there is to know.
func (s *Server) asOfNow(ctx context.Context) (of asOf, terms books.Terms, err error) {
	if terms, err = s.books.Terms(ctx); err != nil {
		return of, terms, err
	}
	head, err := s.books.Head(ctx)
	if err != nil {
		return of, terms, err
	}
	of.terms, of.run = terms.Number, head.Number
	if of.day, err = s.today(&terms); err != nil {
		return of, terms, err
	}
	_, of.event, err = s.books.Since(ctx, 1<<62)
	return of, terms, err
}

// positionKeeper keeps the positions, and brings them up to date: of the accounts alone that something happened to, unless it is
// another day, or the terms are others.
type positionKeeper struct {
	server *Server
	mutex  sync.Mutex
	last   *positions
	stale  bool

	running, queued *making // queued starts when running is done
}

// making is the making of positions under way.
type making struct {
	ended    chan struct{}
	done, of atomic.Int64
	result   *positions
	err      error
}

// How old positions may be before they are looked at again, and how long somebody who asks for them waits.
const (
	keptFor  = 20 * time.Second
	patience = 3 * time.Second
)

// drop makes the next positions new: something was written.
func (k *positionKeeper) drop() {
	k.mutex.Lock()
	k.stale = true
	k.mutex.Unlock()
}

// of are the positions, at most keptFor old. Where it takes long to make them there are none yet, and it says how far they are.
func (k *positionKeeper) of(ctx context.Context) (*positions, *making, error) {
	k.mutex.Lock()
	if k.last != nil && !k.stale && time.Since(k.last.made) < keptFor {
		defer k.mutex.Unlock()
		return k.last, nil, nil
	}
	m := k.next(ctx)
	k.mutex.Unlock()
	return m.wait(ctx, patience)
}

// now are the positions with all that was recorded and issued by now, by whatever process. It waits for them as long as it may; 0 is as long
// as it takes.
func (k *positionKeeper) now(ctx context.Context, most time.Duration) (*positions, *making, error) {
	k.mutex.Lock()
	last, stale := k.last, k.stale
	k.mutex.Unlock()
	if last != nil && !stale {
		of, _, err := k.server.asOfNow(ctx)
		if err != nil {
			return nil, nil, err
		}
		if last.asOf() == of {
			return last, nil, nil
		}
	}
	k.mutex.Lock()
	k.stale = true // those under way may not know all
	m := k.next(ctx)
	k.mutex.Unlock()
	return m.wait(ctx, most)
}

// next are positions under way that know all there is now. The mutex is held.
func (k *positionKeeper) next(ctx context.Context) *making {
	switch {
	case k.running == nil:
		return k.start(ctx, newMaking())
	case k.stale: // those under way may not know of what was written
		if k.queued == nil {
			k.queued = newMaking()
		}
		return k.queued
	}
	return k.running
}

// wait waits for positions under way.
func (m *making) wait(ctx context.Context, most time.Duration) (*positions, *making, error) {
	var enough <-chan time.Time
	if most > 0 {
		timer := time.NewTimer(most)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-m.ended:
		return m.result, nil, m.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-enough:
		return nil, m, nil
	}
}

func newMaking() *making { return &making{ended: make(chan struct{})} }

// start starts to make positions. The mutex is held.
func (k *positionKeeper) start(ctx context.Context, m *making) *making {
	k.running, k.stale = m, false
	last := k.last
	go func() {
		ctx := context.WithoutCancel(ctx)
		m.result, m.err = k.server.newPositions(ctx, last, m)
		k.mutex.Lock()
		defer k.mutex.Unlock()
		if k.running = nil; m.err == nil {
			k.last = m.result
		} else {
			k.stale = true
		}
		if next := k.queued; next != nil {
			k.queued = nil
			k.start(ctx, next)
		}
		close(m.ended)
	}()
	return m
}
