package eventlog_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func sources(texts ...string) []eventlog.Source {
	var list []eventlog.Source
	for i, text := range texts {
		list = append(list, eventlog.Source{Name: fmt.Sprintf("%d.jsonl", i), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}})
	}
	return list
}

// loaded is what Load returns.
type loaded struct {
	eventlog.Loaded
	err error // nil or a *eventlog.LoadError
}

func load(t require.TestingT, how eventlog.Loading, texts ...string) (*eventlog.Events, loaded) {
	var events eventlog.Events
	return &events, loadInto(t, &events, sources(texts...), how)
}

func loadInto(t require.TestingT, events *eventlog.Events, files []eventlog.Source, how eventlog.Loading) loaded {
	found, err := events.Load(context.Background(), files, how)
	problem := (*eventlog.LoadError)(nil)
	require.True(t, err == nil || errors.As(err, &problem), "%v", err)
	require.Equal(t, len(found.Failed) > 0 || !how.KeepGoing && found.Bad.Len() > 0, err != nil, "nothing is wrong in silence: %v", err)
	require.Len(t, slices.Collect(found.Bad.All()), found.Bad.Len())
	return loaded{found, err}
}

// bad are the lines that are left out.
func (l *loaded) bad() []*eventlog.Line { return slices.Collect(l.Bad.All()) }

// kept is everything that is kept, whatever the order: events as lines with their places.
func kept(events *eventlog.Events) (list []string) {
	for _, name := range events.Accounts() {
		for _, e := range events.Of(name) {
			list = append(list, e.Place.String()+" "+string(e.AppendJSON(nil)))
		}
	}
	slices.Sort(list)
	return list
}

func badLines(found loaded) (list []string) {
	for line := range found.Bad.All() {
		list = append(list, fmt.Sprintf("%s | %.100s", line, line.Text))
	}
	for _, f := range found.Failed {
		list = append(list, f.Name+" | "+f.Err.Error())
	}
	return list
}

// obvious is what loading is to find, by maps and one line after the other: the events that are
// kept, and the lines that are not, when it keeps going.
func obvious(policy invoice.Policy, texts ...string) (list, bad []string) {
	type one struct {
		account.Event
		file int
	}
	byID := map[string][]one{}
	for i, text := range texts {
		for e, err := range eventlog.Read(strings.NewReader(text), fmt.Sprintf("%d.jsonl", i), policy) {
			if err == nil {
				byID[e.ID] = append(byID[e.ID], one{e, i})
				continue
			}
			line := (*eventlog.Line)(nil)
			errors.As(err, &line)
			bad = append(bad, fmt.Sprintf("%s | %.100s", line, line.Text))
		}
	}
	for id, all := range byID {
		first := all[0] // as files and lines go
		same := !slices.ContainsFunc(all, func(o one) bool { return !o.Same(&first.Event) })
		if same {
			list = append(list, first.Place.String()+" "+string(first.AppendJSON(nil)))
			continue
		}
		for _, o := range all {
			text := fmt.Sprintf(`%s: id %q is used again with different content, expected one event an id`, o.Place, id)
			if !o.Same(&first.Event) {
				text = fmt.Sprintf(`%s: id %q is used twice with different content, first at %s, expected one event an id`, o.Place, id, first.Place)
			}
			bad = append(bad, fmt.Sprintf("%s | %.100s", text, o.AppendJSON(nil)))
		}
	}
	slices.Sort(list)
	return list, bad
}

// Loading finds what reading one line after the other finds, whatever the number of workers,
// whichever file is faster, and wherever its reads end.
func TestLawLoadIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := drawn(t)
		h := crowd(pick, 1+pick(3))
		for range pick(4) { // an id with two contents
			e := h.Events[pick(len(h.Events))]
			e.Credits++
			e.Type = account.UsageRecorded
			h.Events = append(h.Events, e)
		}
		for range pick(4) {
			h.Events = append(h.Events, h.Events[pick(len(h.Events))])
		}
		texts := h.files(pick, 1+pick(3))
		for range pick(3) {
			texts[pick(len(texts))] += "no event\n"
		}
		list, bad := obvious(h.Policy, texts...)
		for _, workers := range []int{1, 2, 5} {
			events, found := load(t, eventlog.Loading{Policy: h.Policy, KeepGoing: true, Workers: workers}, texts...)
			require.Equal(t, list, kept(events))
			require.ElementsMatch(t, bad, badLines(found))
			require.Equal(t, len(list), events.Len())
		}
	})
}

