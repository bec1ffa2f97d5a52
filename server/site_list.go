package server

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// column is a column of a list. What it is called in an address and in a file is Name; one without a Head is in files alone.
type column[T any] struct {
	Name, Head string
	Kind       report.Kind
	Optional   bool              // a phone does without
	Wide       bool              // only a wide screen has it
	Left       bool              // of figures: they are drawn or worded on the page
	Cell       func(*T) string   // as programs read it
	Order      func(a, b *T) int // nil where there is none
}

// columnsOf are the columns of a list, in a page and in a file, and how long its pages are.
type columnsOf[T any] struct {
	Name    string   // of the file, such as invoices
	Path    string   // of the page
	Anchor  string   // where on it the list is, as #anchor; "" is at its top
	Prefix  string   // of its parameters, where a page has several lists
	Sort    string   // the column that it is sorted by where nothing is asked for, with "-" before it for downwards; "" is as it comes
	Length  int      // of a page
	Fields  []string // parameters that the form of the search has fields for
	Columns []column[T]
}

// list is what is asked for of a list: the rows of one page, and what it takes to ask for others.
type list[T any] struct {
	Rows           []T
	Found, Of      int // how many rows are as asked for, and how many there are
	Page, Pages    int
	First, Last    int // of the rows on the page, from 1 on
	Query, Prefix  string
	Heads          []listHead
	Kept           []hiddenField // parameters that a form of the search keeps
	CSV, XLSX      string        // addresses of the whole as a file
	Previous, Next string
	Clear          string // the address without the search
	Name, Label    string
	File           string // the name of the file, where it is not that of the list
	columns        *columnsOf[T]
	all            []T
	ask            url.Values
	sort           string
	downwards      bool
}

// listHead is the heading of a column.
type listHead struct {
	Text, Class, Sorted, To string // Sorted is of aria-sort; To is the address of the same list sorted by it
}

type hiddenField struct{ Name, Value string }

// of is what an address asks for of some rows, which are sorted in place.
func (c *columnsOf[T]) of(rows []T, ask url.Values) *list[T] {
	l := &list[T]{columns: c, ask: ask, Of: len(rows), Prefix: c.Prefix, Query: strings.TrimSpace(ask.Get(c.Prefix + "q"))}
	if l.Query != "" {
		rows = slices.DeleteFunc(rows, func(row T) bool { return !c.has(&row, l.Query) })
	}
	l.setSort()
	c.sort(rows, l.sort, l.downwards)
	l.all, l.Found = rows, len(rows)
	l.Pages = max(1, (l.Found+c.Length-1)/c.Length)
	l.Page = 1
	if n, err := strconv.Atoi(ask.Get(c.Prefix + "page")); err == nil {
		l.Page = min(max(n, 1), l.Pages)
	}
	first := (l.Page - 1) * c.Length
	l.Rows = rows[first:min(first+c.Length, l.Found)]
	l.First, l.Last = first+1, first+len(l.Rows)
	l.setAddresses()
	return l
}

// has reports that a row has a text in one of its columns of words, in any letter case.
func (c *columnsOf[T]) has(row *T, text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(c.Columns, func(col column[T]) bool {
		return col.Kind == report.Words && strings.Contains(strings.ToLower(col.Cell(row)), text)
	})
}

// setSort finds the column to sort by: the one asked for if there is one, else the usual one.
func (l *list[T]) setSort() {
	for _, text := range []string{l.ask.Get(l.columns.Prefix + "sort"), l.columns.Sort} {
		name := strings.TrimPrefix(text, "-")
		for i := range l.columns.Columns {
			if col := &l.columns.Columns[i]; col.Name == name && col.Order != nil {
				l.sort, l.downwards = name, strings.HasPrefix(text, "-")
				return
			}
		}
	}
}

// sort sorts rows by a column, those that are equal there as they came.
func (c *columnsOf[T]) sort(rows []T, by string, downwards bool) {
	for i := range c.Columns {
		col := &c.Columns[i]
		if col.Name != by || col.Order == nil {
			continue
		}
		order := make([]*T, len(rows)) // to move instead of the rows
		for i := range rows {
			order[i] = &rows[i]
		}
		slices.SortStableFunc(order, func(a, b *T) int {
			if downwards {
				return col.Order(b, a)
			}
			return col.Order(a, b)
		})
		sorted := make([]T, len(rows))
		for i, row := range order {
			sorted[i] = *row
		}
		copy(rows, sorted)
	}
}

// setAddresses makes the addresses of other pages, orders and files of the list.
func (l *list[T]) setAddresses() {
	c := l.columns
	for i := range c.Columns {
		col := &c.Columns[i]
		if col.Head == "" {
			continue
		}
		h := listHead{Text: col.Head}
		if col.Kind != report.Words && !col.Left {
			h.Class = "number"
		}
		if col.Optional {
			h.Class = strings.TrimSpace(h.Class + " optional")
		}
		if col.Wide {
			h.Class = strings.TrimSpace(h.Class + " wide")
		}
		if col.Order != nil {
			next := col.Name
			switch {
			case l.sort != col.Name:
				if col.Kind != report.Words {
					next = "-" + next // figures, the greatest first
				}
			case l.downwards:
				h.Sorted = "descending"
			default:
				h.Sorted, next = "ascending", "-"+next
			}
			h.To = l.address(map[string]string{"sort": next, "page": ""})
		}
		l.Heads = append(l.Heads, h)
	}
	if l.Page > 1 {
		l.Previous = l.address(map[string]string{"page": strconv.Itoa(l.Page - 1)})
	}
	if l.Page < l.Pages {
		l.Next = l.address(map[string]string{"page": strconv.Itoa(l.Page + 1)})
	}
	l.CSV = l.address(map[string]string{"file": "csv", "page": ""})
	l.XLSX = l.address(map[string]string{"file": "xlsx", "page": ""})
	l.Clear = l.address(map[string]string{"q": "", "page": ""})
	l.Name, l.Label = c.Name, "Search these "+c.Name
	for _, key := range slices.Sorted(maps.Keys(l.ask)) {
		if own, is := strings.CutPrefix(key, c.Prefix); is && slices.Contains([]string{"q", "page", "file"}, own) || slices.Contains(c.Fields, key) || l.ask.Get(key) == "" {
			continue
		}
		l.Kept = append(l.Kept, hiddenField{key, l.ask.Get(key)})
	}
}

