package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// canonical are lines that are read the fast way, of every type and with every field.
var canonical = []string{
	opened + `}`,
	opened + `,"billing_date":"2026-02-10"}`,
	changed + `}`,
	changed + `,"effective":"period_end","recorded_at":"2026-01-31T10:00:00+05:45"}`,
	closed + `,"effective":"immediately"}`,
	`{"id":"1","type":"account.change_cancelled","account":"a","at":"2026-01-31"}`,
	usage + `,"credits":0}`,
	usage + `,"credits":999999999999999999}`,
	charge + `,"amount":"-12.50"}`,
	charge + `,"amount":"100"}`,
	charge + `,"price_list":"retail","amount":"100"}`,
	charge + `,"amount":"100","price_list":"distributor"}`,
	voided + `,"event":"e 1"}`,
	voided + `,"recorded_at":"2026-02-01","event":"é"}`,
	status + `,"status":"canceled"}`,
	usual("2025-03-04T09:30:12Z"),
	usual("2025-03-04T23:59:59Z"),
	usual("2024-02-29T00:00:00Z"),
	usual("2025-03-04T09:30:12.5Z"),
	usual("2025-03-04T09:30:12+01:00"),
	usual("2025-03-04"),
	strings.Replace(usual("2025-03-04T09:30:12Z"), `usage.recorded`, `account.closed`, 1)[:len(usual("2025-03-04T09:30:12Z"))-len(`,"credits":1234}`)] + `,"effective":"period_end","metadata":{"a":1}}`,
	strings.Replace(usual("2025-03-04T09:30:12Z"), `evt`, `évt`, 1),
	strings.Replace(usual("2025-03-04T09:30:12Z"), `harbor`, `hårbor`, 1),
	strings.Replace(usual("2025-03-04T09:30:12Z"), `,"cred`, ` , "cred`, 1),
	`{"credits":1234,"at":"2025-03-04T09:30:12Z","account":"harbor-books-00123@example.com","type":"usage.recorded","id":"evt-000000123456"}`,
	" \t{ \"id\" : \"1\" ,\r\"type\"\n: \"usage.recorded\", \"account\" :\"a\", \"at\": \"2026-01-31\" , \"credits\" : 5 } \r\n\t",
	"{\"id\":\"ü\",\"type\":\"charge.added\",\"account\":\"账户🙂\",\"at\":\"2026-01-31\",\"amount\":\"5\",\"description\":\"</b> \x7f\u2028\"}",
	`{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","amount":"5","description":""}`,
	closed + `,"metadata":{}}`,
	closed + `,"metadata": { "b" : [1e400,"\ud83d\ude00"], "a":{"b":null}} }`,
	someAt + `"2024-02-29"}`,
	someAt + `"2000-02-29T00:00:00Z"}`,
	someAt + `"0002-01-01T00:00:00+23:59"}`,
	someAt + `"9998-12-31T23:59:59.999999999-23:59"}`,
	someAt + `"1969-12-31T23:59:59.5-00:00"}`,
	someAt + `"2026-03-29T02:30:00.120Z"}`,
}

// usual is a line as most programs write it, with an instant.
func usual(at string) string {
	return `{"id":"evt-000000123456","type":"usage.recorded","account":"harbor-books-00123@example.com","at":"` + at + `","credits":1234}`
}

// unusual are lines that begin as the usual one does, most of them no events: cut short everywhere,
// and with another byte everywhere.
func unusual() (list []string) {
	line := usual("2025-03-04T09:30:12Z")
	for i := range line {
		list = append(list, line[:i], line[:i]+"\x00"+line[i+1:], line[:i]+`"`+line[i:])
		for _, b := range "09:;/@5T}," {
			list = append(list, line[:i]+string(b)+line[i+1:])
		}
	}
	long := strings.Replace(line, "evt", strings.Repeat("x", 80), 1)
	for i := range long {
		list = append(list, long[:i], long[:i]+`"`)
	}
	for n := range 60 {
		list = append(list, `{"id":"`+strings.Repeat("a", 30+n)+`","type":"abcdefghijklm`[:len(`","type":"abcdefghijklm`)-n%24])
	}
	for _, at := range []string{"24:00:00", "23:60:00", "23:59:60", "0a:00:00", "00:0:000", "00:00:0 ", "00-00-00", "/0:00:00", ":0:00:00", "00:00:0:"} {
		list = append(list, usual("2025-03-04T"+at+"Z"))
	}
	return append(list, usual("2025-02-29T09:30:12Z"), usual("0001-01-01T00:00:00Z"), usual("9999-12-31T00:00:00Z"))
}