// What is wrong is the same whatever the number of workers, and in the order of files and lines.
func TestLoadProblems(t *testing.T) {
	used := func(id string, credits int) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":"a","at":"2026-01-05","credits":%d}`+"\n", id, credits)
	}
	first := used("1", 1) + "oops\n" + used("2", 1) + used("2", 2)
	second := used("1", 2) + used("1", 2) + used("3", 1) + "\n" + used("2", 1)
	want := []string{
		`0.jsonl:2:1: broken JSON: invalid character 'o' at start of value, expected a value | oops`,
		`0.jsonl:4:1: id "2" is used twice with different content, first at 0.jsonl:3:1, expected one event an id | {"id":"2","type":"usage.recorded","account":"a","at":"2026-01-05T00:00:00Z","credits":2}`,
		`1.jsonl:1:1: id "1" is used twice with different content, first at 0.jsonl:1:1, expected one event an id | {"id":"1","type":"usage.recorded","account":"a","at":"2026-01-05T00:00:00Z","credits":2}`,
	}
	for _, workers := range []int{1, 2, 3, 8} {
		for range 20 {
			_, found := load(t, eventlog.Loading{Workers: workers}, first, second)
			require.Equal(t, want, badLines(found))
		}
	}
}

// A file is given up once it has too many problems, and the first of them are all there.
func TestLoadGivesUp(t *testing.T) {
	text := strings.Repeat("oops"+strings.Repeat(" ", 400)+"\n", 50_000)
	for _, workers := range []int{1, 4} {
		_, found := load(t, eventlog.Loading{Workers: workers, MaxProblems: 20}, text, "oops\n")
		require.Equal(t, 22, found.Bad.Len(), "the rest is not read")
		for i := range 21 {
			require.Equal(t, i+1, found.bad()[i].Err.Line)
		}
		require.Equal(t, "1.jsonl", found.bad()[21].Err.File)
	}
}

// A file that cannot be read to its end fails, those before it are read.
func TestLoadFails(t *testing.T) {
	files := sources(usage+`,"credits":1}`+"\n", "", "oops")
	files[1].Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("\noops\n{"), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
	}
	want := []string{"1.jsonl:2:1: broken JSON: invalid character 'o' at start of value, expected a value | oops",
		"1.jsonl | 1.jsonl:3:1: cannot read on: unexpected EOF"}
	for _, workers := range []int{1, 3} {
		var events eventlog.Events
		found := loadInto(t, &events, files, eventlog.Loading{Workers: workers})
		require.Equal(t, want, badLines(found))
		require.ErrorContains(t, found.err, "1.jsonl:2:1: broken JSON")
		require.ErrorIs(t, found.err, io.ErrUnexpectedEOF)
		require.Equal(t, 1, events.Len())
	}
	var events eventlog.Events
	found := loadInto(t, &events, files, eventlog.Loading{KeepGoing: true})
	require.Equal(t, 2, found.Bad.Len(), "it reads on past the file")
	require.Len(t, found.Failed, 1)
}

