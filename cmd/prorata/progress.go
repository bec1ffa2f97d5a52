package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
)

// progress tells a person how far a long run has come, on standard error: from its second
// second on, one line that is written over and gone at the end.
type progress struct {
	w      io.Writer
	mode   progressMode
	start  time.Time
	stop   chan struct{}
	over   sync.WaitGroup
	sizes  int64        // of the files, in bytes as they are stored
	open   atomic.Bool  // there is one whose size is not known
	read   atomic.Int64 // of them so far
	events atomic.Int64

	billing  atomic.Bool
	billFrom time.Time
	bill     int
	billed   atomic.Int64
}

type progressMode uint8

const (
	noProgress   progressMode = iota
	lineProgress              // written over, on a terminal
	logProgress               // a line a second
)

// progressFlags are --progress and --quiet.
func (c *common) progressFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.progress, "progress", false, "show how far it has come on standard error, also when that is no terminal")
	cmd.Flags().BoolVar(&c.quiet, "quiet", false, "do not show how far it has come")
}

// newProgress starts to tell, if it is asked for or a person is looking.
func (c *common) newProgress(cmd *cobra.Command, files []string) (*progress, error) {
	if c.progress && c.quiet {
		return nil, usagef("--progress and --quiet, expected one of them")
	}
	p := &progress{w: cmd.ErrOrStderr(), start: time.Now(), stop: make(chan struct{})}
	switch {
	case c.quiet:
	case isTerminal(p.w) && os.Getenv("TERM") != "dumb": // which has no line to write over
		p.mode = lineProgress
	case c.progress:
		p.mode = logProgress
	}
	for _, name := range files {
		if info, err := os.Stat(name); name != "-" && err == nil && info.Mode().IsRegular() {
			p.sizes += info.Size()
		} else {
			p.open.Store(true)
		}
	}
	if p.mode != noProgress {
		p.over.Go(p.tell)
	}
	return p, nil
}

// tell prints a line now and then until it is to stop.
func (p *progress) tell() {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for told := false; ; told = true {
		select {
		case <-p.stop:
			if told && p.mode == lineProgress {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		case now := <-every.C:
			if p.mode == lineProgress {
				every.Reset(200 * time.Millisecond)
				fmt.Fprintf(p.w, "\r%s\x1b[K", p.fitting(now))
			} else {
				fmt.Fprintln(p.w, "prorata: "+p.text(now))
			}
		}
	}
}

// done ends the telling, before anything else is printed. It may be called again.
func (p *progress) done() {
	select {
	case <-p.stop:
	default:
		close(p.stop)
	}
	p.over.Wait()
}

// bills says that reading is over, and how many bills are to be made. It is called once.
func (p *progress) bills(n int) {
	p.bill, p.billFrom = n, time.Now()
	p.billing.Store(true)
}

// fitting is text within one line of the terminal: a longer one could not be written over.
func (p *progress) fitting(now time.Time) string {
	text := p.text(now)
	if width := widthOf(p.w); width > 3 {
		return display.Cut(text, max(3, width-1))
	}
	return text
}

// text is how far it has come.
func (p *progress) text(now time.Time) string {
	if p.billing.Load() {
		n := p.billed.Load()
		return fmt.Sprintf("billing: %s of %s bills%s", count(n), count(int64(p.bill)),
			left(float64(n), float64(p.bill), now.Sub(p.billFrom)))
	}
	read, events, took := p.read.Load(), p.events.Load(), now.Sub(p.start)
	text := "reading: " + size(read)
	rest := ""
	if !p.open.Load() {
		text += " of " + size(p.sizes)
		rest = left(float64(read), float64(p.sizes), took)
	}
	return fmt.Sprintf("%s, %s events, %s/s%s", text, count(events), count(int64(float64(events)/took.Seconds())), rest)
}

// left estimates the time that is left from the share that is done.
func left(done, all float64, took time.Duration) string {
	if done <= 0 || done > all {
		return ""
	}
	rest := time.Duration(float64(took) * (all/done - 1))
	return fmt.Sprintf(", %.0f %%, %s left", 100*done/all, rest.Round(time.Second))
}

func count(n int64) string { return digits.Group(strconv.FormatInt(n, 10)) }

// size is a number of bytes for people: 1.2 GB.
func size(n int64) string {
	const units = "kMGT"
	value := float64(n)
	for i := -1; ; i++ {
		switch {
		case i < 0 && value < 1000:
			return fmt.Sprintf("%d B", n)
		case i >= 0 && (value < 999.95 || i == len(units)-1):
			return fmt.Sprintf("%.1f %cB", value, units[i])
		}
		value /= 1000
	}
}
