package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/stretchr/testify/require"
)

// runnerLost is a runner that the command loses while the workers go on, as those of a Flink do whose job server is killed.
var runnerLost func(ctx context.Context, p *beam.Pipeline) error

func init() {
	beam.RegisterRunner("lost", func(ctx context.Context, p *beam.Pipeline) (beam.PipelineResult, error) {
		return nil, runnerLost(ctx, p)
	})
}

// When the command loses the runner, it fails and nothing is left of workers that go on; or all was done, and that is what it says.
func TestRunnerLost(t *testing.T) {
	want := replay(t, t.TempDir(), "--packages", demoPackages, demoEvents)
	*runners.Runner = "lost"
	t.Cleanup(func() { *runners.Runner = "" })
	for _, step := range []string{"blocks", "shard", "end"} {
		for range 5 {
			dir, done := t.TempDir(), make(chan error, 1)
			runnerLost = func(ctx context.Context, p *beam.Pipeline) error {
				go func() {
					_, err := prism.Execute(context.WithoutCancel(ctx), p)
					done <- err
				}()
				if step == "end" {
					done <- <-done
					return errLost
				}
				for {
					if files, _ := filepath.Glob(filepath.Join(dir, "*-"+step+"-*")); len(files) > 0 || len(done) > 0 {
						return errLost
					}
				}
			}
			o := &options{}
			require.NoError(t, o.flags().Parse([]string{"--packages", demoPackages, "--events", demoEvents, "--range-bytes", "500", "--shards", "3",
				"--output", filepath.Join(dir, "invoices")}))
			var stderr strings.Builder
			got := outcome{exit: run(t.Context(), o, nil, &stderr)}
			<-done
			got.messages = stderr.String()
			got.written(t, dir)
			if got.exit == exitFailed && step != "end" {
				require.Equal(t, outcome{exit: exitFailed, messages: "prorata: the worker is lost\n"}, got)
			} else {
				require.Equal(t, want, got)
			}
		}
	}
}
