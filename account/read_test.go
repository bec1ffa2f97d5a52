package account_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/source"
)

// An event of each type, without its closing brace; usage lacks its credits.
const (
	opened  = `{"id":"1","type":"account.created","account":"a","at":"2026-01-31T09:00:00Z","package":"Gold"`
	changed = `{"id":"1","type":"account.package_changed","account":"a","at":"2026-01-31","package":"Gold"`
	closed  = `{"id":"1","type":"account.closed","account":"a","at":"2026-01-31"`
	usage   = `{"id":"1","type":"usage.recorded","account":"a","at":"2026-01-31"`
	charge  = `{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","description":"Setup"`
	status  = `{"id":"1","type":"invoice.status_changed","account":"a","at":"2026-01-31","invoice":"20260131-x"`
	voided  = `{"id":"1","type":"event.voided","account":"a","at":"2026-01-31"`
	someAt  = `{"id":"1","type":"account.closed","account":"a","at":`
)

// refused is a text that is no event file. The mark ‸ stands before the byte at which the error
// must be.
type refused struct {
	name, text string
	want       []string // in the message
}

func refusals() []refused {
	return []refused{
		{"a word", `‸hello`, []string{"broken JSON"}},
		{"cut short", `{"id":"1"‸`, []string{"the JSON ends too early"}},
		{"cut short in a string", `{"id":"1‸`, []string{"the JSON ends too early"}},
		{"a comma too many", `{"id":"1"‸,}`, []string{"broken JSON"}},
		{"no colon", `{"id" ‸"1"}`, []string{"broken JSON", "expecting ':'"}},
		{"no quotes", `{‸id:1}`, []string{"broken JSON"}},
		{"a control character", "{\"id\":\"‸\x01\"}", []string{"broken JSON", `\x01`}},
		{"a leading zero", usage + `,"credits":0‸5}`, []string{"broken JSON"}},
		{"a plus", usage + `,"credits":‸+5}`, []string{"broken JSON"}},
		{"NaN", usage + `,"credits":‸NaN}`, []string{"broken JSON"}},
		{"an array", `  ‸[` + closed + `}]`, []string{"an array", "expected one JSON object a line"}},
		{"a string", `‸"closed"`, []string{"a string", "expected one JSON object a line"}},
		{"a number", `‸5`, []string{"a number", "expected one JSON object a line"}},
		{"null", `‸null`, []string{"null", "expected one JSON object a line"}},
		{"two objects on a line", closed + `} ‸` + closed + `}`, []string{"something after the object", "one JSON object a line"}},
		{"something after it", closed + `} ‸x`, []string{"something after the object"}},

		{"an unknown type", `{"id":"1","type":‸"usage.recorder"}`, []string{`did you mean "usage.recorded"?`, "account.created, account.package_changed"}},
		{"a type that is no string", `{"id":"1","type":‸5}`, []string{"type: 5", "expected a string"}},
		{"an unknown field", usage + `,‸"creditz":5}`, []string{`field of usage.recorded "creditz"`, `did you mean "credits"?`, "expected one of id, type"}},
		{"a field in capitals", usage + `,‸"Credits":5}`, []string{`did you mean "credits"?`}},
		{"a field of another type", opened + `,‸"effective":"period_end"}`, []string{`field of account.created "effective"`, "billing_date"}},
		{"a repeated key", usage + `,"credits":5,‸"credits":5}`, []string{`the key "credits" is repeated`, "expected each key once"}},
		{"a repeated key with an escape", usage + `,"credits":5,‸"cr\u0065dits":5}`, []string{`the key "credits" is repeated`}},
		{"a repeated key in metadata", closed + `,"metadata":{"a":{"b":1,‸"b":2}}}`, []string{`the key "b" is repeated`}},

		{"no id", `‸{"type":"account.closed","account":"a","at":"2026-01-31"}`, []string{`the field "id" is missing`}},
		{"no type", ` ‸{"id":"1","account":"a","at":"2026-01-31"}`, []string{`the field "type" is missing`}},
		{"no account", `‸{"id":"1","type":"account.closed","at":"2026-01-31"}`, []string{`the field "account" is missing`}},
		{"no at", `‸{"id":"1","type":"account.closed","account":"a"}`, []string{`the field "at" is missing`}},
		{"created without package", `‸{"id":"1","type":"account.created","account":"a","at":"2026-01-31"}`, []string{`the field "package" is missing`}},
		{"changed without package", `‸{"id":"1","type":"account.package_changed","account":"a","at":"2026-01-31"}`, []string{`the field "package" is missing`}},
		{"usage without credits", `‸` + usage + `}`, []string{`the field "credits" is missing`}},
		{"a charge without amount", `‸` + charge + `}`, []string{`the field "amount" is missing`}},
		{"a charge without description", `‸{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","amount":"5"}`, []string{`the field "description" is missing`}},
		{"a status of no invoice", `‸{"id":"1","type":"invoice.status_changed","account":"a","at":"2026-01-31","status":"paid"}`, []string{`the field "invoice" is missing`}},
		{"no status", `‸` + status + `}`, []string{`the field "status" is missing`}},
		{"an empty id", `{"id":‸"","type":"account.closed","account":"a","at":"2026-01-31"}`, []string{"id is empty"}},
		{"an empty account", `{"id":"1","type":"account.closed","account":‸"","at":"2026-01-31"}`, []string{"account is empty"}},
		{"an empty package", changed[:len(changed)-6] + `‸""}`, []string{"package is empty"}},
		{"an id that is no string", `{"id":‸1,"type":"account.closed","account":"a","at":"2026-01-31"}`, []string{"id: 1", "expected a string"}},
		{"an account of null", `{"id":"1","type":"account.closed","account":‸null,"at":"2026-01-31"}`, []string{"account: null", "expected a string"}},

		{"half a credit", usage + `,"credits":‸5.5}`, []string{"credits: 5.5", "expected a whole number from 0 to 9223372036854775807"}},
		{"credits with a decimal point", usage + `,"credits":‸5.0}`, []string{"credits: 5.0", "whole number"}},
		{"credits in quotes", usage + `,"credits":‸"5"}`, []string{`credits: "5"`, "whole number of credits, not quoted"}},
		{"credits below zero", usage + `,"credits":‸-5}`, []string{"credits: -5", "from 0"}},
		{"minus zero credits", usage + `,"credits":‸-0}`, []string{"credits: -0"}},
		{"an exponent", usage + `,"credits":‸1e3}`, []string{"credits: 1e3", "whole number"}},
		{"credits of null", usage + `,"credits":‸null}`, []string{"credits: null", "whole number"}},
		{"credits of true", usage + `,"credits":‸true}`, []string{"credits: true", "whole number"}},
		{"a list of credits", usage + `,"credits":‸[5]}`, []string{"credits: an array", "whole number"}},
		{"credits beyond 64 bits", usage + `,"credits":‸9223372036854775808}`, []string{"credits: 9223372036854775808", "to 9223372036854775807"}},

		{"an amount that is a number", charge + `,"amount":‸5.00}`, []string{"amount: 5.00", "a decimal in quotes"}},
		{"an amount of null", charge + `,"amount":‸null}`, []string{"amount: null", "a decimal in quotes"}},
		{"an amount finer than a cent", charge + `,"amount":‸"5.001"}`, []string{`"5.001"`, "too many decimal digits", "2"}},
		{"an amount with an exponent", charge + `,"amount":‸"1e3"}`, []string{`"1e3"`, "digits"}},
		{"an amount of NaN", charge + `,"amount":‸"NaN"}`, []string{`"NaN"`, "digits"}},
		{"an amount with a sign of dollars", charge + `,"amount":‸"$5"}`, []string{`"$5"`, "digits"}},
		{"an amount with a comma", charge + `,"amount":‸"1,000"}`, []string{`"1,000"`, "digits"}},
		{"an empty amount", charge + `,"amount":‸""}`, []string{`""`, "digits"}},
		{"an amount beyond 64 bits", charge + `,"amount":‸"92233720368547758.08"}`, []string{"out of range"}},

		{"30 February", someAt + `‸"2026-02-30"}`, []string{`at: `, `"2026-02-30"`, "February 2026 has 28 days"}},
		{"30 February at ten", someAt + `‸"2026-02-30T10:00:00Z"}`, []string{"February 2026 has 28 days", "RFC 3339"}},
		{"no offset", someAt + `‸"2026-01-31T10:00:00"}`, []string{"it has no offset", "expected RFC 3339 with an offset"}},
		{"an offset without colon", someAt + `‸"2026-01-31T10:00:00+0100"}`, []string{"expected RFC 3339"}},
		{"an offset of a day", someAt + `‸"2026-01-31T10:00:00+24:00"}`, []string{"expected RFC 3339"}},
		{"a space for the T", someAt + `‸"2026-01-31 10:00:00Z"}`, []string{"expected RFC 3339"}},
		{"lower case", someAt + `‸"2026-01-31t10:00:00z"}`, []string{"expected RFC 3339"}},
		{"no seconds", someAt + `‸"2026-01-31T10:00Z"}`, []string{"expected RFC 3339"}},
		{"one digit of the hour", someAt + `‸"2026-01-31T9:00:00Z"}`, []string{"expected RFC 3339"}},
		{"24 o'clock", someAt + `‸"2026-01-31T24:00:00Z"}`, []string{"expected RFC 3339"}},
		{"a leap second", someAt + `‸"2026-12-31T23:59:60Z"}`, []string{"expected RFC 3339"}},
		{"ten digits of a second", someAt + `‸"2026-01-31T10:00:00.1234567890Z"}`, []string{"expected RFC 3339"}},
		{"a comma in the second", someAt + `‸"2026-01-31T10:00:00,5Z"}`, []string{"expected RFC 3339"}},
		{"a dot and no digits", someAt + `‸"2026-01-31T10:00:00.Z"}`, []string{"expected RFC 3339"}},
		{"a date without dashes", someAt + `‸"20260131"}`, []string{"expected RFC 3339", "or a date"}},
		{"an instant that is a number", someAt + `‸1769850000}`, []string{"at: 1769850000", "expected a string"}},
		{"the year 10000", someAt + `‸"10000-01-01"}`, []string{"10000-01-01"}},
		{"the year 10000 in UTC", someAt + `‸"9999-12-31T23:59:59-01:00"}`, []string{"years 1 to 9999"}},
		{"the year 0", someAt + `‸"0000-12-31"}`, []string{"year 0 is outside 1 to 9999"}},
		{"recorded_at", closed + `,"recorded_at":‸"2026-02-30"}`, []string{"recorded_at", "February 2026 has 28 days"}},
		{"recorded_at of null", closed + `,"recorded_at":‸null}`, []string{"recorded_at: null", "expected a string"}},

		{"a billing date on the day", opened + `,"billing_date":‸"2026-01-31"}`, []string{"2026-01-31"}},
		{"a billing date too late", opened + `,"billing_date":‸"2026-03-01"}`, []string{"2026-03-01", "2026-02-28"}},
		{"no such billing date", opened + `,"billing_date":‸"2026-02-29"}`, []string{"billing_date", "February 2026 has 28 days"}},
		{"a billing date with a time", opened + `,"billing_date":‸"2026-02-10T00:00:00Z"}`, []string{"billing_date", "YYYY-MM-DD"}},
		{"unknown effective", closed + `,"effective":‸"perod_end"}`, []string{`did you mean "period_end"?`, "immediately, period_end"}},
		{"effective of null", closed + `,"effective":‸null}`, []string{"effective: null"}},
		{"an unknown price list", charge + `,"amount":"5","price_list":‸"wholesale"}`, []string{`price_list "wholesale"`, "retail, distributor"}},
		{"a price list of both", charge + `,"amount":"5","price_list":‸""}`, []string{`price_list ""`, "retail, distributor"}},
		{"a price list of null", charge + `,"amount":"5","price_list":‸null}`, []string{"price_list: null", "expected a string"}},
		{"a price list of usage", usage + `,"credits":5,‸"price_list":"retail"}`, []string{`field of usage.recorded "price_list"`}},
		{"nothing voided", `‸` + voided + `}`, []string{`the field "event" is missing`, "every event of its type"}},
		{"an empty event voided", voided + `,"event":‸""}`, []string{"event is empty"}},
		{"an event voided that is no string", voided + `,"event":‸17}`, []string{"event: 17", "expected a string"}},
		{"a close that voids", closed + `,‸"event":"1"}`, []string{`field of account.closed "event"`, "expected one of id, type, account, at, recorded_at, metadata, effective"}},
		{"a status as invoices show it", status + `,"status":‸"Paid"}`, []string{`did you mean "paid"?`, "unpaid, paid, refunded"}},
		{"metadata of a list", closed + `,"metadata":‸[1]}`, []string{"metadata: an array", "expected a JSON object"}},
		{"metadata of null", closed + `,"metadata":‸null}`, []string{"metadata: null", "expected a JSON object"}},

		{"invalid UTF-8 in a string", "{\"id\":\"1‸\xff\"}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in a key", "{\"i‸\xffd\":\"1\"}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in metadata", closed + ",\"metadata\":{\"k\":\"‸\xc3\"}}", []string{"invalid UTF-8"}},
		{"invalid UTF-8 in a key of metadata", closed + ",\"metadata\":{\"‸\xc3\":1}}", []string{"invalid UTF-8"}},
		{"half a surrogate pair", `{"id":"‸\ud800"}`, []string{"surrogate"}},

		{"the second line", closed + "}\n\n" + usage + ",\"credits\":‸5.5}\n", []string{"credits: 5.5"}},
		{"after CRLF", closed + "}\r\n" + usage + ",\"credits\":‸5.5}\r\n", []string{"credits: 5.5"}},
		{"after letters of two bytes", `{"id":"äöü","type":‸5}`, []string{"type: 5"}},
		{"after a byte order mark", "\ufeff" + usage + `,"credits":‸5.5}`, []string{"credits: 5.5"}},
		{"a byte order mark on the second line", closed + "}\n‸\ufeff" + closed + "}", []string{"broken JSON"}},
		{"a bare CR between two", closed + "}\r‸" + closed + "}", []string{"something after the object"}},
	}
}

