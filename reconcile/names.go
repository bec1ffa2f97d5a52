package reconcile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/prorata-go/prorata/internal/names"
)

// fold is what is left of an account's name without regard to case and surrounding space.
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// accounts are our accounts by name, to find the one that they mean.
type accounts struct {
	known   map[string]bool
	folded  map[string][]string
	aliases map[string]string // theirs to ours, by folded name
	orders  [2][]spelled      // by the name, and by the name backwards; nil until one is looked for
	all     []string
}

type spelled struct{ key, name string }

func newAccounts(all []string, aliases map[string]string) *accounts {
	a := &accounts{known: make(map[string]bool, len(all)), folded: make(map[string][]string, len(all)), aliases: map[string]string{}, all: all}
	for _, name := range all {
		a.known[name] = true
		a.folded[fold(name)] = append(a.folded[fold(name)], name)
	}
	for theirs, ours := range aliases {
		a.aliases[fold(theirs)] = ours
	}
	return a
}

// ours is the account of ours that a name of theirs means, with what there is to say of it. It is the name itself where we have no
// such account, and where it may mean several.
func (a *accounts) ours(name string) (ours, note string, several bool) {
	if alias, ok := a.aliases[fold(name)]; ok {
		return alias, "their name for the account is " + name, false
	}
	if a.known[name] {
		return name, "", false
	}
	switch near := a.folded[fold(name)]; len(near) {
	case 0:
		return name, "", false
	case 1:
		return near[0], "their name for the account is " + name, false
	default:
		return name, "the account may be any of " + strings.Join(near, ", "), true
	}
}

// owner tells apart whose rows are: the account of ours, or else their name without regard to case.
func (a *accounts) owner(name string) string {
	ours, _, several := a.ours(name)
	if several || !a.known[ours] {
		return "\x00" + fold(ours)
	}
	return ours
}

// around is how many names are looked at before and after the place where one would stand, in either order.
const around = 8

// nearest is the account spelled most like a name, if one is. It looks among the names that begin or end alike: an edit leaves one
// of the two as it was, and a look at all of them for each name would take the square of them.
func (a *accounts) nearest(name string) (string, bool) {
	if a.orders[0] == nil {
		for i := range a.orders {
			a.orders[i] = make([]spelled, len(a.all))
			for j, n := range a.all {
				a.orders[i][j] = spelled{keyOf(n, i), n}
			}
			slices.SortStableFunc(a.orders[i], func(x, y spelled) int { return strings.Compare(x.key, y.key) })
		}
	}
	var list []string
	for i, order := range a.orders {
		at, _ := slices.BinarySearchFunc(order, keyOf(name, i), func(o spelled, key string) int { return strings.Compare(o.key, key) })
		for _, o := range order[max(0, at-around):min(len(order), at+around)] {
			list = append(list, o.name)
		}
	}
	slices.Sort(list)
	return names.Nearest(name, slices.Compact(list))
}

// keyOf is the letters and digits of a name, backwards in the second order.
func keyOf(name string, order int) string {
	key := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(name)))
	if order == 1 {
		slices.Reverse(key)
	}
	return string(key)
}
