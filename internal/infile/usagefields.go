package infile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/parquetfile"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/table"
)

// usageField is a member of the lines.
type usageField struct {
	name     string // as a line has it: ,"account":
	from     []int  // the columns that are read, of which the first counts that has something
	kinds    []parquetfile.Kind
	number   bool
	object   bool   // the columns have JSON
	constant []byte // the JSON value, instead of columns
	absent   bool   // a line need not have it
	account  bool
}

// usageColumn is a field, and what columns may be it.
type usageColumn struct {
	names    []string // the field's, and that of a column which counts where the field's has nothing, or is not there
	required bool     // in every row; another is read where the file has it
	number   bool
	object   bool // only a column that is marked as JSON is it
	kinds    []parquetfile.Kind
}

// usageColumns are the fields of usage in the order of a line.
var usageColumns = [...]usageColumn{
	{names: []string{"id"}, required: true, kinds: []parquetfile.Kind{parquetfile.Text, parquetfile.Whole}},
	{names: []string{"type"}, kinds: []parquetfile.Kind{parquetfile.Text}},
	{names: []string{"account"}, required: true, kinds: []parquetfile.Kind{parquetfile.Text, parquetfile.Whole}},
	{names: []string{"at", "date"}, required: true, kinds: instants},
	{names: []string{"credits"}, required: true, number: true, kinds: []parquetfile.Kind{parquetfile.Whole, parquetfile.Decimal, parquetfile.Float}},
	{names: []string{"recorded_at", "recorded_date"}, kinds: instants},
	{names: []string{"metadata"}, object: true, kinds: []parquetfile.Kind{parquetfile.Text}},
}

var instants = []parquetfile.Kind{parquetfile.Date, parquetfile.Instant, parquetfile.Local, parquetfile.Text}

// of is where a field comes from: as a mapping says, or else from a column with its name.
func (c *usageColumn) of(m table.Simple) table.SimpleField {
	if m.Fields == nil {
		return table.SimpleField{Columns: c.names, Optional: !c.required}
	}
	for _, f := range m.Fields {
		if f.Name == c.names[0] {
			f.Optional = f.Optional && !c.required
			return f
		}
	}
	return table.SimpleField{Optional: !c.required}
}

// bind finds the columns of the fields, and returns those that are to be read.
func (u *usage) bind(f *parquetfile.File, m table.Simple) (columns []int, err error) {
	for i := range usageColumns {
		want := &usageColumns[i]
		name := want.names[0]
		to := usageField{name: `,"` + name + `":`, number: want.number, object: want.object, absent: !want.required, account: name == "account"}
		if i == 0 {
			to.name = `{"` + name + `":`
		}
		source := want.of(m)
		if source.Constant != nil {
			to.constant = constantOf(name, *source.Constant)
		}
		for _, column := range source.Columns {
			at, err := find(f, column)
			if err != nil {
				return nil, err
			}
			if at < 0 || want.object && !f.Columns[at].JSON {
				continue
			}
			kind := f.Columns[at].Kind
			if err := fits(f.Columns[at].Name, kind, want, m); err != nil {
				if m.Fields == nil && to.from != nil {
					continue // it has another meaning here
				}
				return nil, err
			}
			to.from, to.kinds = append(to.from, len(columns)), append(to.kinds, kind)
			columns = append(columns, at)
		}
		switch {
		case to.from != nil || to.constant != nil:
		case name == "type":
			to.constant = []byte(`"usage.recorded"`)
		case !source.Optional:
			return nil, missing(f, name, source.Columns)
		default:
			continue
		}
		u.fields = append(u.fields, to)
	}
	return columns, nil
}

// fits makes sure that a column is of a kind that its field can be.
func fits(name string, kind parquetfile.Kind, want *usageColumn, m table.Simple) error {
	if !slices.Contains(want.kinds, kind) {
		return fmt.Errorf("the column %q is %s, expected %s, to be %s", names.Clip(name), kind, either(want.kinds), want.names[0])
	}
	if kind == parquetfile.Local && m.Zone == nil {
		return fmt.Errorf("the column %q is %s, expected a mapping that names theirs, as \"time_zone\": \"Europe/Berlin\"", names.Clip(name), kind)
	}
	return nil
}

// find is the number of a column by its name, -1 where there is none.
func find(f *parquetfile.File, name string) (at int, err error) {
	at = -1
	for i := range f.Columns {
		if !table.SameColumn(f.Columns[i].Name, name) {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("the column %q is there twice, expected it once", names.Clip(name))
		}
		at = i
	}
	return at, nil
}

// missing is the error of a file without a field that every event has.
func missing(f *parquetfile.File, field string, looked []string) error {
	have := make([]string, len(f.Columns))
	for i := range have {
		have[i] = f.Columns[i].Name
	}
	shown := make([]string, min(len(have), 20))
	for i := range shown {
		shown[i] = fmt.Sprintf("%q", names.Clip(have[i]))
	}
	what := field
	if field == "id" {
		what = "id, which tells each row from all others"
	}
	if len(looked) == 0 {
		return fmt.Errorf("the mapping does not say which column is %s, expected it in its \"fields\"; the columns are %s", what, strings.Join(shown, ", "))
	}
	return fmt.Errorf("it has no column %q%s, expected it, or --map FILE or a mapping beside it that says which column is %s; the columns are %s",
		looked[0], names.Hint(looked[0], have), what, strings.Join(shown, ", "))
}

// constantOf is a value of the mapping as JSON.
func constantOf(field, value string) []byte {
	if _, err := strictjson.ParseCount(value); err == nil && field == "credits" {
		return []byte(value)
	}
	return strictjson.AppendString(nil, value)
}

// either says which kinds of columns may be a field.
func either(kinds []parquetfile.Kind) string {
	text := ""
	for i, k := range kinds {
		switch {
		case i > 0 && i == len(kinds)-1:
			text += " or "
		case i > 0:
			text += ", "
		}
		text += k.String()
	}
	return text
}
