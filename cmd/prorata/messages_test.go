package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/source"
)

func TestPrintError(t *testing.T) {
	at := source.Place{File: "events.jsonl", Line: 3, Column: 7}
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("no such file"), "prorata: no such file\n"},
		{"a place", source.Errorf(at, "id is empty"), "events.jsonl:3:7: id is empty\n"},
		{"several", &problems{list: []error{source.Errorf(at, "one"), errors.New("two")}}, "events.jsonl:3:7: one\nprorata: two\n"},
		{"one line, whatever it says", errors.New("a\nb\tc\x1b[31m\u202e"), `prorata: a\nb\tc\x1b[31m\u202e` + "\n"},
		{"a file with a line's end in its name", source.Errorf(source.Place{File: "a\nb", Line: 1, Column: 1}, "bad"), `a\nb:1:1: bad` + "\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			printError(&b, c.err)
			require.Equal(t, c.want, b.String())
		})
	}
}

func TestProblemsAreCutAtTheLimit(t *testing.T) {
	p := problems{limit: 3}
	for i := range 3 {
		require.True(t, p.add("a", errors.New("x")), "add %d", i)
	}
	require.Len(t, p.list, 3, "as many as the limit are all there are")
	require.True(t, p.add("b", errors.New("x")), "another file has its own")
	require.False(t, p.add("a", errors.New("x")))
	require.EqualError(t, p.list[len(p.list)-1], "a: more than 3 problems, giving up on it")
}

func TestDocumentError(t *testing.T) {
	require.NoError(t, documentError(nil, nil))
	require.EqualError(t, documentError(nil, errors.New("one")), "one")
	p, ok := documentError(errors.New("one"), nil, errors.Join(errors.New("two"), errors.New("three"))).(*problems)
	require.True(t, ok)
	require.EqualError(t, errors.Join(p.list...), "one\ntwo\nthree")
}