// Lines are the same wherever reads and chunks end: byte by byte, with long lines, without an
// end, after a byte order mark.
func TestReadInPieces(t *testing.T) {
	pick := picker(rand.New(rand.NewPCG(7, 8)).IntN)
	pad := func(n int) string {
		return usage + `,"credits":1,"metadata":{"x":"` + strings.Repeat("x", n) + `"}}`
	}
	var lines []string
	for range 40 {
		lines = append(lines, pad(pick(30_000)), "", "oops", pad(pick(300)))
	}
	lines = append(lines, pad(400_000), pad(eventlog.MaxLine-len(pad(0))-1), strings.Repeat("y", eventlog.MaxLine), pad(3_000_000), pad(5))
	for _, end := range []string{"\n", "\r\n", "\n\n"} {
		text := "\ufeff" + strings.Join(lines, end)
		want := readPieces(strings.NewReader(text))
		require.Equal(t, want, readPieces(iotest.HalfReader(strings.NewReader(text))))
		require.Equal(t, want, readPieces(iotest.DataErrReader(strings.NewReader(text))))
		require.Len(t, want, len(lines)-40)
		if end == "\n" {
			require.Equal(t, want[:3], readPieces(iotest.OneByteReader(strings.NewReader(strings.Join(lines[:4], end)))), "a line at a time")
		}
	}
}

func readPieces(r io.Reader) (list []string) {
	for e, err := range eventlog.Read(r, "events.jsonl", invoice.Policy{}) {
		if err != nil {
			list = append(list, err.Error())
			continue
		}
		list = append(list, fmt.Sprint(e.Place, len(e.Metadata)))
	}
	return list
}

// Only keeps some accounts; the others are held to the same rules, and date the bills.
func TestLoadOnly(t *testing.T) {
	text := usage + `,"credits":1}` + "\n" + `{"id":"2","type":"account.closed","account":"b","at":"2026-03-05"}` + "\noops\n"
	var n atomic.Int64
	events, found := load(t, eventlog.Loading{Only: func(name string) bool { return name == "a" }, Events: &n, KeepGoing: true}, text)
	require.Equal(t, []string{"a"}, events.Accounts())
	require.Equal(t, date("2026-03-05"), must(events.Span(invoice.Policy{})).Last)
	require.Equal(t, 1, found.Bad.Len())
	require.EqualValues(t, 2, n.Load())
}

// What is taken out again does not date the bills.
func TestLatestOfWhatIsKept(t *testing.T) {
	text := usage + `,"credits":1}` + "\n" + `{"id":"2","type":"account.closed","account":"b","at":"2026-03-05"}
{"id":"2","type":"account.closed","account":"b","at":"2026-03-06"}`
	events, found := load(t, eventlog.Loading{KeepGoing: true}, text)
	require.Equal(t, 2, found.Bad.Len())
	require.Equal(t, []string{"a"}, events.Accounts())
	require.Equal(t, date("2026-01-31"), must(events.Span(invoice.Policy{})).Last)
	e := account.Event{ID: "2", Account: "c", Type: account.Closed, At: at("2026-04-01")}
	require.NoError(t, events.Add(e), "its id is free again")
	require.ErrorContains(t, events.Add(account.Event{ID: "2", Account: "c", Type: account.Closed, At: at("2026-04-02")}), "different content")
	require.Equal(t, 2, events.Len())
}

func TestLoadStops(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	never, write := io.Pipe()
	files := sources(strings.Repeat("oops\n", 1000), "")
	files[1].Open = func() (io.ReadCloser, error) { cancel(); return never, nil }
	var events eventlog.Events
	_, err := events.Load(ctx, files, eventlog.Loading{})
	require.ErrorIs(t, err, context.Canceled, "also while a file does not answer")
	require.NoError(t, write.Close())
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "no goroutine is left")
}

