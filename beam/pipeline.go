package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

func init() {
	register.DoFn6x0[context.Context, string, func(string, []byte), func(int, []byte), func([]byte), func(int, []byte)](&readFn{})
	register.DoFn3x1[int, func(*[]byte) bool, func(int, []byte), error](&checkIDsFn{})
	register.DoFn3x0[[]byte, func(string), func(int, []byte)](&spanFn{})
	register.DoFn6x1[string, func(*[]byte) bool, string, func(int, []byte), func(int, []byte), func(int, []byte), error](&billFn{})
	register.DoFn2x0[[]byte, func(int, []byte)](&seedFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, string, error](&writeInvoicesFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, string, error](&writeAnomaliesFn{})
	register.DoFn3x1[int, func(*[]byte) bool, func(string), error](&verdictFn{})
	register.Function2x2(mergeDates)
	register.Emitter1[string]()
	register.Emitter1[[]byte]()
	register.Emitter2[string, []byte]()
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
}

// job is what is to be done. It reaches the workers inside the pipeline, with the content of
// the packages and the policy: they read nothing but events.
type job struct {
	Files     []string // of events
	Output    string
	Anomalies string
	Shards    int
	Through   string // a date, or empty for that of the latest event that is not dated far from all others
	Terms     terms
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

// pipeline reads, groups by account, bills and writes:
//
//	files → events by account → bills → shards → files of invoices
//	      → dates → the date to bill through, which every bill waits for
//	      → ids by bucket → a problem when two accounts use one
//	      → problems of every step → one verdict, which everything written waits for
//
// What is wrong with the input is data, and not an error of the step that finds it: what a
// runner still does after a step failed differs, and Prism may go on to write. So what writes
// is told the verdict, and fails with it before it writes anything.
func (j *job) pipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	files := beam.Reshuffle(s, beam.CreateList(s, j.Files))
	events, ids, dates, unread := beam.ParDo4(s, &readFn{Policy: j.Terms.Policy}, files)

	spans, undated := beam.ParDo2(s, &spanFn{Policy: j.Terms.Policy, Through: j.Through}, beam.Combine(s, mergeDates, dates))
	conflicts := beam.ParDo(s, &checkIDsFn{}, beam.GroupByKey(s, ids))
	bills, anomalies, unbilled := beam.ParDo3(s, &billFn{Terms: j.Terms, Shards: j.Shards}, beam.GroupByKey(s, events),
		beam.SideInput{Input: spans})

	problems := beam.Flatten(s, unread, conflicts, undated, unbilled, seeds(s, 1))
	verdict := beam.SideInput{Input: beam.ParDo(s, &verdictFn{}, beam.GroupByKey(s, problems))}
	shards := beam.Flatten(s, bills, seeds(s, j.Shards))
	beam.ParDo0(s, &writeInvoicesFn{Output: j.Output, Shards: j.Shards}, beam.GroupByKey(s, shards), verdict)
	list := beam.Flatten(s, anomalies, seeds(s, 1))
	beam.ParDo0(s, &writeAnomaliesFn{Output: j.Anomalies}, beam.GroupByKey(s, list), verdict)
	return p
}

// problem is what is wrong as an element, in place of what a step was to give on.
func problem(err error) (int, []byte) {
	return 0, appendPlaced(nil, placed{placeOf(err), []byte(err.Error())})
}

func placeOf(err error) (at source.Place) {
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		at = pe.Place
	}
	return at
}

// maxTold is how many problems in all are told.
const maxTold = 100

// verdictFn makes one text of all problems, in the order of the files; an empty one is none.
type verdictFn struct{}

func (fn *verdictFn) ProcessElement(_ int, problems func(*[]byte) bool, verdict func(string)) error {
	list, err := inOrder(problems)
	if err != nil {
		return err
	}
	var all []string
	for _, p := range list[:min(len(list), maxTold)] {
		all = append(all, string(p.text))
	}
	if len(list) > maxTold {
		all = append(all, fmt.Sprintf("and %d more problems", len(list)-maxTold))
	}
	verdict(strings.Join(all, "\n"))
	return nil
}

// readFn reads one file. A file is read by one worker from its beginning: one that starts in
// the middle of a file cannot tell the number of a line, and a bill's errors name lines.
type readFn struct {
	Policy invoice.Policy
}