// TestReadRefuses holds the strict reader against every input that it must refuse.
func TestReadRefuses(t *testing.T) {
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			before, _, marked := strings.Cut(strings.TrimPrefix(tt.text, "\ufeff"), "‸") // the mark is not counted
			require.True(t, marked)
			want := source.Place{File: "events.jsonl", Line: 1 + strings.Count(before, "\n"), Column: len(before) - strings.LastIndexByte(before, '\n')}

			text := strings.Replace(tt.text, "‸", "", 1)
			err := firstError(text)
			line := (*account.Line)(nil)
			require.True(t, errors.As(err, &line), "%v", err)
			require.Equal(t, want, line.Err.Place, "%v", err)
			require.True(t, strings.HasPrefix(err.Error(), want.String()+": "), "%v", err)
			for _, fragment := range tt.want {
				require.Contains(t, err.Error(), fragment)
			}
			asItStands := strings.TrimSuffix(strings.Split(text, "\n")[want.Line-1], "\r")
			if want.Line == 1 {
				asItStands = strings.TrimPrefix(asItStands, "\ufeff")
			}
			require.Equal(t, asItStands, string(line.Text))
		})
	}
}

func firstError(text string) error {
	for _, err := range account.Read(strings.NewReader(text), "events.jsonl", policyOf()) {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestReadGoesOn(t *testing.T) {
	good := closed + "}\n"
	var ids []int
	var bad []error
	text := good + "oops\n" + strings.Repeat(" ", 10<<20) + "\n" + good + `{"id":"2"` + "\n" + good
	for e, err := range account.Read(strings.NewReader(text), "events.jsonl", policyOf()) {
		if err != nil {
			bad = append(bad, err)
			continue
		}
		ids = append(ids, e.Place.Line)
	}
	require.Equal(t, []int{1, 4, 6}, ids, "the lines after a bad one, also after one of 10 MB, are read")
	require.Len(t, bad, 3)
	require.ErrorContains(t, bad[1], "events.jsonl:3:1048577: the line goes on, expected at most 1048576 bytes")
	line := (*account.Line)(nil)
	require.True(t, errors.As(bad[1], &line))
	require.Len(t, line.Text, account.MaxLine, "what is kept of a long line is bounded")
}

func TestReadLimits(t *testing.T) {
	nested := func(depth int) string {
		return closed + `,"metadata":` + strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth+1)
	}
	require.NoError(t, firstError(nested(999)))
	require.ErrorContains(t, firstError(nested(20_000)), "nested too deep")
	long := func(n int) string {
		rest := closed + `,"metadata":{"x":""}}`
		return strings.Replace(rest, `""`, `"`+strings.Repeat("x", n-len(rest))+`"`, 1)
	}
	require.NoError(t, firstError(long(account.MaxLine)), "the longest line, at the end of the file")
	require.ErrorContains(t, firstError(long(account.MaxLine+1)), "the line goes on")
	require.NoError(t, firstError(long(account.MaxLine-1)+"\n"))
}

func TestReadFailure(t *testing.T) {
	reader := io.MultiReader(strings.NewReader(closed+"}\n"+`{"id":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	var last error
	n := 0
	for _, err := range account.Read(reader, "events.jsonl.gz", policyOf()) {
		require.NoError(t, last, "nothing comes after it")
		if err == nil {
			n++
		}
		last = err
	}
	require.Equal(t, 1, n)
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
	require.ErrorContains(t, last, "events.jsonl.gz:2:1: cannot read on")
	line := (*account.Line)(nil)
	require.False(t, errors.As(last, &line), "it is not the line that is wrong")
}