// shorter is a tenth of n in short tests, which are run with the race detector too.
func shorter(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// Who forgets to look at the error cannot bill what is not all there.
func TestLoadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		files []eventlog.Source
		want  string
	}{
		"a bad line":               {sources(opened+"}", "oops"), "1.jsonl:1:1: broken JSON"},
		"an id with two contents":  {sources(opened+"}", changed+"}"), `1.jsonl:1:1: id "1" is used twice with different content, first at 0.jsonl:1:1`},
		"a file that is not there": {[]eventlog.Source{{Name: "x", Open: func() (io.ReadCloser, error) { return nil, io.ErrNoProgress }}}, io.ErrNoProgress.Error()},
		"no way to open it":        {[]eventlog.Source{{Name: "x"}}, "x: the source has no Open"},
		"nothing to read":          {[]eventlog.Source{{Name: "x", Open: func() (io.ReadCloser, error) { return nil, nil }}}, "x: its Open returned nil"},
	} {
		t.Run(name, func(t *testing.T) {
			var events eventlog.Events
			_, err := events.Load(t.Context(), test.files, eventlog.Loading{})
			problem := (*eventlog.LoadError)(nil)
			require.True(t, errors.As(err, &problem), "%v", err)
			require.ErrorContains(t, err, test.want)
			for _, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1}) {
				require.ErrorContains(t, err, test.want)
			}
			err = eventlog.ReplayInto(t.Context(), &events, eventlog.Billing{Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1},
				func(int, *account.Bill) int { return 0 }, func(int) error { return nil })
			require.ErrorContains(t, err, test.want)
			_, err = events.Span(invoice.Policy{})
			require.ErrorContains(t, err, test.want)
			require.False(t, events.Certain(catalogue(gold()), invoice.Policy{}))
			require.ErrorContains(t, events.Add(account.Event{ID: "2", Account: "a", At: at("2026-03-01")}), test.want)
			_, err = events.Load(t.Context(), sources(opened+"}"), eventlog.Loading{})
			require.ErrorContains(t, err, test.want, "it stays as it is")
		})
	}
	var events eventlog.Events
	_, err := events.Load(t.Context(), sources(opened+"}\noops\n"), eventlog.Loading{KeepGoing: true})
	require.NoError(t, err)
	for b, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1}) {
		require.NoError(t, err)
		require.Len(t, b.Invoices, 1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = events.Load(ctx, sources(closed+"}"), eventlog.Loading{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = events.Span(invoice.Policy{})
	require.ErrorIs(t, err, context.Canceled)
}

// The error of a file of bad lines names some of them, and says how many there are.
func TestLoadErrorIsShort(t *testing.T) {
	n := shorter(100_000)
	_, found := load(t, eventlog.Loading{}, strings.Repeat("oops\n", n))
	require.Equal(t, n, found.Bad.Len())
	require.Less(t, len(found.err.Error()), 2000)
	require.ErrorContains(t, found.err, "0.jsonl:10:1: broken JSON")
	require.ErrorContains(t, found.err, fmt.Sprintf("and %d more lines", n-10))
	line := (*eventlog.Line)(nil)
	require.True(t, errors.As(found.err, &line))
	require.Equal(t, "oops", string(line.Text))
}

// A log means something under the policy it was read under, and is billed under no other.
func TestLoadedUnderAnotherPolicy(t *testing.T) {
	auckland := policyOf("time_zone=Pacific/Auckland", "currency=NZD")
	packages := must(invoice.NewCatalogue([]invoice.Package{{Name: "Gold", Price: money.MustParse("79.95 NZD")}}, invoice.Retail))
	bills := func(events *eventlog.Events, policy invoice.Policy) error {
		for _, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: packages, Policy: policy, Through: date("2026-03-05"), Workers: 1}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	events, found := load(t, eventlog.Loading{Policy: auckland}, opened+"}")
	require.NoError(t, found.err)
	require.NoError(t, bills(events, auckland))
	require.NoError(t, bills(events, policyOf("time_zone=Pacific/Auckland", "currency=NZD", "timing=advance")), "the rest of it is for billing")
	for name, other := range map[string]invoice.Policy{
		"the zone":            policyOf("currency=NZD"),
		"another zone":        policyOf("time_zone=Pacific/Chatham", "currency=NZD"),
		"the currency":        policyOf("time_zone=Pacific/Auckland"),
		"both":                {},
		"a zone of that name": {TimeZone: time.FixedZone("Pacific/Auckland", 12*3600), Currency: auckland.Currency},
	} {
		require.ErrorContains(t, bills(events, other), "with currency NZD and time_zone Pacific/Auckland, and are to be billed with currency ", name)
		require.False(t, events.Certain(packages, other), name)
		_, err := events.Span(other)
		require.ErrorContains(t, err, "Pacific/Auckland", name)
		_, err = events.Load(t.Context(), sources(closed+"}"), eventlog.Loading{Policy: other})
		require.ErrorContains(t, err, "with currency NZD and time_zone Pacific/Auckland so far, and now with", name)
	}
	require.ErrorContains(t, bills(events, invoice.Policy{}), "with currency USD and time_zone UTC")
	require.NoError(t, bills(events, auckland), "what was refused changes nothing")

	there := policyOf("time_zone=America/New_York", "currency=NZD")
	elsewhere := events.InTimeZone(there.TimeZone)
	require.NoError(t, bills(elsewhere, there), "unless it is asked for")
	require.ErrorContains(t, bills(elsewhere, auckland), "Pacific/Auckland")
	require.ErrorContains(t, bills(elsewhere, policyOf("time_zone=America/New_York")), "currency USD")
	require.Error(t, elsewhere.Add(account.Event{ID: "2", Account: "a", At: at("2026-03-01")}))
	_, err := elsewhere.Load(t.Context(), nil, eventlog.Loading{Policy: there})
	require.Error(t, err)
	require.NoError(t, events.Add(account.Event{ID: "2", Account: "a", Type: account.Closed, At: at("2026-03-01")}))

	utc, found := load(t, eventlog.Loading{}, opened+"}")
	require.NoError(t, found.err)
	_, err = utc.Span(invoice.Policy{TimeZone: time.UTC, Currency: money.USD})
	require.NoError(t, err, "the defaults, spelled out")
}

// Bad lines come back as they were found, however many files, chunks and workers there are, and of whatever size.
func TestBadLines(t *testing.T) {
	var texts, want []string
	for f := range 3 {
		var text strings.Builder
		for i := range shorter(8_000) {
			switch {
			case i%7 == 0:
				text.WriteString("{}\n")
			case i%1001 == 0:
				text.WriteString("\xff" + strings.Repeat("x", i*5) + "\r\n")
			case i%31 == 0:
				fmt.Fprintf(&text, `{"id":"%d","type":"usage.recorded","account":"a","at":"2026-01-05","credits":%d}`+"\n", i, f)
			default:
				text.WriteString("\n")
			}
		}
		texts = append(texts, text.String())
	}
	_, want = obvious(invoice.Policy{}, texts...)
	for _, workers := range []int{1, 3, 8} {
		for _, ids := range []int{1, 1 << 20} {
			var events eventlog.Events
			events.LookAtIDs(ids)
			found := loadInto(t, &events, sources(texts...), eventlog.Loading{Workers: workers, KeepGoing: true})
			require.ElementsMatch(t, want, badLines(found))
			require.True(t, slices.IsSortedFunc(found.bad(), func(a, b *eventlog.Line) int {
				return cmp.Or(strings.Compare(a.Err.File, b.Err.File), cmp.Compare(a.Err.Line, b.Err.Line))
			}), "in the order of the files and their lines")
		}
	}
}

// Bad lines take little more memory than they have bytes.
func TestBadLinesTakeLittleMemory(t *testing.T) {
	n := shorter(1_000_000)
	text := strings.Repeat("{}\n", n)
	var before, after runtime.MemStats
	heapFree()
	runtime.ReadMemStats(&before)
	var events eventlog.Events
	found, err := events.Load(t.Context(), sources(text), eventlog.Loading{KeepGoing: true})
	require.NoError(t, err)
	heapFree()
	runtime.ReadMemStats(&after)
	require.Equal(t, n, found.Bad.Len())
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(8*n))
	last := 0
	for line := range found.Bad.All() {
		require.Equal(t, last+1, line.Err.Line)
		if last = line.Err.Line; last == 1000 {
			break
		}
	}
}

// Lines that come one at a time, as from a program that writes them so, take no more.
func TestBadLinesOneAtATime(t *testing.T) {
	n := shorter(50_000)
	for _, workers := range []int{1, 4} {
		files := []eventlog.Source{{Name: "x", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(&lineReader{text: strings.Repeat("{}\n\n", n)}), nil
		}}}
		var before, after runtime.MemStats
		heapFree()
		runtime.ReadMemStats(&before)
		var events eventlog.Events
		found := loadInto(t, &events, files, eventlog.Loading{KeepGoing: true, Workers: workers})
		require.Equal(t, n, found.Bad.Len())
		last := -1
		for line := range found.Bad.All() {
			require.Equal(t, last+2, line.Err.Line)
			last = line.Err.Line
		}
		heapFree()
		runtime.ReadMemStats(&after)
		require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(20*n+1<<19), "%d workers", workers)
		runtime.KeepAlive(&found)
	}
}

