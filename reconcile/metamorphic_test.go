package reconcile_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/reconcile"
)

var upstreams = flag.Int("upstreams", 300, "on how many upstreams TestFormMeansNothing plays")

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
	n := *upstreams
	if testing.Short() {
		n = min(n, 25)
	}
	sameCauses, all := make([]int, len(forms)), make([]int, len(forms))
	for i := *firstUpstream; i < *firstUpstream+n; i++ {
		r := rand.New(rand.NewPCG(uint64(i), *seed))
		in := reconcile.Input{Policy: newStory(r, "").policy(), From: date("2025-01-01"), Through: through}
		var events [][]account.Event
		for j := range 2 {
			s := newStory(r, fmt.Sprintf("%d-%d@example.com", i, j))
			s.anything()
			d := s.upstream(in.Policy).document()
			if p := &plants[r.IntN(len(plants))]; r.IntN(3) > 0 && p.policy == nil && p.forms == nil && p.name != "duplicate" { // of a row there twice, one in each of two documents is one
				s = newStory(r, s.name)
				if planted, ok := p.plant(s, in.Policy); ok {
					d = planted
				} else {
					continue
				}
			} else if row := &d.Rows[r.IntN(len(d.Rows))]; r.IntN(2) == 0 { // one that has none
				add(row, int64(r.IntN(3000)-1500), []*distributor.Number{&row.Amount, &row.Overage, &row.AdditionalCharges}[r.IntN(3)])
			}
			events, in.Documents = append(events, s.events), append(in.Documents, d)
		}
		if len(events) == 0 {
			continue
		}
		in.Events = gather(t, events...)
		documents := in.Documents
		want := resultOf(run(t, in))
		for k := range forms {
			if k > 1 && (i+k)%3 != 0 {
				continue // each upstream in a third of the forms
			}
			in.Documents = forms[k].make(r, copied(documents))
			rep := run(t, in)
			got := resultOf(rep)
			if got.differences != want.differences || got.claims != want.claims {
				text := ""
				for _, g := range rep.Groups {
					if g.Class > reconcile.Tolerated {
						text += brief(g)
					}
				}
				in.Documents = documents
				text += "\nin one row:"
				for _, g := range run(t, in).Groups {
					if g.Class > reconcile.Tolerated {
						text += brief(g)
					}
				}
				require.Equal(t, want.differences+"\nclaims "+want.claims, got.differences+"\nclaims "+got.claims, "upstream %d %s: %s", i, forms[k].name, text)
			}
			all[k]++
			if got.causes == want.causes {
				sameCauses[k]++
			}
		}
	}
	for k := range forms {
		t.Logf("%-24s the same causes in %d of %d upstreams", forms[k].name, sameCauses[k], all[k])
	}
}