// others are lines of good events that are read the strict way.
var others = []string{
	`{"\u0069d":"1","type":"account.closed","account":"a","at":"2026-01-31"}`,
	`{"id":"\u0031","type":"account.closed","account":"a","at":"2026-01-31"}`,
	`{"id":"1","type":"account\u002eclosed","account":"a","at":"2026-01-31"}`,
	`{"id":"1","type":"account.closed","account":"a\"b","at":"2026\u002d01-31"}`,
	usage + `,"credits":1000000000000000000}`,
	usage + `,"credits":9223372036854775807}`,
	charge + `,"amount":"100","price_list":"re\u0074ail"}`,
	voided + `,"event":"\u0031"}`,
	someAt + `"0001-01-02"}`,
	someAt + `"0001-12-31T23:59:59Z"}`,
	someAt + `"9999-01-01T00:00:00Z"}`,
	someAt + `"9999-12-31"}`,
	closed + `,"metadata":{"long":"` + strings.Repeat("x", 10_000) + `"}}`,
}

// mistakes are lines that are no events, beyond those of TestReadRefuses.
var mistakes = []string{
	"", " ", "{", "}", "{}", "}{", "}" + closed + "}", "}" + closed[1:] + "}", "{,}", `{"`, `{"id`, `{"id"`, `{"id":`, `{"id":"1",`, `{"id":"1" "type":"account.closed"}`, `{"id":"1",,"type":"account.closed"}`,
	closed, closed + ",}", closed + "}}", closed + "}\x00", "," + closed + "}", "{" + closed + "}", closed + `,"":""}`, closed + `,"at":"2026-01-31"}`,
	usage + `,"credits":}`, usage + `,"credits":00}`, usage + `,"credits":01}`, usage + `,"credits":1.}`, usage + `,"credits":1`, usage + `,"credits":0x1}`,
	usage + `,"credits":99999999999999999999999999}`, usage + `,"credits":1,"metadata":{}`, usage + `,"credits":1,"metadata":{"a":1,"a":2}}`,
	usage + `,"credits":1,"metadata":{"a":1}x}`, usage + `,"credits":1,"metadata":[]}`, usage + `,"credits":1,"metadata":`,
	usage + `,"credits":1,"amount":"1"}`, charge + `,"amount":"1"`, charge + `,"amount":""}`, charge + `,"amount":"-"}`, charge + `,"amount":1}`,
	charge + `,"amount":"1","price_list":""}`, charge + `,"amount":"1","price_list":"Retail"}`, charge + `,"amount":"1","price_list":null}`, usage + `,"credits":1,"price_list":"retail"}`,
	voided + `}`, voided + `,"event":""}`, voided + `,"event":1}`, voided + `,"event":"1","event":"1"}`, closed + `,"event":"1"}`, voided + `,"event":"1","package":"Gold"}`,
	status + `,"status":""}`, status + `,"status":"Paid"}`, closed + `,"effective":""}`, closed + `,"effective":"Immediately"}`,
	opened + `,"billing_date":""}`, opened + `,"billing_date":"2026-01-30"}`, opened + `,"billing_date":"2026-03-02"}`, changed + `,"billing_date":"2026-02-10"}`,
	someAt + `""}`, someAt + `"2026-02-29"}`, someAt + `"1900-02-29T00:00:00Z"}`, someAt + `"2026-00-01"}`, someAt + `"2026-13-01"}`, someAt + `"2026-01-00"}`, someAt + `"2026-04-31"}`,
	someAt + `"2026-01-31T"}`, someAt + `"2026-01-31Z"}`, someAt + `"2026-01-31T10:00:00z"}`, someAt + `"2026-01-31t10:00:00Z"}`, someAt + `"2026-01-31T10:60:00Z"}`,
	someAt + `"2026-01-31T10:00:60Z"}`, someAt + `"2026-01-31T1a:00:00Z"}`, someAt + `"2026-01-31T10-00:00Z"}`, someAt + `"2026/01/31T10:00:00Z"}`, someAt + `"+026-01-31T10:00:00Z"}`,
	someAt + `"2026-01-31T10:00:00ZZ"}`, someAt + `"2026-01-31T10:00:00.Z"}`, someAt + `"2026-01-31T10:00:00.5"}`, someAt + `"2026-01-31T10:00:00.1234567890Z"}`,
	someAt + `"2026-01-31T10:00:00+1:00"}`, someAt + `"2026-01-31T10:00:00+24:00"}`, someAt + `"2026-01-31T10:00:00+23:60"}`, someAt + `"2026-01-31T10:00:00*01:00"}`,
	someAt + `"2026-01-31T10:00:00+01:000"}`, someAt + `"2026-01-31T10:00:00+01"}`, someAt + `"2026-01-31T10:00:00+01.00"}`, someAt + `"0001-01-01T00:00:00Z"}`, someAt + `"0000-12-31T23:00:00-02:00"}`,
	"{\"id\":\"\xff\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}", "{\"id\":\"\xc3\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}",
	"{\"id\":\"\xed\xa0\x80\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}", "{\"id\":\"\x1f\",\"type\":\"account.closed\",\"account\":\"a\",\"at\":\"2026-01-31\"}",
	"\xa0" + closed + "}", "\v" + closed + "}", "\u00a0" + closed + "}", "\ufeff" + closed + "}",
}

