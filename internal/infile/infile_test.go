package infile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/source"
)

const event = `{"id": "1", "type": "account.created", "account": "a", "at": "2026-01-01", "package": "Gold"}` + "\n"

func gzipped(t *testing.T, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	require.NoError(t, z.Close())
	return b.String()
}

func zstded(t *testing.T, text string) string {
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	require.NoError(t, err)
	io.WriteString(z, text)
	require.NoError(t, z.Close())
	return b.String()
}

// frame is a frame of zstd with a window of that many powers of two, and text as it is.
func frame(window int, text string) string {
	n := len(text)<<3 | 1 // one block, the last
	return "\x28\xb5\x2f\xfd\x00" + string([]byte{byte((window - 10) << 3), byte(n), byte(n >> 8), byte(n >> 16)}) + text
}

// skippable is a frame of zstd that holds nothing to unpack.
const skippable = "\x5a\x2a\x4d\x18\x05\x00\x00\x00hello"

// read reads a file of that name and content as events.
func read(t *testing.T, name, data string) (string, error) {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(data), 0o644))
	r, err := infile.From{}.Open(path, infile.Events)
	if err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), path))
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

func TestCompressed(t *testing.T) {
	long := strings.Repeat(event, 10_000)
	for name, c := range map[string]struct{ name, data, want string }{
		"none":                        {"e.jsonl", event, event},
		"long":                        {"e.jsonl", long, long},
		"empty":                       {"e.jsonl", "", ""},
		"gzip":                        {"e.jsonl.gz", gzipped(t, long), long},
		"gzip by another name":        {"e.jsonl", gzipped(t, event), event},
		"members":                     {"e.gz", gzipped(t, event) + gzipped(t, "") + gzipped(t, long), event + long},
		"zstd":                        {"e.jsonl.zst", zstded(t, long), long},
		"zstd called .gz":             {"e.gz", zstded(t, event), event},
		"upper case":                  {"E.ZST", zstded(t, event), event},
		"frames":                      {"e.zst", zstded(t, event) + zstded(t, long), event + long},
		"begins with a skippable":     {"e.zst", skippable + zstded(t, event), event},
		"skippable by another name":   {"e.jsonl", skippable + skippable + zstded(t, event), event},
		"skippable between":           {"e.zst", zstded(t, event) + skippable + zstded(t, long), event + long},
		"skippable at the end":        {"e.zst", zstded(t, event) + skippable, event},
		"nothing but skippables":      {"e.zst", skippable + skippable, ""},
		"the largest window":          {"e.zst", frame(27, event), event},
		"a Latin-1 character in text": {"e.jsonl", "\xe9" + event, "\xe9" + event},
	} {
		got, err := read(t, c.name, c.data)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestCompressedBadly(t *testing.T) {
	// Text that does not compress, so that a cut falls anywhere in it.
	text := event + strings.Repeat("x", 50)
	for name, z := range map[string]string{"gz": gzipped(t, text), "zst": zstded(t, text), "skippable.zst": skippable + zstded(t, text),
		"two.zst": zstded(t, event) + zstded(t, event), "two.gz": gzipped(t, event) + gzipped(t, event), "last.zst": zstded(t, event) + skippable} {
		whole, first := 0, 0
		for n := range z {
			if testing.Short() && n%5 != 0 && n != len(skippable) && n != len(z)-len(skippable) && n != len(z)/2 {
				continue
			}
			got, err := read(t, "cut."+name, z[:n])
			if err == nil { // the end of a frame or of a member
				whole, first = whole+1, n
				require.True(t, got == event || got == "", "%s cut at %d", name, n)
			}
		}
		switch name {
		case "gz", "zst":
			require.Zero(t, whole, "%s, at %d", name, first)
		default:
			require.Equal(t, 1, whole, name)
		}
	}
	require.Equal(t, 1<<27, infile.MaxWindow)
	window := frame(28, event)
	single := "\x28\xb5\x2f\xfd\xa0\x01\x00\x00\x08" // a frame of 128 MiB and a byte, all of which it may refer to
	for _, c := range []struct{ name, data, want string }{
		{"e.zst", window, "its zstd window is larger than 128 MiB, expected at most that; compress it again with a smaller one, as zstd does without --long and --ultra"},
		{"e.zst", single, "its zstd window is larger than 128 MiB, "},
		{"e.zst", skippable + window, "its zstd window is larger than 128 MiB, "},
		{"e.zst", zstded(t, event) + window, "its zstd window is larger than 128 MiB, "},
		{"e.gz", event, ":1:1: cannot read it: it is not gzip data, expected a .gz file to be; rename it if it is not compressed"},
		{"E.GZ", event, ":1:1: cannot read it: it is not gzip data, expected a .gz file to be; "},
		{"e.zst", "", ":1:1: cannot read it: it is not zstd data, expected a .zst file to be; "},
		{"e.gz", "BZh91AY&SY", ":1:1: cannot read it: this is bzip2 data and not gzip data, expected a .gz file to be; unpack it first"},
		{"e.gz", gzipped(t, gzipped(t, event)), ":1:1: this is gzip data within gzip data, expected it compressed once; unpack it once"},
		{"e.zst", zstded(t, skippable+zstded(t, event)), ":1:1: this is zstd data within zstd data, "},
		{"e.gz", gzipped(t, zstded(t, event)), ":1:1: this is zstd data within gzip data, "},
		{"e.gz", gzipped(t, event) + "\x00\x00\x00\x00", "the gzip data is cut short or damaged "},
		{"e.zst", zstded(t, event) + "\x00\x00\x00\x00", "the zstd data is cut short or damaged "},
	} {
		_, err := read(t, c.name, c.data)
		require.ErrorContains(t, err, c.want)
	}
}

// Of a file that goes on for ever, however small it is, no more is read into memory than the most that is documented.
func TestReadAllHasAnEnd(t *testing.T) {
	blank := strings.Repeat(" ", 99) + "\n"
	pages := 1_000_000 // 100 MB in 100 kB
	if testing.Short() {
		pages = 250_000
	}
	bomb := gzipped(t, "["+strings.Repeat(blank, pages))
	for _, c := range []struct {
		infile.Content
		want string
	}{
		{infile.Policy, ":10486:76: the file goes on, expected at most 1048576 bytes; a policy has each key once"},
		{infile.Packages, ":167773:16: the file goes on, expected at most 16777216 bytes; leave out the packages that no event names"},
		{infile.Statistics, ":167773:16: the file goes on, expected at most 16777216 bytes; split it into several files"},
		{infile.Documents, ":671089:64: the file goes on, expected at most 67108864 bytes; split it into several"},
	} {
		if testing.Short() && c.Content == infile.Documents {
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := infile.From{Stdin: strings.NewReader(bomb)}.ReadAll("-", c.Content)
		runtime.ReadMemStats(&after)
		require.EqualError(t, err, "-"+c.want)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*c.Max()+16<<20), "%s", c.want)
	}
	data, err := infile.From{Stdin: strings.NewReader("[" + strings.Repeat(" ", 1<<20-1))}.ReadAll("-", infile.Policy)
	require.NoError(t, err, "exactly as much as may be")
	require.Len(t, data, 1<<20)
}

// failing reads some text and then fails.
type failing struct{ text io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.text.Read(p)
	if err == io.EOF {
		err = errors.New("the disk is gone")
	}
	return n, err
}

// A file that cannot be read on is an error, after all of what could be.
func TestCannotReadOn(t *testing.T) {
	for _, n := range []int{1, 1000, 10_000} {
		text := strings.Repeat(event, n)
		r, err := infile.From{Stdin: failing{strings.NewReader(text)}}.Open("-", infile.Events)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.EqualError(t, err, "the disk is gone")
		require.Equal(t, text, string(got))
	}
	_, err := infile.From{Stdin: failing{strings.NewReader("{")}}.ReadAll("-", infile.Policy)
	require.Error(t, err)
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	_, err := infile.From{}.Open(dir, infile.Events)
	require.EqualError(t, err, dir+" is a folder, expected a file")
	_, err = infile.From{}.Open(dir+"/missing", infile.Events)
	require.EqualError(t, err, dir+"/missing: no such file or directory")
	r, err := infile.From{}.Open("-", infile.Events) // of no standard input
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Empty(t, text)

	var n atomic.Int64
	z := zstded(t, strings.Repeat(event, 1000))
	_, err = infile.From{Stdin: strings.NewReader(z), Read: &n}.ReadAll("-", infile.Policy)
	require.EqualError(t, err, `-:1:1: this is a file of events, expected a policy: a JSON object such as {"timing": "advance"}; events are named after the flags`)
	require.EqualValues(t, len(z), n.Load(), "bytes as they are stored")
	require.ErrorAs(t, err, new(*source.ParseError))
}
