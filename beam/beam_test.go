package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/infile"
)

const (
	demoPackages = "../testdata/demo/packages.json"
	demoEvents   = "../testdata/demo/events.jsonl"
	oddEvents    = "../testdata/anomalies/events.jsonl" // some make no sense
)

// prorata is the program that the pipeline is held against.
var prorata string

func TestMain(m *testing.M) {
	beam.Init()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "prorata")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		prorata = filepath.Join(dir, "prorata")
		if out, err := exec.Command("go", "build", "-C", "..", "-o", prorata, "./cmd/prorata").CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
}

// outcome is what a run left behind.
type outcome struct {
	exit                  int
	messages              string
	invoices              string
	quarantine, anomalies string
}

// replay is the outcome of prorata replay. DIR in an argument is a folder for what is written.
func replay(t require.TestingT, dir string, args ...string) outcome {
	o := outcome{}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(prorata, inFolder(dir, append([]string{"replay", "--format", "jsonl", "-o", "DIR/invoices"}, args...))...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its exit code says more
	o.exit, o.messages = cmd.ProcessState.ExitCode(), stderr.String()
	require.Empty(t, stdout.String())
	o.written(t, dir)
	return o
}

func inFolder(dir string, args []string) (list []string) {
	for _, arg := range args {
		list = append(list, strings.ReplaceAll(arg, "DIR", dir))
	}
	return list
}

// written reads what was written to a folder, and leaves it empty.
func (o *outcome) written(t require.TestingT, dir string) {
	o.messages = strings.ReplaceAll(o.messages, dir, "DIR")
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		name := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.Remove(name))
		switch e.Name() {
		case "invoices":
			o.invoices = string(data)
		case "quarantine":
			o.quarantine = string(data)
		case "anomalies":
			o.anomalies = string(data)
		default:
			require.Fail(t, "a file that was not asked for", name)
		}
	}
}

// runBeam is the outcome of the pipeline.
func runBeam(t require.TestingT, dir string, args ...string) outcome {
	o := &options{}
	flags := o.flags()
	require.NoError(t, flags.Parse(inFolder(dir, append([]string{"--output", "DIR/invoices"}, args...))))
	var stderr bytes.Buffer
	got := outcome{exit: run(context.Background(), o, flags.Args(), &stderr)}
	got.messages = stderr.String()
	got.written(t, dir)
	return got
}

// events are the flags of the pipeline for files that replay is given by name.
func events(files ...string) (flags []string) {
	for _, name := range files {
		flags = append(flags, "--events", name)
	}
	return flags
}

func TestDemo(t *testing.T) {
	dir := t.TempDir()
	want := replay(t, dir, "--packages", demoPackages, demoEvents)
	require.Equal(t, 0, want.exit)
	require.Equal(t, 193, strings.Count(want.invoices, "\n"))
	for _, shards := range []string{"0", "2", "40"} { // some of 40 have no accounts
		require.Equal(t, want, runBeam(t, dir, "--packages", demoPackages, "--events", demoEvents, "--shards", shards))
	}
	want = replay(t, dir, "--packages", demoPackages, "--anomalies", "DIR/anomalies", oddEvents)
	require.Equal(t, exitFindings, want.exit)
	require.Equal(t, want, runBeam(t, dir, "--packages", demoPackages, "--anomalies", "DIR/anomalies", "--events", oddEvents, "--shards", "2", "--range-bytes", "1000"))
}

// Usage in Parquet is billed as by replay: the same bytes, and the same said of what is wrong.
func TestParquet(t *testing.T) {
	const folder = "../testdata/parquet/"
	dir := t.TempDir()
	want := replay(t, dir, "--packages", demoPackages, demoEvents)
	for _, usage := range []string{"usage.parquet", "duckdb.parquet", "polars.parquet", "int96.parquet"} {
		got := runBeam(t, dir, "--packages", demoPackages, "--events", folder+"accounts.jsonl", "--events", folder+usage, "--shards", "3", "--range-bytes", "1000")
		require.Equal(t, want, got, usage)
	}
	data, err := os.ReadFile(folder + "int96.parquet")
	require.NoError(t, err)
	from := t.TempDir()
	moved := filepath.Join(from, "usage.log")
	require.NoError(t, os.WriteFile(moved, data, 0o644))
	require.Equal(t, want, runBeam(t, dir, "--packages", demoPackages, "--events", folder+"accounts.jsonl", "--events", moved, "--map", folder+"int96.parquet.map.json"))
	for _, c := range [][]string{
		{moved}, // no column has the name of a field
		{folder + "accounts.jsonl", folder + "usage.parquet", folder + "duckdb.parquet"}, // what is there twice counts once
		{folder + "usage.parquet"}, // without its accounts
		{folder + "accounts.jsonl", filepath.Join(from, "short.parquet")},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(from, "short.parquet"), data[:len(data)-1], 0o644))
		require.Equal(t, replay(t, dir, append([]string{"--packages", demoPackages}, c...)...),
			runBeam(t, dir, append([]string{"--packages", demoPackages, "--shards", "2"}, events(c...)...)...))
	}
}