// heapFree frees what nobody holds, and what was given back to be used again.
func heapFree() {
	runtime.GC()
	runtime.GC()
}

// lineReader gives a line a read.
type lineReader struct{ text string }

func (r *lineReader) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n := copy(p, r.text[:strings.IndexByte(r.text, '\n')+1])
	r.text = r.text[n:]
	return n, nil
}

// What has more bad lines than are kept is given up, at the same line whoever reads it.
func TestTooManyBadLines(t *testing.T) {
	texts := []string{strings.Repeat("{}\n", 100), strings.Repeat(usage+`,"credits":1}`+"\n", 3000) + strings.Repeat("oops\n", shorter(100_000)), strings.Repeat("[]\n", shorter(100_000))}
	for _, how := range []eventlog.Loading{{KeepGoing: true, Workers: 1}, {KeepGoing: true, Workers: 4}, {Workers: 2}} {
		for range 5 {
			var events eventlog.Events
			events.LimitBad(100*6 + 500*8 + 7) // a line counts its bytes and four
			found := loadInto(t, &events, sources(texts...), how)
			require.ErrorContains(t, found.err, "1.jsonl:3501:1: up to here, more than 256 MiB of lines are no events, expected files of events")
			require.Equal(t, 600, found.Bad.Len())
			require.Len(t, found.Failed, 1)
			_, err := events.Span(invoice.Policy{})
			require.Error(t, err, "it is not to be billed, to keep going neither")
		}
	}
	var conflicts strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&conflicts, `{"id":"%d","type":"usage.recorded","account":"%d","at":"2026-01-05","credits":%d}`+"\n", i/2, i%7, i%2)
	}
	for _, how := range []eventlog.Loading{{KeepGoing: true, Workers: 1}, {KeepGoing: true, Workers: 4}, {Workers: 2}} {
		var events eventlog.Events
		events.LimitBad(20_000)
		events.LookAtIDs(100)
		found := loadInto(t, &events, sources("", conflicts.String()), how)
		first := 1
		if !how.KeepGoing {
			first = 2 // where the first is used again
		}
		require.ErrorContains(t, found.err, fmt.Sprintf("1.jsonl:%d:1: from here on, more than 256 MiB of events have ids that are used with different content", first))
		_, err := events.Span(invoice.Policy{})
		require.Error(t, err)
	}
}

