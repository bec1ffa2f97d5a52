package report

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/reconcile"
)

// ConventionWords say by which policy the upstream seems to prorate; nothing where nothing tells.
func ConventionWords(rep *reconcile.Report) (words []string) {
	c := rep.Convention
	if c == nil {
		return nil
	}
	if !c.Better {
		return []string{ownConvention(c)}
	}
	word := "suggested"
	if c.Established {
		word = "established"
	}
	text := fmt.Sprintf("Their convention (%s): %s. It prints %s of %s to the cent, ours %s", word, strings.Join(c.Policy.Changes(rep.Policy), " "), number(c.Reproduced),
		tellingGroups(c), number(c.Ours))
	if c.RunnerUp != nil {
		text += fmt.Sprintf(", the next best %s", number(c.Second))
	}
	words = append(words, text+".")
	if len(c.Members) > 1 {
		text := fmt.Sprintf("%s print the same for all of these.", Count(len(c.Members), "policy", "policies"))
		if c.Telling != "" {
			text += fmt.Sprintf(" This would tell: %s.", c.Telling)
		}
		words = append(words, text)
	}
	if len(c.Against) > 0 {
		var numbers []string
		for _, n := range c.Against[:min(maxAgainst, len(c.Against))] {
			numbers = append(numbers, display.Cut(n, maxCell))
		}
		if more := len(c.Against) - maxAgainst; more > 0 {
			numbers = append(numbers, fmt.Sprintf("and %s more, in the JSON report", number(more)))
		}
		words = append(words, fmt.Sprintf("Against it: %s.", strings.Join(numbers, ", ")))
	}
	costs := fmt.Sprintf("theirs costs %s more", grouped(c.Cost))
	switch c.Cost.Sign() {
	case -1:
		costs = fmt.Sprintf("theirs costs %s less", grouped(negated(c.Cost)))
	case 0:
		costs = "theirs costs the same"
	}
	return append(words, fmt.Sprintf("All accounts in these dates: %s by their convention, %s by ours; %s.", grouped(c.TheirsTotal), grouped(c.OursTotal), costs))
}

// ownConvention says that no policy prints more of their rows than our own.
func ownConvention(c *reconcile.Convention) string {
	groups := tellingGroups(c)
	switch {
	case c.Reproduced == 0:
		return fmt.Sprintf("Their convention: not to be told. None of the %s policies tried prints any of %s to the cent.", number(c.Searched), groups)
	case c.Established:
		return fmt.Sprintf("Their convention (established): our own policy. It prints %s of %s to the cent, the next best %s.", number(c.Ours), groups, number(c.Second))
	}
	return fmt.Sprintf("Their convention: none of the %s policies tried prints more of theirs to the cent than ours, which prints %s of %s.", number(c.Searched), number(c.Ours), groups)
}

// tellingGroups are the groups that a convention follows from.
func tellingGroups(c *reconcile.Convention) string {
	if c.Prorated == c.Tested {
		return Count(c.Tested, "prorated period", "prorated periods")
	}
	return fmt.Sprintf("%s apart (%s of them prorated)", Count(c.Tested, "period that tells policies", "periods that tell policies"), number(c.Prorated))
}
