package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// ReconcileTable prints a reconciliation for people: the summary first, then every row there
// is something to say about, the greatest difference first, each with its sentence.
func ReconcileTable(w io.Writer, rep *reconcile.Report, s *reconcile.Summary) error {
	c := rep.Currency
	head := table{right: []bool{false, true, true, true, true}}
	head.note(fmt.Sprintf("Invoices dated %s to %s, in %s", rep.From, rep.Through, c))
	head.note("")
	head.add("", "ROWS", "THEIRS", "OURS", "DIFFERENCE")
	head.rule()
	for _, class := range s.Classes {
		head.addShare(class)
	}
	head.rule()
	head.add("all", fmt.Sprint(s.Rows), figure(s.Theirs), figure(s.Ours), signed(s.Difference))
	head.note("")
	head.note(fmt.Sprintf("Complete: %s of theirs and %s of ours are each in one row above, and the classes add up to both totals.",
		Count(s.TheirRows, "row", "rows"), Count(s.OurRows, "row", "rows")))
	head.note(fmt.Sprintf("Gross variance %s: %s in their favour, %s in ours.", grouped(s.Gross), grouped(s.AgainstUs), grouped(negated(s.ForUs))))
	causes, err := allCauses(rep, s)
	if err != nil {
		return err
	}
	head.shares("BY CAUSE", causes)
	head.shares("BY PACKAGE", s.Packages)
	byAccount := "BY ACCOUNT"
	if n := len(s.Accounts); differing(rep) > n {
		byAccount += fmt.Sprintf(" (the %d that differ most)", n)
	}
	head.shares(byAccount, s.Accounts)
	for _, text := range rep.Problems {
		head.note("Wrong with the documents: " + text + ".")
	}
	for _, text := range rep.Notes {
		head.note("Note: " + text + ".")
	}
	if n := agreeing(rep); n > 0 {
		has := "have"
		if n == 1 {
			has = "has"
		}
		head.note(fmt.Sprintf("Note: %s or tolerated %s notes, such as other credits or dates, in the JSON and CSV reports.", Count(n, "row matched", "rows matched"), has))
	}
	if err := head.write(w); err != nil {
		return err
	}
	if err := conventionText(w, rep); err != nil {
		return err
	}
	return differences(w, rep)
}

// allCauses are the causes of a summary, and a last share of the rows that differ without one,
// so that they add up to all that differ.
func allCauses(rep *reconcile.Report, s *reconcile.Summary) ([]reconcile.Share, error) {
	list := slices.Clone(s.Causes)
	zero := money.New(0, rep.Currency)
	none := reconcile.Share{Name: "(no cause found)", Theirs: zero, Ours: zero, Difference: zero}
	for i := range rep.Rows {
		row := &rep.Rows[i]
		if row.Class <= reconcile.Tolerated || row.Found() {
			continue
		}
		none.Rows++
		for _, sum := range []struct {
			to *money.Amount
			a  money.Amount
		}{{&none.Theirs, row.Figures.Theirs.Final}, {&none.Ours, row.Figures.Ours.Final}, {&none.Difference, row.Difference}} {
			var err error
			if *sum.to, err = sum.to.Add(sum.a); err != nil {
				return nil, fmt.Errorf("total of rows without a cause: %w", err)
			}
		}
	}
	if none.Rows > 0 {
		list = append(list, none)
	}
	return list, nil
}

// agreeing is how many rows that match, or are tolerated, have notes, which the table does not list.
func agreeing(rep *reconcile.Report) int {
	n := 0
	for i := range rep.Rows {
		if rep.Rows[i].Class <= reconcile.Tolerated && len(rep.Rows[i].Notes) > 0 {
			n++
		}
	}
	return n
}

// differing is how many accounts have a row that is neither matched nor tolerated.
func differing(rep *reconcile.Report) int {
	accounts := map[string]bool{}
	for i := range rep.Rows {
		if rep.Rows[i].Class > reconcile.Tolerated {
			accounts[rep.Rows[i].Account] = true
		}
	}
	return len(accounts)
}

func (t *table) addShare(s reconcile.Share) {
	t.add(s.Name, fmt.Sprint(s.Rows), figure(s.Theirs), figure(s.Ours), signed(s.Difference))
}

func (t *table) shares(title string, list []reconcile.Share) {
	if len(list) == 0 {
		return
	}
	t.note("")
	t.add(title, "ROWS", "THEIRS", "OURS", "DIFFERENCE")
	t.rule()
	for _, s := range list {
		t.addShare(s)
	}
}

// signed shows which way a difference goes.
func signed(a money.Amount) string {
	if a.Sign() > 0 {
		return "+" + figure(a)
	}
	return figure(a)
}

func negated(a money.Amount) money.Amount {
	n, err := a.Neg()
	if err != nil {
		return a
	}
	return n
}

