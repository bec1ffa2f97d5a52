package table

import (
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

type rounding = money.Rounding

// fieldKeys are the members of a field that is an object.
var fieldKeys = []string{"column", "value", "formula", "date", "exclusive", "negate", "optional", "round", "rounding"}

// setFields reads "fields" or "others". A field that the preset has too is replaced, and left out by null.
func (m *Mapping) setFields(member strictjson.Member, other bool, wrong *problems.List) {
	members, err := member.Object()
	if err != nil {
		wrong.Add(err)
		return
	}
	m.fields = slices.Clone(m.fields) // a preset's stay as they are
	for _, f := range members {
		if !other && fieldIndex(m.use, f.Name) < 0 {
			wrong.Add(source.At(f.NameAt, unknownField(m.use, f.Name)))
			continue
		}
		if other && fieldIndex(m.use, f.Name) >= 0 {
			wrong.Add(source.Errorf(f.NameAt, "%s is a field of %s, expected it in \"fields\"", f.Name, m.use))
			continue
		}
		m.fields = slices.DeleteFunc(m.fields, func(s spec) bool { return s.name == f.Name && s.other == other })
		if f.Value.Kind() == 'n' {
			continue
		}
		s, err := m.spec(f, other)
		wrong.Add(err)
		m.fields = append(m.fields, s)
	}
}

// spec reads where a field comes from: a column or formula, a list of columns, or an object.
func (m *Mapping) spec(f strictjson.Member, other bool) (spec, error) {
	s := spec{name: f.Name, other: other, at: f.ValueAt}
	switch f.Value.Kind() {
	case '"', '[':
		return s, s.setColumns(f)
	case '{':
	default:
		return s, source.Errorf(f.ValueAt, "%s: %s, expected a column's name, a list of them, or an object", names.Clip(f.Name), strictjson.Describe(f.Value))
	}
	members, err := f.Object()
	if err != nil {
		return s, err
	}
	given := map[string]source.Place{}
	for _, member := range members {
		given[member.Name] = member.ValueAt
		if err := s.set(member); err != nil {
			return s, err
		}
	}
	sources := 0
	for _, name := range []string{"column", "value", "formula"} {
		if _, ok := given[name]; ok {
			sources++
		}
	}
	if sources != 1 {
		return s, source.Errorf(f.ValueAt, "%s has %d of column, value and formula, expected one of them", names.Clip(f.Name), sources)
	}
	return s, m.checkSpec(&s, given)
}

// checkSpec makes sure that what a field is told to do can be done with it.
func (m *Mapping) checkSpec(s *spec, given map[string]source.Place) error {
	form := number // of others, what is a number is read as one
	if i := fieldIndex(m.use, s.name); i >= 0 && !s.other {
		form = schemas[m.use][i].form
	}
	for _, rule := range []struct {
		key string
		ok  bool
	}{{"date", form.isDate() || s.other}, {"exclusive", form.isDate()}, {"negate", form.isNumber()}, {"round", form.isNumber()}, {"rounding", s.rounded}} {
		if at, ok := given[rule.key]; ok && !rule.ok {
			if rule.key == "rounding" {
				return source.Errorf(at, "rounding without round, expected the number of digits, as \"round\": 2")
			}
			return source.Errorf(at, "%s: %s is %s, expected it only of %s", rule.key, s.name, form, map[bool]string{true: "dates", false: "numbers"}[rule.key == "date" || rule.key == "exclusive"])
		}
	}
	return nil
}

// set reads a member of a field that is an object.
func (s *spec) set(member strictjson.Member) (err error) {
	switch member.Name {
	case "column":
		err = s.setColumns(member)
		if err == nil && s.formula != nil {
			err = source.Errorf(member.ValueAt, "column: a formula, expected a column's name, or the formula as \"formula\"")
		}
	case "value":
		var value string
		if value, err = member.String(); err != nil && member.Value.Kind() == '0' {
			value, err = member.Number()
		}
		s.constant = &value
	case "formula":
		var text string
		if text, err = member.String(); err == nil {
			s.formula, err = parseExpression(text)
			err = source.At(member.ValueAt, err)
		}
	case "date":
		s.date, err = dateMember(member)
	case "exclusive":
		s.exclusive, err = member.Bool()
	case "negate":
		s.negate, err = member.Bool()
	case "optional":
		s.optional, err = member.Bool()
	case "round":
		var n int64
		if n, err = member.Count(); err == nil && n > 12 {
			err = source.Errorf(member.ValueAt, "round: %d, expected from 0 to 12 digits after the point", n)
		}
		s.rounded, s.digits = true, int(n)
	case "rounding":
		var text string
		if text, err = member.String(); err == nil {
			s.rounding, err = money.ParseRounding(text)
			err = source.At(member.ValueAt, err)
		}
	default:
		err = source.At(member.NameAt, names.Unknown("key of a field", member.Name, fieldKeys))
	}
	return err
}

// setColumns reads a column, a formula with columns in braces, or a list of columns of which the first that is not empty counts.
func (s *spec) setColumns(member strictjson.Member) error {
	list, err := texts(member)
	if err != nil {
		return err
	}
	if member.Value.Kind() == '"' && strings.Contains(list[0], "{") {
		s.formula, err = parseExpression(list[0])
		return source.At(member.ValueAt, err)
	}
	if len(list) == 0 || slices.ContainsFunc(list, func(name string) bool { return normal(name) == "" }) {
		return source.Errorf(member.ValueAt, "%s: a column without a name, expected the name that stands in the header", names.Clip(member.Name))
	}
	s.columns = list
	return nil
}

var ruleKeys = []string{"when", "skip", "keep", "kind", "optional"}

// setRules reads "rows". Those of a mapping file come before its preset's.
func (m *Mapping) setRules(member strictjson.Member, wrong *problems.List) {
	list, err := member.List()
	if err != nil {
		wrong.Add(err)
		return
	}
	rules := make([]rule, 0, len(list)+len(m.rules))
	for _, v := range list {
		r, err := m.rule(v)
		wrong.Add(err)
		rules = append(rules, r)
	}
	m.rules = append(rules, m.rules...)
}

func (m *Mapping) rule(v strictjson.Member) (rule, error) {
	r := rule{at: v.ValueAt}
	members, err := v.Object()
	if err != nil {
		return r, err
	}
	verdicts := 0
	for _, member := range members {
		yes := true
		switch member.Name {
		case "when":
			err = r.setWhen(member)
		case "optional":
			r.optional, err = member.Bool()
		case "skip", "keep":
			r.what = map[string]verdict{"skip": skipRow, "keep": keepRow}[member.Name]
			yes, err = member.Bool()
			verdicts++
		case "kind":
			if m.use != Invoices {
				return r, source.Errorf(member.NameAt, "kind is of rows of invoices, expected keep or skip for %s", m.use)
			}
			err = choose(member, kinds, func(i int) { r.kind = kind(i) })
			verdicts++
		default:
			err = source.At(member.NameAt, names.Unknown("key of a rule", member.Name, ruleKeys))
		}
		if err == nil && !yes {
			err = source.Errorf(member.ValueAt, "%s: false, expected true, or the rule left out", member.Name)
		}
		if err != nil {
			return r, err
		}
	}
	if verdicts != 1 {
		return r, source.Errorf(r.at, "a rule has %d of skip, keep and kind, expected one of them", verdicts)
	}
	if r.when == nil {
		return r, source.Errorf(r.at, "a rule has no \"when\", expected columns with the values that it is about, such as {\"Type\": [\"Tax\"]}, or {} for all rows")
	}
	return r, nil
}

func (r *rule) setWhen(member strictjson.Member) error {
	members, err := member.Object()
	if err != nil {
		return err
	}
	r.when = make([]condition, 0, len(members))
	for _, c := range members {
		values, err := texts(c)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			return source.Errorf(c.ValueAt, "%s: no values, expected one or more", names.Clip(c.Name))
		}
		r.when = append(r.when, condition{c.Name, values})
	}
	return nil
}

// matches reports that a cell is one of the values: in any letter case, where * stands for anything.
func (c *condition) matches(cell string) bool {
	cell = trimSpace(cell)
	for _, v := range c.values {
		if strings.Contains(v, "*") {
			if matchStars(strings.ToLower(v), strings.ToLower(cell)) {
				return true
			}
		} else if strings.EqualFold(v, cell) {
			return true
		}
	}
	return false
}

// matchStars matches a text with a pattern in which * stands for any text, in time that is linear in their product.
func matchStars(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}