// maxProblems is how many problems of one file are listed before giving up.
const maxProblems = 20

// idBuckets is into how many parts the ids are divided. The ids of one are in memory together.
const idBuckets = 1024

func (fn *readFn) ProcessElement(ctx context.Context, file string, emitEvents func(string, []byte), emitIDs func(int, []byte), dates func([]byte), problems func(int, []byte)) {
	events, ids := gather(emitEvents), gather(emitIDs)
	var days eventlog.Dates
	wrong := 0
	r, err := files(ctx).Open(file, infile.Events)
	if err == nil {
		for e, err := range eventlog.Read(r, file, fn.Policy) {
			if err != nil {
				if wrong++; wrong > maxProblems {
					text := fmt.Sprintf("%s: more than %d problems, giving up on it", file, maxProblems)
					problems(0, appendPlaced(nil, placed{placeOf(err), []byte(text)}))
					break
				}
				problems(problem(err))
				continue
			}
			events.add(e.Account, placed{e.Place, e.AppendJSON(nil)})
			ids.add(eventlog.Shard(e.ID, idBuckets), placed{e.Place, append(appendString(nil, e.ID), e.Account...)})
			days.Add(e.At)
		}
		r.Close()
	}
	events.flush()
	ids.flush()
	text, _ := days.AppendBinary(nil) // the error is nil
	if dates(text); err != nil {
		problems(problem(err))
	}
}

// mergeDates merges the dates of two files.
func mergeDates(a, b []byte) ([]byte, error) {
	var all eventlog.Dates
	if err := errors.Join(all.UnmarshalBinary(a), all.UnmarshalBinary(b)); err != nil {
		return nil, err
	}
	return all.AppendBinary(nil)
}

// spanFn makes of the dates of all files what every bill has to know: the date to bill through,
// and the first and the last that is not far from all others. Where there are none, they are empty.
type spanFn struct {
	Policy  invoice.Policy
	Through string // if it is given
}

func (fn *spanFn) ProcessElement(dates []byte, spans func(string), problems func(int, []byte)) {
	var all eventlog.Dates
	err := all.UnmarshalBinary(dates)
	var span eventlog.Span
	if err == nil {
		span, err = all.Span(fn.Policy)
	}
	if err != nil {
		problems(problem(err))
	}
	through := fn.Through
	if through == "" {
		through = span.Last.String()
	}
	spans(through + " " + span.First.String() + " " + span.Last.String())
}

// span is what spanFn makes, read.
type span struct{ through, first, last cycle.Date }

func parseSpan(text string) (s span, err error) {
	parts := strings.Split(text, " ")
	if len(parts) != 3 {
		return s, errElement
	}
	for i, to := range []*cycle.Date{&s.through, &s.first, &s.last} {
		if parts[i] == "" {
			continue
		}
		if *to, err = cycle.ParseDate(parts[i]); err != nil {
			return s, err
		}
	}
	return s, nil
}

// far words a warning of an event that is dated far from all others; an empty one is none.
func (s *span) far(e *account.Event, policy invoice.Policy) string {
	day, err := cycle.DateOf(e.At, policy.TimeZone)
	if err != nil || !day.Before(s.first) && !day.After(s.last) {
		return ""
	}
	return fmt.Sprintf("warning: event %.200q (%s of %.200q) is dated %s, far from all others, %s to %s: is the year right?", e.ID, e.Type, e.Account, day, s.first, s.last)
}

// checkIDsFn refuses an id that two accounts use. Within one account, billing tells events that
// repeat each other from those that contradict each other.
type checkIDsFn struct{}

func (fn *checkIDsFn) ProcessElement(_ int, uses func(*[]byte) bool, problems func(int, []byte)) error {
	list, err := inOrder(uses)
	if err != nil {
		return err
	}
	seen := make(map[string]placed, len(list)) // by id: the first account, and where
	for _, use := range list {
		id, name, err := cutBytes(use.text)
		if err != nil {
			return err
		}
		first, known := seen[string(id)]
		if !known {
			seen[string(id)] = placed{use.place, name}
		} else if !bytes.Equal(first.text, name) {
			problems(problem(source.At(use.place, &account.ConflictError{ID: string(id), First: first.place, Second: use.place})))
		}
	}
	return nil
}

// billFn bills one account.
type billFn struct {
	Terms  terms
	Shards int

	catalogue invoice.Catalogue
	decoder   *eventlog.Decoder
}

