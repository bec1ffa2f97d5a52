package table

import (
	"time"

	"github.com/prorata-go/prorata/source"
)

// Simple is a mapping that only says which column is which field, for those who read no texts and leave no row out.
type Simple struct {
	Fields   []SimpleField
	Accounts map[string]string // theirs to ours
	Zone     *time.Location    // nil where none is named
}

// SimpleField is where a field comes from.
type SimpleField struct {
	Name     string
	Columns  []string // of which the first counts that has something
	Constant *string  // instead of columns
	Optional bool     // the file need not have them
}

// Simple is the mapping, if it says no more. The error names what else it says.
func (m *Mapping) Simple() (Simple, error) {
	s := Simple{Accounts: m.accounts, Zone: m.zone}
	at := source.Place{File: m.Name, Line: 1, Column: 1}
	refuse := func(at source.Place, key string) error {
		return source.Errorf(at, "%s, expected only columns, values, \"time_zone\" and \"accounts\", as events are read; prorata import usage goes by all of a mapping", key)
	}
	switch {
	case len(m.rules) > 0:
		return s, refuse(m.rules[0].at, "rules about rows")
	case m.date != nil:
		return s, refuse(at, "\"date\"")
	case len(m.empty) > 0:
		return s, refuse(at, "\"empty\"")
	case m.skipRows > 0:
		return s, refuse(at, "\"skip_rows\"")
	}
	for i := range m.fields {
		f := &m.fields[i]
		switch {
		case f.formula != nil:
			return s, refuse(f.at, f.name+": a formula")
		case f.date != nil, f.exclusive, f.negate, f.rounded:
			return s, refuse(f.at, f.name+": \"date\", \"exclusive\", \"negate\" or \"round\"")
		}
		s.Fields = append(s.Fields, SimpleField{Name: f.name, Columns: f.columns, Constant: f.constant, Optional: f.optional})
	}
	return s, nil
}

// SameColumn reports that two names are of the same column, as tables compare them: in any letter case.
func SameColumn(a, b string) bool { return normal(a) == normal(b) }