// Events come back as they were given, whatever is in them.
func TestEventsKeepEverything(t *testing.T) {
	pick := picker(rand.New(rand.NewPCG(9, 10)).IntN)
	h := crowd(pick, 50)
	slices.SortFunc(h.Events, func(a, b account.Event) int { return strings.Compare(a.ID, b.ID) })
	h.Events = slices.CompactFunc(h.Events, func(a, b account.Event) bool { return a.ID == b.ID })
	for i := range h.Events {
		e := &h.Events[i]
		e.Place.File, e.Place.Line, e.Place.Column = fmt.Sprint(pick(3)), pick(1<<20), pick(300)
		if pick(5) == 0 {
			e.Metadata = []byte(`{"b": 1, "a":` + strings.Repeat(" ", pick(600)) + `"é"}`)
		}
		if pick(5) == 0 {
			e.At = e.At.Add(time.Duration(pick(1e9)))
		}
	}
	var events eventlog.Events
	given := map[string][]account.Event{}
	for _, e := range h.Events {
		require.NoError(t, events.Add(e))
		require.NoError(t, events.Add(e))
		given[e.Account] = append(given[e.Account], e)
	}
	require.Len(t, events.Accounts(), len(given))
	for name, want := range given {
		got := events.Of(name)
		require.Len(t, got, len(want))
		for i := range want {
			require.True(t, want[i].Same(&got[i]), "%s", want[i].AppendJSON(nil))
			require.Equal(t, want[i].Place, got[i].Place)
			require.True(t, want[i].RecordedAt.Equal(got[i].RecordedAt))
			require.True(t, bytes.Equal(want[i].Metadata, got[i].Metadata), "as it was spelled")
		}
	}
}