func (fn *billFn) Setup() (err error) {
	fn.decoder = eventlog.NewDecoder(fn.Terms.Policy)
	fn.catalogue, err = fn.Terms.catalogue()
	return err
}

// ProcessElement gives on the invoices of the account as one block, by shard, and its
// anomalies, or what is wrong.
func (fn *billFn) ProcessElement(name string, lines func(*[]byte) bool, dates string, blocks, anomalies, problems func(int, []byte)) error {
	list, err := inOrder(lines)
	if err != nil {
		return err
	}
	span, err := parseSpan(dates)
	if err != nil {
		return err
	}
	if span.through.IsZero() {
		return nil // an event has no date, and that is a problem already
	}
	events, bill, err := fn.bill(name, list, span.through)
	if err != nil {
		problems(problem(err))
		return nil
	}
	block := appendString(nil, name)
	for i := range bill.Invoices {
		block = append(bill.Invoices[i].AppendJSON(block), '\n')
	}
	blocks(eventlog.Shard(name, fn.Shards), block)
	for _, a := range bill.Anomalies {
		anomalies(0, appendPlaced(nil, placed{a.Event.Place, []byte(a.String())}))
	}
	for i := range events {
		if text := span.far(&events[i], fn.Terms.Policy); text != "" {
			anomalies(0, appendPlaced(nil, placed{events[i].Place, []byte(text)}))
		}
	}
	return nil
}

func (fn *billFn) bill(name string, lines []placed, through cycle.Date) (own []account.Event, bill account.Bill, err error) {
	var events eventlog.Events // drops what repeats an event, and refuses what contradicts it
	for _, line := range lines {
		e, err := fn.decoder.Decode(line.text, line.place)
		if err != nil {
			return nil, bill, err
		}
		e.Place = line.place
		if err := events.Add(e); err != nil {
			return nil, bill, err
		}
	}
	own = events.Of(name)
	bill, err = account.BillAccount(own, fn.catalogue, fn.Terms.Policy, through)
	return own, bill, err
}

// seeds has an empty block for each shard, so that one without accounts is written too.
func seeds(s beam.Scope, shards int) beam.PCollection {
	return beam.ParDo(s, &seedFn{shards}, beam.Impulse(s))
}

type seedFn struct {
	Shards int
}

func (fn *seedFn) ProcessElement(_ []byte, emit func(int, []byte)) {
	for shard := range fn.Shards {
		emit(shard, nil)
	}
}

// writeInvoicesFn writes a shard: the invoices by account, then date.
type writeInvoicesFn struct {
	Output string
	Shards int
}

func (fn *writeInvoicesFn) ProcessElement(ctx context.Context, shard int, blocks func(*[]byte) bool, verdict string) error {
	if verdict != "" {
		return errors.New(verdict)
	}
	type bill struct {
		account  string
		invoices []byte
	}
	var bills []bill
	for block := []byte(nil); blocks(&block); {
		if len(block) == 0 {
			continue
		}
		name, invoices, err := cutBytes(block)
		if err != nil {
			return err
		}
		bills = append(bills, bill{string(name), invoices})
	}
	slices.SortFunc(bills, func(a, b bill) int { return strings.Compare(a.account, b.account) })
	parts := make([][]byte, len(bills))
	for i, b := range bills {
		parts[i] = b.invoices
	}
	return writeFile(ctx, shardName(fn.Output, shard, fn.Shards), parts)
}

// shardName is the output itself when it is not sharded.
func shardName(output string, shard, shards int) string {
	if shards == 1 {
		return output
	}
	return fmt.Sprintf("%s-%05d-of-%05d", output, shard, shards)
}

// writeAnomaliesFn writes all anomalies in the order of the files, one a line.
type writeAnomaliesFn struct {
	Output string
}

func (fn *writeAnomaliesFn) ProcessElement(ctx context.Context, _ int, anomalies func(*[]byte) bool, verdict string) error {
	if verdict != "" {
		return errors.New(verdict)
	}
	list, err := inOrder(anomalies)
	if err != nil {
		return err
	}
	parts := make([][]byte, len(list))
	for i, a := range list {
		parts[i] = []byte(display.Text(a.place.String()+": "+string(a.text)) + "\n")
	}
	return writeFile(ctx, fn.Output, parts)
}
