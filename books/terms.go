package books

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Terms are the price list and the policy that are billed by from when they were added.
type Terms struct {
	Number   int64 // from 1 on
	Added    time.Time
	Packages []invoice.Package
	Policy   invoice.Policy
}

// Terms are those in force.
func (b *Books) Terms(ctx context.Context) (terms Terms, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		terms, err = b.lastTerms(tx)
		return err
	})
	return terms, err
}

// keptTerms are terms that were read, and what they were read from.
type keptTerms struct {
	row   store.Terms
	terms Terms
}

// lastTerms are the terms in force. They are read anew where what is kept of them is other than it was.
func (b *Books) lastTerms(tx store.Tx) (Terms, error) {
	all, err := tx.Terms()
	if err != nil {
		return Terms{}, err
	}
	if len(all) == 0 {
		return Terms{}, errors.New("the store has no price list")
	}
	row := all[len(all)-1]
	kept := b.terms.Load()
	if kept == nil || kept.row.Number != row.Number || !kept.row.Added.Equal(row.Added) || !bytes.Equal(kept.row.Body, row.Body) {
		kept = &keptTerms{row: row}
		if kept.terms, err = readTerms(row); err != nil {
			return kept.terms, err
		}
		b.terms.Store(kept)
	}
	terms := kept.terms
	terms.Packages = slices.Clone(terms.Packages) // which the caller may change
	return terms, nil
}

// addTerms adds terms that can be billed by.
func addTerms(tx store.Tx, terms Terms) error {
	body, err := terms.body()
	if err != nil {
		return err
	}
	return tx.AddTerms(store.Terms{Number: terms.Number, Added: terms.Added, Body: body})
}

// catalogue is the packages at retail prices.
func (t *Terms) catalogue() (invoice.Catalogue, error) {
	return invoice.NewCatalogue(t.Packages, invoice.Retail)
}

// body is the JSON that is kept of terms.
func (t *Terms) body() ([]byte, error) {
	if _, err := t.catalogue(); err != nil {
		return nil, err
	}
	policy, err := t.Policy.MarshalJSON()
	if err != nil {
		return nil, err
	}
	b := append(append([]byte(`{"policy":`), policy...), `,"packages":[`...)
	for i := range t.Packages {
		if i > 0 {
			b = append(b, ',')
		}
		b = t.Packages[i].AppendJSON(b)
	}
	return append(b, "]}"...), nil
}

// readTerms reads what body wrote.
func readTerms(row store.Terms) (Terms, error) {
	terms := Terms{Number: row.Number, Added: row.Added}
	var body struct{ Policy, Packages json.RawMessage }
	file := fmt.Sprintf("terms %d of the store", row.Number)
	if err := json.Unmarshal(row.Body, &body); err != nil {
		return terms, fmt.Errorf("%s: %w", file, err)
	}
	var err error
	if terms.Policy, err = invoice.ParsePolicy(file, body.Policy); err != nil {
		return terms, err
	}
	if terms.Packages, err = invoice.ParsePackages(file, body.Packages, terms.Policy.MoneyCurrency()); err != nil {
		return terms, err
	}
	return terms, nil
}

// Adding is what is to become of the terms.
type Adding struct {
	Packages []invoice.Package // added to the price list, or in the place of those of one name and date; none leaves it as it is
	Policy   *invoice.Policy   // in the place of the policy; nil leaves it as it is

	// To is the number of the terms that it was thought of for: where others are in force by now, nothing is added. 0 is for any.
	To int64

	// Retroactive allows what changes what is owed for billing periods that something was issued for.
	Retroactive bool
	DryRun      bool      // says what would be done, and does nothing
	Now         time.Time // the zero time is the clock's
}

// Added says what became of the terms.
type Added struct {
	Terms   Terms             // in force now; with DryRun, as they would be
	Changed []invoice.Package // what was added to the price list, or changed in it
	Keys    []string          // the keys of the policy that changed, as KEY=VALUE

	// Adjustment is what it does to billing periods that something was issued for, where it may do anything.
	Adjustment Adjustment
}

// AddTerms adds packages, or terms of packages, to the price list, and may change the policy. After the first run, terms of a package
// that is there hold for periods that start after those that something was issued for, and the policy stays, unless it is to
// be retroactive. What then differs from what was issued comes as adjustments on the next invoices. Every account counts as due.
func (b *Books) AddTerms(ctx context.Context, what Adding) (added Added, err error) {
	act := b.home.Write
	if what.DryRun {
		act = b.home.Read
	}
	err = act(ctx, func(tx store.Tx) error {
		terms, err := b.lastTerms(tx)
		if err != nil {
			return err
		}
		if what.To != 0 && what.To != terms.Number {
			return &TermsChangedError{Thought: what.To, Number: terms.Number}
		}
		if added, err = add(tx, terms, &what); err != nil || len(added.Changed)+len(added.Keys) == 0 {
			return err
		}
		if what.Retroactive {
			added.Adjustment, err = adjustment(ctx, tx, &terms, &added.Terms, added.Terms.Added)
		} else {
			err = checkNamed(ctx, tx, &terms, &added.Terms)
		}
		if err != nil {
			return err
		}
		if what.DryRun {
			return nil
		}
		if err := addTerms(tx, added.Terms); err != nil {
			return err
		}
		return makeAllDue(tx)
	})
	return added, err
}

