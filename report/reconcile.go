package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

// pageWidth is how wide a reconciliation is printed, unless all is asked for or the terminal is narrower.
const pageWidth = 100

// widest is how wide a line may be at all, and maxText how many cells of a text are shown.
const (
	widest  = 1 << 14
	maxText = 4000
)

// ReconcileTable prints a reconciliation for people: the totals of both sides, the findings by amount, the convention, then the groups
// that no finding of several covers, each with both sides' rows, its sentence and what would settle it. Wide prints all groups, and
// clips nothing.
func ReconcileTable(w io.Writer, rep *reconcile.Report, s *reconcile.Summary, wide bool) error {
	p := &page{w: w, rep: rep, width: pageWidth, wide: wide}
	if terminal, ok := w.(Terminal); ok && terminal.Width > 0 {
		p.width = min(p.width, terminal.Width)
	} else if wide {
		p.width = widest
	}
	p.w = Terminal{Writer: w, Width: p.width}
	p.totals(s)
	p.findings()
	p.convention()
	p.groups(s)
	return p.err
}

// page is a report on its way out, line by line.
type page struct {
	w     io.Writer
	rep   *reconcile.Report
	width int
	wide  bool
	err   error
}

func (p *page) line(text string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, strings.TrimRight(text, " ")+"\n")
	}
}

func (p *page) table(t *table) {
	if p.err == nil {
		p.err = t.write(p.w)
	}
}

// wrapped prints text in lines that fit, each with an indent.
func (p *page) wrapped(indent, text string) {
	for i, line := range display.Lines(display.Cut(text, maxText), max(20, p.width-display.Width(indent))) {
		if i > 0 {
			indent = strings.Repeat(" ", display.Width(indent))
		}
		p.line(indent + line)
	}
}

// clip is a cell of at most so many cells, unless all is asked for.
func (p *page) clip(s string, most int) string {
	if p.wide {
		most = maxCell
	}
	return display.Cut(s, most)
}

func (p *page) totals(s *reconcile.Summary) {
	p.line(p.rep.Dates())
	p.line("")
	t := &table{right: []bool{false, true, true, true, true}}
	t.add("", "GROUPS", "THEIRS", "OURS", "DIFFERENCE")
	t.rule()
	for _, class := range s.Classes {
		t.add(classWords(class.Name), fmt.Sprint(class.Groups), figure(class.Theirs), figure(class.Ours), signed(class.Difference))
	}
	t.rule()
	t.add("all", fmt.Sprint(s.Groups), figure(s.Theirs), figure(s.Ours), signed(s.Difference))
	p.table(t)
	p.line("")
	p.wrapped("", fmt.Sprintf("Complete: %s of theirs and %s of ours are each in one group above, and the groups add up to both totals.",
		Count(s.TheirRows, "row", "rows"), Count(s.OurRows, "invoice", "invoices")))
	if s.Gross.Sign() != 0 {
		p.wrapped("", fmt.Sprintf("Differences without their signs %s: %s in their favour, %s in ours. To be claimed: %s.", grouped(s.Gross), grouped(s.AgainstUs), grouped(negated(s.ForUs)),
			grouped(s.Claimed)))
	}
	if s.Added.Sign() != 0 {
		p.wrapped("", fmt.Sprintf("Taxes and the like on their rows, which are not compared: %s.", grouped(s.Added)))
	}
	for _, text := range p.rep.Problems {
		p.wrapped("", "Wrong with the documents: "+text+".")
	}
	for _, text := range p.rep.Notes {
		p.wrapped("", "Note: "+text+".")
	}
	if n := p.agreeing(); n > 0 {
		has := "have"
		if n == 1 {
			has = "has"
		}
		p.wrapped("", fmt.Sprintf("Note: %s of the same money, or tolerated, %s notes, such as several rows or other dates, in the JSON and CSV reports.", Count(n, "group", "groups"), has))
	}
}

// classWords are the words of a class by its name.
func classWords(name string) string {
	for c := reconcile.Matched; c <= reconcile.Broken; c++ {
		if c.String() == name {
			return c.Words()
		}
	}
	return name
}

// agreeing is how many groups that agree, or are tolerated, have notes, which the table does not list.
func (p *page) agreeing() int {
	n := 0
	for _, g := range p.rep.Groups {
		if g.Class <= reconcile.Tolerated && len(g.Notes) > 0 {
			n++
		}
	}
	return n
}

// maxFindings is how many findings of one group the table lists; those of several groups are listed all.
const maxFindings = 20

