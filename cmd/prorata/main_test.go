package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/pgtest"
)

type withServer struct{ *testing.M }

// Run stops the server that tests started.
func (m withServer) Run() int { return pgtest.Main(m.M) }

func TestMain(m *testing.M) {
	testscript.Main(withServer{m}, map[string]func(){"prorata": main})
}

var update = flag.Bool("update", false, "rewrite the files that scripts compare with")

// TestScripts runs testdata/script. Beyond what testscript has, scripts have
//
//	exits CODE COMMAND ARGS…   run a command; its exit code and the form of its messages must be right
//	gzip FILE TO, zstd FILE TO compress a file
//	cut N FILE TO              the first N bytes of a file; all but the last -N when N is negative
//	join FILE… TO              files one after the other
//	repeat N TEXT TO           text N times; \n is a line's end, %d the number of the time
//
// [root] holds for a user who may do anything. $DEMO is testdata/demo, $PARQUET testdata/parquet.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("../../testdata")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("DEMO", filepath.Join(data, "demo"))
			env.Setenv("PARQUET", filepath.Join(data, "parquet"))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each of the hundreds of runs waits a second
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  cmdExits,
			"gzip":   cmdCompress,
			"zstd":   cmdCompress,
			"cut":    cmdCut,
			"join":   cmdJoin,
			"repeat": cmdRepeat,
		},
	})
}

// message is the form of every line on standard error: ours, or a place in a file.
var message = regexp.MustCompile(`^(prorata: |[^ :][^:]*:[0-9]+:[0-9]+: )[^ ].*[^ .]$`)

func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	code, exit := 0, (*exec.ExitError)(nil)
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("exit code %s, expected %s", got, args[0])
	}
	stderr := ts.ReadFile("stderr")
	for line := range strings.Lines(stderr) {
		if !message.MatchString(strings.TrimSuffix(line, "\n")) {
			ts.Fatalf("not the form of a message: %q", line)
		}
	}
	if code == exitUsage && strings.Count(stderr, "\n") != 1 {
		ts.Fatalf("wrong usage, and not one line about it")
	}
	if code == exitFailed || code == exitUsage {
		if out := ts.ReadFile("stdout"); out != "" {
			ts.Fatalf("it failed, and printed %q", out)
		}
		if stderr == "" {
			ts.Fatalf("it failed, and did not say why")
		}
	}
}

func cmdCompress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gzip|zstd FILE TO")
	}
	var b bytes.Buffer
	if strings.HasSuffix(args[1], ".zst") {
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		ts.Check(err)
		z.Write([]byte(ts.ReadFile(args[0])))
		ts.Check(z.Close())
	} else {
		z := gzip.NewWriter(&b)
		z.Write([]byte(ts.ReadFile(args[0])))
		ts.Check(z.Close())
	}
	write(ts, args[1], b.String())
}

func cmdCut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	data := ts.ReadFile(args[1])
	if n < 0 {
		n += len(data)
	}
	write(ts, args[2], data[:n])
}

func cmdJoin(ts *testscript.TestScript, _ bool, args []string) {
	var b strings.Builder
	last := len(args) - 1
	for _, name := range args[:last] {
		b.WriteString(ts.ReadFile(name))
	}
	write(ts, args[last], b.String())
}

func cmdRepeat(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := strings.ReplaceAll(args[1], `\n`, "\n")
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "%d", strconv.Itoa(i)))
	}
	write(ts, args[2], b.String())
}

func write(ts *testscript.TestScript, name, data string) {
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(data), 0o644))
}