// TermsChangedError says that terms were to be added to others than those in force.
type TermsChangedError struct{ Thought, Number int64 }

func (e *TermsChangedError) Error() string {
	return fmt.Sprintf("price list and policy %d are in force, expected %d: they were changed meanwhile, look at it again", e.Number, e.Thought)
}

// add is the terms that come of adding to those in force.
func add(tx store.Tx, terms Terms, what *Adding) (added Added, err error) {
	terms.Packages = slices.Clone(terms.Packages)
	last, err := tx.LastRun()
	if err != nil {
		return added, err
	}
	now, err := instantOr(what.Now, time.Now())
	if err != nil {
		return added, err
	}
	strict := !last.Latest.IsZero() && !what.Retroactive // something was issued
	if what.Policy != nil {
		if added.Keys = what.Policy.Changes(terms.Policy); len(added.Keys) > 0 {
			for _, key := range added.Keys {
				if name, _, _ := strings.Cut(key, "="); name == "currency" || name == "time_zone" {
					return added, fmt.Errorf("%s: the books are kept in %s=%s, expected new books for another", key, name, terms.Policy.Value(name))
				}
			}
			if strict {
				return added, fmt.Errorf("%s would change what is owed for periods that were billed, expected --retroactive, after a look with --dry-run", strings.Join(added.Keys, ", "))
			}
			terms.Policy = *what.Policy
		}
	}
	earliest := map[string]cycle.Date{} // by package, when the first of its terms begin, which hold before that day too
	for i := range terms.Packages {
		p := &terms.Packages[i]
		if from, known := earliest[p.Name]; !known || p.EffectiveFrom.Before(from) {
			earliest[p.Name] = p.EffectiveFrom
		}
	}
	for i := range what.Packages {
		p := &what.Packages[i]
		at := slices.IndexFunc(terms.Packages, func(o invoice.Package) bool { return o.Name == p.Name && o.EffectiveFrom == p.EffectiveFrom })
		if at >= 0 && string(p.AppendJSON(nil)) == string(terms.Packages[at].AppendJSON(nil)) {
			continue
		}
		if from, known := earliest[p.Name]; strict && known {
			after := last.Latest
			if from.After(after) {
				after = from
			}
			if !p.EffectiveFrom.After(after) {
				return added, billedError(p.Name, last.Latest, from)
			}
		}
		if at >= 0 {
			terms.Packages[at] = *p
		} else {
			terms.Packages = append(terms.Packages, *p)
		}
		added.Changed = append(added.Changed, *p)
	}
	if len(added.Changed)+len(added.Keys) > 0 {
		terms.Number, terms.Added = terms.Number+1, now
	}
	if _, err := terms.body(); err != nil {
		return added, err
	}
	added.Terms = terms
	return added, nil
}

// checkNamed makes sure that packages which are new to the price list change nothing that was billed: events may have named them before.
func checkNamed(ctx context.Context, tx store.Tx, from, to *Terms) error {
	if last, err := tx.LastInvoice(); err != nil || last == 0 {
		return err
	}
	packages, accounts, err := namedBefore(ctx, tx, from, to)
	if err != nil || len(accounts) == 0 {
		return err
	}
	a, err := adjustment(ctx, tx, from, to, to.Added, accounts...)
	if err != nil || a.Accounts == 0 {
		return err
	}
	for i, name := range packages {
		packages[i] = fmt.Sprintf("%.80q", name)
	}
	return fmt.Errorf("package %s: events named it before it was in the price list, and periods that were billed would be adjusted by %s in all, expected --retroactive, after a look with --dry-run, or those events voided",
		strings.Join(packages, ", "), a.Total.Display())
}

// billedError is the error of terms of a package that would hold for billing periods that were billed.
func billedError(name string, latest, earliest cycle.Date) error {
	after := "it"
	if earliest.After(latest) {
		after = fmt.Sprintf("%s, as the earliest terms of the package hold for those too", earliest)
	}
	return fmt.Errorf("package %.80q: periods that start on %s or before were billed, expected effective_from after %s, or --retroactive, after a look with --dry-run",
		name, latest, after)
}

// makeAllDue makes every account one that the next run looks at.
func makeAllDue(tx store.Tx) error {
	var all []store.Account
	err := tx.AccountsFrom("", func(a store.Account) (bool, error) {
		a.Next = dueAtOnce
		all = append(all, a)
		return true, nil
	})
	if err != nil {
		return err
	}
	return tx.PutAccounts(all)
}