// differences prints the rows that are neither matched nor tolerated.
func differences(w io.Writer, rep *reconcile.Report) error {
	rows := lookAt(rep)
	if len(rows) == 0 {
		text := "Nothing differs."
		if len(rep.Rows) == 0 {
			text = "Nothing was compared."
		}
		_, err := fmt.Fprintf(w, "\n%s\n", text)
		return err
	}
	t := table{right: []bool{false, false, false, true, true, true, false, false}}
	t.note("")
	t.add("ACCOUNT", "NUMBER", "PERIOD", "THEIRS", "OURS", "DIFFERENCE", "CLASS", "CAUSE")
	t.rule()
	for _, row := range rows {
		theirs, ours := "-", "-"
		if row.Theirs != nil {
			theirs = figure(row.Figures.Theirs.Final)
		}
		if row.Ours != nil {
			ours = figure(row.Figures.Ours.Final)
		}
		t.add(row.Account, row.Number(), dates(row.Period()), theirs, ours, signed(row.Difference), row.Class.String(), row.Cause())
		for _, text := range sentences(row) {
			t.note("    " + text)
		}
	}
	return t.write(w)
}

// sentences are what is said below a row.
func sentences(row *reconcile.Row) []string {
	var list []string
	for _, f := range row.Believed() {
		list = append(list, f.Sentence+" ("+f.Strength()+")")
	}
	rivals := row.Rivals()
	for i := range rivals[:min(maxRivals, len(rivals))] {
		list = append(list, "or "+rivals[i].Sentence)
	}
	if more := len(rivals) - maxRivals; more > 0 {
		list = append(list, fmt.Sprintf("or %s more, in the JSON report", Count(more, "cause", "causes")))
	}
	return slices.Concat(list, row.Open(), row.Implied, row.Notes)
}

const (
	maxRivals  = 2  // of a cause, that a table shows
	maxAgainst = 20 // rows that contradict a policy
)

// lookAt are the rows to look at, the greatest difference first.
func lookAt(rep *reconcile.Report) []*reconcile.Row {
	var rows []*reconcile.Row
	for i := range rep.Rows {
		if rep.Rows[i].Class > reconcile.Tolerated {
			rows = append(rows, &rep.Rows[i])
		}
	}
	slices.SortStableFunc(rows, func(a, b *reconcile.Row) int { return cmp.Compare(magnitude(b), magnitude(a)) })
	return rows
}

func magnitude(r *reconcile.Row) int64 { return max(r.Difference.Minor(), -r.Difference.Minor()) }

// conventionText says by which policy the upstream seems to prorate.
func conventionText(w io.Writer, rep *reconcile.Report) error {
	c := rep.Convention
	if c == nil {
		return nil
	}
	var b strings.Builder
	if !c.Better {
		ownConvention(&b, c)
		_, err := io.WriteString(w, b.String())
		return err
	}
	word := "suggested"
	if c.Established {
		word = "established"
	}
	fmt.Fprintf(&b, "\nTheir convention (%s): %s. It prints %s of %s to the cent, ours %s", word, strings.Join(c.Policy.Changes(rep.Policy), " "), number(c.Reproduced),
		tellingRows(c), number(c.Ours))
	if c.RunnerUp != nil {
		fmt.Fprintf(&b, ", the next best %s", number(c.Second))
	}
	b.WriteString(".\n")
	if len(c.Members) > 1 {
		fmt.Fprintf(&b, "%s print the same for all of these rows.", Count(len(c.Members), "policy", "policies"))
		if c.Telling != "" {
			fmt.Fprintf(&b, " This would tell: %s.", display.Cut(c.Telling, maxNote))
		}
		b.WriteString("\n")
	}
	if len(c.Against) > 0 {
		var numbers []string
		for _, number := range c.Against[:min(maxAgainst, len(c.Against))] {
			numbers = append(numbers, display.Cut(number, maxCell))
		}
		if more := len(c.Against) - maxAgainst; more > 0 {
			numbers = append(numbers, fmt.Sprintf("and %s more, in the JSON report", number(more)))
		}
		fmt.Fprintf(&b, "Against it: %s.\n", strings.Join(numbers, ", "))
	}
	costs := fmt.Sprintf("theirs costs %s more", grouped(c.Cost))
	switch c.Cost.Sign() {
	case -1:
		costs = fmt.Sprintf("theirs costs %s less", grouped(negated(c.Cost)))
	case 0:
		costs = "theirs costs the same"
	}
	fmt.Fprintf(&b, "All accounts in these dates: %s by their convention, %s by ours; %s.\n", grouped(c.TheirsTotal), grouped(c.OursTotal), costs)
	_, err := io.WriteString(w, b.String())
	return err
}

// ownConvention says that no policy prints more of their rows than our own.
func ownConvention(b *strings.Builder, c *reconcile.Convention) {
	rows := tellingRows(c)
	switch {
	case c.Reproduced == 0:
		fmt.Fprintf(b, "\nTheir convention: not to be told. None of the %s policies tried prints any of %s to the cent.\n", number(c.Searched), rows)
	case c.Established:
		fmt.Fprintf(b, "\nTheir convention (established): our own policy. It prints %s of %s to the cent, the next best %s.\n", number(c.Ours), rows, number(c.Second))
	default:
		fmt.Fprintf(b, "\nTheir convention: none of the %s policies tried prints more of their rows to the cent than ours, which prints %s of %s.\n", number(c.Searched), number(c.Ours), rows)
	}
}

