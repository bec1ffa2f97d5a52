package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/pgtest"
)

var kills = flag.Int("kills", 6, "how many times TestKills kills the program for each kind of store; continuous integration says 25")

// program is this test's own executable, which is prorata when it is called so.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Args = append([]string{"prorata"}, args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

// prorata runs the program, which has to end with status 0.
func prorata(t *testing.T, args ...string) string {
	t.Helper()
	cmd := program(t, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s\n%s", args, stderr.Bytes())
	return string(out)
}

// stores runs a test with new stores of each kind.
func stores(t *testing.T, test func(t *testing.T, name func() string)) {
	t.Run("sqlite", func(t *testing.T) {
		folder, n := t.TempDir(), 0
		test(t, func() string {
			n++
			return filepath.Join(folder, fmt.Sprintf("%d.db", n))
		})
	})
	t.Run("postgres", func(t *testing.T) { test(t, func() string { return pgtest.URL(t) }) })
}

// year is a year of a reseller: what is recorded and billed, step by step.
type year struct {
	packages string
	steps    [][]string // arguments of the program, but for the store
}

const accountsOfYear = 40

// writeYear writes the files of a year.
func writeYear(t *testing.T) *year {
	t.Helper()
	folder := t.TempDir()
	y := &year{packages: filepath.Join(folder, "packages.json")}
	require.NoError(t, os.WriteFile(y.packages, []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}, {"name": "Starter", "price": 9.95, "credits": 1000, "overage": 0.001}]`), 0o600))
	random := rand.New(rand.NewPCG(1, 12))
	for month := range 4 {
		var b strings.Builder
		for a := range accountsOfYear {
			if month == a%3 {
				fmt.Fprintf(&b, `{"id":"c%d","type":"account.created","account":"account %d","at":"2026-%02d-%02dT08:00:00Z","package":"Gold"}`+"\n", a, a, month+1, 1+a%28)
			}
			if month < a%3 {
				continue
			}
			for day := range 28 {
				if month == a%3 && day <= a%28 {
					continue
				}
				fmt.Fprintf(&b, `{"id":"u%d-%d-%d","type":"usage.recorded","account":"account %d","at":"2026-%02d-%02dT12:00:00Z","credits":%d}`+"\n", a, month, day, a, month+1, 1+day, random.IntN(4000))
			}
			if random.IntN(8) == 0 {
				fmt.Fprintf(&b, `{"id":"p%d-%d","type":"account.package_changed","account":"account %d","at":"2026-%02d-28T13:00:00Z","package":"Starter"}`+"\n", a, month, a, month+1)
			}
		}
		file := filepath.Join(folder, fmt.Sprintf("%d.jsonl", month+1))
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
		y.steps = append(y.steps, []string{"record", "--now", fmt.Sprintf("2026-%02d-28T14:00:00Z", month+1), file},
			[]string{"bill", "--now", fmt.Sprintf("2026-%02d-28T15:00:00Z", month+1), "--format", "jsonl"}, []string{"bill", "--now", fmt.Sprintf("2026-%02d-15T15:00:00Z", month+2), "--format", "jsonl"})
	}
	return y
}

func (y *year) init(t *testing.T, store string) {
	t.Helper()
	prorata(t, "init", "--store", store, "--packages", y.packages, "--now", "2026-01-01T00:00:00Z")
}

// run runs all steps, and says how long each kind takes.
func (y *year) run(t *testing.T, store string) time.Duration {
	t.Helper()
	y.init(t, store)
	start := time.Now()
	for _, step := range y.steps {
		prorata(t, append(step, "--store", store)...)
	}
	return time.Since(start) / time.Duration(len(y.steps))
}

// issuedIn is everything that was issued in a store.
func issuedIn(t *testing.T, store string) string {
	t.Helper()
	return prorata(t, "invoices", "--store", store, "--format", "jsonl")
}

func requireWhole(t *testing.T, store string, replay bool) books.Verified {
	t.Helper()
	b, err := books.OpenReader(t.Context(), store)
	require.NoError(t, err)
	defer b.Close()
	found, err := b.Verify(t.Context(), books.Verifying{Replay: replay})
	require.NoError(t, err)
	require.Empty(t, found.Faults)
	return found
}

// TestKills kills record and bill at random instants, until what they had to do is done. After each kill the books are whole, and have
// all that was reported as done; at the end they have issued what they issue without.
func TestKills(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to kill with")
	}
	if testing.Short() {
		*kills = min(*kills, 4)
	}
	y := writeYear(t)
	stores(t, func(t *testing.T, name func() string) {
		undisturbed := name()
		each := y.run(t, undisturbed)
		want := issuedIn(t, undisturbed)
		require.Greater(t, strings.Count(want, "\n"), 2*accountsOfYear)
		random := rand.New(rand.NewPCG(uint64(*kills), 7))
		killed := 0
		for round := 0; killed < *kills; round++ {
			store := name()
			y.init(t, store)
			var reported books.Verified
			for _, step := range y.steps {
				for tries := random.IntN(1 + max(3, *kills/len(y.steps))); tries > 0 && killed < *kills; tries-- {
					if kill(t, append(step, "--store", store), time.Duration(random.Int64N(int64(each)*5/4))) {
						killed++
						found := requireWhole(t, store, false)
						require.GreaterOrEqual(t, found.Events, reported.Events, "what was reported as recorded is there")
						require.GreaterOrEqual(t, found.Invoices, reported.Invoices, "what was reported as issued is there")
					}
				}
				prorata(t, append(step, "--store", store)...)
				reported = requireWhole(t, store, false)
			}
			requireWhole(t, store, true)
			require.Equal(t, want, issuedIn(t, store))
		}
		t.Logf("killed %d times, a step takes %s", killed, each)
	})
}

// kill runs the program and kills it after some time, and reports whether it was still running.
func kill(t *testing.T, args []string, after time.Duration) bool {
	t.Helper()
	cmd := program(t, args...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	require.NoError(t, cmd.Start())
	time.AfterFunc(after, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	exit := (*exec.ExitError)(nil)
	return errors.As(err, &exit) && exit.ExitCode() == -1
}

// TestAtOnce runs every step several times at once: one does it, and the others find it done.
func TestAtOnce(t *testing.T) {
	y := writeYear(t)
	if testing.Short() {
		y.steps = y.steps[:3]
	}
	stores(t, func(t *testing.T, name func() string) {
		undisturbed := name()
		y.run(t, undisturbed)
		want := issuedIn(t, undisturbed)
		store := name()
		y.init(t, store)
		for i, step := range y.steps {
			var all sync.WaitGroup
			printed := make([]string, []int{8, 2, 8, 2, 8}[i%5])
			for p := range printed {
				all.Go(func() {
					cmd := program(t, append(step, "--store", store)...)
					out, err := cmd.CombinedOutput()
					if printed[p] = string(out); err != nil {
						printed[p] = fmt.Sprintf("%v: %s", err, out)
					}
				})
			}
			all.Wait()
			did := 0
			for _, text := range printed {
				require.NotContains(t, text, "exit status")
				if !strings.Contains(text, "recorded 0 events") && !strings.Contains(text, "issued 0 invoices") {
					did++
				}
			}
			require.LessOrEqual(t, did, 1, "%s: one does it", step)
		}
		requireWhole(t, store, true)
		require.Equal(t, want, issuedIn(t, store))
	})
}
