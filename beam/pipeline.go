package main

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/packed"
	"github.com/prorata-go/prorata/invoice"
)

type (
	emit = func(int, []byte)
	iter = func(*[]byte) bool
)

func init() {
	register.DoFn5x1[context.Context, int, emit, emit, emit, error](&readFn{})
	register.DoFn3x1[int, iter, emit, error](&checkIDsFn{})
	register.DoFn4x1[context.Context, int, iter, emit, error](&rereadFn{})
	register.DoFn5x1[context.Context, int, iter, emit, emit, error](&contestFn{})
	register.DoFn4x1[context.Context, int, iter, emit, error](&datesFn{})
	register.DoFn3x1[int, iter, emit, error](&spreadFn{})
	register.DoFn4x1[context.Context, int, iter, emit, error](&billFn{})
	register.DoFn3x1[context.Context, int, iter, error](&finishFn{})
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
}

// job is what is to be done. It reaches the workers inside the pipeline, with the content of
// the packages and the policy: they read nothing but events.
type job struct {
	Run       string      // what the names of unfinished files have
	Files     []string    // of events
	Map       string      // the mapping of those that are Parquet, or empty
	Ranges    []lineRange // of these: the parts of the event log
	Output    string
	Separate  bool // a file for each shard
	Shards    int
	KeepGoing bool
	From      string // a date, or empty
	Through   string // a date, or empty for that of the latest event that is not dated far from all others
	Terms     terms

	Quarantine, Anomalies string // files, or empty
}

// terms are what accounts are billed by.
type terms struct {
	PackagesFile string
	Packages     []byte
	Price        string
	Policy       invoice.Policy
}

func (t *terms) catalogue() (none invoice.Catalogue, err error) {
	list, err := invoice.ParsePriceList(t.Price)
	if err != nil {
		return none, err
	}
	packages, err := distributor.ReadPackages(t.PackagesFile, t.Packages, t.Policy.MoneyCurrency())
	if err != nil {
		return none, err
	}
	return invoice.NewCatalogue(packages, list)
}

func (j *job) loading() eventlog.Loading {
	return eventlog.Loading{Policy: j.Terms.Policy, KeepGoing: j.KeepGoing, MaxProblems: messages.MaxProblems}
}

// What the elements of the pipeline are, beside [packed.Events] and [packed.BadLines]: sections of these kinds.
const (
	kindPlaces    packed.Kind = 'P' // a file of blocks, and where those of a shard stand in it
	kindScan      packed.Kind = 'S' // the number of a range, and its scan
	kindHashes    packed.Kind = 'H' // the number of a range, a shard, and hashes of ids
	kindWithout   packed.Kind = 'W' // conflicts between shards, whose ids are left out of each
	kindConflicts packed.Kind = 'C' // conflicts
	kindDates     packed.Kind = 'D' // dates of events that are kept
	kindResult    packed.Kind = 'R' // what came of a shard
)

// sender emits sections, one at a time.
type sender struct {
	mu   sync.Mutex
	emit emit
}

func (s *sender) send(key int, kind packed.Kind, text []byte) error {
	section, err := packed.Seal(nil, kind, text)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(key, section)
	return nil
}