// Many ids find themselves again as their tables grow, and none finds another.
func TestManyIDs(t *testing.T) {
	var events eventlog.Events
	n := shorter(50_000)
	for i := range n {
		require.NoError(t, events.Add(account.Event{ID: fmt.Sprint(i), Account: fmt.Sprint(i % 7), Type: account.UsageRecorded, At: at("2026-01-01"), Credits: int64(i)}))
	}
	require.Equal(t, n, events.Len())
	for i := range n {
		require.NoError(t, events.Add(account.Event{ID: fmt.Sprint(i), Account: fmt.Sprint(i % 7), Type: account.UsageRecorded, At: at("2026-01-01"), Credits: int64(i)}))
	}
	require.Equal(t, n, events.Len())
	require.ErrorContains(t, events.Add(account.Event{ID: "777", Account: "1", Type: account.UsageRecorded, At: at("2026-01-01"), Credits: 777}), `id "777" is used twice with different content, expected one event an id`)
}

// What is given again takes no more room, however often it comes: beside events of one account
// that are new each time, too, and when it is to keep going.
func TestRepeatsTakeNoRoom(t *testing.T) {
	line := func(id, account string) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":%q,"at":"2026-01-05","credits":1}`+"\n", id, account)
	}
	var repeated strings.Builder
	n := shorter(5_000)
	for i := range n {
		repeated.WriteString(line(fmt.Sprint("event-", i), fmt.Sprint(i%300)))
	}
	for _, how := range []eventlog.Loading{{Workers: 1}, {Workers: 3}, {Workers: 2, KeepGoing: true}} {
		allocated := func(times int) (*eventlog.Events, int) {
			var texts []string
			for i := range times {
				text := repeated.String()
				for j := range 10 {
					text += line(fmt.Sprint("new-", i, "-", j), "big")
				}
				texts = append(texts, text)
			}
			var events eventlog.Events
			events.LookForRepeatsAt(int64(shorter(1 << 18)))
			made := 0
			how.Allocate = func(size int) []byte {
				made += size
				return make([]byte, size)
			}
			found := loadInto(t, &events, sources(texts...), how)
			require.NoError(t, found.err)
			require.Equal(t, n+10*times, events.Len())
			return &events, made
		}
		_, few := allocated(20)
		_, many := allocated(100)
		require.Less(t, many, 3*few, "of 20 times and of 100")
	}
}

// Repeats may be looked for after any chunk, whatever the others are doing.
func TestRepeatsAtAnyTime(t *testing.T) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, `{"id":"%d","type":"usage.recorded","account":"%d","at":"2026-01-05","credits":1}`+"\n", i, i%300)
	}
	var events eventlog.Events
	events.LookForRepeatsAt(1)
	found := loadInto(t, &events, sources(slices.Repeat([]string{text.String()}, 8)...), eventlog.Loading{Workers: 16})
	require.NoError(t, found.err)
	require.Equal(t, 20_000, events.Len())
}

// One id for everything is a problem of every line but one, and takes no time.
func TestOneIDForAll(t *testing.T) {
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, `{"id":"same","type":"usage.recorded","account":"a","at":"2026-01-05","credits":%d}`+"\n", i)
	}
	_, found := load(t, eventlog.Loading{}, text.String())
	require.Equal(t, 19_999, found.Bad.Len())
	events, found := load(t, eventlog.Loading{KeepGoing: true}, text.String(), text.String())
	require.Equal(t, 40_000, found.Bad.Len())
	require.Zero(t, events.Len())
}