// address is that of the list with some of its parameters changed, an empty one left out.
func (l *list[T]) address(change map[string]string) string {
	q := url.Values{}
	for key := range l.ask {
		if value := l.ask.Get(key); value != "" && key != l.columns.Prefix+"file" {
			q.Set(key, value)
		}
	}
	for key, value := range change {
		if key = l.columns.Prefix + key; value == "" {
			q.Del(key)
		} else {
			q.Set(key, value)
		}
	}
	to := l.columns.Path
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	if l.columns.Anchor != "" && change["file"] == "" {
		to += "#" + l.columns.Anchor
	}
	return to
}

// Action is where the form of the search leads.
func (l *list[T]) Action() string {
	if l.columns.Anchor != "" {
		return l.columns.Path + "#" + l.columns.Anchor
	}
	return l.columns.Path
}

// Searched reports that something was searched for.
func (l *list[T]) Searched() bool { return l.Query != "" }

// byteOrderMark tells a spreadsheet that a file is UTF-8.
const byteOrderMark = "\ufeff"

// file answers with the whole list as a file, where one is asked for, and reports that it did.
func (l *list[T]) file(s *Server, w http.ResponseWriter, r *http.Request, currency money.Currency) bool {
	kind := l.ask.Get(l.columns.Prefix + "file")
	write := map[string]func(io.Writer, *report.Listing) error{
		"csv": func(w io.Writer, listing *report.Listing) error {
			if _, err := io.WriteString(w, byteOrderMark); err != nil {
				return err
			}
			return listing.CSV(w, true)
		},
		"xlsx": func(w io.Writer, listing *report.Listing) error {
			return statement.ListingXLSX(w, l.columns.Name, listing, currency)
		},
	}[kind]
	if write == nil {
		return false
	}
	w.Header().Set("Content-Type", map[string]string{"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}[kind])
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", cmp.Or(l.File, l.columns.Name)+"."+kind))
	if err := write(w, l.listing()); err != nil {
		s.log.Error("a file was not written whole", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
	}
	return true
}

// listing is all that is as asked for, as it is sorted.
func (l *list[T]) listing() *report.Listing {
	listing := &report.Listing{Rows: make([][]string, len(l.all))}
	for _, col := range l.columns.Columns {
		listing.Columns = append(listing.Columns, report.Column{Name: col.Name, Head: col.Head, Kind: col.Kind})
	}
	for i := range l.all {
		listing.Rows[i] = make([]string, len(l.columns.Columns))
		for n := range l.columns.Columns {
			listing.Rows[i][n] = l.columns.Columns[n].Cell(&l.all[i])
		}
	}
	return listing
}

// byText, byInt, byAmount and byDate are orders of rows by what a function says of each.
func byText[T any](of func(*T) string) func(a, b *T) int {
	return func(a, b *T) int {
		x, y := of(a), of(b)
		return cmp.Or(cmp.Compare(strings.ToLower(x), strings.ToLower(y)), cmp.Compare(x, y))
	}
}

func byInt[T any](of func(*T) int64) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(of(a), of(b)) }
}

func byAmount[T any](of func(*T) money.Amount) func(a, b *T) int {
	return byInt(func(row *T) int64 { return of(row).Minor() })
}

func byDate[T any](of func(*T) cycle.Date) func(a, b *T) int {
	return func(a, b *T) int { return of(a).Compare(of(b)) }
}

// textColumn, countColumn, amountColumn and dateColumn are columns that are sorted by what they show.
func textColumn[T any](name, head string, of func(*T) string) column[T] {
	return column[T]{Name: name, Head: head, Cell: of, Order: byText(of)}
}

func countColumn[T any](name, head string, of func(*T) int64) column[T] {
	return column[T]{Name: name, Head: head, Kind: report.Number, Cell: func(row *T) string { return strconv.FormatInt(of(row), 10) }, Order: byInt(of)}
}

func amountColumn[T any](name, head string, of func(*T) money.Amount) column[T] {
	return column[T]{Name: name, Head: head, Kind: report.Amount, Cell: func(row *T) string { return of(row).Number() }, Order: byAmount(of)}
}

func dateColumn[T any](name, head string, of func(*T) cycle.Date) column[T] {
	return column[T]{Name: name, Head: head, Cell: func(row *T) string { return of(row).String() }, Order: byDate(of)}
}

// optional is the column, but a phone does without.
func (c column[T]) optional() column[T] {
	c.Optional = true
	return c
}

// wide is the column, but only a wide screen has it.
func (c column[T]) wide() column[T] {
	c.Wide = true
	return c
}

// asWords is the column with cells that are drawn or worded on the page: on its left, and a figure in files.
func (c column[T]) asWords() column[T] {
	c.Left = true
	return c
}