// Files of shards are those of replay's, and merge puts them together.
func TestSeparate(t *testing.T) {
	dir := t.TempDir()
	o := &options{}
	require.NoError(t, o.flags().Parse([]string{"--packages", demoPackages, "--events", demoEvents, "--output", filepath.Join(dir, "x"), "--shards", "3", "--separate"}))
	var stderr bytes.Buffer
	require.Equal(t, 0, run(t.Context(), o, nil, &stderr), stderr.String())
	for shard := range 3 {
		got, err := os.ReadFile(shardName(o.output, shard, 3))
		require.NoError(t, err)
		want := replay(t, t.TempDir(), "--packages", demoPackages, "--shard", fmt.Sprintf("%d/3", shard), demoEvents)
		require.Equal(t, want.invoices, string(got))
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 3)
}

func TestGenerated(t *testing.T) {
	from, dir := t.TempDir(), t.TempDir()
	generate(t, from, 300, 6000)
	files, err := filepath.Glob(filepath.Join(from, "*"))
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, c := range [][]string{
		{"--shards", "1"},
		{"--shards", "7", "--range-bytes", "30000"},
		{"--shards", "3", "--through", "2025-02-10", "--price", "distributor", "--set", "timing=advance", "--set", "time_zone=America/New_York"},
	} {
		want := replay(t, dir, append(append([]string{"--packages", demoPackages, "--anomalies", "DIR/anomalies"}, withoutOwn(c)...), files...)...)
		require.Equal(t, exitFindings, want.exit)
		require.Greater(t, strings.Count(want.invoices, "\n"), 1000)
		got := runBeam(t, dir, append([]string{"--packages", demoPackages, "--anomalies", "DIR/anomalies",
			"--events", filepath.Join(from, "a*"), "--events", filepath.Join(from, "[b-z]*")}, c...)...)
		require.Equal(t, want.messages, got.messages)
		require.Equal(t, want.exit, got.exit)
		require.True(t, want.anomalies == got.anomalies, "the anomalies are not those of replay")
		require.True(t, want.invoices == got.invoices, "the invoices are not those of replay")
	}
}

// withoutOwn leaves out the flags that replay does not have.
func withoutOwn(flags []string) (list []string) {
	for i := 0; i < len(flags); i += 2 {
		if flags[i] != "--shards" && flags[i] != "--range-bytes" {
			list = append(list, flags[i:i+2]...)
		}
	}
	return list
}

// someEvents are files of events, some of which make no sense, or are none.
func someEvents(t *rapid.T) (files []string) {
	pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
	bad, conflicts := pick(3) == 0, pick(3) == 0
	for range 1 + pick(3) {
		var b strings.Builder
		if pick(5) == 0 {
			b.WriteString("\ufeff")
		}
		for range pick(30) {
			id, name, day := strconv.Itoa(pick(40)), string(rune('a'+pick(6))), 1+pick(28)
			at := fmt.Sprintf("2026-%02d-%02d", 1+pick(3), day)
			event := func(kind, more string) string {
				return fmt.Sprintf(`{"id":%q,"type":%q,"account":%q,"at":%q%s}`+"\n", kind+id+name, kind, name, at, more)
			}
			switch n := pick(22); {
			case n < 5:
				b.WriteString(strings.Replace(event("account.created", `,"package":"Gold"`), fmt.Sprintf("-%02d\"", day), "-01\"", 1))
			case n < 14:
				b.WriteString(event("usage.recorded", `,"credits":`+strconv.Itoa(pick(1+2*pick(2)))))
			case n == 14:
				b.WriteString(event("account.package_changed", `,"package":"Platinium"`))
			case n < 17 && conflicts:
				b.WriteString(strings.Replace(event("usage.recorded", `,"credits":7`), id+name, id+"x", 1)) // of any account
			case n == 17 && bad:
				b.WriteString("oops\n")
			case n == 18 && bad:
				b.WriteString(strings.Repeat("{\"id\":\"\xff\"}\r\n", 1+pick(2)*pick(30)))
			case n == 19 && bad:
				b.WriteString(strings.Replace(event("usage.recorded", `,"credits":7`), "2026", eitherYear(pick), 1))
			case n == 20 && bad:
				b.WriteString(event("usage.recorded", `,"credits":9223372036854775807`))
			default:
				b.WriteString("\n")
			}
		}
		text := b.String()
		if pick(4) == 0 {
			text = strings.TrimSuffix(text, "\n")
		}
		files = append(files, text)
	}
	return files
}

