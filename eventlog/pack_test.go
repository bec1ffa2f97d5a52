package eventlog_test

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
)

// filePart is some lines of a file, and the error that ends it.
type filePart struct {
	eventlog.Part
	text  string
	first bool
	err   error
}

func (p *filePart) reader() io.Reader {
	if p.err == nil {
		return strings.NewReader(p.text)
	}
	return io.MultiReader(strings.NewReader(p.text), iotest.ErrReader(p.err))
}

// cut cuts a file into parts of whole lines.
func cut(pick picker, name, text string, err error) (parts []filePart) {
	for first := true; first || len(text) > 0; first = false {
		end := len(text)
		if n := pick(len(text) + 1); pick(2) == 0 && n > 0 {
			end = strings.IndexByte(text[n-1:], '\n') + n
			if end < n {
				end = len(text)
			}
		}
		p := filePart{Part: eventlog.Part{File: name, Continues: !first}, text: text[:end], first: first}
		if text = text[end:]; text == "" {
			p.err = err
		}
		parts = append(parts, p)
	}
	return parts
}

// pack packs all parts, and returns the blocks by shard in their order.
func pack(t require.TestingT, p *eventlog.Packing, parts []filePart) (blocks [][][]byte, scans []*eventlog.Scan) {
	var mu sync.Mutex
	byNumber := make([]map[int][]byte, p.Shards)
	p.Emit = func(shard, number int, block []byte) error {
		mu.Lock()
		defer mu.Unlock()
		if byNumber[shard] == nil {
			byNumber[shard] = map[int][]byte{}
		}
		require.NotContains(t, byNumber[shard], number)
		byNumber[shard][number] = block
		return nil
	}
	for i, part := range parts {
		scan, err := p.Pack(context.Background(), part.reader(), i, part.first)
		require.NoError(t, err)
		scans = append(scans, sent(t, scan))
	}
	require.NoError(t, p.Flush())
	blocks = make([][][]byte, p.Shards)
	for shard, list := range byNumber {
		for number := range len(list) {
			require.Contains(t, list, number)
			blocks[shard] = append(blocks[shard], list[number])
		}
	}
	return blocks, scans
}

// sent is a scan as another process reads it.
func sent(t require.TestingT, s *eventlog.Scan) *eventlog.Scan {
	b, err := encoding.BinaryAppender(s).AppendBinary(nil)
	require.NoError(t, err)
	var got eventlog.Scan
	require.NoError(t, got.UnmarshalBinary(b))
	for n := range b {
		require.Error(t, new(eventlog.Scan).UnmarshalBinary(b[:n]))
	}
	for piece := range s.BadLines() {
		require.NoError(t, got.AddBadLines(slices.Clone(piece)))
	}
	return &got
}

// packedOf is what was packed, its blocks in any order.
func packedOf(parts []filePart, scans []*eventlog.Scan, shards ...[][]byte) eventlog.Packed {
	from := eventlog.Packed{Scans: scans}
	for _, p := range parts {
		from.Parts = append(from.Parts, p.Part)
	}
	all := slices.Concat(shards...)
	var mu sync.Mutex
	from.Next = func() (eventlog.Block, error) {
		mu.Lock()
		defer mu.Unlock()
		if len(all) == 0 {
			return eventlog.Block{}, io.EOF
		}
		b := eventlog.Block{Events: all[len(all)-1]}
		all = all[:len(all)-1]
		return b, nil
	}
	return from
}

func unpack(t require.TestingT, from eventlog.Packed, how eventlog.Loading) (*eventlog.Events, loaded) {
	var events eventlog.Events
	found, err := events.Unpack(context.Background(), from, how)
	require.True(t, err == nil || errors.As(err, new(*eventlog.LoadError)), "%v", err)
	return &events, loaded{found, err}
}