// lines are all of them, and what TestReadRefuses has.
func lines() []string {
	list := slices.Concat(canonical, others, mistakes, unusual())
	for _, r := range refusals() {
		list = append(list, strings.Split(strings.Replace(r.text, "‸", "", 1), "\n")...)
	}
	return list
}

// policies are two that read amounts and dates in different ways.
var policies = []invoice.Policy{policyOf(), policyOf("time_zone=Pacific/Auckland", "currency=JPY")}

// readings reads lines under two policies, with the fast way and without.
type readings struct{ decoders, strict []*account.Decoder }

func newReadings() (r readings) {
	for _, p := range policies {
		r.decoders = append(r.decoders, account.NewDecoder(p))
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
		want, problem := r.strict[i].DecodeStrict(line, place)
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
	for _, line := range lines() {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) { newReadings().requireOne(t, line) })
}

// TestDecodeEdited: there is one reading of every line with any one byte left out, doubled or
// replaced by another.
func TestDecodeEdited(t *testing.T) {
	list, r := slices.Concat(canonical, others[:len(others)-1]), newReadings() // but for the long one
	if testing.Short() {
		list = canonical[:2]
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

// TestDecodeFast: the fast way is taken by the lines that it is for, and gives up on others.
func TestDecodeFast(t *testing.T) {
	for _, policy := range policies {
		for _, line := range canonical {
			if strings.Contains(line, `"-12.50"`) && policy != policies[0] {
				continue // there is no half yen
			}
			_, ok := account.NewDecoder(policy).DecodeFast([]byte(line), source.Place{})
			require.True(t, ok, line)
		}
	}
	for _, line := range others {
		newReadings().requireOne(t, []byte(line))
		_, ok := account.NewDecoder(policies[0]).DecodeFast([]byte(line), source.Place{})
		require.False(t, ok, line)
		_, err := account.NewDecoder(policies[0]).Decode([]byte(line), source.Place{})
		require.NoError(t, err, line)
	}
}

// Law: what AppendJSON writes is read the fast way, unless its text needs escapes, and is the same
// event.
func TestLawDecodeFast(t *testing.T) {
	policy := policyOf("time_zone=Pacific/Auckland", "currency=BHD")
	plain := rapid.StringMatching(`[ -!#-\[\]-~éß账🙂]{1,30}`).Filter(utf8.ValidString)
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent(t)
		for _, s := range []*string{&e.ID, &e.Account, &e.Package, &e.Description, &e.Invoice, &e.Voids} {
			if *s != "" {
				*s = plain.Draw(t, "text")
			}
		}
		e.Credits %= 1_000_000_000_000_000_000
		text := e.AppendJSON(nil)
		back, ok := account.NewDecoder(policy).DecodeFast(text, source.Place{})
		require.True(t, ok, "%s", text)
		require.True(t, back.Same(&e), "%s\n%+v", text, back)
	})
}

// Lines of accounts that are known allocate nothing, but for the memory that their ids go to,
// hundreds at a time, and for metadata.
func TestDecodeAllocations(t *testing.T) {
	several := slices.DeleteFunc(slices.Clone(canonical), func(line string) bool { return strings.Contains(line, "metadata") })
	list := usageLines(10_000, 100)
	for i := range 1_000 {
		list = append(list, []byte(several[i%len(several)]))
	}
	d := account.NewDecoder(policyOf())
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
		line := []byte(usual(date + "T00:00:01Z"))
		_, fast := account.NewDecoder(policyOf()).DecodeFast(line, source.Place{})
		require.False(t, fast, "%q", date)
		newReadings().requireOne(t, line)
	}
	newReadings().requireOne(t, []byte(usual("1970-01-01T00:00:01Z")))
}

// The strings of an event stay as they are when other lines are read, and the line may be used
// again for the next.
func TestDecodeKeeps(t *testing.T) {
	d := account.NewDecoder(policyOf())
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
