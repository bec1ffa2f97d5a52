package outfile_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/outfile"
)

// names are those in a folder.
func names(t *testing.T, folder string) (list []string) {
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func write(t *testing.T, path, text string) string {
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

func read(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// Nothing appears before Commit, and then all of it.
func TestCommit(t *testing.T) {
	dir := t.TempDir()
	one, two := write(t, filepath.Join(dir, "one"), "old"), filepath.Join(dir, "two")
	a, b := outfile.New(one, nil), outfile.New(two, nil)
	io.WriteString(a, "new")
	require.NoError(t, outfile.Start(a, b))
	io.WriteString(a, " and more")
	require.Equal(t, "old", read(t, one))
	require.NoFileExists(t, two)
	require.NoError(t, outfile.Commit(a, b))
	require.Equal(t, "new and more", read(t, one))
	require.Equal(t, "", read(t, two))
	require.Equal(t, []string{"one", "two"}, names(t, dir))
}

func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	one := write(t, filepath.Join(dir, "one"), "old")
	a, b := outfile.New(one, nil), outfile.New(filepath.Join(dir, "two"), nil)
	require.NoError(t, outfile.Start(a, b))
	io.WriteString(a, "new")
	outfile.Discard(a, b)
	require.Equal(t, "old", read(t, one))
	require.Equal(t, []string{"one"}, names(t, dir))
}

// When the last of several files cannot be renamed, those before it are as they were.
func TestAllOrNone(t *testing.T) {
	dir := t.TempDir()
	old, fresh, last := write(t, filepath.Join(dir, "old"), "old"), filepath.Join(dir, "fresh"), filepath.Join(dir, "last")
	a, b, c := outfile.New(old, nil), outfile.New(fresh, nil), outfile.New(last, nil)
	require.NoError(t, outfile.Start(a, b, c))
	io.WriteString(a, "new")
	require.NoError(t, os.MkdirAll(filepath.Join(last, "inside"), 0o755)) // somebody was faster
	require.ErrorContains(t, outfile.Commit(a, b, c), "cannot write "+last+": ")
	require.Equal(t, "old", read(t, old))
	require.Equal(t, []string{"last", "old"}, names(t, dir))
}

// failing takes some bytes and no more.
type failing struct{ room int }

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

// Files do not appear when standard output cannot be written to its end.
func TestStdoutFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	for _, held := range []bool{false, true} {
		out, beside := outfile.New("-", &failing{room: 100}), outfile.New(file, nil)
		if held {
			out.Hold()
		}
		out.Write(make([]byte, 1000))
		require.EqualError(t, outfile.Commit(out, beside), "cannot write standard output: no room")
		require.Empty(t, names(t, dir))
	}
}

// What is held reaches a stream whole, when it is committed, however much it is; if it is not, nothing does.
func TestHold(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for _, size := range []int{0, 5, 8<<20 - 1, 8 << 20, 8<<20 + 1, 20 << 20} {
		text := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		for _, commits := range []bool{true, false} {
			var stdout bytes.Buffer
			out := outfile.New("", &stdout)
			out.Hold()
			require.NoError(t, outfile.Start(out))
			for part := text; len(part) > 0; part = part[min(len(part), 100_000):] {
				_, err := out.Write(part[:min(len(part), 100_000)])
				require.NoError(t, err)
			}
			require.Zero(t, stdout.Len(), "%d bytes, before they are committed", size)
			if commits {
				require.NoError(t, outfile.Commit(out))
				require.True(t, bytes.Equal(text, stdout.Bytes()), "%d bytes", size)
			} else {
				outfile.Discard(out)
				require.Zero(t, stdout.Len(), "%d bytes", size)
			}
			require.Empty(t, names(t, temporary))
		}
	}
}

func TestHoldWithoutRoom(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("temporary files are elsewhere there")
	}
	missing := filepath.Join(t.TempDir(), "missing")
	t.Setenv("TMPDIR", missing)
	var stdout bytes.Buffer
	out := outfile.New("", &stdout)
	out.Hold()
	out.Write(make([]byte, 9<<20))
	require.ErrorContains(t, outfile.Commit(out), "cannot keep the output in a temporary file in "+missing+": no such file or directory; expected room there")
	require.Zero(t, stdout.Len())
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	there := write(t, filepath.Join(dir, "there"), "")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	f, err := os.Open(there)
	require.NoError(t, err)
	defer f.Close()
	for _, c := range []struct {
		a, b       string
		stdA, stdB *os.File
		want       bool
	}{
		{a: there, b: dir + "/folder/../there", want: true},
		{a: there, b: filepath.Join(dir, "other")},
		{a: filepath.Join(dir, "new"), b: dir + "/folder/../new", want: true},
		{a: filepath.Join(dir, "new"), b: filepath.Join(dir, "newer")},
		{a: there, b: "-", stdB: f, want: true},
		{a: "-", b: there, stdA: f, want: true},
		{a: there, b: "-"},
		{a: "-", b: "-"},
		{a: "-", b: "-", stdA: r, stdB: w, want: runtime.GOOS == "linux"}, // both ends
		{a: "-", b: there, stdA: r},
		{a: os.DevNull, b: os.DevNull},
	} {
		require.Equal(t, c.want, outfile.Same(c.a, c.stdA, c.b, c.stdB), "Same(%s, %s)", c.a, c.b)
	}
}

// A folder that is a link is where it leads to, also for the .. behind it, and one that is missing is nowhere.
func TestFoldersAsTheSystemHasThem(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("far/away", 0o755))
	if err := os.Symlink("far/away", "link"); err != nil {
		t.Skip(err)
	}
	require.NoError(t, os.Symlink("link/../by-link", "to"))
	for name, at := range map[string]string{"link/../out": "far/out", "link/in": "far/away/in", "link/../../top": "top", "./far/../here": "here", "to": "far/by-link"} {
		out := outfile.New(name, nil)
		io.WriteString(out, name)
		require.NoError(t, outfile.Check(name), name)
		require.NoError(t, outfile.Commit(out), name)
		require.Equal(t, name, read(t, at))
		require.Equal(t, name, read(t, name), "where the system finds it")
		require.True(t, outfile.Same(name, nil, at, nil))
	}
	require.True(t, outfile.Same("link/../new", nil, "far/new", nil), "before it is there")
	require.False(t, outfile.Same("link/../new", nil, "new", nil))
	require.EqualError(t, outfile.Check("missing/../out"), "cannot write missing/../out: there is no folder missing/../, expected one that is there")
	require.Error(t, outfile.Commit(outfile.New("missing/../out", nil)))
}