func eitherYear(pick func(int) int) string { return []string{"1926", "2040", "2062"}[pick(3)] }

// The pipeline leaves what replay leaves, on any input, in any number of shards and ranges.
func TestLawSameAsReplay(t *testing.T) {
	from, dir := t.TempDir(), t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		for i, text := range someEvents(t) {
			name, data := filepath.Join(from, fmt.Sprintf("%d.jsonl", i)), []byte(text)
			switch rapid.IntRange(0, 12).Draw(t, "form") {
			case 0:
				data = zipped(data)
			case 1: // cut short
				data = zipped(data)
				data = data[:len(data)-6]
			case 2:
				data = []byte("name,price\nGold,79.95\n")
			}
			require.NoError(t, os.WriteFile(name, data, 0o644))
			names = append(names, name)
		}
		flags := slices.Concat(rapid.SampledFrom([][]string{nil, {"--keep-going"}, {"--quarantine", "DIR/quarantine"}}).Draw(t, "flags"),
			rapid.SampledFrom([][]string{nil, {"--through", "2026-02-10"}, {"--from", "2026-02-15"}}).Draw(t, "dates"),
			[]string{"--packages", demoPackages, "--anomalies", "DIR/anomalies"})
		own := []string{"--shards", strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "shards")), "--range-bytes", rapid.SampledFrom([]string{"64", "200", "1000", "100000"}).Draw(t, "range")}
		want := replay(t, dir, append(slices.Clone(flags), names...)...)
		got := runBeam(t, dir, slices.Concat(flags, own, events(names...))...)
		require.Equal(t, want, got, "%s", own)
	})
}

func zipped(data []byte) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(data) // to memory
	_ = z.Close()
	return packed.Bytes()
}

