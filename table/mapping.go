package table

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/source"
)

// Mapping says how the columns of a table become the fields of its rows. A zero one names nothing: it is of no use.
type Mapping struct {
	Name string // of the preset, or the file it was read from
	use  Use

	delimiter rune   // 0 where the file shows it
	encoding  string // "" where the file shows it
	sheet     string // "" where there is one that has the header
	skipRows  int
	decimal   byte // 0 where the file shows it
	group     byte // 0 for none, or where the decimal mark is not named either
	date      *dateFormat
	zone      *time.Location // nil where none is named
	exponents bool           // numbers may be written as 35.2E-7
	empty     []string       // texts that mean that nothing is there
	ignore    []string       // columns that are not read

	fields   []spec // of the use, and then others under a name of their own
	rules    []rule
	packages map[string]string
	accounts map[string]string
}

// spec says where a field comes from. One of columns, constant and formula is set.
type spec struct {
	name      string
	other     bool // it is no field of the use
	columns   []string
	constant  *string
	formula   *expression
	date      *dateFormat
	exclusive bool
	negate    bool
	optional  bool // the file need not have the columns
	rounded   bool
	digits    int
	rounding  rounding
	at        source.Place
}

// rule says what to do with rows by the values of their columns.
type rule struct {
	when     []condition
	what     verdict
	kind     kind
	optional bool // the file need not have the columns
	at       source.Place
}

type condition struct {
	column string
	values []string
}

// verdict is what a rule does with a row.
type verdict uint8

const (
	setKind verdict = iota
	keepRow
	skipRow
)

// kind is what the money of a row of an invoice is for.
type kind uint8

const (
	recurring kind = iota
	overage
	other
)

var kinds = []string{"recurring", "overage", "other"}

// mappingKeys are the members of a mapping file.
var mappingKeys = []string{"description", "preset", "delimiter", "encoding", "sheet", "skip_rows", "decimal", "group", "exponents", "date", "time_zone",
	"empty", "fields", "others", "ignore", "rows", "packages", "accounts"}

// Use says what rows the mapping is of.
func (m *Mapping) Use() Use { return m.use }

// ParseMapping reads a mapping file for rows of a use. Errors are *[source.ParseError], several of them joined: the first 20, and
// how many more there are.
func ParseMapping(file string, data []byte, u Use) (*Mapping, error) {
	if err := names.Check("use", uint8(u), uses); err != nil {
		return nil, err
	}
	return parseMapping(file, data, u)
}

func parseMapping(file string, data []byte, u Use) (*Mapping, error) {
	members, err := strictjson.Object(file, data)
	if err != nil {
		return nil, err
	}
	m := &Mapping{Name: file, use: u}
	for _, member := range members { // what is taken over comes first, wherever it stands
		if member.Name == "preset" {
			name, err := member.String()
			if err != nil {
				return nil, err
			}
			base, err := Preset(name, u)
			if err != nil {
				return nil, source.At(member.ValueAt, err)
			}
			*m = *base
			m.Name = file
		}
	}
	var wrong problems.List
	for _, member := range members {
		wrong.Add(m.set(member, &wrong))
	}
	if err := wrong.Err(file); err != nil {
		return nil, err
	}
	if len(m.fields) == 0 {
		return nil, source.Errorf(source.Place{File: file, Line: 1, Column: 1}, "no fields, expected \"fields\" such as {%q: \"the column's name\"}", FieldNames(u)[0])
	}
	return m, nil
}

