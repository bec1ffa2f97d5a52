package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// maxEqual is how many equal rows, or rows of one number, are held against each other: more of them tell nothing apart.
const maxEqual = 64

// repeatedInShort takes out the rows that have no number or no type, as of a CSV without such a column, and that another document has in
// full: the same account, days and money. A row stands for one such row of each other document.
func (d *documents) repeatedInShort(in []distributor.Invoices, rows []*Row) []*Row {
	type content struct {
		account string
		period  cycle.Period
		figures Figures
	}
	lacks := func(r *Row) (n int) {
		for _, text := range []string{r.Number, r.Type} {
			if text == "" {
				n++
			}
		}
		return n
	}
	if !slices.ContainsFunc(rows, func(r *Row) bool {
		return lacks(r) > 0 && r.document != rows[0].document || r.document != rows[0].document && lacks(rows[0]) > 0
	}) {
		return rows
	}
	equal := map[content][]*Row{}
	for _, r := range rows {
		key := content{r.owner, r.Period, r.Figures}
		equal[key] = append(equal[key], r)
	}
	gone := map[*Row]*Row{}
	for _, list := range equal {
		if len(list) < 2 || len(list) > maxEqual {
			continue
		}
		slices.SortStableFunc(list, func(a, b *Row) int { return lacks(b) - lacks(a) })
		type taken struct {
			by       *Row
			document int
		}
		used := map[taken]bool{}
		for i, short := range list {
			for _, full := range list[i+1:] {
				same := func(a, b string) bool { return a == "" || strings.EqualFold(a, b) }
				at := taken{full, short.document}
				if lacks(short) > 0 && full.document != short.document && !used[at] && same(short.Number, full.Number) && same(short.Type, full.Type) {
					used[at], gone[short] = true, full
					break
				}
			}
		}
	}
	return slices.DeleteFunc(rows, func(r *Row) bool {
		if full := gone[r]; full != nil {
			d.leaveOut(r, Superseded, "the same row stands in another document"+place(in, full))
			return true
		}
		return false
	})
}

// dropped marks rows that may have been taken back: those that a later document of the same number no longer has. They are compared, and
// not claimed.
func (d *documents) dropped(in []distributor.Invoices, byDocument [][]*Row, rows []*Row) {
	if len(in) < 2 {
		return
	}
	newest := map[string]*Row{}         // by number of the document: a row of the newest document of that number
	has := map[string]map[string]bool{} // what numbers that one has
	for i, list := range byDocument {
		if in[i].Number == "" || !numberedSingly(list) {
			continue
		}
		for _, r := range list {
			if was := newest[in[i].Number]; was == nil || isLater(r, was) {
				newest[in[i].Number] = r
			}
		}
	}
	for number, r := range newest {
		has[number] = map[string]bool{}
		for _, o := range byDocument[r.document] {
			has[number][o.Number] = true
		}
	}
	shares := map[int]bool{} // documents that share a row's number with the newest document of theirs
	for i, list := range byDocument {
		for _, r := range list {
			if n := newest[in[i].Number]; n != nil && n.document != i && has[in[i].Number][r.Number] {
				shares[i] = true
				break
			}
		}
	}
	for _, r := range rows {
		if n := newest[in[r.document].Number]; shares[r.document] && !has[in[r.document].Number][r.Number] {
			r.dropped = true
			d.doubts[r] = fmt.Sprintf("%s stands in an earlier document of number %s only: the later one has left it out%s", r.Name(), in[r.document].Number, place(in, n))
		}
	}
}

// revised marks the rows of one number and account that two documents have with other content, and that nothing says are one: for the same
// days and kind of money, or for other days that overlap. Rows without numbers may be one if they are of a type and for the same days.
func (d *documents) revised(rows []*Row) {
	type numbered struct{ number, account string }
	byNumber := map[numbered][]*Row{}
	for _, r := range rows {
		key := numbered{r.Number, r.owner}
		byNumber[key] = append(byNumber[key], r)
	}
	for _, list := range byNumber {
		slices.SortStableFunc(list, compareRows)
		for i, a := range list {
			for _, b := range list[max(0, i-maxEqual):i] {
				if a.document == b.document || !mayReplace(a, b) {
					continue
				}
				text := fmt.Sprintf("number %s is on rows for %s and for %s in two documents: one may replace the other", a.Number, b.Period, a.Period)
				if a.Period == b.Period {
					text = fmt.Sprintf("two documents have row %s for %s with other content: one may replace the other", a.Number, a.Period)
				}
				if a.Number == "" {
					text = fmt.Sprintf("two documents have rows without a number for %s: one may replace the other", a.Period)
				}
				d.doubts[a], d.doubts[b] = text, text
			}
		}
	}
}

// mayReplace reports that of two rows of one number, or of none, one may be the other with new content.
func mayReplace(a, b *Row) bool {
	if a.Period != b.Period {
		return a.Number != "" && !a.Period.Intersect(b.Period).IsEmpty()
	}
	if !strings.EqualFold(a.Type, b.Type) {
		return false
	}
	for k := range Kinds {
		if a.Figures[k] > 0 && b.Figures[k] > 0 {
			return true
		}
	}
	return false
}

// checkCurrency refuses a document or a row that says it is in another currency: its figures compare with none of ours.
func checkCurrency(fields []distributor.Field, c money.Currency) error {
	for _, f := range fields {
		code := strings.TrimSpace(f.Text)
		if (strings.EqualFold(f.Name, "currency") || strings.EqualFold(f.Name, "currency_code")) && code != "" && !strings.EqualFold(code, c.String()) {
			return source.At(f.Place, fmt.Errorf("the currency is %q, expected %s, that of the policy: give that policy, or leave out what is in another", code, c))
		}
	}
	return nil
}