// sections opens the sections of an iterator.
func sections(elements iter, do func(kind packed.Kind, text []byte) error) error {
	for section := []byte(nil); elements(&section); section = nil {
		kind, text, err := packed.Open(section)
		if err == nil {
			err = do(kind, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errElement = errors.New("an element of the pipeline is damaged")

// numbered is a number and what follows it.
func numbered(text []byte, most int) (n int, rest []byte, err error) {
	number, size := binary.Uvarint(text)
	if size <= 0 || number >= uint64(most) {
		return 0, nil, errElement
	}
	return int(number), text[size:], nil
}

// pipeline reads ranges of files, bills shards of accounts, and finishes:
//
//	ranges ─▶ read ─▶ blocks by shard ──────────────────────────▶ bill ─▶ finish
//	            │                     ╲  ids that shards share  ╱           ▲
//	            ├─▶ hashes of ids ─▶ check ─▶ read again ─▶ contest ────────┤
//	            └─▶ what is wrong with lines ───────────────────────────────╯
//
// What is wrong with the input is data, and no error of the step that finds it: what a runner still does after a step
// failed differs. Neither blocks nor invoices go through the runner: a step writes a file of another name each time it
// is tried, and passes on the name; the last step, which sees all there is to say, makes outputs of these files, or deletes them.
func (j *job) pipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	numbers := make([]int, len(j.Ranges))
	for i := range numbers {
		numbers[i] = i
	}
	ranges := beam.Reshuffle(s, beam.CreateList(s, numbers))
	read, ids, told := beam.ParDo3(s, &readFn{Job: j}, ranges)
	blocks, tells := []beam.PCollection{read}, []beam.PCollection{told} // no Flatten of a Flatten: Flink does not take it
	if j.Shards > 1 {
		shared := beam.ParDo(s, &checkIDsFn{Job: j}, beam.GroupByKey(s, ids))
		again := beam.ParDo(s, &rereadFn{Job: j}, beam.GroupByKey(s, shared))
		without, conflicts := beam.ParDo2(s, &contestFn{Job: j}, beam.GroupByKey(s, beam.Flatten(s, told, again)))
		blocks, tells = append(blocks, without), append(tells, conflicts)
		if j.KeepGoing { // dates of events that are left out do not count
			dates := beam.ParDo(s, &datesFn{Job: j}, beam.GroupByKey(s, beam.Flatten(s, blocks...)))
			blocks = append(blocks, beam.ParDo(s, &spreadFn{Job: j}, beam.GroupByKey(s, dates)))
		}
	}
	results := beam.ParDo(s, &billFn{Job: j}, beam.GroupByKey(s, beam.Flatten(s, blocks...)))
	beam.ParDo0(s, &finishFn{Job: j}, beam.GroupByKey(s, beam.Flatten(s, append(tells, results)...)))
	return p
}

// readFn packs the events of a range by shard, with several goroutines: a runner may give one bundle a stage.
type readFn struct{ Job *job }

func (fn *readFn) ProcessElement(ctx context.Context, n int, blocks, ids, told emit) error {
	j := fn.Job
	toShards, toIDs, toFinish := sender{emit: blocks}, sender{emit: ids}, sender{emit: told}
	packing := eventlog.Packing{Policy: j.Terms.Policy, Shards: j.Shards, MaxProblems: messages.MaxProblems}
	file := j.newBlockWriter(n)
	defer file.drop()
	packing.Emit = func(shard, _ int, block []byte) error {
		if err := j.sendHashes(&toIDs, n, shard, block); err != nil {
			return err
		}
		if !isLocal(j.Output) {
			return toShards.send(shard, packed.Events, block)
		}
		return file.add(ctx, shard, block)
	}
	scan, err := j.pack(ctx, &packing, n)
	if err != nil {
		return err
	}
	if err := file.send(&toShards); err != nil {
		return err
	}
	text, _ := scan.AppendBinary(binary.AppendUvarint(nil, uint64(n))) // the error is nil
	for shard := range j.Shards {
		if err := toShards.send(shard, kindScan, text); err != nil {
			return err
		}
	}
	if err := toFinish.send(0, kindScan, text); err != nil {
		return err
	}
	i := 0
	for piece := range scan.BadLines() {
		if err := toFinish.send(0, packed.BadLines, append(numbers(n, i), piece...)); err != nil {
			return err
		}
		i++
	}
	return nil
}

// numbers are two numbers that others follow.
func numbers(a, b int) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(a)), uint64(b))
}

// pack packs a range.
func (j *job) pack(ctx context.Context, packing *eventlog.Packing, n int) (*eventlog.Scan, error) {
	r := j.Ranges[n]
	in, err := j.open(ctx, r)
	if err != nil {
		return eventlog.FailedScan(err), nil
	}
	defer in.Close()
	scan, err := packing.Pack(ctx, in, n, r.From == 0)
	if err != nil {
		return nil, err
	}
	return scan, packing.Flush()
}
