package eventtest

import (
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Set gives a field of an event a value other than the one it has.
func Set(t require.TestingT, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(At("2026-03-04T05:06:07.000000008Z")))
		return
	case money.Amount:
		v.Set(reflect.ValueOf(money.New(-5, money.JPY)))
		return
	case jsontext.Value:
		v.Set(reflect.ValueOf(jsontext.Value(`{"a":1}`)))
		return
	case source.Place:
		v.Set(reflect.ValueOf(source.Place{File: "f", Line: 2, Column: 3}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("other")
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Struct: // a date
		v.Set(reflect.ValueOf(cycle.MustDate("2026-03-04")))
	default:
		require.Fail(t, "a field of "+v.Type().String()+", expected the test to know what to set it to")
	}
}

// Nested is metadata that nests so deep, with a member before and one after what is inside.
func Nested(depth int, spell string) string {
	return strings.Repeat(`{`+spell+`:`, depth) + "1" + strings.Repeat(`,"a":2}`, depth)
}
