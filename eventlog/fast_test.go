package eventlog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// policies are two that read amounts and dates in different ways.
var policies = []invoice.Policy{policyOf(), policyOf("time_zone=Pacific/Auckland", "currency=JPY")}

// readings reads lines under two policies, with the fast way and without.
type readings struct {
	decoders []*eventlog.Decoder
	strict   []*account.Decoder
}

func newReadings() (r readings) {
	for _, p := range policies {
		r.decoders = append(r.decoders, eventlog.NewDecoder(p))
		r.strict = append(r.strict, account.NewDecoder(p))
	}
	return r
}

// requireOne: a line is the same event, or the same error, whether the fast way is tried or not,
// and once more when its strings are known.
func (r readings) requireOne(t require.TestingT, line []byte) {
	line = slices.Clip(slices.Clone(line)) // to see that nothing reads beyond it
	place := source.Place{File: "f", Line: 7, Column: 3}
	for i, d := range r.decoders {
		want, problem := r.strict[i].Decode(line, place)
		for range 2 {
			got, err := d.Decode(line, place)
			if problem != nil {
				require.EqualError(t, err, problem.Error(), "%q", line)
				require.Equal(t, account.Event{}, got)
				continue
			}
			require.NoError(t, err, "%q", line)
			require.Equal(t, want, got, "%q", line) // to the last bit of its instants
		}
	}
}

// FuzzDecode: there is one reading of a line.
func FuzzDecode(f *testing.F) {
	for _, line := range eventtest.Lines() {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) { newReadings().requireOne(t, line) })
}

// TestDecodeEdited: there is one reading of every line with any one byte left out, doubled or
// replaced by another.
func TestDecodeEdited(t *testing.T) {
	list, r := slices.Concat(eventtest.Common, eventtest.Others[:len(eventtest.Others)-1]), newReadings() // but for the long one
	if testing.Short() {
		list = eventtest.Common[:1]
	}
	for _, line := range list {
		for i := range len(line) {
			before, after := line[:i], line[i+1:]
			r.requireOne(t, []byte(before+after))
			r.requireOne(t, []byte(before+line[i:i+1]+line[i:]))
			for _, b := range "\x00\t\n\x1f \"+,-./012359:Z[\\]azt{}\x7f" {
				r.requireOne(t, []byte(before+string(b)+after))
			}
			r.requireOne(t, []byte(before+"\xff"+after))
		}
	}
}

// Law: there is one reading of a line made of good and bad pieces.
func TestLawDecode(t *testing.T) {
	var fields []string
	var wanted [][]string // of each type, with and without those that may be left out
	for kind := account.Created; kind <= account.EventVoided; kind++ {
		required, optional := kind.Fields()
		all := (required | optional).Names()
		wanted = append(wanted, required.Names(), all)
		fields = append(fields, all...)
	}
	slices.Sort(fields)
	fields = slices.Concat([]string{"id", "type", "account", "at", "recorded_at", "metadata", "x"}, slices.Compact(fields))
	values := []string{`"1"`, `"usage.recorded"`, `"account.created"`, `"charge.added"`, `"account.closed"`, `"event.voided"`, `"2026-01-31"`, `"2026-01-31T23:59:59.9-11:30"`,
		`"paid"`, `"period_end"`, `"retail"`, `"12.50"`, `"12"`, `""`, `"é"`, `"\u00e9"`, `5`, `0`, `-1`, `null`, `{}`, `{"a":[]}`, `[]`}
	good := map[string][]string{
		"type": values[1:6], "at": values[6:8], "recorded_at": values[6:8], "metadata": {`{}`, `{"a":[]}`}, "billing_date": {`"2026-02-10"`, `"2026-02-28"`},
		"effective": {`"period_end"`, `"immediately"`}, "credits": {`5`, `0`}, "amount": {`"12"`, `"-0.00"`}, "status": {`"paid"`, `"unpaid"`}, "price_list": {`"retail"`, `"distributor"`},
	}
	r := newReadings()
	rapid.Check(t, func(t *rapid.T) {
		chosen := slices.Concat(fields[:4], rapid.SampledFrom(wanted).Draw(t, "wanted"))
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			chosen = append(chosen, rapid.SampledFrom(fields).Draw(t, "field"))
		case 1:
			chosen = slices.Delete(chosen, 0, 1)
		}
		space := rapid.SampledFrom([]string{"", "", "", " ", "\t \r\n"})
		var text strings.Builder
		for i, name := range rapid.Permutation(chosen).Draw(t, "order") {
			list := good[name]
			if list == nil {
				list = []string{`"1"`, `"some text"`, `"账户"`}
			}
			value := rapid.SampledFrom(list).Draw(t, "value")
			if rapid.IntRange(0, 20).Draw(t, "bad") == 0 {
				value = rapid.SampledFrom(values).Draw(t, "value")
			}
			fmt.Fprintf(&text, `%s%s%s"%s"%s:%s%s`, space.Draw(t, "a"), "{,"[min(i, 1):][:1], space.Draw(t, "b"), name, space.Draw(t, "c"), space.Draw(t, "d"), value)
		}
		r.requireOne(t, []byte(text.String()+space.Draw(t, "e")+"}"+space.Draw(t, "f")))
	})
}

