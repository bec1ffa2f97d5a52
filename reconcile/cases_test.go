package reconcile_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// TestCases: each case of testdata/reconcile/cases, of which most are restated from public reports, comes out as it says.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("../testdata/reconcile/cases/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			in := reconcile.Input{Prices: invoice.Distributor, Events: &eventlog.Events{}}
			want := ""
			for _, f := range archive.Files {
				switch f.Name {
				case "events.jsonl":
					for e, err := range eventlog.Read(bytes.NewReader(f.Data), f.Name, in.Policy) {
						require.NoError(t, err)
						require.NoError(t, in.Events.Add(e))
					}
				case "packages.json":
					in.Packages, err = invoice.ParsePackages(f.Name, f.Data, money.USD)
					require.NoError(t, err)
				case "aliases":
					theirs, ours, _ := strings.Cut(strings.TrimSpace(string(f.Data)), ",")
					in.Aliases = map[string]string{theirs: ours}
				case "want":
					want = strings.TrimSpace(string(f.Data))
				default:
					d, err := distributor.ReadInvoices(f.Name, f.Data)
					require.NoError(t, err)
					in.Documents = append(in.Documents, d)
				}
			}
			holds(t, want, run(t, in))
		})
	}
}

// holds checks the lines of a want: all groups (or the totals of an account), claims and rows left out, and some of what is said.
func holds(t *testing.T, want string, rep *reconcile.Report) {
	var groups, claims, left, said, expected []string
	totals := map[string][2]int64{}
	for _, g := range rep.Groups {
		cause := g.Cause()
		if cause == "" {
			cause = "-"
		}
		groups = append(groups, fmt.Sprintf("group %s %s %s %s %s", g.Account, g.Class, cause, figure(g.TheirFigures.Total()), figure(g.OurFigures.Total())))
		said = append(append(said, g.Explanation()), g.Notes...)
		sum := totals[g.Account]
		totals[g.Account] = [2]int64{sum[0] + g.TheirFigures.Total(), sum[1] + g.OurFigures.Total()}
	}
	for i := range rep.Claims {
		c := &rep.Claims[i]
		claims = append(claims, fmt.Sprintf("claim %s %s %s", c.Account, c.Cause, figure(c.Amount)))
	}
	for _, l := range rep.LeftOut {
		left = append(left, fmt.Sprintf("left %s %s", l.Why, l.Row.Number))
	}
	all, byTotal := slices.Concat(groups, claims, left), false
	for _, line := range strings.Split(want, "\n") {
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "group", "claim", "left":
			expected = append(expected, line)
		case "total":
			byTotal = true
			name, sums, _ := strings.Cut(rest, " ")
			require.Equal(t, sums, fmt.Sprintf("%s %s", figure(totals[name][0]), figure(totals[name][1])))
			for _, g := range rep.Groups {
				require.LessOrEqual(t, g.Class, reconcile.Tolerated, brief(g))
			}
		case "says":
			require.Contains(t, strings.Join(said, "\n"), rest)
		case "finding":
			cause, text, _ := strings.Cut(rest, " ")
			require.True(t, slices.ContainsFunc(rep.Findings, func(f reconcile.Finding) bool { return f.Cause == cause && f.Explanation == text }), "%v", rep.Findings)
		case "convention":
			require.False(t, rep.Convention != nil && rep.Convention.Better)
		default:
			t.Fatalf("%q, expected a line of a want", line)
		}
	}
	if byTotal {
		all = slices.Concat(claims, left)
	}
	require.ElementsMatch(t, expected, all)
}
