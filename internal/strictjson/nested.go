package strictjson

import (
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// Object returns the members of the value when it is an object, with their places in the document.
func (m Member) Object() ([]Member, error) {
	if m.Value.Kind() != '{' {
		return nil, source.Errorf(m.ValueAt, "%s: %s, expected an object", names.Clip(m.Name), Describe(m.Value))
	}
	members, err := Object(m.ValueAt.File, m.Value)
	for i := range members {
		members[i].NameAt, members[i].ValueAt = m.within(members[i].NameAt), m.within(members[i].ValueAt)
	}
	return members, err
}

// List returns the values of the value when it is an array, each as a member of the same name, with their places in the
// document.
func (m Member) List() ([]Member, error) {
	if m.Value.Kind() != '[' {
		return nil, source.Errorf(m.ValueAt, "%s: %s, expected a list", names.Clip(m.Name), Describe(m.Value))
	}
	d, err := newDocument(m.ValueAt.File, m.Value)
	if err != nil {
		return nil, err
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, d.explain(err)
	}
	var list []Member
	for d.dec.PeekKind() != ']' {
		at := m.within(d.next())
		if err := d.count(at); err != nil {
			return nil, err
		}
		value, err := d.dec.ReadValue()
		if err != nil {
			return nil, d.explain(err)
		}
		list = append(list, Member{Name: m.Name, Value: value.Clone(), NameAt: at, ValueAt: at})
	}
	return list, nil
}

// within is the place in the document of a place in the value.
func (m Member) within(p source.Place) source.Place {
	if p.Line == 1 {
		p.Column += m.ValueAt.Column - 1
	}
	p.Line += m.ValueAt.Line - 1
	return p
}
