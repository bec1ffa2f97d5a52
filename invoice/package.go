package invoice

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Package is one entry of the Distributor's package list: what an account pays per billing
// period, the credits that includes, and the price of a credit beyond them.
type Package struct {
	Name        string
	Price       money.Amount // what the end user pays per period
	Credits     int64        // included per period
	Overage     money.Rate   // price of one credit over
	Description string
	HasIP       bool
	HasReseller bool

	// DistributorPrice is what the reseller pays upstream per period; nil when the list does
	// not say.
	DistributorPrice *money.Amount

	// DistributorOverage is what the reseller pays upstream for one credit over; nil when the
	// list does not say, and then it is Overage.
	DistributorOverage *money.Rate

	// EffectiveFrom is the first day of these terms; the zero Date is "from the beginning".
	// They hold for billing periods that start on it or after it.
	EffectiveFrom cycle.Date

	At source.Place // where it was read
}

// PriceList says which of a package's prices a bill is made of.
type PriceList uint8

const (
	Retail      PriceList = iota // what end users owe the reseller; the default
	Distributor                  // what the reseller owes the Distributor
)

var priceLists = []string{"retail", "distributor"}

// ParsePriceList reads "retail" or "distributor".
func ParsePriceList(s string) (PriceList, error) {
	i, err := names.Index("price", s, priceLists)
	return PriceList(i), err
}

func (l PriceList) String() string { return names.Word(uint8(l), priceLists) }

// Catalogue holds the packages of a list by name and date. The zero value is empty. Nothing can
// change it once it is made, so it may be used by many goroutines.
type Catalogue struct {
	list  PriceList
	terms map[string][]Terms
}

// Terms are a package with the prices that a bill is made of. The zero value is a package without
// a name that costs nothing.
type Terms struct {
	pkg    Package // its pointers are the catalogue's own
	list   PriceList
	credit money.Rate
}

// Name is the package's.
func (t *Terms) Name() string { return t.pkg.Name }

// Credits are those that the package includes per period.
func (t *Terms) Credits() int64 { return t.pkg.Credits }

// Package is a copy of what the list says of the package, on either price list.
func (t *Terms) Package() Package { return t.pkg.clone() }

// errNoTerms is what was asked of the terms of a package that is in no list, which are nil.
var errNoTerms = errors.New("no terms, expected those of a package that is listed")

// PeriodPrice is the price of one billing period on the price list that was chosen.
func (t *Terms) PeriodPrice() (money.Amount, error) {
	if t == nil {
		return money.Amount{}, errNoTerms
	}
	if t.list == Retail {
		return t.pkg.Price, nil
	}
	if t.pkg.DistributorPrice == nil {
		where := ""
		if !t.pkg.At.IsZero() {
			where = fmt.Sprintf(" (%s)", t.pkg.At)
		}
		return money.Amount{}, fmt.Errorf("package %q has no distributor_price%s, expected one to bill what the reseller owes", names.Clip(t.pkg.Name), where)
	}
	return *t.pkg.DistributorPrice, nil
}

// CreditPrice is the price of one credit over the included ones on the price list that was chosen.
func (t *Terms) CreditPrice() money.Rate { return t.credit }

// NewCatalogue indexes packages, priced from one list. Two packages of the same name need
// different EffectiveFrom dates, and no price may be negative. It keeps copies: what is done to
// the packages afterwards changes nothing in it.
func NewCatalogue(packages []Package, list PriceList) (Catalogue, error) {
	if err := names.Check("price list", uint8(list), priceLists); err != nil {
		return Catalogue{}, err
	}
	c := Catalogue{list: list, terms: make(map[string][]Terms, len(packages))}
	type version struct {
		name string
		from cycle.Date
	}
	seen := make(map[version]int, len(packages))
	for i, p := range packages {
		if err := p.check(); err != nil {
			return Catalogue{}, source.At(p.At, err)
		}
		key := version{p.Name, p.EffectiveFrom}
		if other, listed := seen[key]; listed {
			return Catalogue{}, source.At(p.At, duplicate(&p, &packages[other]))
		}
		seen[key] = i
		c.terms[p.Name] = append(c.terms[p.Name], newTerms(p.clone(), list))
	}
	for _, terms := range c.terms {
		slices.SortFunc(terms, func(a, b Terms) int { return a.pkg.EffectiveFrom.Compare(b.pkg.EffectiveFrom) })
	}
	return c, nil
}

