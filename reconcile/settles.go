package reconcile

import "fmt"

// Settles says what would settle a group that differs; empty for one that does not.
func (g *Group) Settles() string {
	switch {
	case !g.isDifferent():
		return ""
	case g.Unclaimed != "" && g.Difference().Total() > 0 && g.Class != Explained:
		return "not claimed, as " + g.Unclaimed
	}
	believed := g.Believed()
	if len(believed) == 0 || believed[0].Possible() {
		switch g.Class {
		case Ambiguous:
			return "say which account it is in the file of --aliases"
		case TheirsOnly:
			return "ask what the row is for"
		}
		return "ask how their figure comes about"
	}
	switch h := &believed[0]; h.Cause {
	case Renamed:
		return "say so in the file of --aliases, or ask whose the row is"
	case BillingDay, CalendarMonths:
		return fmt.Sprintf("give the account's creation its billing_date, or ask for our periods (%s)", g.Period)
	case NotBilledUpstream:
		return "expect it on a later invoice of theirs"
	case UnknownAccount:
		return "add the account's events, name it in the file of --aliases, or dispute the row"
	case ChargedTwice:
		return "ask for what is billed again to be credited"
	case BrokenRow:
		return "ask for a row that adds up"
	case PriceChanged, PriceListCause, TermsCause:
		return "compare the price list in force with theirs"
	case Quantity:
		return "ask which units they count"
	}
	switch believed[0].tier {
	case stated, usage:
		return "compare the account's daily statistics with theirs"
	case days, rounding, convention:
		return "agree on the rule, or put theirs into --policy"
	}
	return "compare the account's history with theirs, and correct whichever is wrong"
}

// Fact is what they did by the causes to believe, in words.
func (g *Group) Fact() string {
	return joined(g.Believed(), ", and ", func(h *Hit) string { return h.Fact })
}
