package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The names of what is run.
const (
	lines      = "lines"
	decode     = "decode"
	afternoon  = "afternoon"
	replay     = "replay"
	replayFile = "replay -o"
)

// workload is what was run over.
type workload struct{ events, accounts int }

func (w workload) String() string {
	return fmt.Sprintf("%s events, %s accounts", short(w.events), short(w.accounts))
}

// short is a number of thousands or millions, as far as it is one.
func short(n int) string {
	switch {
	case n >= 1_000_000 && n%10_000 == 0:
		return fmt.Sprintf("%g M", float64(n)/1e6)
	case n >= 1_000 && n%10 == 0:
		return fmt.Sprintf("%g k", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

// results are the medians of what was measured.
type results struct {
	workloads []workload // in the order of their size
	runs      map[key][]sample
}

type key struct {
	workload
	name    string
	workers int
}

func collect(samples []sample) *results {
	r := &results{runs: map[key][]sample{}}
	for _, s := range samples {
		k := key{workload{s.Events, s.Accounts}, s.Name, s.Workers}
		r.runs[k] = append(r.runs[k], s)
		if !slices.Contains(r.workloads, k.workload) {
			r.workloads = append(r.workloads, k.workload)
		}
	}
	slices.SortFunc(r.workloads, func(a, b workload) int {
		return cmp.Or(cmp.Compare(a.events, b.events), cmp.Compare(b.accounts, a.accounts))
	})
	return r
}

// median is the middle of some figures, or between the two in the middle.
func median(figures []float64) float64 {
	slices.Sort(figures)
	n := len(figures)
	return (figures[(n-1)/2] + figures[n/2]) / 2
}

func seconds(s sample) float64 { return s.Seconds }
func cpu(s sample) float64     { return s.CPU }
func memory(s sample) float64  { return float64(s.Memory) }

// of is the median of a figure over the runs of a program, and whether it was run.
func (r *results) of(k key, figure func(sample) float64) (float64, bool) {
	runs := r.runs[k]
	if len(runs) == 0 {
		return 0, false
	}
	figures := make([]float64, len(runs))
	for i, s := range runs {
		figures[i] = figure(s)
	}
	return median(figures), true
}

// ratio is one median by another, as text; a dash where one is missing.
func (r *results) ratio(of, by key, figure func(sample) float64) string {
	a, haveA := r.of(of, figure)
	b, haveB := r.of(by, figure)
	if !haveA || !haveB || b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// table prints the medians, then their ratios.
func table(w io.Writer, samples []sample) error {
	var b strings.Builder
	r := collect(samples)
	r.medians(&b)
	b.WriteString("\n")
	r.ratios(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *results) medians(b *strings.Builder) {
	b.WriteString("| workload | program | workers | runs | s | s of all cores | M events/s | peak MiB |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|\n")
	for _, load := range r.workloads {
		for _, name := range []string{lines, decode, afternoon, replay, replayFile} {
			for workers := 1; workers <= r.most(); workers++ {
				k := key{load, name, workers}
				took, measured := r.of(k, seconds)
				if !measured {
					continue
				}
				busy, _ := r.of(k, cpu)
				held, _ := r.of(k, memory)
				fmt.Fprintf(b, "| %s | %s | %d | %d | %.2f | %.2f | %.2f | %.0f |\n", load, name, workers, len(r.runs[k]),
					took, busy, float64(load.events)/took/1e6, held/(1<<20))
			}
		}
	}
}

// most is the largest number of workers.
func (r *results) most() int {
	most := 1
	for k := range r.runs {
		most = max(most, k.workers)
	}
	return most
}

func (r *results) ratios(b *strings.Builder) {
	b.WriteString("| ratio | target |")
	for _, load := range r.workloads {
		fmt.Fprintf(b, " %s |", load)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("--:|", len(r.workloads)) + "\n")
	row := func(name, target string, of func(load workload) string) {
		fmt.Fprintf(b, "| %s | %s |", name, target)
		for _, load := range r.workloads {
			fmt.Fprintf(b, " %s |", of(load))
		}
		b.WriteString("\n")
	}
	most := r.most()
	// How much faster a replay is, is how much longer the other takes.
	row(fmt.Sprintf("replay's speed by that of decoding only, %d workers", most), "≥ 1, aim at 2", func(load workload) string {
		return r.ratio(key{load, decode, most}, key{load, replay, most}, seconds)
	})
	row("the same, 1 worker", "", func(load workload) string {
		return r.ratio(key{load, decode, 1}, key{load, replay, 1}, seconds)
	})
	row("the same, time of all cores, 1 worker", "", func(load workload) string {
		return r.ratio(key{load, decode, 1}, key{load, replay, 1}, cpu)
	})
	row(fmt.Sprintf("replay's speed by the afternoon's, %d workers", most), "≥ 5", func(load workload) string {
		return r.ratio(key{load, afternoon, most}, key{load, replay, most}, seconds)
	})
	row("the same, 1 worker", "", func(load workload) string {
		return r.ratio(key{load, afternoon, 1}, key{load, replay, 1}, seconds)
	})
	row("the same, time of all cores, 1 worker", "", func(load workload) string {
		return r.ratio(key{load, afternoon, 1}, key{load, replay, 1}, cpu)
	})
	if most > 1 {
		row(fmt.Sprintf("time of %d workers by that of 1", most), "≤ 0.6 of 2", func(load workload) string {
			return r.ratio(key{load, replay, most}, key{load, replay, 1}, seconds)
		})
	}
	row(fmt.Sprintf("time with a file written by that without, %d workers", most), "", func(load workload) string {
		return r.ratio(key{load, replayFile, most}, key{load, replay, most}, seconds)
	})
	row(fmt.Sprintf("time an event by that of the first column, %d workers", most), "0.85 to 1.15", func(load workload) string {
		return r.anEvent(load, most, seconds)
	})
	row("the same, time of all cores, 1 worker", "", func(load workload) string { return r.anEvent(load, 1, cpu) })
	row(fmt.Sprintf("time of each event beyond those of the first column, by that in the second, %d workers", most), "0.85 to 1.15", func(load workload) string {
		return r.eachMore(load, most, seconds)
	})
	row("the same, time of all cores, 1 worker", "", func(load workload) string { return r.eachMore(load, 1, cpu) })
	row(fmt.Sprintf("replay's peak memory, MiB, %d workers", most), "≤ 1024 at 10 M of 100 k", func(load workload) string {
		held, measured := r.of(key{load, replay, most}, memory)
		if !measured {
			return "–"
		}
		return fmt.Sprintf("%.0f", held/(1<<20))
	})
}

// anEvent is the time a replay takes an event, by that of the first workload.
func (r *results) anEvent(load workload, workers int, figure func(sample) float64) string {
	a, b, alike := r.withFirst(load, workers, figure)
	if !alike || b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", a/float64(load.events)/(b/float64(r.workloads[0].events)))
}

// withFirst is a figure of the replay of a workload, and that of the first. Workloads with other numbers of events an
// account have other invoices an event, and are not compared.
func (r *results) withFirst(load workload, workers int, figure func(sample) float64) (a, b float64, alike bool) {
	first := r.workloads[0]
	a, haveA := r.of(key{load, replay, workers}, figure)
	b, haveB := r.of(key{first, replay, workers}, figure)
	return a, b, haveA && haveB && load.events*first.accounts == first.events*load.accounts
}

// eachMore is the time that a replay takes for each event beyond those of the first workload, by
// that of the second: so what starting the process takes is left out.
func (r *results) eachMore(load workload, workers int, figure func(sample) float64) string {
	if len(r.workloads) < 2 {
		return "–"
	}
	a, okA := r.more(load, workers, figure)
	b, okB := r.more(r.workloads[1], workers, figure)
	if !okA || !okB || b <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", a/b)
}

func (r *results) more(load workload, workers int, figure func(sample) float64) (float64, bool) {
	a, b, alike := r.withFirst(load, workers, figure)
	events := load.events - r.workloads[0].events
	return (a - b) / float64(events), alike && events > 0
}
