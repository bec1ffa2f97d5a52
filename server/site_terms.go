package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// termsPreview is what new terms would do, before they are added.
type termsPreview struct {
	Added       books.Added
	Retroactive bool // they change what is owed for periods that were billed
	Reason      string
	Before      books.Terms
	Changes     []termsChange
	Differences []difference
	More        int
	Accounts    int // how many differ
	Of          int
	Now, Then   money.Amount // what all next invoices come to
	Difference  money.Amount
	Packages    string // what is added, to be sent again
	Key, Value  string
}

// termsChange is a package that is added or changed, beside what it was.
type termsChange struct {
	Package invoice.Package
	Before  *invoice.Package // its terms until then
}

// difference is what the next invoice of an account comes to, by the terms in force and by others.
type difference struct {
	Account          string
	Date             cycle.Date
	Now, Then, Delta money.Amount
}

// mostDifferences is how many accounts a preview lists; its sums have all.
const mostDifferences = 100

// proposed are the terms that a form asks for.
func (s *Server) proposed(r *http.Request, terms *books.Terms) (what books.Adding, key string, err error) {
	what = books.Adding{Now: s.now(), To: terms.Number}
	if key = r.FormValue("key"); key != "" {
		policy := terms.Policy
		if err := policy.Set(key, strings.TrimSpace(r.FormValue("value"))); err != nil {
			return what, key, theirs(err)
		}
		what.Policy = &policy
		return what, key, nil
	}
	name, data := "the form", []byte(r.FormValue("packages"))
	if file, header, err := r.FormFile("file"); err == nil {
		defer file.Close()
		name = header.Filename
		if data, err = (infile.From{Stdin: io.LimitReader(file, MaxBody)}).ReadAll("-", infile.Packages); err != nil {
			return what, "", theirs(err)
		}
	} else if len(data) == 0 {
		data = packageForm(r)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return what, "", badRequest("nothing was sent, expected a file of packages")
	}
	what.Packages, err = distributor.ReadPackages(name, data, terms.Policy.MoneyCurrency())
	return what, "", theirs(err)
}

// packageForm is the package that the fields of a form say, as a list of one.
func packageForm(r *http.Request) []byte {
	one := map[string]string{}
	for _, key := range invoice.PackageKeys() {
		if value := strings.TrimSpace(r.FormValue(key)); value != "" {
			one[key] = value
		}
	}
	text, _ := json.Marshal([]any{one}) // of texts
	return text
}

// termsPreviewPage shows what new terms would do.
func (s *Server) termsPreviewPage(w http.ResponseWriter, r *http.Request) {
	p, err := s.previewTerms(r)
	if err != nil {
		s.wrong(w, r, "These terms cannot be added", err)
		return
	}
	s.show(w, r, http.StatusOK, "terms", page{Title: "What would change", Place: "/settings", Body: p})
}

func (s *Server) previewTerms(r *http.Request) (*termsPreview, error) {
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		return nil, err
	}
	what, key, err := s.proposed(r, &terms)
	if err != nil {
		return nil, err
	}
	p := &termsPreview{Before: terms, Key: key, Packages: packagesJSON(what.Packages)}
	if what.Policy != nil {
		p.Value = what.Policy.Value(key)
	}
	what.DryRun = true
	if p.Added, err = s.books.AddTerms(r.Context(), what); err != nil {
		p.Reason, what.Retroactive = err.Error(), true
		if p.Added, err = s.books.AddTerms(r.Context(), what); err != nil {
			return nil, theirs(err)
		}
		p.Retroactive = true
	}
	for _, changed := range p.Added.Changed {
		p.Changes = append(p.Changes, termsChange{changed, termsBefore(terms.Packages, &changed)})
	}
	if len(p.Added.Changed)+len(p.Added.Keys) == 0 {
		return p, nil
	}
	return p, s.compareTerms(r.Context(), p)
}

// termsBefore are the terms of a package that hold until others start.
func termsBefore(list []invoice.Package, p *invoice.Package) (before *invoice.Package) {
	for i := range list {
		if o := &list[i]; o.Name == p.Name && !o.EffectiveFrom.After(p.EffectiveFrom) && (before == nil || o.EffectiveFrom.After(before.EffectiveFrom)) {
			before = o
		}
	}
	return before
}

// compareTerms sets what the next invoices come to, by both terms.
func (s *Server) compareTerms(ctx context.Context, p *termsPreview) error {
	today, err := s.today(&p.Before)
	if err != nil {
		return err
	}
	var billers [2]*account.Biller
	for i, terms := range []*books.Terms{&p.Before, &p.Added.Terms} {
		catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Retail)
		if err == nil {
			billers[i], err = account.NewBiller(catalogue, terms.Policy)
		}
		if err != nil {
			return err
		}
	}
	zero := money.New(0, p.Before.Policy.MoneyCurrency())
	p.Now, p.Then, p.Difference = zero, zero, zero
	for h, err := range s.books.Histories(ctx) {
		if err != nil {
			return err
		}
		d := difference{Account: h.Account}
		for i, to := range []*money.Amount{&d.Now, &d.Then} {
			current, err := billers[i].Status(h.Events, h.Issued, today)
			if err != nil {
				return err
			}
			if *to = current.Projected; current.Next.Date.IsZero() {
				*to = zero
			} else {
				d.Date = current.Next.Date
			}
		}
		if err := p.add(d); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.Differences, func(a, b difference) int { return int(min(1, max(-1, magnitude(b.Delta)-magnitude(a.Delta)))) })
	if p.Accounts = len(p.Differences); p.Accounts > mostDifferences {
		p.More, p.Differences = p.Accounts-mostDifferences, p.Differences[:mostDifferences]
	}
	return nil
}

func (p *termsPreview) add(d difference) (err error) {
	p.Of++
	if d.Delta, err = d.Then.Sub(d.Now); err != nil {
		return err
	}
	for _, sum := range []struct{ to, of *money.Amount }{{&p.Now, &d.Now}, {&p.Then, &d.Then}, {&p.Difference, &d.Delta}} {
		if *sum.to, err = sum.to.Add(*sum.of); err != nil {
			return err
		}
	}
	if !d.Delta.IsZero() {
		p.Differences = append(p.Differences, d)
	}
	return nil
}

// addTerms adds what a preview showed, where it would still do what was shown.
func (s *Server) addTerms(w http.ResponseWriter, r *http.Request) {
	if err := s.addShown(r); err != nil {
		s.wrong(w, r, "Nothing was changed", err)
		return
	}
	s.home.drop()
	http.Redirect(w, r, "/settings?done=Added.+Every+figure+knows+of+it.", http.StatusSeeOther)
}

func (s *Server) addShown(r *http.Request) error {
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		return err
	}
	what, _, err := s.proposed(r, &terms)
	if err != nil {
		return err
	}
	if what.To, err = strconv.ParseInt(r.FormValue("terms"), 10, 64); err != nil || what.To < 1 {
		return badRequest("terms %q, expected the number that the preview shows", r.FormValue("terms"))
	}
	if what.Retroactive = r.FormValue("retroactive") == "yes"; what.Retroactive {
		what.DryRun = true
		would, err := s.books.AddTerms(r.Context(), what)
		if err != nil {
			return theirs(err)
		}
		if shown := r.FormValue("adjustment"); shown != would.Adjustment.Total.String() {
			return &requestError{fmt.Errorf("what was billed would be adjusted by %s, and %.40s was shown; look at it again", would.Adjustment.Total, shown)}
		}
		what.DryRun = false
	}
	_, err = s.books.AddTerms(r.Context(), what)
	return theirs(err)
}
