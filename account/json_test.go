package account_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Law: an event reads back from its own JSON, whatever its amount is in, alone and within something else.
func TestLawEventJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := eventtest.AnyEvent(t)
		if e.Type == account.ChargeAdded {
			e.Amount = money.New(e.Amount.Minor(), rapid.SampledFrom([]money.Currency{money.USD, money.JPY, money.BHD, 0}).Draw(t, "currency"))
		}
		e.Place = source.Place{File: "events.jsonl", Line: 7, Column: 1}
		text, err := json.Marshal(e)
		require.NoError(t, err)
		back := account.Event{ID: "before", Credits: 5, Place: source.Place{Line: 3}}
		require.NoError(t, json.Unmarshal(text, &back), "%s", text)
		require.True(t, back.Same(&e), "%s", text)
		require.True(t, back.RecordedAt.Equal(e.RecordedAt), "%s", text)
		require.Equal(t, source.Place{}, back.Place)
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))

		type report struct {
			Events []account.Event
			Last   *account.Event
		}
		text, err = json.Marshal(report{[]account.Event{e, e}, &e})
		require.NoError(t, err)
		var r report
		require.NoError(t, json.Unmarshal(text, &r))
		require.Len(t, r.Events, 2)
		require.True(t, r.Last.Same(&e) && r.Events[1].Same(&e))
	})
}

// Events that are read on their own hold no more than they say.
func TestEventJSONMemory(t *testing.T) {
	const n = 5_000
	text := []byte(`{"id":"evt-000000123456","type":"usage.recorded","account":"harbor-books-00123@example.com","at":"2025-03-04T09:30:12Z","credits":1234}`)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	list := make([]account.Event, n)
	for i := range list {
		require.NoError(t, list[i].UnmarshalJSON(text))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(1000*n))
	runtime.KeepAlive(list)
}

// In dollars, an event's JSON is the line of a file, and any line is an event's JSON.
func TestEventJSONIsALine(t *testing.T) {
	e := readAll(t, charge+`,"amount":"-12.50","price_list":"retail"}`, policyOf())[0]
	text, err := json.Marshal(e)
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","type":"charge.added","account":"a","at":"2026-01-31T00:00:00Z","amount":"-12.50","description":"Setup","price_list":"retail"}`, string(text))
	require.Equal(t, string(e.AppendJSON(nil)), string(text))

	e.Amount, e.RecordedAt = money.MustParse("-12.500 BHD"), e.At
	text, err = json.Marshal(e)
	require.NoError(t, err)
	require.Equal(t, `{"id":"1","type":"charge.added","account":"a","at":"2026-01-31T00:00:00Z","recorded_at":"2026-01-31T00:00:00Z","amount":"-12.500 BHD","description":"Setup","price_list":"retail"}`, string(text))
	_, err = account.NewDecoder(policyOf("currency=BHD")).Decode(text, source.Place{})
	require.ErrorContains(t, err, `"-12.500 BHD"`, "a line has no currency")
}

// It is read as strictly as a line, but for what a policy says.
func TestEventUnmarshalIsStrict(t *testing.T) {
	d := account.NewDecoder(invoice.Policy{})
	byPolicy := map[string]bool{ // lines that are wrong only by a policy
		opened + `,"billing_date":"2026-01-30"}`: true, opened + `,"billing_date":"2026-01-31"}`: true, opened + `,"billing_date":"2026-03-01"}`: true, opened + `,"billing_date":"2026-03-02"}`: true,
		someAt + `"9999-12-31T23:59:59-01:00"}`: true,
	}
	refused := 0
	for _, line := range eventtest.Lines() {
		want, problem := d.Decode([]byte(line), source.Place{Column: 1})
		e := account.Event{ID: "before"}
		err := e.UnmarshalJSON([]byte(line))
		if problem != nil && !byPolicy[line] {
			require.Error(t, err, "%q", line)
			require.Equal(t, account.Event{ID: "before"}, e, "it stays as it was")
			require.Less(t, len(err.Error()), 1000)
			refused++
			continue
		}
		require.NoError(t, err, "%q", line)
		if problem == nil {
			want.Place = source.Place{}
			require.Equal(t, want, e, "%q", line)
		}
	}
	require.Greater(t, refused, 1000)
	for text, want := range map[string]string{
		`null`:                                "event, byte 1: null, expected one JSON object a line",
		charge + `,"amount":"5 usd"}`:         `amount: parse amount "5 usd"`,
		charge + `,"amount":"5.001 USD"}`:     "too many decimal digits",
		charge + `,"amount":"5  USD"}`:        "amount",
		charge + `,"amount":"5.00 USD "}`:     "amount",
		usage + `,"credits":5,"credits":5}`:   `event, byte 79: the key "credits" is repeated`,
		strings.Repeat(" ", 5) + closed + ",": "the JSON ends too early",
	} {
		require.ErrorContains(t, new(account.Event).UnmarshalJSON([]byte(text)), want, "%s", text)
	}
}

// What would not read back the same is not written.
func TestEventMarshalRefuses(t *testing.T) {
	good := account.Event{ID: "1", Account: "a", Type: account.Created, At: at("2026-01-31"), Package: "Gold"}
	_, err := json.Marshal(good)
	require.NoError(t, err)
	for name, spoil := range map[string]func(e *account.Event){
		"no id":                     func(e *account.Event) { e.ID = "" },
		"no account":                func(e *account.Event) { e.Account = "" },
		"no package":                func(e *account.Event) { e.Package = "" },
		"no at":                     func(e *account.Event) { e.At = time.Time{} },
		"a field of another type":   func(e *account.Event) { e.Credits = 5 },
		"no such type":              func(e *account.Event) { e.Type = 99 },
		"no UTF-8":                  func(e *account.Event) { e.ID = "\xff" },
		"metadata that is a list":   func(e *account.Event) { e.Metadata = []byte(`[1]`) },
		"metadata that is broken":   func(e *account.Event) { e.Metadata = []byte(`{`) },
		"metadata that is nothing":  func(e *account.Event) { e.Metadata = []byte{} },
		"metadata that adds fields": func(e *account.Event) { e.Metadata = []byte(`{},"credits":5`) },
		"the year 12000":            func(e *account.Event) { e.At = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"recorded in the year -5":   func(e *account.Event) { e.RecordedAt = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC) },
		"no such effective":         func(e *account.Event) { e.Type, e.Effective = account.Closed, 7 },
	} {
		e := good
		spoil(&e)
		_, err := json.Marshal(e)
		require.ErrorContains(t, err, "marshal event", name)
	}
}

// FuzzEventJSON: no text makes an event panic, and what it reads it writes so that it is read as the same.
func FuzzEventJSON(f *testing.F) {
	for _, line := range eventtest.Lines() {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"id":"1","type":"charge.added","account":"a","at":"2026-01-31","description":"Setup","amount":"-5.000 BHD"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e, back account.Event
		if err := e.UnmarshalJSON(text); err != nil {
			require.Equal(t, account.Event{}, e)
			require.Less(t, len(err.Error()), 1000)
			return
		}
		again, err := json.Marshal(e)
		require.NoError(t, err, "%s", text)
		require.NoError(t, back.UnmarshalJSON(again), "%s", again)
		require.True(t, back.Same(&e) && back.RecordedAt.Equal(e.RecordedAt), "%s\n%s", text, again)
	})
}
