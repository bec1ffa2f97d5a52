package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/source"
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
	invoices, messages string
	exit               int
}

// replay is the outcome of prorata replay; its last line, which names the program, is cut off
// where there are anomalies.
func replay(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), prorata, append([]string{"replay", "--format", "jsonl"}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its exit code says more
	messages, exit := stderr.String(), cmd.ProcessState.ExitCode()
	if exit == exitFindings {
		messages = withoutLast(messages, "prorata: ")
	}
	return outcome{stdout.String(), messages, exit}
}

// runBeam is the outcome of the pipeline, its shards merged.
func runBeam(t *testing.T, args ...string) outcome {
	t.Helper()
	o := &options{}
	flags := o.flags()
	dir := t.TempDir()
	o.output = filepath.Join(dir, "invoices.jsonl")
	require.NoError(t, flags.Parse(args))
	var stderr bytes.Buffer
	exit := run(t.Context(), o, flags.Args(), &stderr)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	if exit == exitFailed || exit == exitUsage {
		require.Empty(t, files, "it failed, and there is output")
		return outcome{"", stderr.String(), exit}
	}
	require.Len(t, files, o.shards+1, "the shards and the anomalies")
	var shards []string
	for shard := range o.shards {
		shards = append(shards, read(t, shardName(o.output, shard, o.shards)))
	}
	got := outcome{merge(t, shards), withoutLast(stderr.String(), "beam: "), exit}
	require.Equal(t, got.messages, read(t, o.output+".anomalies"))
	return got
}

