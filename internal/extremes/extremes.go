// Package extremes calls everything that a package exports with values that no careful caller would pass, for tests: zero values,
// values out of range, and what earlier calls returned.
package extremes

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// Exports are a package's exported types, as the zero value of each, and functions, by name.
type Exports map[string]any

// calls is how often each function and method is called.
const calls = 400

// Check calls each function, and each method of each type and of a pointer to it, with extreme arguments, and fails the test where
// one panics. Functions whose names begin with Must panic by contract, and are not called. The exports must be all of those that the
// package in the current directory has, so that none is forgotten. Sane values are passed on too, so that calls get further than their
// first check.
func Check(t testing.TB, exports Exports, sane ...any) {
	t.Helper()
	names := exported(t)
	for _, name := range names {
		if _, listed := exports[name]; !listed {
			t.Errorf("%s is exported, and not called", name)
		}
	}
	for name := range exports {
		if !slices.Contains(names, name) {
			t.Errorf("%s is listed, and not exported", name)
		}
	}
	c := caller{t: t, rand: rand.New(rand.NewPCG(1, 2)), made: map[reflect.Type][]reflect.Value{}}
	for _, v := range sane {
		c.keep(reflect.ValueOf(v))
	}
	for range 2 { // the second time with what the first one returned
		for _, name := range names {
			v := reflect.ValueOf(exports[name])
			switch {
			case strings.HasPrefix(name, "Must") || !v.IsValid():
			case v.Kind() == reflect.Func && v.Type().Name() == "":
				for range calls {
					c.call(name, v)
				}
			default:
				c.methods(v.Type())
			}
		}
	}
}

// exported lists the types and functions that the package in the current directory exports.
func exported(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			names = append(names, exportedIn(d)...)
		}
	}
	slices.Sort(names)
	return names
}

// exportedIn lists the types and functions of a declaration; a generic function has no value to call.
func exportedIn(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.IsExported() && d.Type.TypeParams == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				names = append(names, spec.Name.Name)
			}
		}
	}
	return names
}

type caller struct {
	t    testing.TB
	rand *rand.Rand
	made map[reflect.Type][]reflect.Value // by earlier calls
}

// methods calls all methods of a type, on its own values and on pointers to them.
func (c *caller) methods(of reflect.Type) {
	pointer := reflect.PointerTo(of)
	for i := range pointer.NumMethod() {
		name := of.String() + "." + pointer.Method(i).Name
		for range calls {
			on := reflect.New(of)
			on.Elem().Set(c.value(of, 0))
			c.call(name, on.Method(i))
		}
	}
}

// call calls a function once. What it returns is kept, to be passed on; a sequence that it returns is gone through.
func (c *caller) call(name string, f reflect.Value) {
	var args []reflect.Value
	defer func() {
		if why := recover(); why != nil {
			shown := make([]string, len(args))
			for i, a := range args {
				shown[i] = fmt.Sprintf("%.200s", fmt.Sprintf("%#v", a))
			}
			c.t.Errorf("%s(%s) panics: %v", name, strings.Join(shown, ", "), why)
		}
	}()
	for i := range f.Type().NumIn() {
		if f.Type().IsVariadic() && i == f.Type().NumIn()-1 {
			break
		}
		args = append(args, c.value(f.Type().In(i), 0))
	}
	for _, result := range f.Call(args) {
		if result.Kind() == reflect.Func && !result.IsNil() && result.Type().CanSeq() || result.Kind() == reflect.Func && result.Type().CanSeq2() {
			c.consume(result)
			continue
		}
		c.keep(result)
	}
}

// consume goes through a sequence, whole or only a little of it.
func (c *caller) consume(seq reflect.Value) {
	left := c.rand.IntN(20)
	if seq.Type().CanSeq() {
		for v := range seq.Seq() {
			if c.keep(v); left == 0 {
				return
			}
			left--
		}
		return
	}
	for v := range seq.Seq2() {
		if c.keep(v); left == 0 {
			return
		}
		left--
	}
}

const maxMade = 50

// keep remembers a value, and what a pointer points to.
func (c *caller) keep(v reflect.Value) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if made := c.made[v.Type()]; len(made) < maxMade {
		c.made[v.Type()] = append(made, v)
	} else {
		made[c.rand.IntN(maxMade)] = v
	}
}

var (
	ints  = []int64{0, 1, -1, 7, 31, 366, 10_000, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1}
	uints = []uint64{0, 1, 2, 3, 4, 7, 30, 31, 200, 255, math.MaxUint16, math.MaxUint64}
	texts = []string{"", "USD", "2026-01-31", "9999-12-31", "11.50", "-0.01", "79.95 USD", "half_up", "advance", "settle_days", "366", "Gold", "{}", "[]", `{"a":1}`, "<a/>", "\xff\x00",
		"\u202e\x1b[31m", strings.Repeat("9", 5000)}
	times    = []time.Time{{}, time.Unix(0, 0), time.Unix(1<<33, 0), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Unix(253402300799, 999999999)}
	zones    = []*time.Location{nil, time.UTC, new(time.Location), time.FixedZone("far", 100*3600), time.FixedZone("", -1)}
	decimals = []decimal.Decimal{{}, decimal.New(1, math.MaxInt32), decimal.New(-1, math.MinInt32), decimal.New(math.MaxInt64, 0), decimal.New(795, -1)}
)

func pick[T any](c *caller, list []T) T { return list[c.rand.IntN(len(list))] }

// value is an extreme one of a type: mostly zero or out of range, sometimes what a call returned.
func (c *caller) value(of reflect.Type, depth int) reflect.Value {
	if made := c.made[of]; len(made) > 0 && c.rand.IntN(3) == 0 {
		return pick(c, made)
	}
	v := reflect.New(of).Elem()
	if c.rand.IntN(6) == 0 && of.Kind() != reflect.Pointer && of.Kind() != reflect.Func || depth > 4 {
		return v
	}
	switch of {
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(pick(c, times))
	case reflect.TypeFor[*time.Location]():
		return reflect.ValueOf(pick(c, zones))
	case reflect.TypeFor[decimal.Decimal]():
		return reflect.ValueOf(pick(c, decimals))
	}
	switch of.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(pick(c, ints))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(pick(c, uints))
	case reflect.String:
		v.SetString(pick(c, texts))
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(pick(c, texts)))
			break
		}
		for range c.rand.IntN(3) {
			v.Set(reflect.Append(v, c.value(of.Elem(), depth+1)))
		}
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(c.value(of.Elem(), depth+1))
		}
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(c.value(of.Elem(), depth+1))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				v.Field(i).Set(c.value(v.Type().Field(i).Type, depth+1))
			}
		}
	case reflect.Func:
		v.Set(reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value {
			var results []reflect.Value
			for i := range of.NumOut() {
				results = append(results, c.value(of.Out(i), depth+1))
			}
			return results
		}))
	}
	return v
}
