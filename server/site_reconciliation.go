package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// reportBody is the page of a reconciliation.
type reportBody struct {
	*list[keptGroup]
	Made         *books.Reconciliation
	Again        bool // it was asked for once more
	Amounts      reportAmounts
	Report       *keptReport
	Findings     []keptFinding
	MoreFindings int
	Class, Cause string // what of the groups is asked for
	Classes      []choice
	Causes       []string
}

// reportAmounts are what a reconciliation came to.
type reportAmounts struct{ Theirs, Ours, Difference, Claimed money.Amount }

// Has reports that the report is kept in a format.
func (b *reportBody) Has(format string) bool {
	return slices.ContainsFunc(b.Made.Reports, func(r books.ReportSummary) bool { return r.Format == format })
}

// mostFindings is how many findings a page lists, mostAccounts how many accounts of each.
const (
	mostFindings = 25
	mostAccounts = 5
)

// groupColumns have the names of what prorata reconcile prints.
var groupColumns = columnsOf[keptGroup]{
	Name: "groups", Path: "/reconciliation", Anchor: "groups", Length: 50, Fields: []string{"class", "cause"},
	Columns: []column[keptGroup]{
		textColumn("account", "Account", func(g *keptGroup) string { return g.Account }),
		dateColumn("start_date", "Days", func(g *keptGroup) cycle.Date { return g.Start }).optional(),
		dateColumn("end_date", "", func(g *keptGroup) cycle.Date { return g.End }),
		{Name: "class", Head: "What became of it", Optional: true, Cell: func(g *keptGroup) string { return g.Class }, Order: byText((*keptGroup).Words)},
		textColumn("cause", "", func(g *keptGroup) string { return g.Cause }),
		amountColumn("theirs", "Theirs", func(g *keptGroup) money.Amount { return g.Theirs.Amount }),
		amountColumn("ours", "Ours", func(g *keptGroup) money.Amount { return g.Ours.Amount }),
		amountColumn("difference", "Difference", func(g *keptGroup) money.Amount { return g.Difference.Amount }),
		amountColumn("claimed", "", func(g *keptGroup) money.Amount { return g.Claimed.Amount }),
		textColumn("explanation", "", func(g *keptGroup) string { return g.Explanation }),
	},
}

// report finds the reconciliation that an address names, with its report.
func (s *Server) report(w http.ResponseWriter, r *http.Request) (*books.Reconciliation, *keptReport, bool) {
	made, err := s.reconciliation(r.Context(), r.URL.Query().Get("number"))
	if err == nil && made == nil {
		s.problem(w, r, http.StatusNotFound, "There is no such reconciliation", "None of that number was made.")
		return nil, nil, false
	}
	var rep *keptReport
	if err == nil {
		rep, err = s.reports.of(r.Context(), s.books, made)
	}
	if err != nil {
		s.fail(w, r, err)
		return nil, nil, false
	}
	return made, rep, true
}

