package account_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// zeroes are the exported types of the package. TestZeroValues fails when one is missing.
var zeroes = []any{
	account.Anomaly{}, account.AnomalyCode(0), account.Bill{}, account.Biller{}, account.ConflictError{}, account.Dates{}, account.Decoder{}, account.Effective(0), account.Event{},
	account.Events{}, account.Far{}, account.Field(0), account.Fields(0), account.FileFailed{}, account.Line{}, account.Lines{}, account.LoadError{}, account.Loaded{},
	account.Loading{}, account.PriceLists(0), account.Source{}, account.Span{}, account.Stored{}, account.Type(0),
}

// argument is the zero value of a type, or what stands for it where nobody would give that: a context, and a pointer.
func argument(of reflect.Type) reflect.Value {
	switch {
	case of == reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case of.Kind() == reflect.Pointer:
		return reflect.New(of.Elem())
	}
	return reflect.Zero(of)
}

// call calls a function with zero arguments, and goes through what it yields.
func call(f reflect.Value) {
	var in []reflect.Value
	for i := range f.Type().NumIn() {
		if f.Type().IsVariadic() && i == f.Type().NumIn()-1 {
			break
		}
		in = append(in, argument(f.Type().In(i)))
	}
	for _, out := range f.Call(in) {
		if out.Kind() == reflect.Func && !out.IsNil() { // a sequence
			yield := reflect.MakeFunc(out.Type().In(0), func([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.ValueOf(true)} })
			out.Call([]reflect.Value{yield})
		}
	}
}

// No method of a zero value panics, given zero values; nor does a function of the package.
func TestZeroValues(t *testing.T) {
	named := map[string]bool{}
	for _, zero := range zeroes {
		of := reflect.TypeOf(zero)
		named[of.Name()] = true
		p := reflect.PointerTo(of)
		for i := range p.NumMethod() {
			t.Run(of.Name()+"."+p.Method(i).Name, func(t *testing.T) {
				require.NotPanics(t, func() { call(reflect.New(of).Method(i)) })
			})
		}
	}
	require.ElementsMatch(t, exportedTypes(t), keys(named), "the list above has every exported type")
	for name, f := range map[string]any{
		"BillAccount": account.BillAccount, "Check": account.Check, "NewBiller": account.NewBiller, "NewDecoder": account.NewDecoder, "ParseType": account.ParseType,
		"Read": account.Read, "ReplayInto": account.ReplayInto[int], "Shard": account.Shard,
	} {
		t.Run(name, func(t *testing.T) { require.NotPanics(t, func() { call(reflect.ValueOf(f)) }) })
	}
}

// Values that no constant names do not panic either, and say what they are.
func TestValuesOfNoName(t *testing.T) {
	for i := range math.MaxUint8 + 1 {
		require.NotEmpty(t, account.Type(i).String())
		require.NotEmpty(t, account.Effective(i).String())
		_ = account.PriceLists(i).String()
		e := account.Event{ID: "1", Account: "a", At: at("2026-01-01"), Type: account.Type(i), Effective: account.Effective(i), PriceList: account.PriceLists(i), Status: invoice.Status(i)}
		require.NotEmpty(t, e.AppendJSON(nil))
		_, err := account.BillAccount([]account.Event{e}, catalogue(gold()), invoice.Policy{}, date("2026-02-01"))
		if i > int(account.EventVoided) {
			require.ErrorContains(t, err, fmt.Sprintf("unknown type %d", i))
		}
	}
}

// What cannot be billed is refused, with what is wrong, one account at a time and many.
func TestRefusesToBill(t *testing.T) {
	good := account.Event{ID: "1", Account: "a", Type: account.UsageRecorded, At: at("2026-01-31"), Credits: 5}
	for _, tt := range []struct {
		name    string
		event   func(e *account.Event)
		through cycle.Date
		want    string
	}{
		{"no last day", func(*account.Event) {}, cycle.Date{}, "no last day is given"},
		{"at not set", func(e *account.Event) { e.At = time.Time{} }, date("2026-03-01"), "its At is not set"},
		{"at in the year 10000", func(e *account.Event) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "outside years 1 to 9999"},
		{"at in the year 0", func(e *account.Event) { e.At = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "outside years 1 to 9999"},
		{"recorded in the year 10000", func(e *account.Event) { e.RecordedAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "its RecordedAt: "},
		{"recorded in the year 0", func(e *account.Event) { e.RecordedAt = time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC) }, date("2026-03-01"), "its RecordedAt: "},
		{"recorded at the end of time", func(e *account.Event) { e.RecordedAt = time.Unix(1<<60, 0) }, date("2026-03-01"), "its RecordedAt: "},
		{"a close recorded in the year 0", func(e *account.Event) {
			e.Type, e.Credits, e.RecordedAt = account.Closed, 0, time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)
		}, date("2026-03-01"), "its RecordedAt: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := good
			tt.event(&e)
			_, err := account.BillAccount([]account.Event{e}, catalogue(gold()), invoice.Policy{}, tt.through)
			require.ErrorContains(t, err, tt.want)
			var events account.Events
			require.NoError(t, events.Add(e))
			n := 0
			for _, err := range events.Replay(t.Context(), events.Accounts(), catalogue(gold()), invoice.Policy{}, tt.through, 1) {
				require.ErrorContains(t, err, tt.want)
				n++
			}
			require.Equal(t, 1, n)
		})
	}
}

// A number of workers is no reason to fall over, nor is a function that is not there.
func TestReplayOfNoFunctions(t *testing.T) {
	events, found := load(t, account.Loading{Workers: math.MaxInt}, opened+"}")
	require.NoError(t, found.err)
	for b, err := range events.Replay(t.Context(), events.Accounts(), catalogue(gold()), invoice.Policy{}, date("2026-03-01"), math.MaxInt) {
		require.NoError(t, err)
		require.Len(t, b.Invoices, 1)
	}
	err := account.ReplayInto[int](t.Context(), events, events.Accounts(), catalogue(gold()), invoice.Policy{}, date("2026-03-01"), 1, nil, func(int) error { return nil })
	require.ErrorContains(t, err, "a function is nil")
	err = account.ReplayInto(t.Context(), events, events.Accounts(), catalogue(gold()), invoice.Policy{}, date("2026-03-01"), 1, func(int, *account.Bill) int { return 1 }, nil)
	require.ErrorContains(t, err, "a function is nil")
	for _, err := range account.Read(nil, "f", invoice.Policy{}) {
		require.ErrorContains(t, err, "f:1:1: cannot read on: there is no reader")
	}
	for _, err := range account.Read(io.MultiReader(), "f", invoice.Policy{}) {
		t.Fatal(err)
	}
}

// One shard, or none, has everything.
func TestShardOfNone(t *testing.T) {
	for _, shards := range []int{1, 0, -1, math.MinInt} {
		require.Zero(t, account.Shard("acme", shards))
	}
	require.Less(t, account.Shard("acme", math.MaxInt), math.MaxInt)
}
