package reconcile_test

import (
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/reconcile"
)

var upstreams = flag.Int("upstreams", 50, "on how many upstreams TestFormMeansNothing plays; 10000, which take an hour of one core, before forms or groups change")

var firstUpstream = flag.Int("first-upstream", 0, "with which upstream TestFormMeansNothing starts")

// result is what a report says of money: by account, the differences with their causes, and what is claimed.
type result struct {
	differences, claims, causes string
}

func resultOf(rep *reconcile.Report) result {
	var differences, claims, causes []string
	for _, g := range rep.Groups {
		if d := g.Difference().Total(); g.Class > reconcile.Tolerated && d != 0 {
			differences = append(differences, fmt.Sprintf("%s %d", g.Account, d))
			causes = append(causes, fmt.Sprintf("%s %d %s", g.Account, d, g.Cause()))
		}
	}
	byAccount := map[string]int64{}
	for i := range rep.Claims {
		byAccount[rep.Claims[i].Account] += rep.Claims[i].Amount
	}
	for name, sum := range byAccount {
		claims = append(claims, fmt.Sprintf("%s %d", name, sum))
	}
	slices.Sort(differences)
	slices.Sort(claims)
	slices.Sort(causes)
	return result{strings.Join(differences, "\n"), strings.Join(claims, "\n"), strings.Join(causes, "\n")}
}

// TestFormMeansNothing is the third law: however what is billed is laid out in rows and documents, the differences and the claims are the
// same.
func TestFormMeansNothing(t *testing.T) {
	t.Parallel()
	n := *upstreams
	if testing.Short() {
		n = min(n, 12)
	}
	var mutex sync.Mutex
	same, all := make([]int, len(forms)), make([]int, len(forms))
	t.Cleanup(func() {
		for k := range forms {
			t.Logf("%-24s the same causes in %d of %d upstreams", forms[k].name, same[k], all[k])
		}
	})
	for i := *firstUpstream; i < *firstUpstream+n; i++ {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for k, causes := range playForms(t, i) {
				mutex.Lock()
				all[k]++
				if causes {
					same[k]++
				}
				mutex.Unlock()
			}
		})
	}
}

// playForms plays an upstream in a third of the forms, and yields each with whether the causes are the same too.
func playForms(t *testing.T, i int) iter.Seq2[int, bool] {
	return func(yield func(form int, sameCauses bool) bool) {
		r := rand.New(rand.NewPCG(uint64(i), *seed))
		in := anyUpstream(t, r, i)
		if len(in.Documents) == 0 {
			return
		}
		documents := in.Documents
		report := run(t, in)
		want := resultOf(report)
		for k := range forms {
			if k > 1 && (i+k)%3 != 0 {
				continue
			}
			in.Documents = forms[k].make(r, copied(documents))
			rep := run(t, in)
			got := resultOf(rep)
			if got.differences != want.differences || got.claims != want.claims {
				require.Equal(t, want.differences+"\nclaims "+want.claims, got.differences+"\nclaims "+got.claims, "upstream %d %s: %s\nin one row: %s",
					i, forms[k].name, differing(rep), differing(report))
			}
			if !yield(k, got.causes == want.causes) {
				return
			}
		}
	}
}

// differing are the groups of a report that differ, in short.
func differing(rep *reconcile.Report) (text string) {
	for _, g := range rep.Groups {
		if g.Class > reconcile.Tolerated {
			text += brief(g)
		}
	}
	return text
}

// anyUpstream is two accounts of an upstream, each with an error that is planted, a wrong figure, or neither.
func anyUpstream(t *testing.T, r *rand.Rand, i int) reconcile.Input {
	in := reconcile.Input{Policy: newStory(r, "").policy(), From: date("2025-01-01"), Through: through}
	var events [][]account.Event
	for j := range 2 {
		s := newStory(r, fmt.Sprintf("%d-%d@example.com", i, j))
		s.anything()
		d := s.upstream(in.Policy).document()
		if p := &plants[r.IntN(len(plants))]; r.IntN(3) > 0 && p.policy == nil && p.forms == nil && p.name != "duplicate" { // of a row there twice, one in each of two documents is one
			s = newStory(r, s.name)
			planted, ok := p.plant(s, in.Policy)
			if !ok {
				continue
			}
			d = planted
		} else if row := &d.Rows[r.IntN(len(d.Rows))]; r.IntN(2) == 0 { // one that has none
			add(row, int64(r.IntN(3000)-1500), []*distributor.Number{&row.Amount, &row.Overage, &row.AdditionalCharges}[r.IntN(3)])
		}
		events, in.Documents = append(events, s.events), append(in.Documents, d)
	}
	in.Events = gather(t, events...)
	return in
}