// What is packed and unpacked is what is loaded: events, bad lines, conflicts, files that cannot be read, spans and errors,
// whatever the parts, shards and workers.
func TestLawPackedIsLoaded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := drawn(t)
		h := crowd(pick, 1+pick(3))
		for range pick(6) { // an id with two contents, in one account or two
			e := h.Events[pick(len(h.Events))]
			e.Credits++
			e.Type = account.UsageRecorded
			e.Account = h.Events[pick(len(h.Events))].Account
			h.Events = append(h.Events, e)
		}
		for range pick(4) {
			h.Events = append(h.Events, h.Events[pick(len(h.Events))])
		}
		texts := h.files(pick, 1+pick(3))
		files, parts := sources(texts...), []filePart(nil)
		for i, text := range texts {
			for range pick(6) {
				at := 0 // before any line
				if n := pick(len(text) + 1); n > 0 {
					at = strings.LastIndexByte(text[:n], '\n') + 1
				}
				text = text[:at] + eventtest.One(eventtest.Picker(pick), "no event\n", "\n", "\n\n{\r\n") + text[at:]
			}
			if pick(4) == 0 {
				text = "\ufeff" + text
			}
			var failed error
			if pick(6) == 0 {
				failed = io.ErrUnexpectedEOF
			}
			whole := filePart{text: text, err: failed}
			files[i].Open = func() (io.ReadCloser, error) { return io.NopCloser(whole.reader()), nil }
			parts = append(parts, cut(pick, files[i].Name, text, failed)...)
		}
		how := eventlog.Loading{Policy: h.Policy, KeepGoing: pick(2) == 0, Workers: 1 + pick(3), MaxProblems: pick(5)}
		var events eventlog.Events
		want := loadInto(t, &events, files, how)

		packing := &eventlog.Packing{Policy: h.Policy, Shards: 1 + pick(3), Workers: 1 + pick(3), MaxProblems: how.MaxProblems}
		blocks, scans := pack(t, packing, parts)
		got, found := unpack(t, packedOf(parts, scans, blocks...), how)
		require.Equal(t, badLines(want), badLines(found))
		require.Equal(t, want.err == nil, found.err == nil)
		if want.err == nil {
			require.Equal(t, kept(&events), kept(got))
			span, err := events.Span(h.Policy)
			require.NoError(t, err)
			other, err := got.Span(h.Policy)
			require.NoError(t, err)
			require.Equal(t, span, other)
		} else {
			require.Equal(t, want.err.Error(), found.err.Error())
		}

		again, _ := pack(t, &eventlog.Packing{Policy: h.Policy, Shards: packing.Shards, Workers: 3, MaxProblems: how.MaxProblems}, parts)
		require.Equal(t, blocks, again, "the number of workers changes nothing")
	})
}

// Conflicts that were found in each shard, and between shards, are those of all of them.
func TestConflictsOfShards(t *testing.T) {
	used := func(id, name string, credits int) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":%q,"at":"2026-01-05","credits":%d}`+"\n", id, name, credits)
	}
	parts := []filePart{
		{Part: eventlog.Part{File: "0.jsonl"}, text: used("x", "a", 1) + "oops\n" + used("x", "a", 2), first: true},
		{Part: eventlog.Part{File: "0.jsonl", Continues: true}, text: used("x", "a", 2)},
	}
	for _, keep := range []bool{true, false} {
		how := eventlog.Loading{KeepGoing: keep, MaxProblems: 20}
		blocks, scans := pack(t, &eventlog.Packing{Shards: 1}, parts)
		_, want := unpack(t, packedOf(parts, scans, blocks...), how)
		bare := make([]*eventlog.Scan, len(scans)) // without the texts of bad lines
		for i, s := range scans {
			bare[i] = &eventlog.Scan{}
			b, _ := s.AppendBinary(nil)
			require.NoError(t, bare[i].UnmarshalBinary(b))
		}
		_, shard := unpack(t, packedOf(parts, bare, blocks...), how)
		verdict := packedOf(parts, scans)
		verdict.Conflicts = [][]byte{shard.Bad.AppendConflicts(nil)}
		_, got := unpack(t, verdict, how)
		require.Equal(t, badLines(want), badLines(got))
		require.Contains(t, strings.Join(badLines(got), "\n"), map[bool]string{true: "0.jsonl:4:1: id ", false: "0.jsonl:3:1: id "}[keep])
		for id := range eventlog.ConflictIDs(verdict.Conflicts[0]) {
			require.Equal(t, "x", string(id))
		}
		verdict.Conflicts[0] = verdict.Conflicts[0][:len(verdict.Conflicts[0])-1]
		_, err := new(eventlog.Events).Unpack(t.Context(), verdict, how)
		require.ErrorIs(t, err, eventlog.ErrBlock)
	}
}

