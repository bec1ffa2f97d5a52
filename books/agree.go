package books

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// agreement says for which days earlier terms bill as the present ones do.
type agreement struct {
	until     cycle.Date        // those of before it
	catalogue invoice.Catalogue // the earlier packages: where events name others, nothing is said
}

// agreements are those of all terms with the last of them, each found once somebody asks for it, by the number. It is nil where the terms
// agree on nothing.
func agreements(all []store.Terms, now *Terms) map[int64]func() *agreement {
	found := make(map[int64]func() *agreement, len(all))
	for _, row := range all {
		found[row.Number] = sync.OnceValue(func() *agreement {
			then, err := readTerms(row)
			if err != nil || len(then.Policy.Changes(now.Policy)) > 0 {
				return nil
			}
			catalogue, err := then.catalogue()
			if err != nil {
				return nil
			}
			until := agreeUntil(then.Packages, now.Packages)
			if until.IsZero() {
				return nil
			}
			return &agreement{until, catalogue}
		})
	}
	return found
}

// agreeUntil is the first day on which the packages of one price list have other terms in another, or a day that is later than any.
func agreeUntil(then, now []invoice.Package) cycle.Date {
	until := cycle.MustDate("9999-12-31")
	old, new := byName(then), byName(now)
	for name, versions := range old {
		days := map[cycle.Date]bool{{}: true}
		for _, p := range slices.Concat(versions, new[name]) {
			days[p.EffectiveFrom] = true
		}
		for _, day := range slices.SortedFunc(maps.Keys(days), cycle.Date.Compare) {
			if day.Before(until) && !bytes.Equal(termsOn(versions, day), termsOn(new[name], day)) {
				until = day
			}
		}
	}
	return until
}

// byName are packages by their names, those of one name by their dates.
func byName(packages []invoice.Package) map[string][]invoice.Package {
	list := map[string][]invoice.Package{}
	for _, p := range packages {
		list[p.Name] = append(list[p.Name], p)
	}
	for _, versions := range list {
		slices.SortFunc(versions, func(x, y invoice.Package) int { return x.EffectiveFrom.Compare(y.EffectiveFrom) })
	}
	return list
}

// termsOn are the terms of a package for a billing period that starts on a day, as text without the date from which they hold. Before the
// first the earliest hold.
func termsOn(versions []invoice.Package, day cycle.Date) []byte {
	if len(versions) == 0 {
		return nil
	}
	p := versions[0]
	for i := range versions {
		if !versions[i].EffectiveFrom.After(day) {
			p = versions[i]
		}
	}
	p.EffectiveFrom = cycle.Date{}
	return p.AppendJSON(nil)
}
