package table

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// normal is the name of a column as names are compared: without space around it, in small letters, with one space for white space.
func normal(name string) string {
	plain := true
	for i := 0; i < len(name) && plain; i++ {
		c := name[i]
		plain = c > ' ' && c < 0x7f && (c < 'A' || c > 'Z')
	}
	if plain {
		return name
	}
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, isBlank), " "))
}

func isBlank(r rune) bool { return trimSpace(string(r)) == "" }

// columnNames are all names of columns in a mapping, as they are compared.
func (m *Mapping) columnNames() map[string]bool {
	all := map[string]bool{}
	add := func(list []string) {
		for _, name := range list {
			all[normal(name)] = true
		}
	}
	add(m.ignore)
	for i := range m.fields {
		add(m.fields[i].names())
	}
	for i := range m.rules {
		for _, c := range m.rules[i].when {
			add([]string{c.column})
		}
	}
	return all
}

// names are the columns of a field.
func (s *spec) names() []string {
	if s.formula != nil {
		return s.formula.columns
	}
	return s.columns
}

// header is the row with the columns' names, and where the columns are.
type header struct {
	row     int
	cells   []string
	columns map[string]int // by their normal names; -1 for one that is there twice
	places  []source.Place
}

func newHeader(g grid, row *gridRow) *header {
	h := &header{row: row.number, columns: make(map[string]int, len(row.cells))}
	for i := range row.cells {
		name := strings.Join(strings.FieldsFunc(row.cells[i].text, isBlank), " ")
		h.cells, h.places = append(h.cells, name), append(h.places, g.place(i))
		key := normal(name)
		if key == "" {
			continue
		}
		if _, twice := h.columns[key]; twice {
			h.columns[key] = -1
		} else {
			h.columns[key] = i
		}
	}
	for len(h.cells) > 0 && h.cells[len(h.cells)-1] == "" {
		h.cells, h.places = h.cells[:len(h.cells)-1], h.places[:len(h.places)-1]
	}
	return h
}

// lacks are the fields, and rules, whose columns the header does not have.
func (h *header) lacks(m *Mapping) (missing []lack) {
	has := func(name string) bool { _, there := h.columns[normal(name)]; return there }
	for i := range m.fields {
		s := &m.fields[i]
		switch list := s.names(); {
		case s.optional || len(list) == 0:
		case s.formula != nil: // which takes all of them
			for _, name := range list {
				if !has(name) {
					missing = append(missing, lack{name, "for " + s.name, s.at})
				}
			}
		case !slices.ContainsFunc(list, has):
			missing = append(missing, lack{list[0], "for " + s.name, s.at})
		}
	}
	for i := range m.rules {
		r := &m.rules[i]
		for _, c := range r.when {
			if !r.optional && !has(c.column) {
				missing = append(missing, lack{c.column, "for a rule about rows", r.at})
			}
		}
	}
	return missing
}

// lack is a column that a mapping names and a header does not have.
type lack struct {
	column, purpose string
	at              source.Place
}

// findHeader reads up to the header: the first row below those to be skipped that has all columns that the mapping asks for. The
// error is of the row that has most of them.
func findHeader(t *stored, m *Mapping) (grid, *header, error) {
	g, err := t.open()
	if err != nil {
		return nil, nil, err
	}
	var best *header
	var lacking []lack
	most := -1
	for looked := 0; looked < t.headerRows(); {
		row, err := g.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, nil, err
		}
		if row.number <= m.skipRows && !t.named || row.blank() {
			continue
		}
		looked++
		h := newHeader(g, row)
		missing := h.lacks(m)
		if len(missing) == 0 {
			return g, h, nil
		}
		found := 0
		for name := range m.columnNames() {
			if _, has := h.columns[name]; has {
				found++
			}
		}
		if found > most {
			most, best, lacking = found, h, missing
		}
	}
	at := source.Place{File: t.file, Line: 1}
	if best == nil {
		return nil, nil, source.Errorf(at, "%snothing there, expected a header with the columns' names, and rows", t.inSheet())
	}
	if most == 0 && !t.named {
		return nil, nil, source.Errorf(best.at(t), "%sno row with the columns that the mapping %s names, expected a header with %s among the first %d rows", t.inSheet(), m.Name, quoted(namesOf(lacking), 5), maxHeaderRows)
	}
	return nil, nil, best.missing(t, m, lacking)
}

func namesOf(list []lack) (columns []string) {
	for _, l := range list {
		columns = append(columns, l.column)
	}
	return columns
}

func (h *header) at(t *stored) source.Place {
	if len(h.places) > 0 {
		return h.places[0]
	}
	return source.Place{File: t.file, Line: h.row}
}

// missing is the error of a header that lacks columns.
func (h *header) missing(t *stored, m *Mapping, lacking []lack) error {
	l := lacking[0]
	more := ""
	if len(lacking) > 1 {
		more = ", nor " + quoted(namesOf(lacking[1:]), 5)
	}
	where := m.Name
	if l.at.Line > 0 && !strings.HasPrefix(l.at.File, "preset ") {
		where = l.at.String()
	}
	return source.Errorf(h.at(t), "%sthe header has no column %q%s%s, expected it %s, as the mapping has it (%s); the header has %s",
		t.inSheet(), names.Clip(l.column), names.Hint(l.column, h.cells), more, l.purpose, where, quoted(h.cells, 20))
}

// inSheet names the sheet before what is said of a workbook.
func (t *stored) inSheet() string {
	if t.sheet == "" {
		return ""
	}
	return fmt.Sprintf("sheet %q: ", names.Clip(t.sheet))
}

// quoted is a list of names in quotes, at most so many of them.
func quoted(list []string, most int) string {
	var words []string
	for _, name := range list {
		if name == "" {
			continue
		}
		if len(words) == most {
			return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", len(list)-most)
		}
		words = append(words, fmt.Sprintf("%q", names.Clip(name)))
	}
	return joined(words)
}
