package table

import (
	"embed"
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/internal/names"
)

//go:embed presets/*.json
var presetFiles embed.FS

// presets are the mappings that are built in, each a file of presets. All are of invoices.
var presets = []string{"distributor", "microsoft-nce", "microsoft-license", "pax8", "focus-1.2"}

// Presets are the names of the mappings that are built in for a use.
func Presets(u Use) []string {
	if u != Invoices {
		return nil
	}
	return slices.Clone(presets)
}

// Preset returns the built-in mapping of a name.
func Preset(name string, u Use) (*Mapping, error) {
	data, err := PresetFile(name)
	if err != nil {
		return nil, err
	}
	if u != Invoices {
		return nil, fmt.Errorf("the preset %s is of invoices, expected a mapping of %s", name, u)
	}
	m, err := parseMapping("preset "+name, data, u)
	if err != nil {
		return nil, err
	}
	m.Name = name
	return m, nil
}

// PresetFile returns the mapping file that a preset is.
func PresetFile(name string) ([]byte, error) {
	if _, err := names.Index("preset", name, presets); err != nil {
		return nil, err
	}
	return presetFiles.ReadFile("presets/" + name + ".json")
}

// OwnNames is the mapping of a table whose columns are called as the fields are, and date for at: of invoices, the preset distributor.
func OwnNames(u Use) (*Mapping, error) {
	if u == Invoices {
		return Preset("distributor", u)
	}
	m := &Mapping{Name: "of " + u.String() + " by their own names", use: u}
	for _, f := range fieldsOf(u) {
		columns := []string{f.name}
		if f.name == "at" {
			columns = append(columns, "date")
		}
		m.fields = append(m.fields, spec{name: f.name, columns: columns, optional: !f.required})
	}
	return m, nil
}

// Suggest are the presets whose columns a table has.
func Suggest(file string, data []byte, u Use) (list []string) {
	for _, name := range Presets(u) {
		m, err := Preset(name, u)
		if err != nil {
			continue
		}
		if fits, _ := Fits(file, data, m); fits {
			list = append(list, name)
		}
	}
	return list
}

// Fits reports that a table has the columns that a mapping asks for. The error is that of a file that is no table.
func Fits(file string, data []byte, m *Mapping) (bool, error) {
	if m == nil {
		return false, nil
	}
	tables, err := store(file, data, m)
	return slices.ContainsFunc(tables, func(s *stored) bool {
		_, _, err := findHeader(s, m)
		return err == nil
	}), err
}