// TestDecodeFast: the fast way is taken by the lines that it is for, and gives up on eventtest.Others.
func TestDecodeFast(t *testing.T) {
	for _, policy := range policies {
		for _, line := range eventtest.Common {
			if strings.Contains(line, `"-12.50"`) && policy != policies[0] {
				continue // there is no half yen
			}
			_, ok := eventlog.NewDecoder(policy).DecodeFast([]byte(line), source.Place{})
			require.True(t, ok, line)
		}
	}
	for _, line := range eventtest.Others {
		newReadings().requireOne(t, []byte(line))
		_, ok := eventlog.NewDecoder(policies[0]).DecodeFast([]byte(line), source.Place{})
		require.False(t, ok, line)
		_, err := eventlog.NewDecoder(policies[0]).Decode([]byte(line), source.Place{})
		require.NoError(t, err, line)
	}
}

// Law: what AppendJSON writes is read the fast way, unless its text needs escapes, and is the same
// event.
func TestLawDecodeFast(t *testing.T) {
	policy := policyOf("time_zone=Pacific/Auckland", "currency=BHD")
	plain := rapid.StringMatching(`[ -!#-\[\]-~éß账🙂]{1,30}`).Filter(utf8.ValidString)
	rapid.Check(t, func(t *rapid.T) {
		e := eventtest.AnyEvent(t)
		for _, s := range []*string{&e.ID, &e.Account, &e.Package, &e.Description, &e.Invoice, &e.Voids} {
			if *s != "" {
				*s = plain.Draw(t, "text")
			}
		}
		e.Credits %= 1_000_000_000_000_000_000
		text := e.AppendJSON(nil)
		back, ok := eventlog.NewDecoder(policy).DecodeFast(text, source.Place{})
		require.True(t, ok, "%s", text)
		require.True(t, back.Same(&e), "%s\n%+v", text, back)
	})
}

// Lines of accounts that are known allocate nothing, but for the memory that their ids go to,
// hundreds at a time, and for metadata.
func TestDecodeAllocations(t *testing.T) {
	several := slices.DeleteFunc(slices.Clone(eventtest.Common), func(line string) bool { return strings.Contains(line, "metadata") })
	list := eventtest.UsageLines(10_000, 100)
	for i := range 1_000 {
		list = append(list, []byte(several[i%len(several)]))
	}
	d := eventlog.NewDecoder(policyOf())
	allocations := testing.AllocsPerRun(5, func() {
		for _, line := range list {
			if _, err := d.Decode(line, source.Place{}); err != nil {
				t.Fatal(err)
			}
		}
	})
	require.Less(t, allocations/float64(len(list)), 0.005)
	require.Zero(t, testing.AllocsPerRun(5, func() {
		for _, line := range list {
			if err := d.Said(line, source.Place{}); err != nil {
				t.Fatal(err)
			}
		}
	}))
}

// A decoder that has read no date yet knows none.
func TestDecodeNoDate(t *testing.T) {
	for _, date := range []string{strings.Repeat("\x00", 10), strings.Repeat(" ", 10), "0000-00-00", "0001-01-01"} {
		line := []byte(eventtest.Plain(date + "T00:00:01Z"))
		_, fast := eventlog.NewDecoder(policyOf()).DecodeFast(line, source.Place{})
		require.False(t, fast, "%q", date)
		newReadings().requireOne(t, line)
	}
	newReadings().requireOne(t, []byte(eventtest.Plain("1970-01-01T00:00:01Z")))
}

// The strings of an event stay as they are when other lines are read, and the line may be used
// again for the next.
func TestDecodeKeeps(t *testing.T) {
	d := eventlog.NewDecoder(policyOf())
	var line []byte
	var events []account.Event
	for i := range 5_000 {
		long := strings.Repeat("x", i) // some of them too long to share memory
		line = fmt.Appendf(line[:0], `{"id":"%d-%s","type":"charge.added","account":"of %s","at":"2026-01-31","amount":"5","description":"no. %d"}`, i, long, long[:i/10], i)
		e, err := d.Decode(line, source.Place{})
		require.NoError(t, err)
		events = append(events, e)
	}
	for i, e := range events {
		long := strings.Repeat("x", i)
		require.Equal(t, fmt.Sprintf("%d-%s", i, long), e.ID)
		require.Equal(t, "of "+long[:i/10], e.Account)
		require.Equal(t, fmt.Sprintf("no. %d", i), e.Description)
	}
}