// FuzzUnpack gives damaged blocks to Unpack: they are refused, or billed as what they say.
func FuzzUnpack(f *testing.F) {
	for _, line := range slices.Concat(eventtest.Common, eventtest.Others) {
		parts := []filePart{{Part: eventlog.Part{File: "x"}, text: "\n" + line, first: true}}
		blocks, _ := pack(f, &eventlog.Packing{Shards: 1}, parts)
		f.Add(slices.Concat(blocks[0]...))
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		_, agree := eventlog.UsageEntries(block, 1)
		require.True(t, agree)
		from := packedOf([]filePart{{Part: eventlog.Part{File: "x"}}}, make([]*eventlog.Scan, 1), [][]byte{block})
		var events eventlog.Events
		if _, err := events.Unpack(t.Context(), from, eventlog.Loading{Workers: 1, KeepGoing: true}); err != nil {
			require.ErrorIs(t, err, eventlog.ErrBlock)
			return
		}
		kept(&events)
		_, _ = events.Span(invoice.Policy{})
		for _, err := range events.Replay(t.Context(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue(gold()), Through: date("2026-03-01"), Workers: 1}) {
			_ = err
		}
	})
}

// Entries of usage are read in one go as all others are, whichever byte of them is damaged.
func TestUsageEntries(t *testing.T) {
	text := `{"id":"evt-1","type":"usage.recorded","account":"a","at":"2026-03-01T10:00:00Z","credits":5}` + "\n" +
		`{"id":"` + strings.Repeat("2", 90) + `","type":"usage.recorded","account":"b@example.com","at":"2026-03-02","credits":123456}` + "\n" +
		`{"id":"3","type":"account.closed","account":"a","at":"2026-03-03T10:00:00Z"}` + "\n"
	for _, before := range []int{0, 1} {
		parts := make([]filePart, before, 2)
		parts = append(parts, filePart{Part: eventlog.Part{File: "x"}, text: text, first: true})
		blocks, _ := pack(t, &eventlog.Packing{Shards: 1}, parts)
		block := slices.Concat(blocks[0]...)
		n, agree := eventlog.UsageEntries(block, before+1)
		require.Equal(t, 2, n)
		require.True(t, agree)
		for i := range block {
			for _, damaged := range []byte{0, 1, 0x7f, 0x80, 0xff, block[i] - 1, block[i] + 1, block[i] ^ 0x40} {
				other := slices.Clone(block)
				other[i] = damaged
				_, agree := eventlog.UsageEntries(other, before+1)
				require.True(t, agree, "byte %d is %#x", i, damaged)
				_, agree = eventlog.UsageEntries(other[:i], before+1)
				require.True(t, agree, "the first %d bytes", i)
			}
		}
	}
}

