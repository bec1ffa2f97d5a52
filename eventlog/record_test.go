package eventlog_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Law: a record has all that an event says, whatever that is.
func TestLawRecords(t *testing.T) {
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.Just(strings.Repeat("é", 100)))
	number := rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(1)), rapid.Int64())
	rapid.Check(t, func(t *rapid.T) {
		instant := func(name string) time.Time {
			return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, name), rapid.SampledFrom([]int64{0, 1, 999_999_999}).Draw(t, "ns")).UTC()
		}
		e := account.Event{ID: text.Draw(t, "id"), Account: text.Draw(t, "account"), Type: account.Type(rapid.Byte().Draw(t, "type")), At: instant("at"),
			Package: text.Draw(t, "package"), Effective: account.Effective(rapid.Byte().Draw(t, "effective")), Credits: number.Draw(t, "credits"),
			Amount:      money.New(number.Draw(t, "amount"), rapid.SampledFrom([]money.Currency{0, money.USD, money.JPY}).Draw(t, "currency")),
			Description: text.Draw(t, "description"), Invoice: text.Draw(t, "invoice"), Status: invoice.Status(rapid.Byte().Draw(t, "status")),
			PriceList: account.PriceLists(rapid.Byte().Draw(t, "price_list")), Voids: text.Draw(t, "voids"),
			Place: source.Place{File: "f", Line: rapid.Int().Draw(t, "line"), Column: rapid.Int().Draw(t, "column")}}
		if rapid.Bool().Draw(t, "recorded") {
			e.RecordedAt = instant("recorded_at")
		}
		if rapid.Bool().Draw(t, "billing date") {
			e.BillingDate = date("2026-01-31").AddDays(rapid.IntRange(-700_000, 2_000_000).Draw(t, "days"))
		}
		if rapid.Bool().Draw(t, "metadata") {
			e.Metadata = []byte(text.Draw(t, "metadata"))
		}
		require.Equal(t, e, eventlog.Recorded(e))
	})
}

// Whatever field an event has, its record keeps it.
func TestRecordHasEveryField(t *testing.T) {
	base := account.Event{ID: "1", Account: "a", At: at("2026-01-31")}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(base)) {
		if !f.IsExported() {
			continue // of a store only
		}
		e := base
		eventtest.Set(t, reflect.ValueOf(&e).Elem().FieldByIndex(f.Index))
		require.Equal(t, e, eventlog.Recorded(e), f.Name)
	}
}

// An id with two contents names both places, across files.
func TestAddConflict(t *testing.T) {
	first, second := opened+"}", "\n\n"+strings.Replace(opened, "Gold", "Small", 1)+"}"
	var events eventlog.Events
	require.NoError(t, events.Add(readAll(t, first, policyOf())[0]))
	later := readAll(t, second, policyOf())[0]
	later.Place.File = "more.jsonl"
	err := events.Add(later)
	require.ErrorContains(t, err, "more.jsonl:3:1: ")
	require.ErrorContains(t, err, `id "1"`)
	require.ErrorContains(t, err, "events.jsonl:1:1")
}

// Law: events that say the same have one key, whatever else they are spelled like, and others have another.
func TestLawKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := eventtest.AnyEvent(t)
		if e.RecordedAt.IsZero() && rapid.Bool().Draw(t, "recorded at once") {
			e.RecordedAt = e.At
		}
		other := e
		other.Place = source.Place{Line: rapid.IntRange(0, 1000).Draw(t, "line")}
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			if e.Known().Equal(e.At) {
				other.RecordedAt = time.Time{}
			}
			if e.Metadata != nil {
				other.Metadata = []byte(" " + strings.ReplaceAll(string(e.Metadata), ":", " : "))
			}
		case 1:
			other.Metadata = []byte(`{"more":1}`)
		case 2:
			other.RecordedAt = e.At.Add(time.Second)
		case 3:
			other.At = e.At.Add(1)
		case 4:
			other.Type = (e.Type + 1) % account.EventVoided
		}
		require.Equal(t, e.Same(&other), eventlog.Key(e) == eventlog.Key(other), "%s\n%s", e.AppendJSON(nil), other.AppendJSON(nil))
	})
}