// What begins in a range is read by it alone, wherever it is cut.
func TestLawRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-c]{0,5}\n){0,12}[a-c]{0,3}`).Draw(t, "text")
		size := rapid.Int64Range(1, 12).Draw(t, "size")
		var parts []string
		for at := int64(0); at == 0 || at < int64(len(text)); at += size {
			r := &rangeReader{ReadCloser: io.NopCloser(iotest.OneByteReader(strings.NewReader(text))), end: at + size}
			if rapid.Bool().Draw(t, "at once") {
				r.ReadCloser = io.NopCloser(strings.NewReader(text))
			}
			if at > 0 {
				_, err := io.CopyN(io.Discard, r.ReadCloser, at-1)
				require.NoError(t, err)
				r.at, r.within = at-1, true
			}
			if at+size >= int64(len(text)) {
				r.end = -1
			}
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			for line := range strings.Lines(string(got)) {
				start := strings.Index(text[len(strings.Join(parts, "")):], line)
				require.Zero(t, start)
				from := int64(len(strings.Join(parts, "")))
				require.True(t, from >= at && (from < at+size || r.end < 0), "%q of %q at %d is not of %d", line, text, from, at)
				parts = append(parts, line)
			}
		}
		require.Equal(t, text, strings.Join(parts, ""))
	})
}

// generate writes events of some accounts to four files, in no order: a few make no sense, and
// some stand in two files.
func generate(t *testing.T, dir string, accounts, events int) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	packages := []string{"Free", "Starter", "Silver", "Gold", "Platinum", "Platinium"}
	start := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	var files [4]bytes.Buffer
	for i := range events {
		name := fmt.Sprintf("user%d@example.com", random.IntN(accounts))
		at := start.AddDate(0, 0, 50).Add(time.Duration(random.Int64N(int64(350 * 24 * time.Hour))))
		var rest string
		switch n := random.IntN(100); {
		case i < accounts:
			name, at = fmt.Sprintf("user%d@example.com", i), start.AddDate(0, 0, random.IntN(60))
			rest = fmt.Sprintf(`"account.created","package":%q`, packages[random.IntN(5)])
		case n < 80:
			rest = fmt.Sprintf(`"usage.recorded","credits":%d`, random.IntN(3000))
		case n < 90:
			rest = fmt.Sprintf(`"account.package_changed","package":%q`, packages[random.IntN(6)])
		case n < 99:
			rest = fmt.Sprintf(`"charge.added","amount":"%d.50","description":"setup"`, random.IntN(30))
			if list := []string{"", "retail", "distributor"}[random.IntN(3)]; list != "" {
				rest += fmt.Sprintf(`,"price_list":%q`, list)
			}
			if random.IntN(4) == 0 { // mostly of another account, which is an anomaly
				rest = fmt.Sprintf(`"event.voided","event":"evt-%d"`, random.IntN(i))
			}
			if j := i - accounts; j > 0 && random.IntN(4) == 0 {
				name, rest = fmt.Sprintf("user%d@example.com", j%accounts), fmt.Sprintf(`"event.voided","event":"evt-%d","metadata":{"by":["me"]}`, j%accounts)
			}
		default:
			rest = `"account.closed"`
		}
		line := fmt.Sprintf(`{"id":"evt-%d","account":%q,"at":%q,"type":%s}`+"\n", i, name, at.Format(time.RFC3339), rest)
		first := random.IntN(len(files))
		files[first].WriteString(line)
		if random.IntN(20) == 0 {
			files[(first+1)%len(files)].WriteString(line)
		}
	}
	for i, name := range []string{"a.jsonl", "b.jsonl", "c.jsonl.gz", "d.jsonl"} {
		data := files[i].Bytes()
		if strings.HasSuffix(name, ".gz") {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, err := z.Write(data)
			require.NoError(t, err)
			require.NoError(t, z.Close())
			data = packed.Bytes()
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
}

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	given := []string{"--packages", demoPackages, "--events", demoEvents}
	for want, args := range map[string][]string{
		"--events GLOB is missing":                    {"--packages", demoPackages},
		"--packages FILE is missing":                  {"--events", demoEvents},
		"--output FILE is missing":                    append([]string{"--output", ""}, given...),
		`argument "more.jsonl", expected flags only`:  append(slices.Clone(given), "more.jsonl"),
		"--shards -1, expected 1 to 99999":            append([]string{"--shards", "-1"}, given...),
		"--range-bytes -1, expected 1 or more":        append([]string{"--range-bytes", "-1"}, given...),
		"--through 2026-01-01 is before --from 2026-": append([]string{"--through", "2026-01-01", "--from", "2026-02-01"}, given...),
		`--through: parse date "2026-02-30": Febru`:   append([]string{"--through", "2026-02-30"}, given...),
		`--set "timing", expected KEY=VALUE`:          append([]string{"--set", "timing"}, given...),
		"--set timing=never: ":                        append([]string{"--set", "timing=never"}, given...),
		`unknown price "wholesale"`:                   append([]string{"--price", "wholesale"}, given...),
		"x.jsonl is written, and read too as x.*":     append([]string{"--output", "x.jsonl", "--events", "x.*"}, given...),
		"--anomalies and --output are both x.jsonl, ": append([]string{"--output", "x.jsonl", "--anomalies", "x.jsonl"}, given...),
	} {
		got := runBeam(t, dir, args...)
		require.Equal(t, exitUsage, got.exit, got.messages)
		require.Contains(t, got.messages, want)
	}
	for want, args := range map[string][]string{
		"prorata: --events none*.jsonl: there is no such file\n": {"--packages", demoPackages, "--events", "none*.jsonl"},
		"prorata: none.json: no such file or directory":          {"--packages", "none.json", "--events", demoEvents},
		"prorata: cannot write DIR/none/x: no such file or dire": append([]string{"--output", "DIR/none/x"}, given...),
	} {
		got := runBeam(t, dir, args...)
		require.Equal(t, exitFailed, got.exit, got.messages)
		require.Contains(t, got.messages, want)
	}
}

// Files are read as the command reads them, wherever they are.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"x.gz": "plain text", "x.zst": "plain text", "prices.csv": "name,price\nGold,79.95\n"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := files(t.Context(), path).ReadAll(path, infile.Packages)
		want := path + ":1:1: cannot read it: it is not "
		if name == "prices.csv" {
			want = path + ":1:1: this is CSV, expected a JSON or XML list of packages; "
		}
		require.ErrorContains(t, err, want)
	}
	// A frame of zstd with three bytes as they are, behind a frame that is to be skipped.
	path := filepath.Join(dir, "skipped")
	require.NoError(t, os.WriteFile(path, []byte("\x50\x2a\x4d\x18\x02\x00\x00\x00hi\x28\xb5\x2f\xfd\x00\x58\x19\x00\x00abc"), 0o644))
	r, err := files(t.Context(), path).Open(path, infile.Events)
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "abc", string(data))
	require.NoError(t, r.Close())
	_, err = files(t.Context(), path).Open(filepath.Join(dir, "missing"), infile.Events)
	require.ErrorContains(t, err, filepath.Join(dir, "missing")+": no such file")
}
