package table

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Proposal is a mapping made of a table's header, and what it does not know.
type Proposal struct {
	Use       Use
	Text      []byte   // the mapping file
	Mapping   *Mapping // that it is; nil where a required field is asked for
	Questions []string // in words, each naming the key that answers it
	Unread    string   // in words, what columns are read as nothing and what they might be; empty where there is no such thing
	Columns   []Column // of the header
	HeaderRow int
	What      string // what the file is, for people
}

// ProposeUse is the use whose fields a table's header has most of; of several the first.
func ProposeUse(file string, data []byte) (Use, error) {
	best, most := Invoices, -1
	h, _, err := anyHeader(file, data)
	if err != nil {
		return 0, err
	}
	for u := range Use(len(schemas)) {
		known, required := 0, 0
		for _, s := range h.match(u) {
			if s.column >= 0 {
				known++
				if schemas[u][s.field].required {
					required++
				}
			}
		}
		all := 0
		for _, f := range schemas[u] {
			if f.required {
				all++
			}
		}
		if score := 100*required/all + known; score > most {
			best, most = u, score
		}
	}
	return best, nil
}

// Propose makes a mapping of a table's header for rows of a use. A preset whose columns the table has is taken. Amounts are in the
// currency.
func Propose(file string, data []byte, u Use, currency money.Currency) (*Proposal, error) {
	if int(u) >= len(schemas) {
		return nil, fmt.Errorf("use %d: no such use, expected one of %s", u, joined(uses))
	}
	h, s, err := anyHeader(file, data)
	if err != nil {
		return nil, err
	}
	p := &Proposal{Use: u, HeaderRow: h.row, What: s.describe()}
	if like := Suggest(file, data, u); len(like) > 0 {
		p.Text = append(strictjson.AppendString([]byte("{\n  \"preset\": "), like[0]), "\n}\n"...)
		if p.Mapping, err = parseMapping(file, p.Text, u); err != nil {
			return nil, err
		}
		t, err := Open(file, data, p.Mapping, currency)
		if err != nil {
			return nil, err
		}
		p.Columns, p.HeaderRow = t.Columns, t.header.row
		return p, nil
	}
	matches := h.match(u)
	p.ask(h, matches)
	p.Text, p.Columns = proposalText(u, s, h, matches), h.columnsOf(matches, u)
	m, err := parseMapping(file, p.Text, u)
	if err != nil || len(p.Questions) > 0 {
		return p, nil // to be filled in first
	}
	t, err := Open(file, data, m, currency)
	if err != nil { // something that the file does not show, as its decimal mark
		p.Questions = append(p.Questions, plain(err))
		return p, nil
	}
	p.Mapping, p.Columns = m, t.Columns
	return p, nil
}

