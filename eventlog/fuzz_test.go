package eventlog_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/source"
)

// FuzzRead: no bytes make reading panic, every error has a place that is there, and every event
// is written so that it is read as the same.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "\n", "\ufeff", "{}", "[]", "null", opened + "}", opened + `,"billing_date":"2026-02-10"}`, changed + `,"effective":"period_end"}`,
		closed + `,"recorded_at":"2026-02-01T00:00:00.123456789-08:00"}`, closed + "}\r\n\n" + closed + "}", usage + `,"credits":9223372036854775807}`,
		charge + `,"amount":"-0.05"}`, status + `,"status":"refunded"}`, voided + `,"event":"1"}`, charge + `,"amount":"1","price_list":"retail"}`, closed + `,"metadata":{"b":[1e400,"\ud83d\ude00"],"a":{"b":null}}}`,
		someAt + `"0001-01-01"}`, someAt + `"9999-12-31"}`, someAt + `"9999-12-31T23:59:59.999999999Z"}`, someAt + `"2026-02-30"}`,
		"{\"id\":\"\xff\"}", `{"id":"\ud800"}`, usage + `,"credits":1,"credits":1}`, usage + `,"credits":1e3}`, closed + `},`, "}", "{\"id\":\"1\x00",
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	near, far := policyOf(), policyOf("time_zone=Pacific/Auckland", "currency=JPY")
	f.Fuzz(func(t *testing.T, data []byte, elsewhere bool) {
		policy := near
		if elsewhere {
			policy = far
		}
		lines := bytes.Split(data, []byte("\n"))
		last := 0
		for e, err := range eventlog.Read(bytes.NewReader(data), "f", policy) {
			if err != nil {
				line := (*eventlog.Line)(nil)
				require.True(t, errors.As(err, &line), "%v", err)
				e.Place = line.Err.Place
				require.Less(t, len(err.Error()), 1000)
			}
			require.Equal(t, "f", e.Place.File)
			require.Greater(t, e.Place.Line, last, "lines come in order, each once")
			last = e.Place.Line
			require.LessOrEqual(t, last, len(lines))
			require.GreaterOrEqual(t, e.Place.Column, 1)
			require.LessOrEqual(t, e.Place.Column, len(lines[last-1])+1)
			if err != nil {
				continue
			}
			text := e.AppendJSON(nil)
			back := readAll(t, string(text), policy)
			require.Len(t, back, 1)
			require.True(t, back[0].Same(&e), "%s\n%s", lines[last-1], text)
			back[0].Place = source.Place{}
			require.Equal(t, string(text), string(back[0].AppendJSON(nil)))
		}
	})
}
