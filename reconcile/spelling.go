package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/prorata-go/prorata/internal/names"
)

// spelling finds an account of ours that is spelled like one of theirs. It looks among the names that begin or end alike: an edit leaves
// one of the two as it was, and a look at all of them for each name would take the square of them.
type spelling struct {
	orders [2][]spelled // by the name, and by the name backwards
}

type spelled struct{ key, name string }

// around is how many names are looked at before and after the place where one would stand, in either order.
const around = 8

func newSpelling(accounts []string) *spelling {
	s := &spelling{}
	for i := range s.orders {
		list := make([]spelled, len(accounts))
		for j, name := range accounts {
			list[j] = spelled{keyOf(name, i), name}
		}
		slices.SortStableFunc(list, func(a, b spelled) int { return strings.Compare(a.key, b.key) })
		s.orders[i] = list
	}
	return s
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

// near is the account spelled most like a name, if one is.
func (s *spelling) near(name string) (string, bool) {
	var list []string
	for i, order := range s.orders {
		at, _ := slices.BinarySearchFunc(order, keyOf(name, i), func(o spelled, key string) int { return strings.Compare(o.key, key) })
		for _, o := range order[max(0, at-around):min(len(order), at+around)] {
			list = append(list, o.name)
		}
	}
	slices.Sort(list)
	return names.Nearest(name, slices.Compact(list))
}

// underAnotherName marks rows of an account that no event names where one that is spelled much like it lacks the very row: the account may
// have another name upstream, and then nothing is charged that should not be. It stays two rows: a name alone is no proof.
func (r *reconciler) underAnotherName(rows []Row) {
	missing := map[string][]*Row{}
	for i := range rows {
		if rows[i].Class == OursOnly {
			missing[rows[i].Account] = append(missing[rows[i].Account], &rows[i])
		}
	}
	for i := range rows {
		row := &rows[i]
		if row.Class != TheirsOnly || r.in.Events.Has(row.Account) {
			continue
		}
		name, _ := r.spelling().near(row.Account)
		for _, ours := range missing[name] {
			if ours.Other == nil && ours.Period() == row.Period() && ours.Figures.Ours.same(&row.Figures.Theirs) {
				row.Other, ours.Other = ours, row
				row.Notes = append(row.Notes, fmt.Sprintf("it may be our invoice %s of %s, under another name: not claimed", ours.Number(), name))
				ours.Notes = append(ours.Notes, fmt.Sprintf("it may be their row %s, under the name %s", row.Number(), row.Account))
				break
			}
		}
	}
}
