package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/money"
)

// Finding is one cause with one fact, said once for all the groups that it explains.
type Finding struct {
	Cause       string
	Words       string // the cause, in words
	Fact        string
	Accounts    []string
	Groups      int
	Rows        int // of theirs
	Theirs      money.Amount
	Ours        money.Amount
	Difference  money.Amount
	Explanation string
	Strength    string // certain, likely or possible
}

// findFindings gathers the groups of each cause and fact.
func (rep *Report) findFindings() {
	type key struct {
		cause, fact string
		possible    bool
	}
	at := map[key]int{}
	totals := map[int]*[2]int64{}
	for _, g := range rep.Groups {
		if !g.isDifferent() || len(g.Causes) == 0 {
			continue
		}
		believed := g.Believed()
		k := key{g.Cause(), g.Fact(), g.Strength() == "possible"}
		n, known := at[k]
		if !known {
			n = len(rep.Findings)
			at[k], totals[n] = n, &[2]int64{}
			words := joined(believed, ", ", func(h *Hit) string { return h.Cause.Words() })
			rep.Findings = append(rep.Findings, Finding{Cause: k.cause, Words: words, Fact: k.fact, Strength: g.Strength(), Explanation: g.Explanation()})
		}
		f := &rep.Findings[n]
		f.Groups++
		f.Rows += len(g.Theirs)
		if i := len(f.Accounts); i == 0 || f.Accounts[i-1] != g.Account {
			f.Accounts = append(f.Accounts, g.Account)
		}
		totals[n][0] += g.TheirFigures.Total()
		totals[n][1] += g.OurFigures.Total()
		if f.Strength == "certain" {
			f.Strength = g.Strength()
		}
	}
	for n := range rep.Findings {
		f := &rep.Findings[n]
		f.Theirs, f.Ours = money.New(totals[n][0], rep.Currency), money.New(totals[n][1], rep.Currency)
		f.Difference = money.New(totals[n][0]-totals[n][1], rep.Currency)
		if f.Groups > 1 && f.Cause != Renamed.String() { // which says it of both
			f.Explanation = f.sentence()
		}
	}
	slices.SortStableFunc(rep.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(abs(b.Difference.Minor()), abs(a.Difference.Minor())), cmp.Compare(b.Groups, a.Groups),
			strings.Compare(a.Cause, b.Cause), strings.Compare(a.Fact, b.Fact))
	})
}

// sentence says a finding of several groups: the fact, then how many accounts and rows, and the sum.
func (f *Finding) sentence() string {
	text := "They bill " + f.Fact
	if f.Fact == f.Words {
		text = strings.ToUpper(f.Fact[:1]) + f.Fact[1:]
	}
	sign := ""
	if f.Difference.Sign() > 0 {
		sign = "+"
	}
	rows := fmt.Sprintf("%s, ", count(f.Rows, "row", "rows"))
	if f.Rows == 0 {
		rows = ""
	}
	return fmt.Sprintf("%s: %s, %s%s%s.", text, count(len(f.Accounts), "account", "accounts"), rows, sign, f.Difference.Number())
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(int64(n)) + " " + many
}