func newTerms(p Package, list PriceList) Terms {
	t := Terms{pkg: p, list: list, credit: p.Overage}
	if list == Distributor && p.DistributorOverage != nil {
		t.credit = *p.DistributorOverage
	}
	return t
}

// clone is a copy that shares nothing that can be changed.
func (p *Package) clone() Package {
	c := *p
	if p.DistributorPrice != nil {
		c.DistributorPrice = new(*p.DistributorPrice)
	}
	if p.DistributorOverage != nil {
		c.DistributorOverage = new(*p.DistributorOverage)
	}
	return c
}

func (p *Package) check() error {
	switch {
	case p.Name == "":
		return fmt.Errorf("name is empty, expected the package's name")
	case p.Price.Sign() < 0:
		return fmt.Errorf("package %q: price %s is negative, expected 0 or more", names.Clip(p.Name), p.Price.Number())
	case p.DistributorPrice != nil && p.DistributorPrice.Sign() < 0:
		return fmt.Errorf("package %q: distributor_price %s is negative, expected 0 or more", names.Clip(p.Name), p.DistributorPrice.Number())
	case p.DistributorPrice != nil && p.DistributorPrice.Currency() != p.Price.Currency():
		return fmt.Errorf("package %q: %w: price in %s, distributor_price in %s", names.Clip(p.Name), money.ErrCurrency, p.Price.Currency(), p.DistributorPrice.Currency())
	case p.Credits < 0:
		return fmt.Errorf("package %q: credits %d is negative, expected 0 or more", names.Clip(p.Name), p.Credits)
	}
	return nil
}

func duplicate(p, other *Package) error {
	where := ""
	if other.At.File != "" {
		where = fmt.Sprintf(" (the other is at %s)", other.At)
	}
	if p.EffectiveFrom.IsZero() {
		return fmt.Errorf("package %q is listed twice%s, expected an effective_from that says from when the new terms hold", names.Clip(p.Name), where)
	}
	return fmt.Errorf("package %q is listed twice with effective_from %s%s, expected one", names.Clip(p.Name), p.EffectiveFrom, where)
}

// PriceList is the list that the catalogue's prices are of.
func (c Catalogue) PriceList() PriceList { return c.list }

// PricedBy is the same packages, priced from another list.
func (c Catalogue) PricedBy(list PriceList) (Catalogue, error) {
	var packages []Package
	for terms := range c.All() {
		packages = append(packages, terms.pkg)
	}
	return NewCatalogue(packages, list)
}

// Has reports whether a package of that name is listed.
func (c Catalogue) Has(name string) bool { return len(c.terms[name]) > 0 }

// All yields all terms, in any order.
func (c Catalogue) All() iter.Seq[*Terms] {
	return func(yield func(*Terms) bool) {
		for _, terms := range c.terms {
			for i := range terms {
				if !yield(&terms[i]) {
					return
				}
			}
		}
	}
}

// On returns the terms of a package for a billing period that starts on a date: the latest
// that are in effect, and before the first the earliest. It is nil for an unknown name.
func (c Catalogue) On(name string, start cycle.Date) *Terms { return c.Of(name).On(start) }

// Of returns all terms of a package, for a caller that asks for more than one date; none for an
// unknown name.
func (c Catalogue) Of(name string) Versions { return Versions{c.terms[name]} }

// Versions are the terms of one package at different dates. The zero value has none.
type Versions struct{ byDate []Terms }

// MayBeFree reports that the package costs nothing for some periods.
func (v Versions) MayBeFree() bool {
	return slices.ContainsFunc(v.byDate, func(t Terms) bool {
		price, err := t.PeriodPrice()
		return err == nil && price.IsZero()
	})
}

// On is [Catalogue.On] of the package.
func (v Versions) On(start cycle.Date) *Terms {
	if len(v.byDate) == 0 {
		return nil
	}
	in, later := 0, len(v.byDate) // in is in effect, or the first; later is not. A search with a closure took several times as long.
	for later-in > 1 {
		if middle := int(uint(in+later) >> 1); v.byDate[middle].pkg.EffectiveFrom.After(start) {
			later = middle
		} else {
			in = middle
		}
	}
	return &v.byDate[in]
}