// What every event says comes through, whichever its number among the parts.
func TestPackedKeepsEverything(t *testing.T) {
	lines := slices.Concat(eventtest.Common, eventtest.Others)
	for i, line := range lines {
		lines[i] = strings.NewReplacer("\r", " ", "\n", " ", `"id":"1"`, fmt.Sprintf(`"id":"1-%d"`, i), `"evt-`, fmt.Sprintf(`"%d-`, i)).Replace(line)
	}
	text := strings.Join(lines, "\n")
	events, want := load(t, eventlog.Loading{KeepGoing: true}, "\n", text)
	require.Less(t, want.Bad.Len(), 10)
	parts := []filePart{{Part: eventlog.Part{File: "0.jsonl"}, text: "\n", first: true}, {Part: eventlog.Part{File: "1.jsonl"}, text: text, first: true}}
	blocks, scans := pack(t, &eventlog.Packing{Shards: 1}, parts)
	from := packedOf(parts, scans, blocks...)
	got, found := unpack(t, from, eventlog.Loading{KeepGoing: true})
	require.Equal(t, badLines(want), badLines(found))
	require.Equal(t, kept(events), kept(got))
	var ids, other []string
	for _, name := range events.Accounts() {
		for _, e := range events.Of(name) {
			ids = append(ids, e.ID)
		}
	}
	for _, b := range blocks[0] {
		for id := range eventlog.BlockIDs(b) {
			other = append(other, string(id))
		}
		require.Equal(t, b, eventlog.BlockOf(b, func([]byte) bool { return true }))
		require.Empty(t, eventlog.BlockOf(b, func([]byte) bool { return false }))
	}
	require.Subset(t, other, ids)

	from = packedOf(append([]filePart{{Part: eventlog.Part{File: "before"}}}, parts...), append([]*eventlog.Scan{nil}, scans...), blocks...)
	next := from.Next
	from.Next = func() (eventlog.Block, error) {
		b, err := next()
		b.First = 1
		return b, err
	}
	got, found = unpack(t, from, eventlog.Loading{KeepGoing: true})
	require.Equal(t, badLines(want), badLines(found))
	require.Equal(t, kept(events), kept(got))
}

func TestUnpackSome(t *testing.T) {
	text := strings.Repeat(usage+`,"credits":1}`+"\n", 2) + strings.Replace(usage, `"a"`, `"b"`, 1) + `,"credits":2}`
	parts := []filePart{{Part: eventlog.Part{File: "x"}, text: strings.Replace(text, `"id":"1"`, `"id":"2"`, 1), first: true}}
	blocks, scans := pack(t, &eventlog.Packing{Shards: 1}, parts)
	from := packedOf(parts, scans, blocks...)
	from.Without = func(id []byte) bool { return string(id) == "1" }
	events, found := unpack(t, from, eventlog.Loading{})
	require.NoError(t, found.err)
	require.Equal(t, 1, events.Len())

	only, n := packedOf(parts, scans, blocks...), 0
	only.Without = from.Without
	events, _ = unpack(t, only, eventlog.Loading{Workers: 1, Only: func(string) bool { n++; return false }})
	require.Zero(t, events.Len())
	span, err := events.Span(invoice.Policy{})
	require.NoError(t, err)
	require.Equal(t, "2026-01-31", span.Last.String(), "the dates of others are known")

	stopped := errors.New("no disk")
	from.Next = func() (eventlog.Block, error) { return eventlog.Block{}, stopped }
	_, err = events.Unpack(t.Context(), from, eventlog.Loading{})
	require.ErrorIs(t, err, stopped)
	_, err = new(eventlog.Events).Unpack(t.Context(), eventlog.Packed{Parts: from.Parts}, eventlog.Loading{})
	require.ErrorContains(t, err, "0 scans of 1 parts")
	packing := eventlog.Packing{Shards: 2, Emit: func(int, int, []byte) error { return stopped }}
	_, err = packing.Pack(t.Context(), strings.NewReader(text), 0, true)
	require.NoError(t, err)
	require.ErrorIs(t, packing.Flush(), stopped)
	long := strings.Repeat(usage+`,"credits":1}`+"\n", 20_000)
	_, err = packing.Pack(t.Context(), strings.NewReader(long), 0, true)
	require.ErrorIs(t, err, stopped)
}