// tellingRows are the rows that a convention follows from.
func tellingRows(c *reconcile.Convention) string {
	rows := Count(c.Tested, "row that tells", "rows that tell") + " policies apart"
	if c.Prorated == c.Tested {
		return Count(c.Tested, "prorated row", "prorated rows")
	}
	return fmt.Sprintf("%s (%s of them prorated)", rows, number(c.Prorated))
}

// grouped is an amount as a sentence has it, with separators.
func grouped(a money.Amount) string {
	plain := strings.TrimPrefix(a.Number(), "-")
	return strings.Replace(a.Display(), plain, digits.Group(plain), 1)
}

func number(n int) string { return digits.Group(strconv.Itoa(n)) }

var reconcileHeader = []string{"account", "number", "start_date", "end_date", "package", "class", "theirs", "ours", "difference",
	"theirs_recurring", "ours_recurring", "theirs_overage", "ours_overage", "theirs_additional_charges", "ours_additional_charges",
	"in_favour_of", "cause", "strength", "explanation", "notes", "events"}

// ReconcileCSV prints one line a row, all rows.
func ReconcileCSV(w io.Writer, rep *reconcile.Report) error {
	out := csv.NewWriter(w)
	out.Write(reconcileHeader) // an error is kept, and returned by Error
	for i := range rep.Rows {
		row := &rep.Rows[i]
		theirs, ours := row.Figures.Theirs, row.Figures.Ours
		out.Write([]string{row.Account, row.Number(), row.Period().Start.String(), row.Period().Last().String(), row.Package(), row.Class.String(),
			theirs.Final.Number(), ours.Final.Number(), row.Difference.Number(), theirs.Recurring.Number(), ours.Recurring.Number(),
			theirs.Overage.Number(), ours.Overage.Number(), theirs.Charges.Number(), ours.Charges.Number(), row.InFavourOf(),
			row.Cause(), row.Strength(), row.Explanation(), strings.Join(row.Notes, "; "), strings.Join(row.Events, " ")})
	}
	out.Flush()
	return out.Error()
}

var disputeHeader = []string{"claim", "account", "cause", "number", "date_invoiced", "start_date", "end_date", "billed", "expected", "claimed", "evidence"}

// claim is what is asked back for one account and cause.
type claim struct{ account, cause string }

// claimOf is the claim that a row belongs to, if it is one to send. What was taken back is not, nor what may be ours under another name.
func claimOf(row *reconcile.Row) (c claim, cause string, ok bool) {
	if row.Class <= reconcile.Tolerated || row.Class == reconcile.Ambiguous || row.Other != nil || row.Difference.IsZero() ||
		row.Theirs != nil && (row.Theirs.Status == "Canceled" || row.Theirs.Status == "Refunded") {
		return c, "", false
	}
	cause = row.Class.String()
	if row.Found() { // what may be an accident is no evidence
		cause = row.Cause()
	}
	c = claim{row.Account, cause}
	if cause == "charge_missing" || cause == "credit_missing" {
		c.cause = "neighbouring_invoice" // where it is missing, and where it is instead
	}
	return c, cause, true
}

// DisputeCSV prints the claims worth sending upstream, those that come to more than nothing, under one claim id an account and cause. What
// the same cause made too little on another invoice is taken off: what was only moved is not owed back.
func DisputeCSV(w io.Writer, rep *reconcile.Report) error {
	sums := map[claim]money.Amount{}
	for i := range rep.Rows {
		c, _, ok := claimOf(&rep.Rows[i])
		if !ok {
			continue
		}
		sum, seen := sums[c]
		if !seen {
			sum = money.New(0, rep.Currency)
		}
		var err error
		if sums[c], err = sum.Add(rep.Rows[i].Difference); err != nil {
			return fmt.Errorf("claim of %s: %w", c.account, err)
		}
	}
	out := csv.NewWriter(w)
	out.Write(disputeHeader)
	for i := range rep.Rows {
		row := &rep.Rows[i]
		c, cause, ok := claimOf(row)
		if !ok || sums[c].Sign() <= 0 {
			continue
		}
		number, date, period := "", cycle.Date{}, row.Period()
		if row.Theirs != nil {
			number, date = row.Theirs.Number, row.Theirs.DateInvoiced
		} else {
			date = row.Ours.Date
		}
		out.Write([]string{reconcile.ClaimID(c.account, c.cause), row.Account, cause, number, date.String(), period.Start.String(), period.Last().String(),
			row.Figures.Theirs.Final.Number(), row.Figures.Ours.Final.Number(), row.Difference.Number(), row.Evidence()})
	}
	out.Flush()
	return out.Error()
}
