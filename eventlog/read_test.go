package eventlog_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// TestReadRefuses holds the strict reader against every input that it must refuse.
func TestReadRefuses(t *testing.T) {
	for _, tt := range eventtest.Refusals() {
		t.Run(tt.Name, func(t *testing.T) {
			before, _, marked := strings.Cut(strings.TrimPrefix(tt.Text, "\ufeff"), "‸") // the mark is not counted
			require.True(t, marked)
			want := source.Place{File: "events.jsonl", Line: 1 + strings.Count(before, "\n"), Column: len(before) - strings.LastIndexByte(before, '\n')}

			text := strings.Replace(tt.Text, "‸", "", 1)
			err := firstError(text)
			line := (*eventlog.Line)(nil)
			require.True(t, errors.As(err, &line), "%v", err)
			require.Equal(t, want, line.Err.Place, "%v", err)
			require.True(t, strings.HasPrefix(err.Error(), want.String()+": "), "%v", err)
			for _, fragment := range tt.Want {
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
	for _, err := range eventlog.Read(strings.NewReader(text), "events.jsonl", policyOf()) {
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
	for e, err := range eventlog.Read(strings.NewReader(text), "events.jsonl", policyOf()) {
		if err != nil {
			bad = append(bad, err)
			continue
		}
		ids = append(ids, e.Place.Line)
	}
	require.Equal(t, []int{1, 4, 6}, ids, "the lines after a bad one, also after one of 10 MB, are read")
	require.Len(t, bad, 3)
	require.ErrorContains(t, bad[1], "events.jsonl:3:1048577: the line goes on, expected at most 1048576 bytes")
	line := (*eventlog.Line)(nil)
	require.True(t, errors.As(bad[1], &line))
	require.Len(t, line.Text, eventlog.MaxLine, "what is kept of a long line is bounded")
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
	require.NoError(t, firstError(long(eventlog.MaxLine)), "the longest line, at the end of the file")
	require.ErrorContains(t, firstError(long(eventlog.MaxLine+1)), "the line goes on")
	require.NoError(t, firstError(long(eventlog.MaxLine-1)+"\n"))
}

func TestReadFailure(t *testing.T) {
	reader := io.MultiReader(strings.NewReader(closed+"}\n"+`{"id":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	var last error
	n := 0
	for _, err := range eventlog.Read(reader, "events.jsonl.gz", policyOf()) {
		require.NoError(t, last, "nothing comes after it")
		if err == nil {
			n++
		}
		last = err
	}
	require.Equal(t, 1, n)
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
	require.ErrorContains(t, last, "events.jsonl.gz:2:1: cannot read on")
	line := (*eventlog.Line)(nil)
	require.False(t, errors.As(last, &line), "it is not the line that is wrong")
}

// TestReadAccepts reads spellings of one event that all mean the same.
func TestReadAccepts(t *testing.T) {
	berlin := policyOf("time_zone=Europe/Berlin")
	want := account.Event{ID: "1", Type: account.ChargeAdded, Account: "ä@example.com", At: at("2026-01-30T23:00:00Z"),
		Amount: money.MustParse("-12.50 USD"), Description: "", Metadata: []byte(`{"a":[1,{"b":null}]}`)}
	tests := []struct{ name, text string }{
		{"plain", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T23:00:00Z","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"another order of keys", `{"metadata":{"a":[1,{"b":null}]},"description":"","amount":"-12.50","at":"2026-01-30T23:00:00Z","account":"ä@example.com","type":"charge.added","id":"1"}`},
		{"escapes", `{"\u0069d":"\u0031","type":"charge\u002eadded","account":"\u00e4@example.com","at":"2026\u002d01-30T23:00:00Z","amount":"-12\u002e50","description":"","metadata":{"\u0061":[1,{"b":null}]}}`},
		{"space", " \t{ \"id\" : \"1\" , \"type\" : \"charge.added\" , \"account\" : \"ä@example.com\" , \"at\" : \"2026-01-30T23:00:00Z\" , \"amount\" : \"-12.50\" , \"description\" : \"\" , \"metadata\" : { \"a\" : [ 1 , { \"b\" : null } ] } } "},
		{"a plain date", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-31","amount":"-12.5","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"an offset", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T18:30:00-04:30","amount":"-12.500","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"a fraction of zero", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-30T23:00:00.000000000Z","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
		{"recorded at once", `{"id":"1","type":"charge.added","account":"ä@example.com","at":"2026-01-31","recorded_at":"2026-01-31","amount":"-12.50","description":"","metadata":{"a":[1,{"b":null}]}}`},
	}
	for _, tt := range tests {
		for form, text := range map[string]string{"": tt.text, "no final newline": "\n\n" + tt.text, "CRLF": "\r\n" + tt.text + "\r\n \t\r\n",
			"a byte order mark": "\ufeff" + tt.text + "\n", "a byte order mark alone": "\ufeff\n" + tt.text} {
			got := readAll(t, text, berlin)
			require.Len(t, got, 1, "%s %s", tt.name, form)
			require.True(t, got[0].Same(&want), "%s %s: %+v", tt.name, form, got[0])
		}
	}
	require.Empty(t, readAll(t, "", berlin))
	require.Empty(t, readAll(t, "\n\r\n \n", berlin))
}

func TestReadPlaces(t *testing.T) {
	events := readAll(t, "\n"+closed+"}\r\n\n  "+usage+`,"credits":9223372036854775807}`, policyOf())
	require.Len(t, events, 2)
	require.Equal(t, source.Place{File: "events.jsonl", Line: 2, Column: 1}, events[0].Place)
	require.Equal(t, 4, events[1].Place.Line)
	require.Equal(t, int64(9223372036854775807), events[1].Credits)
}
