package eventtest

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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

// CallZeroes calls every method of the zero values, given zero values, and every function, none of which may panic. The
// values are those of all types that the package in this folder exports, but for interfaces.
func CallZeroes(t *testing.T, zeroes []any, functions map[string]any) {
	var named []string
	for _, zero := range zeroes {
		of := reflect.TypeOf(zero)
		named = append(named, of.Name())
		p := reflect.PointerTo(of)
		for i := range p.NumMethod() {
			t.Run(of.Name()+"."+p.Method(i).Name, func(t *testing.T) {
				require.NotPanics(t, func() { call(reflect.New(of).Method(i)) })
			})
		}
	}
	require.ElementsMatch(t, exportedTypes(t), named, "every exported type is called")
	for name, f := range functions {
		t.Run(name, func(t *testing.T) { require.NotPanics(t, func() { call(reflect.ValueOf(f)) }) })
	}
}

// exportedTypes are those that the package in this folder declares, but for interfaces, which have no zero value to call.
func exportedTypes(t *testing.T) (list []string) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`(?m)^type ([A-Z]\w*)(?:\[.*\])? (interface)?`).FindAllStringSubmatch(string(text), -1) {
			if found[2] == "" {
				list = append(list, found[1])
			}
		}
	}
	return list
}