func (s *Server) reportPage(w http.ResponseWriter, r *http.Request) {
	made, rep, ok := s.report(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	b := &reportBody{Made: made, Again: q.Has("again"), Report: rep, Findings: rep.Findings, Class: q.Get("class"), Cause: q.Get("cause"), Classes: classChoices}
	if b.MoreFindings = len(b.Findings) - mostFindings; b.MoreFindings > 0 {
		b.Findings = b.Findings[:mostFindings]
	}
	var groups []keptGroup
	for i := range rep.Groups {
		g := &rep.Groups[i]
		if g.Cause != "" && !slices.Contains(b.Causes, g.Cause) {
			b.Causes = append(b.Causes, g.Cause)
		}
		if b.asks(g) {
			groups = append(groups, *g)
		}
	}
	slices.Sort(b.Causes)
	b.list = groupColumns.of(groups, q)
	b.File = fmt.Sprintf("reconciliation-%d-groups", made.Number)
	var err error
	if b.Amounts, err = amountsOf(made); err != nil {
		s.fail(w, r, err)
		return
	}
	if !b.file(s, w, r, b.Amounts.Theirs.Currency()) {
		s.show(w, r, http.StatusOK, "reconciliation", page{Title: "Reconciliation " + strconv.FormatInt(made.Number, 10), Place: "/reconcile", Body: b})
	}
}

// claimsFile answers with the claims of a reconciliation as CSV for a spreadsheet.
func (s *Server) claimsFile(w http.ResponseWriter, r *http.Request) {
	made, err := s.reconciliation(r.Context(), r.URL.Query().Get("number"))
	if err == nil && made == nil {
		s.problem(w, r, http.StatusNotFound, "There is no such reconciliation", "None of that number was made.")
		return
	}
	var claims []byte
	if err == nil {
		claims, err = s.books.Report(r.Context(), made.Number, "claims.csv")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="reconciliation-%d-claims.csv"`, made.Number))
	_, _ = w.Write(append([]byte(byteOrderMark), claims...))
}

// amountsOf reads what a reconciliation came to.
func amountsOf(made *books.Reconciliation) (a reportAmounts, err error) {
	currency, err := money.ParseCurrency(made.Currency)
	for _, sum := range []struct {
		to   *money.Amount
		text string
	}{{&a.Theirs, made.Theirs}, {&a.Ours, made.Ours}, {&a.Difference, made.Difference}, {&a.Claimed, made.Claimed}} {
		if err == nil {
			*sum.to, err = money.ParseIn(sum.text, currency)
		}
	}
	if err != nil {
		return a, fmt.Errorf("reconciliation %d: %w", made.Number, err)
	}
	return a, nil
}

// asks reports that a group is asked for: those that differ, where nothing is said.
func (b *reportBody) asks(g *keptGroup) bool {
	switch {
	case b.Cause != "" && g.Cause != b.Cause:
		return false
	case b.Class == "":
		return g.Differs()
	}
	return b.Class == "all" || g.Class == b.Class
}

// classChoices are what groups are asked for by.
var classChoices = func() []choice {
	list := []choice{{"", "those that differ"}, {"all", "all"}}
	for c := reconcile.Matched; c <= reconcile.Broken; c++ {
		list = append(list, choice{c.String(), c.Words()})
	}
	return list
}()

// Some are the accounts of a finding that are listed.
func (f *keptFinding) Some() []string { return f.Accounts[:min(mostAccounts, len(f.Accounts))] }

// Others is how many more there are.
func (f *keptFinding) Others() int { return max(0, len(f.Accounts)-mostAccounts) }

// groupBody is the page of one group of a reconciliation.
type groupBody struct {
	Made  *books.Reconciliation
	Group *keptGroup
	Sides []groupSide
	Known bool // the account is in the books
}

type groupSide struct {
	Name, None string
	Rows       []keptRow
}

func (s *Server) groupPage(w http.ResponseWriter, r *http.Request) {
	made, rep, ok := s.report(w, r)
	if !ok {
		return
	}
	n, err := strconv.Atoi(r.URL.Query().Get("group"))
	if err != nil || n < 1 || n > len(rep.Groups) {
		s.problem(w, r, http.StatusNotFound, "There is no such group", "The reconciliation has none of that number.")
		return
	}
	g := &rep.Groups[n-1]
	b := groupBody{Made: made, Group: g, Sides: []groupSide{{Name: "Theirs", None: "No row of theirs."}, {Name: "Ours", None: "No invoice of ours."}}}
	for i, rows := range []json.RawMessage{g.TheirRows, g.OurRows} {
		if err := json.Unmarshal(rows, &b.Sides[i].Rows); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	_, err = s.books.EventsOf(r.Context(), g.Account)
	if b.Known = err == nil; err != nil && !notThere(err) {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "group", page{Title: strings.TrimSpace(g.Account), Place: "/reconcile", Body: b})
}
