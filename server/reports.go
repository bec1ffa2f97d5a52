package server

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// keptReport is what the website shows of the report of a reconciliation, as reconcile writes it.
type keptReport struct {
	Summary struct {
		Groups    int
		TheirRows int `json:"their_rows"`
		OurRows   int `json:"our_rows"`
		LeftOut   int `json:"left_out"`
		Problems  []string
		Notes     []string
	}
	Findings []keptFinding
	Groups   []keptGroup
}

type keptFinding struct {
	Cause, Strength, Explanation string
	Accounts                     []string
	Groups                       int
	Difference                   decimal
}

type keptGroup struct {
	Number      int `json:"-"` // from 1 on
	Account     string
	Start       cycle.Date `json:"start_date"`
	End         cycle.Date `json:"end_date"`
	Class       string
	Cause       string
	Strength    string
	Explanation string
	Rivals      []struct{ Strength, Explanation string }
	Notes       []string
	Theirs      decimal `json:"theirs_total"`
	Ours        decimal `json:"ours_total"`
	Difference  decimal
	Claimed     decimal
	Unclaimed   string
	TheirRows   json.RawMessage `json:"theirs"` // read where a group is looked at
	OurRows     json.RawMessage `json:"ours"`
}

// keptRow is a row of one side.
type keptRow struct {
	Number, Package, Type, Status string
	Date                          string `json:"date_invoiced"`
	Start                         string `json:"start_date"`
	End                           string `json:"end_date"`
	Credits, Amount, Prorated     string
	Overage                       string
	Charges                       string `json:"additional_charges"`
	Total                         string `json:"final_amount"`
	Compared                      string
}

// decimal is an amount of the report, in its currency once all of the report is read.
type decimal struct {
	text string
	money.Amount
}

// UnmarshalText keeps the text.
func (d *decimal) UnmarshalText(text []byte) error {
	d.text = string(text)
	return nil
}

// setCurrency reads the amounts.
func (rep *keptReport) setCurrency(code string) error {
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return err
	}
	var list []*decimal
	for i := range rep.Findings {
		list = append(list, &rep.Findings[i].Difference)
	}
	for i := range rep.Groups {
		g := &rep.Groups[i]
		g.Number = i + 1
		list = append(list, &g.Theirs, &g.Ours, &g.Difference, &g.Claimed)
	}
	for _, d := range list {
		if d.Amount, err = money.ParseIn(d.text, currency); err != nil {
			return err
		}
	}
	return nil
}

// reports has the report that was last looked at: reading a large one takes seconds, and it never changes.
type reports struct {
	mutex  sync.Mutex
	number int64
	report *keptReport
}

// of is the report of a reconciliation.
func (c *reports) of(ctx context.Context, b *books.Books, made *books.Reconciliation) (*keptReport, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.number == made.Number {
		return c.report, nil
	}
	data, err := b.Report(ctx, made.Number, "json")
	if err != nil {
		return nil, err
	}
	rep := &keptReport{}
	if err = json.Unmarshal(data, rep); err == nil {
		err = rep.setCurrency(made.Currency)
	}
	if err != nil {
		return nil, fmt.Errorf("the report of reconciliation %d: %w", made.Number, err)
	}
	c.number, c.report = made.Number, rep
	return rep, nil
}

// classes are what becomes of a group, by name.
var classes = func() map[string]reconcile.Class {
	m := map[string]reconcile.Class{}
	for c := reconcile.Matched; c <= reconcile.Broken; c++ {
		m[c.String()] = c
	}
	return m
}()

// Words say what became of the group.
func (g *keptGroup) Words() string { return classes[g.Class].Words() }

// Differs reports that both sides are not the same money.
func (g *keptGroup) Differs() bool { return classes[g.Class] > reconcile.Tolerated }
