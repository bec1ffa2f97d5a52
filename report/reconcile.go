package report

import (
	"fmt"
	"io"
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

// grouped is an amount as a sentence has it, with separators.
func grouped(a money.Amount) string {
	plain := strings.TrimPrefix(a.Number(), "-")
	return strings.Replace(a.Display(), plain, digits.Group(plain), 1)
}

func number(n int) string { return digits.Group(strconv.Itoa(n)) }