// plain is an error without the place that begins it.
func plain(err error) string {
	if pe, ok := err.(*source.ParseError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// anyHeader finds the row that looks most like a header: the first of those with the most cells, none of which is a number or is
// there twice.
func anyHeader(file string, data []byte) (*header, *stored, error) {
	tables, err := store(file, data, &Mapping{})
	if err != nil {
		return nil, nil, err
	}
	var best *header
	var of *stored
	most := 0
	for _, s := range tables {
		g, err := s.open()
		if err != nil {
			return nil, nil, err
		}
		for range s.headerRows() {
			row, err := g.next()
			if err == io.EOF {
				break
			} else if err != nil {
				return nil, nil, err
			}
			h := newHeader(g, row)
			score := 0
			for i, name := range h.cells {
				if name != "" && row.cells[i].kind == cellText && strings.Trim(name, "0123456789.,-/: ") != "" {
					score++
				}
			}
			if score > most {
				most, best, of = score, h, s
			}
		}
	}
	if best == nil {
		return nil, nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "no row with names of columns among the first %d, expected a header", maxHeaderRows)
	}
	return best, of, nil
}

// match is a field and the column whose name says that it is that, -1 for none.
type match struct{ field, column int }

// match finds columns for the fields of a use: by the field's own name first, then by names that mean it.
func (h *header) match(u Use) []match {
	taken := map[int]bool{}
	matches := make([]match, len(schemas[u]))
	for i := range matches {
		matches[i] = match{i, -1}
	}
	find := func(i int, name string) bool {
		for column, cell := range h.cells {
			if h.columns[normal(cell)] == column && squeezed(cell) == name && !taken[column] {
				matches[i].column, taken[column] = column, true
				return true
			}
		}
		return false
	}
	for i, f := range schemas[u] {
		find(i, squeezed(f.name))
	}
	for i, f := range schemas[u] {
		if matches[i].column < 0 {
			_ = slices.ContainsFunc(f.like, func(name string) bool { return find(i, name) }) // up to the first that is there
		}
	}
	return matches
}

// squeezed is a name in small letters and digits only.
func squeezed(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-./()#:\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// ask asks for required fields that no column is known to be, and of invoices for the money.
func (p *Proposal) ask(h *header, matches []match) {
	found := map[string]bool{}
	taken := map[int]bool{}
	for _, m := range matches {
		if m.column >= 0 {
			found[schemas[p.Use][m.field].name], taken[m.column] = true, true
		}
	}
	var free []string
	for i, name := range h.cells {
		if name != "" && !taken[i] && (p.Use != Invoices || otherNames[squeezed(name)] == "") {
			free = append(free, letter(i)+" "+fmt.Sprintf("%q", names.Clip(name)))
		}
	}
	left := "every column is taken already"
	if len(free) > 0 {
		left = "not used so far: " + strings.Join(free[:min(len(free), 20)], ", ")
		p.Unread = unread(p.Use, found, left)
	}
	for _, f := range schemas[p.Use] {
		if f.required && !found[f.name] {
			p.Questions = append(p.Questions, fmt.Sprintf("which column is %s, %s? Put it into \"fields\" as %q; %s", f.name, f.about, f.name, left))
		}
	}
	if p.Use == Invoices && !found["amount"] && !found["final_amount"] {
		p.Questions = append(p.Questions, "which column is amount, the package's price for the row's days, or final_amount, what the row comes to? Put it into \"fields\"; "+left)
	}
}

// unread says what columns might be that are read as nothing, such as the day on which an account was closed. An invoice has many that
// say nothing of money.
func unread(u Use, found map[string]bool, left string) string {
	var might []string
	for _, f := range schemas[u] {
		if !f.required && !found[f.name] && u != Invoices {
			might = append(might, f.name+", "+f.about)
		}
	}
	if might == nil {
		return ""
	}
	return left + ". If one of them is one of these, put it into \"fields\": " + strings.Join(might, "; ")
}

// columnsOf are the columns with the fields they are proposed for.
func (h *header) columnsOf(matches []match, u Use) []Column {
	list := make([]Column, len(h.cells))
	for i, name := range h.cells {
		list[i] = Column{Name: name, Letter: letter(i)}
	}
	for _, m := range matches {
		if m.column >= 0 {
			list[m.column].Fields = []string{schemas[u][m.field].name}
		}
	}
	for i := range list {
		if key := otherNames[squeezed(list[i].Name)]; key != "" && u == Invoices && list[i].Fields == nil {
			list[i].Fields = []string{key}
		}
	}
	return list
}

// proposalText is a mapping file, laid out to be edited.
func proposalText(u Use, s *stored, h *header, matches []match) []byte {
	b := []byte("{\n")
	if s.sheet != "" {
		b = append(strictjson.AppendString(append(b, `  "sheet": `...), s.sheet), ",\n"...)
	}
	b = append(b, `  "fields": {`...)
	first := true
	for _, m := range matches {
		if m.column < 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = strictjson.AppendString(append(b, "\n    "...), schemas[u][m.field].name)
		b = strictjson.AppendString(append(b, ": "...), h.cells[m.column])
	}
	if first { // a file to be filled in
		b = strictjson.AppendString(append(b, "\n    "...), schemas[u][0].name)
		b = append(b, ": \"\""...)
	}
	b = append(b, "\n  }"...)
	var others []string
	named := map[string]bool{}
	for i, name := range h.cells {
		key := otherNames[squeezed(name)]
		if key == "" || u != Invoices || named[key] || slices.ContainsFunc(matches, func(m match) bool { return m.column == i }) {
			continue
		}
		named[key] = true
		others = append(others, string(strictjson.AppendString(append(strictjson.AppendString(nil, key), ": "...), name)))
	}
	if others != nil {
		b = append(b, ",\n  \"others\": {"+strings.Join(others, ", ")+"}"...)
	}
	return append(b, "\n}\n"...)
}

// otherNames are names of columns that invoices have besides, and what reconcile calls them.
var otherNames = map[string]string{"tax": "tax", "vat": "tax", "taxtotal": "tax", "salestax": "tax", "steuer": "tax", "mwst": "tax", "quantity": "quantity", "qty": "quantity",
	"menge": "quantity", "currency": "currency", "currencycode": "currency", "term": "term"}