// words are anomalies in a line each, given as JSON objects.
func words(t *testing.T, list string) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(list) {
		var a struct {
			File    string `json:"file"`
			Line    int    `json:"line"`
			Column  int    `json:"column"`
			ID      string `json:"id"`
			Account string `json:"account"`
			Type    string `json:"type"`
			Reason  string `json:"reason"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		fmt.Fprintf(&text, "%s:%d:%d: anomaly: event %q (%s of %q): %s\n", a.File, a.Line, a.Column, a.ID, a.Type, a.Account, a.Reason)
	}
	return text.String()
}

func withoutLast(text, prefix string) string {
	lines := slices.Collect(strings.Lines(text))
	if n := len(lines); n > 1 && strings.HasPrefix(lines[n-1], prefix) {
		lines = lines[:n-1]
	}
	return strings.Join(lines, "")
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// merge joins shards: each is in order by itself, and has its accounts alone.
func merge(t *testing.T, shards []string) string {
	t.Helper()
	type invoice struct {
		Account string `json:"account"`
		Date    string `json:"date_invoiced"`
	}
	if len(shards) == 1 {
		return shards[0]
	}
	byAccount, all := map[string]string{}, []string(nil)
	for _, shard := range shards {
		last, seen := invoice{}, map[string]bool{}
		for line := range strings.Lines(shard) {
			var inv invoice
			require.NoError(t, json.Unmarshal([]byte(line), &inv))
			require.GreaterOrEqual(t, inv.Account+"\x00"+inv.Date, last.Account+"\x00"+last.Date)
			require.True(t, seen[inv.Account] || byAccount[inv.Account] == "", "%s is in two shards", inv.Account)
			byAccount[inv.Account] += line
			last, seen[inv.Account] = inv, true
		}
	}
	for name := range byAccount {
		all = append(all, name)
	}
	slices.Sort(all)
	for i, name := range all {
		all[i] = byAccount[name]
	}
	return strings.Join(all, "")
}

func TestDemo(t *testing.T) {
	want := replay(t, "--packages", demoPackages, demoEvents)
	require.Equal(t, 0, want.exit)
	require.Equal(t, 193, strings.Count(want.invoices, "\n"))
	for _, shards := range []string{"1", "5", "40"} { // some of 40 have no accounts
		require.Equal(t, want, runBeam(t, "--packages", demoPackages, "--events", demoEvents, "--shards", shards))
	}

	want = replay(t, "--packages", demoPackages, oddEvents)
	require.Equal(t, exitFindings, want.exit)
	require.Equal(t, want, runBeam(t, "--packages", demoPackages, "--events", oddEvents, "--shards", "2"))
}

func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	generate(t, dir, 300, 6000)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, c := range []struct {
		shards string
		args   []string
	}{
		{"1", nil},
		{"7", nil},
		{"3", []string{"--through", "2025-02-10", "--price", "distributor", "--set", "timing=advance", "--set", "time_zone=America/New_York"}},
	} {
		list := filepath.Join(t.TempDir(), "anomalies.jsonl")
		want := replay(t, append(append([]string{"--packages", demoPackages, "--anomalies", list}, c.args...), files...)...)
		want.messages = words(t, read(t, list)) // where replay puts some that have one cause into a line
		require.Equal(t, exitFindings, want.exit)
		require.Greater(t, strings.Count(want.invoices, "\n"), 1000)
		got := runBeam(t, append([]string{"--packages", demoPackages, "--shards", c.shards,
			"--events", filepath.Join(dir, "a*"), "--events", filepath.Join(dir, "[b-z]*")}, c.args...)...)
		require.True(t, want.messages == got.messages, "the anomalies are not those of replay")
		require.True(t, want.invoices == got.invoices, "the invoices are not those of replay")
		require.Equal(t, want.exit, got.exit)
	}
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

const created = `{"id":"1","type":"account.created","account":"acme","at":"2026-03-01","package":"Gold"}` + "\n"

// TestRefuses holds the pipeline to the words of replay for input that is wrong.
func TestRefuses(t *testing.T) {
	for name, files := range map[string][]string{
		"bad lines":               {created, "{}\n\n" + created + `{"id":`},
		"one id in two accounts":  {created, strings.Replace(created, "acme", "bcme", 1)},
		"one id, two contents":    {created, "\n" + strings.Replace(created, "Gold", "Silver", 1)},
		"too large to be counted": {created, used(1) + used(2)},
		"too many":                {created, strings.Repeat("{}\n", maxProblems+5)},
	} {
		t.Run(name, func(t *testing.T) {
			dir, names := t.TempDir(), []string(nil)
			for i, content := range files {
				names = append(names, filepath.Join(dir, fmt.Sprintf("%d.jsonl", i)))
				require.NoError(t, os.WriteFile(names[i], []byte(content), 0o644))
			}
			args := []string{"--packages", demoPackages, "--through", "2026-05-01"}
			want := replay(t, append(slices.Clone(args), names...)...)
			got := runBeam(t, append(args, "--events", filepath.Join(dir, "*"), "--shards", "2")...)
			require.Equal(t, exitFailed, want.exit)
			require.Equal(t, exitFailed, got.exit)
			require.Equal(t, strings.ReplaceAll(want.messages, "prorata: ", ""), got.messages)
		})
	}
}

func used(id int) string {
	return fmt.Sprintf(`{"id":"use-%d","type":"usage.recorded","account":"acme","at":"2026-03-02","credits":9223372036854775807}`+"\n", id)
}

func TestNoEvents(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o644))
	require.Equal(t, outcome{messages: "prorata: no invoices: the files hold no events\n"}, replay(t, "--packages", demoPackages, empty))
	require.Equal(t, outcome{}, runBeam(t, "--packages", demoPackages, "--events", empty, "--shards", "2"))
}

// A date far from all others does not move the date billed through, and is named.
func TestFarDates(t *testing.T) {
	dir := t.TempDir()
	use := func(id, at string) string {
		return fmt.Sprintf(`{"id":%q,"type":"usage.recorded","account":"acme","at":%q,"credits":5}`+"\n", id, at)
	}
	files := []string{filepath.Join(dir, "0.jsonl"), filepath.Join(dir, "1.jsonl")}
	require.NoError(t, os.WriteFile(files[0], []byte(created+use("u1", "2026-04-02")), 0o644))
	require.NoError(t, os.WriteFile(files[1], []byte(use("u2", "2062-05-02")+use("u3", "2026-05-03T23:30:00Z")), 0o644))
	for _, zone := range []string{"UTC", "Europe/Berlin"} {
		want := replay(t, "--packages", demoPackages, "--set", "time_zone="+zone, files[0], files[1])
		got := runBeam(t, "--packages", demoPackages, "--set", "time_zone="+zone, "--events", filepath.Join(dir, "*"))
		require.Equal(t, exitFindings, got.exit)
		require.Equal(t, want, got)
		require.Equal(t, 2, strings.Count(got.invoices, "\n"), "of April and May")
		require.Contains(t, got.messages, `1.jsonl:1:1: warning: event "u2"`)
	}
}

func TestUsage(t *testing.T) {
	given := []string{"--packages", demoPackages, "--events", demoEvents}
	for want, args := range map[string][]string{
		"--events GLOB is missing":                    {"--packages", demoPackages},
		"--packages FILE is missing":                  {"--events", demoEvents},
		"--output FILE is missing":                    append([]string{"--output", ""}, given...),
		`argument "more.jsonl", expected flags only`:  append(slices.Clone(given), "more.jsonl"),
		"--shards 0, expected 1 to 99999":             append([]string{"--shards", "0"}, given...),
		`--through: parse date "2026-02-30": Febru`:   append([]string{"--through", "2026-02-30"}, given...),
		`--set "timing", expected KEY=VALUE`:          append([]string{"--set", "timing"}, given...),
		"--set timing=never: ":                        append([]string{"--set", "timing=never"}, given...),
		`unknown price "wholesale"`:                   append([]string{"--price", "wholesale"}, given...),
		"x.jsonl is written, and read too as x.*":     append([]string{"--output", "x.jsonl", "--events", "x.*"}, given...),
		"--anomalies and --output are both x.jsonl, ": append([]string{"--output", "x.jsonl", "--anomalies", "x.jsonl"}, given...),
	} {
		got := runBeam(t, args...)
		require.Equal(t, exitUsage, got.exit, got.messages)
		require.Contains(t, got.messages, want)
	}
	for want, args := range map[string][]string{
		"beam: --events none*.jsonl: there is no such file\n":    {"--packages", demoPackages, "--events", "none*.jsonl"},
		"beam: cannot read none.json: open none.json: no such f": {"--packages", "none.json", "--events", demoEvents},
	} {
		got := runBeam(t, args...)
		require.Equal(t, exitFailed, got.exit, got.messages)
		require.Contains(t, got.messages, want)
	}
}

// TestLawBlocks gathers texts by key, few enough bytes to be given on at the end alone, and
// finds each of them again.
func TestLawBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, got := map[string][]placed{}, map[string][]placed{}
		var blocks [][]byte
		g := gather(func(key string, block []byte) {
			list, err := cutPlaced(got[key], block)
			require.NoError(t, err)
			got[key], blocks = list, append(blocks, block)
		})
		file, keys := rapid.String().Draw(t, "file"), rapid.StringN(0, 1, -1)
		for range rapid.IntRange(1, 20).Draw(t, "texts") {
			key := keys.Draw(t, "key")
			p := placed{source.Place{File: file, Line: rapid.IntMin(0).Draw(t, "line"), Column: rapid.IntMin(0).Draw(t, "column")},
				rapid.SliceOf(rapid.Byte()).Draw(t, "text")}
			want[key] = append(want[key], p)
			g.add(key, p)
			if rapid.IntRange(0, 4).Draw(t, "flush") == 0 {
				g.flush()
			}
		}
		g.flush()
		require.Len(t, got, len(want))
		for key, list := range want {
			require.Len(t, got[key], len(list))
			for i, p := range list {
				require.Equal(t, p.place, got[key][i].place)
				require.True(t, bytes.Equal(p.text, got[key][i].text))
			}
		}
		whole := blocks[0]
		_, err := cutPlaced(nil, append(bytes.Clone(whole), 0xff)) // a number that goes on
		require.ErrorIs(t, err, errElement)
		_, err = cutPlaced(nil, appendString(nil, file)[:len(file)]) // cut short
		if len(file) > 0 {
			require.ErrorIs(t, err, errElement)
		}
	})
}

// TestGatherGivesOn holds what a worker has open to its bound.
func TestGatherGivesOn(t *testing.T) {
	given := 0
	g := gather(func(_ int, block []byte) { given += len(block) })
	text := make([]byte, maxOpen/8)
	for i := range 40 {
		g.add(i%3, placed{text: text})
		require.LessOrEqual(t, g.size, maxOpen)
	}
	g.flush()
	require.Greater(t, given, 40*len(text))
	require.Less(t, given, 40*len(text)+40*16)
}

// Files are read as the command reads them, wherever they are.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"x.gz": "plain text", "x.zst": "plain text", "prices.csv": "name,price\nGold,79.95\n"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := files(t.Context()).ReadAll(path, infile.Packages)
		want := path + ":1:1: cannot read it: it is not "
		if name == "prices.csv" {
			want = path + ":1:1: this is CSV, expected a JSON or XML list of packages; "
		}
		require.ErrorContains(t, err, want)
	}
	// A frame of zstd with three bytes as they are, behind a frame that is to be skipped.
	path := filepath.Join(dir, "skipped")
	require.NoError(t, os.WriteFile(path, []byte("\x50\x2a\x4d\x18\x02\x00\x00\x00hi\x28\xb5\x2f\xfd\x00\x58\x19\x00\x00abc"), 0o644))
	r, err := files(t.Context()).Open(path, infile.Events)
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "abc", string(data))
	require.NoError(t, r.Close())
	_, err = files(t.Context()).Open(filepath.Join(dir, "missing"), infile.Events)
	require.ErrorContains(t, err, "cannot read "+filepath.Join(dir, "missing")+": ")
}