// set reads a member of the mapping file. Problems within it go to the list where there may be several.
func (m *Mapping) set(member strictjson.Member, wrong *problems.List) (err error) {
	switch member.Name {
	case "description":
		_, err = member.String()
	case "preset":
	case "delimiter":
		err = choose(member, delimiterNames, func(i int) { m.delimiter = delimiters[i] })
	case "encoding":
		err = choose(member, encodings, func(i int) { m.encoding = encodings[i] })
	case "sheet":
		m.sheet, err = member.String()
	case "skip_rows":
		var n int64
		if n, err = member.Count(); err == nil && n > MaxRows {
			err = source.Errorf(member.ValueAt, "skip_rows: %d, expected at most %d", n, MaxRows)
		}
		m.skipRows = int(n)
	case "decimal":
		err = choose(member, []string{".", ","}, func(i int) { m.decimal = ".,"[i] })
	case "group":
		err = choose(member, []string{"", ",", ".", " ", "'"}, func(i int) { m.group = "\x00,. '"[i] })
	case "exponents":
		m.exponents, err = member.Bool()
	case "date":
		m.date, err = dateMember(member)
	case "time_zone":
		m.zone, err = zoneMember(member)
	case "empty":
		m.empty, err = texts(member)
	case "ignore":
		m.ignore, err = texts(member)
	case "fields":
		m.setFields(member, false, wrong)
	case "others":
		m.setFields(member, true, wrong)
	case "rows":
		m.setRules(member, wrong)
	case "packages":
		m.packages, err = renames(member)
	case "accounts":
		m.accounts, err = renames(member)
	default:
		return source.At(member.NameAt, names.Unknown("key", member.Name, mappingKeys))
	}
	if err == nil && (member.Name == "decimal" || member.Name == "group") && m.decimal == m.group && m.decimal != 0 {
		return source.Errorf(member.ValueAt, "%q is the decimal mark and the mark between groups, expected two different ones", m.group)
	}
	return err
}

// choose reads a text that is one of a list.
func choose(member strictjson.Member, list []string, set func(i int)) error {
	s, err := member.String()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(have string) bool { return strings.EqualFold(have, s) })
	if i < 0 {
		quoted := make([]string, len(list))
		for j := range list {
			quoted[j] = fmt.Sprintf("%q", list[j])
		}
		return source.Errorf(member.ValueAt, "%s: %q, expected %s", member.Name, names.Clip(s), either(quoted))
	}
	set(i)
	return nil
}

func dateMember(member strictjson.Member) (*dateFormat, error) {
	s, err := member.String()
	if err != nil {
		return nil, err
	}
	f, err := parseDateFormat(s)
	return f, source.At(member.ValueAt, err)
}

func zoneMember(member strictjson.Member) (*time.Location, error) {
	s, err := member.String()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, source.Errorf(member.ValueAt, "unknown time zone %q, expected an IANA name such as Europe/Berlin", names.Clip(s))
	}
	return zone, nil
}

// texts reads a text or a list of them.
func texts(member strictjson.Member) ([]string, error) {
	if member.Value.Kind() == '"' {
		s, err := member.String()
		return []string{s}, err
	}
	values, err := member.List()
	if err != nil {
		return nil, source.Errorf(member.ValueAt, "%s: %s, expected a text or a list of texts", names.Clip(member.Name), strictjson.Describe(member.Value))
	}
	list := make([]string, 0, len(values))
	for _, v := range values {
		s, err := v.String()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// renames reads an object of names: theirs, and what they are to us.
func renames(member strictjson.Member) (map[string]string, error) {
	members, err := member.Object()
	if err != nil {
		return nil, err
	}
	to := make(map[string]string, len(members))
	for _, m := range members {
		ours, err := m.String()
		if err != nil {
			return nil, err
		}
		if ours == "" {
			return nil, source.Errorf(m.ValueAt, "%s: the name is empty, expected ours", names.Clip(m.Name))
		}
		if _, twice := to[trimSpace(m.Name)]; twice {
			return nil, source.Errorf(m.NameAt, "%q is named twice, expected once", names.Clip(trimSpace(m.Name)))
		}
		to[trimSpace(m.Name)] = ours
	}
	return to, nil
}

// joined is a list in words: a, b and c.
func joined(list []string) string { return enumerate(list, " and ") }

// either is a list of alternatives in words: a, b or c.
func either(list []string) string { return enumerate(list, " or ") }

func enumerate(list []string, last string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + last + list[len(list)-1]
}