func (p *page) findings() {
	if len(p.rep.Findings) == 0 {
		return
	}
	p.line("")
	p.line("FINDINGS, the greatest difference first")
	listed, left := 0, 0
	for i := range p.rep.Findings {
		f := &p.rep.Findings[i]
		if listed >= maxFindings && f.Groups == 1 && !p.wide {
			left++
			continue
		}
		listed++
		head := fmt.Sprintf("%12s  %-8s  ", signedFull(f.Difference), f.Strength)
		text := f.Explanation
		if f.Groups == 1 {
			text = capital(f.Words) + ", " + f.Accounts[0]
		}
		p.wrapped(head, text)
		if f.Groups > 1 {
			p.wrapped(strings.Repeat(" ", display.Width(head)), p.accountsOf(f))
		}
	}
	if left > 0 {
		p.line(fmt.Sprintf("%12s  %s", "", Count(left, "more finding of one group, listed below", "more findings of one group each, listed below")))
	}
}

// maxNames is how many accounts of a finding the table names.
const maxNames = 5

func (p *page) accountsOf(f *reconcile.Finding) string {
	n := min(len(f.Accounts), maxNames)
	if p.wide {
		n = len(f.Accounts)
	}
	var names []string
	for _, name := range f.Accounts[:n] {
		names = append(names, p.clip(name, 40))
	}
	text := strings.Join(names, ", ")
	if more := len(f.Accounts) - n; more > 0 {
		text += fmt.Sprintf(" and %s more", digits.Group(strconv.Itoa(more)))
	}
	return text
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// signed shows which way a difference goes.
func signed(a money.Amount) string {
	if a.Sign() > 0 {
		return "+" + figure(a)
	}
	return figure(a)
}

// signedFull is signed with a zero as a figure.
func signedFull(a money.Amount) string {
	if a.IsZero() {
		return a.Number()
	}
	return signed(a)
}

func negated(a money.Amount) money.Amount {
	n, err := a.Neg()
	if err != nil {
		return a
	}
	return n
}

// groups prints the groups that are neither matched nor tolerated, but for those that a finding of several covers.
func (p *page) groups(s *reconcile.Summary) {
	list, covered := p.lookAt()
	if len(list)+covered == 0 {
		text := "Nothing differs."
		if len(p.rep.Groups) == 0 {
			text = "Nothing was compared."
		}
		p.line("")
		p.line(text)
		return
	}
	if len(list) > 0 {
		p.line("")
		p.line("GROUPS TO LOOK AT, by account")
	}
	for _, g := range list {
		p.group(g)
	}
	if covered > 0 {
		p.line("")
		p.wrapped("", fmt.Sprintf("%s of the findings above %s not listed one by one; --wide lists them, as the JSON and CSV reports do.", Count(covered, "group", "groups"), isAre(covered)))
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// lookAt are the groups to look at, and how many others a finding of several covers.
func (p *page) lookAt() (list []*reconcile.Group, covered int) {
	several := map[string]bool{}
	for i := range p.rep.Findings {
		if f := &p.rep.Findings[i]; f.Groups > 1 {
			several[f.Cause+"\x00"+f.Fact] = true
		}
	}
	for _, g := range p.rep.Groups {
		switch {
		case g.Class <= reconcile.Tolerated:
		case !p.wide && g.Found() && several[g.Cause()+"\x00"+g.Fact()]:
			covered++
		default:
			list = append(list, g)
		}
	}
	return list, covered
}

// maxRows, maxRivals and maxAgainst are how many rows of a side, rivals of a cause and rows that contradict a policy the table shows.
const (
	maxRows    = 12
	maxRivals  = 2
	maxAgainst = 20
)

// group prints one group: both sides' rows side by side, its sentence and what would settle it.
func (p *page) group(g *reconcile.Group) {
	c := p.rep.Currency
	p.line("")
	head := fmt.Sprintf("%s  %s  %s", p.clip(g.Account, 40), dates(g.Period), capital(g.Class.Words()))
	if cause := g.Cause(); cause != "" && g.Class != reconcile.Broken {
		head += ": " + cause
		if s := g.Strength(); s != "" {
			head += " (" + s + ")"
		}
	}
	p.wrapped("", head)
	t := &table{right: []bool{false, false, false, true, false, false, true}}
	rows := max(len(g.Theirs), len(g.Ours))
	shown := rows
	if !p.wide {
		shown = min(rows, maxRows)
	}
	for i := range shown {
		cells := []string{"   ", "", "", "", "│", "", ""}
		if i < len(g.Theirs) {
			r := g.Theirs[i]
			cells[1], cells[2], cells[3] = p.clip(r.Name(), 24), dates(r.Period), money.New(r.Figures.Total(), c).Number()
		}
		if i < len(g.Ours) {
			r := g.Ours[i]
			cells[5], cells[6] = "invoice "+r.Date.String(), money.New(r.Figures.Total(), c).Number()
		}
		t.add(cells...)
	}
	if more := rows - shown; more > 0 {
		t.add("   ", Count(more, "more line", "more lines"), "", "", "│", "", "")
	}
	d := g.Difference().Total()
	if rows > 1 {
		t.add("   ", "together", "", money.New(g.TheirFigures.Total(), c).Number(), "│", "", money.New(g.OurFigures.Total(), c).Number())
	}
	p.table(t)
	p.wrapped("    ", fmt.Sprintf("difference %s. %s", signedFull(money.New(d, c)), g.Explanation()))
	rivals := g.Rivals()
	for i := range rivals[:min(maxRivals, len(rivals))] {
		p.wrapped("    or: ", rivals[i].Text)
	}
	if more := len(rivals) - maxRivals; more > 0 {
		p.wrapped("    or: ", fmt.Sprintf("%s, in the JSON report", Count(more, "more cause", "more causes")))
	}
	for _, note := range g.Notes {
		if !strings.Contains(g.Explanation(), note) {
			p.wrapped("    note: ", note)
		}
	}
	if text := g.Settles(); text != "" {
		p.wrapped("    to settle it: ", text)
	}
}

// convention says by which policy the upstream seems to prorate.
func (p *page) convention() {
	for i, text := range ConventionWords(p.rep) {
		if i == 0 {
			p.line("")
		}
		p.wrapped("", text)
	}
}

// ConventionWords say by which policy the upstream seems to prorate; nothing where nothing tells.
func ConventionWords(rep *reconcile.Report) (words []string) {
	c := rep.Convention
	if c == nil {
		return nil
	}
	if !c.Better {
		return []string{ownConvention(c)}
	}
	word := "suggested"
	if c.Established {
		word = "established"
	}
	text := fmt.Sprintf("Their convention (%s): %s. It prints %s of %s to the cent, ours %s", word, strings.Join(c.Policy.Changes(rep.Policy), " "), number(c.Reproduced),
		tellingGroups(c), number(c.Ours))
	if c.RunnerUp != nil {
		text += fmt.Sprintf(", the next best %s", number(c.Second))
	}
	words = append(words, text+".")
	if len(c.Members) > 1 {
		text := fmt.Sprintf("%s print the same for all of these.", Count(len(c.Members), "policy", "policies"))
		if c.Telling != "" {
			text += fmt.Sprintf(" This would tell: %s.", c.Telling)
		}
		words = append(words, text)
	}
	if len(c.Against) > 0 {
		var numbers []string
		for _, n := range c.Against[:min(maxAgainst, len(c.Against))] {
			numbers = append(numbers, display.Cut(n, maxCell))
		}
		if more := len(c.Against) - maxAgainst; more > 0 {
			numbers = append(numbers, fmt.Sprintf("and %s more, in the JSON report", number(more)))
		}
		words = append(words, fmt.Sprintf("Against it: %s.", strings.Join(numbers, ", ")))
	}
	costs := fmt.Sprintf("theirs costs %s more", grouped(c.Cost))
	switch c.Cost.Sign() {
	case -1:
		costs = fmt.Sprintf("theirs costs %s less", grouped(negated(c.Cost)))
	case 0:
		costs = "theirs costs the same"
	}
	return append(words, fmt.Sprintf("All accounts in these dates: %s by their convention, %s by ours; %s.", grouped(c.TheirsTotal), grouped(c.OursTotal), costs))
}

// ownConvention says that no policy prints more of their rows than our own.
func ownConvention(c *reconcile.Convention) string {
	groups := tellingGroups(c)
	switch {
	case c.Reproduced == 0:
		return fmt.Sprintf("Their convention: not to be told. None of the %s policies tried prints any of %s to the cent.", number(c.Searched), groups)
	case c.Established:
		return fmt.Sprintf("Their convention (established): our own policy. It prints %s of %s to the cent, the next best %s.", number(c.Ours), groups, number(c.Second))
	}
	return fmt.Sprintf("Their convention: none of the %s policies tried prints more of theirs to the cent than ours, which prints %s of %s.", number(c.Searched), number(c.Ours), groups)
}

// tellingGroups are the groups that a convention follows from.
func tellingGroups(c *reconcile.Convention) string {
	if c.Prorated == c.Tested {
		return Count(c.Tested, "prorated period", "prorated periods")
	}
	return fmt.Sprintf("%s apart (%s of them prorated)", Count(c.Tested, "period that tells policies", "periods that tell policies"), number(c.Prorated))
}

// grouped is an amount as a sentence has it, with separators.
func grouped(a money.Amount) string {
	plain := strings.TrimPrefix(a.Number(), "-")
	return strings.Replace(a.Display(), plain, digits.Group(plain), 1)
}

func number(n int) string { return digits.Group(strconv.Itoa(n)) }

var reconcileHeader = []string{"group", "side", "account", "class", "cause", "strength", "number", "type", "package", "status", "date_invoiced", "start_date",
	"end_date", "credits", "recurring", "overage", "additional_charges", "compared", "final_amount", "theirs_total", "ours_total", "difference", "in_favour_of", "claimed",
	"explanation", "notes"}

// ReconcileCSV prints a line for each row of either side, with what there is to say of its group. Rows that are left out have no group.
func ReconcileCSV(w io.Writer, rep *reconcile.Report) error {
	out := csv.NewWriter(w)
	writeReconcileRows(out, rep) // an error is kept, and returned by Error
	out.Flush()
	return out.Error()
}

// ReconcileRows are the cells that ReconcileCSV prints, the header first.
func ReconcileRows(rep *reconcile.Report) [][]string {
	var all rows
	writeReconcileRows(&all, rep)
	return all
}

func writeReconcileRows(out rowWriter, rep *reconcile.Report) {
	out.Write(reconcileHeader)
	amount := func(minor int64) string { return money.New(minor, rep.Currency).Number() }
	cells := func(group, class, cause, strength, explanation, notes string, r *reconcile.Row, sums ...string) {
		wire := map[string]string{}
		for _, f := range r.Wire() {
			wire[f.Name] = f.Value
		}
		side := "theirs"
		if r.Ours != nil {
			side = "ours"
		}
		line := []string{group, side, r.Account, class, cause, strength, wire["number"], wire["type"], wire["package"], wire["status"], wire["date_invoiced"], wire["start_date"],
			wire["end_date"], wire["credits"], amount(r.Figures[reconcile.Recurring]), amount(r.Figures[reconcile.Overage]), amount(r.Figures[reconcile.Other]),
			amount(r.Figures.Total()), wire["final_amount"]}
		out.Write(append(append(line, sums...), explanation, notes))
	}
	for i, g := range rep.Groups {
		claimed := ""
		if g.Claimed() > 0 {
			claimed = amount(g.Claimed())
		}
		for _, r := range slices.Concat(g.Theirs, g.Ours) {
			cells(strconv.Itoa(i+1), g.Class.String(), g.Cause(), g.Strength(), g.Explanation(), strings.Join(g.Notes, "; "), r,
				amount(g.TheirFigures.Total()), amount(g.OurFigures.Total()), amount(g.Difference().Total()), g.InFavourOf(), claimed)
		}
	}
	for i := range rep.LeftOut {
		l := &rep.LeftOut[i]
		cells("", l.Why.String(), "", "", l.Note, "", l.Row, "", "", "", "", "")
	}
}

var disputeHeader = []string{"claim", "account", "cause", "number", "date_invoiced", "start_date", "end_date", "billed", "expected", "claimed", "until", "evidence"}

// DisputeCSV prints the claims worth sending upstream, a line for each group, under one claim id an account and cause. It is for people, so
// that names and numbers of theirs that a spreadsheet takes for a formula have an apostrophe before them.
func DisputeCSV(w io.Writer, rep *reconcile.Report) error {
	out := csv.NewWriter(w)
	for _, row := range DisputeRows(rep) {
		for i, name := range disputeHeader {
			if name == "account" || name == "number" {
				row[i] = guardOf(row[i]) + row[i]
			}
		}
		out.Write(row) // an error is kept, and returned by Error
	}
	out.Flush()
	return out.Error()
}

// DisputeRows are the cells that DisputeCSV prints, the header first, and none with an apostrophe.
func DisputeRows(rep *reconcile.Report) [][]string {
	all := [][]string{slices.Clone(disputeHeader)}
	amount := func(minor int64) string { return money.New(minor, rep.Currency).Number() }
	for i := range rep.Claims {
		c := &rep.Claims[i]
		lines := slices.Clone(c.Lines)
		slices.SortStableFunc(lines, func(a, b reconcile.ClaimLine) int {
			return cmp.Compare(a.Group.Period.Start.Sub(b.Group.Period.Start), 0)
		})
		for _, l := range lines {
			g := l.Group
			until := ""
			if !l.Until.IsZero() {
				until = l.Until.String()
			}
			all = append(all, []string{c.ID, c.Account, c.Cause, l.Numbers, l.Date.String(), g.Period.Start.String(), g.Period.Last().String(),
				amount(g.TheirFigures.Total()), amount(g.OurFigures.Total()), amount(l.Claimed), until, l.Evidence})
		}
	}
	return all
}