// What was added has no place, and is told apart all the same.
func TestLoadAgainstWhatWasAdded(t *testing.T) {
	for _, how := range []eventlog.Loading{{}, {KeepGoing: true}} {
		var events eventlog.Events
		for _, id := range []string{"1", "2", "3"} {
			require.NoError(t, events.Add(account.Event{ID: id, Account: id, Type: account.UsageRecorded, At: at("2026-01-05"), Credits: 1}))
		}
		line := func(id string, credits int) string {
			return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":%q,"at":"2026-01-05","credits":%d}`+"\n", id, id, credits)
		}
		found := loadInto(t, &events, sources(line("1", 2)+line("2", 1)+line("3", 2)+line("4", 2)), how)
		var places []string
		for bad := range found.Bad.All() {
			places = append(places, bad.Err.Place.String())
		}
		require.Equal(t, []string{"0.jsonl:1:1", "0.jsonl:3:1"}, places)
		if how.KeepGoing {
			require.Equal(t, []string{"2", "4"}, events.Accounts())
			require.NoError(t, events.Add(account.Event{ID: "1", Account: "1", Type: account.UsageRecorded, At: at("2026-01-05"), Credits: 3}))
			require.Equal(t, 3, events.Len())
		}
	}
}

// What is read of a file that is given up, beyond the problems that are told, changes nothing.
func TestLoadGivesUpWhatIsBeyond(t *testing.T) {
	used := func(id string, credits int) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":"a","at":"2026-01-05","credits":%d}`+"\n", id, credits)
	}
	files := sources(strings.Repeat("oops\n", 5)+used("x", 1), used("x", 1), used("x", 2))
	bad := files[0].Open
	files[0].Open = func() (io.ReadCloser, error) { // and then it cannot be read on
		r, err := bad()
		return io.NopCloser(io.MultiReader(r, iotest.ErrReader(io.ErrUnexpectedEOF))), err
	}
	for _, workers := range []int{1, 2, 4} {
		for range 20 {
			var events eventlog.Events
			found := loadInto(t, &events, files, eventlog.Loading{Workers: workers, MaxProblems: 3})
			require.Equal(t, 5, found.Bad.Len())
			require.Equal(t, "2.jsonl:1:1", found.bad()[4].Err.Place.String())
			require.Empty(t, found.Failed)
		}
	}
}

// Which problems are found does not depend on which file is faster, also where one is given up.
func TestLoadGivesUpAlike(t *testing.T) {
	used := func(id string, from, to, credits int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, `{"id":"%s%d","type":"usage.recorded","account":"a","at":"2026-01-05","credits":%d}`+"\n", id, i, credits)
		}
		return b.String()
	}
	long := used("long", 0, 20_000, 1)
	for _, test := range []struct {
		name  string
		texts []string
		want  []string // places
	}{
		{"one id again and again", []string{used("x", 0, 1, 1) + strings.Repeat(used("x", 0, 1, 2), 30) + long + "oops\n"}, []string{"0.jsonl:2:1", "0.jsonl:20032:1"}},
		{"conflicts are of the later file", []string{used("c", 0, 8, 1) + long + "oops\n", used("c", 0, 8, 2)}, []string{"0.jsonl:20009:1", "1.jsonl:1:1", "1.jsonl:2:1", "1.jsonl:3:1", "1.jsonl:4:1"}},
		{"what follows is not read", []string{"oops\noops\noops\noops\n" + long, used("long", 0, 1, 2) + "oops\n"}, []string{"0.jsonl:1:1", "0.jsonl:2:1", "0.jsonl:3:1", "0.jsonl:4:1", "1.jsonl:2:1"}},
	} {
		for _, workers := range []int{1, 2, 5} {
			for range 5 {
				_, found := load(t, eventlog.Loading{Workers: workers, MaxProblems: 3}, test.texts...)
				var places []string
				for line := range found.Bad.All() {
					places = append(places, line.Err.Place.String())
				}
				require.Equal(t, test.want, places, "%s, %d workers", test.name, workers)
			}
		}
	}
}
