package reconciling

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

// csvRow is a row of a CSV file, with where it stands.
type csvRow struct {
	cells []string
	place source.Place
}

// readCSV reads a small CSV file.
func readCSV(name string, data []byte) ([]csvRow, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	in.FieldsPerRecord = -1
	var rows []csvRow
	for {
		cells, err := in.Read()
		if err == io.EOF {
			return rows, nil
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, source.Errorf(source.Place{File: name, Line: bad.Line, Column: bad.Column}, "%v, expected CSV with commas", bad.Err)
		} else if err != nil {
			return nil, err
		}
		line, column := in.FieldPos(0)
		rows = append(rows, csvRow{cells, source.Place{File: name, Line: line, Column: column}})
	}
}

// ReadAliases reads accounts that the Distributor has under another name, as [reconcile.Input] has them: theirs, ours. A first line
// "theirs,ours" is a header.
func ReadAliases(name string, data []byte) (map[string]string, error) {
	rows, err := readCSV(name, data)
	if err != nil {
		return nil, err
	}
	aliases, places := map[string]string{}, map[string]source.Place{}
	for i, row := range rows {
		if len(row.cells) != 2 {
			return nil, source.Errorf(row.place, "%d cells, expected two: their name of the account, and ours", len(row.cells))
		}
		theirs, ours := strings.TrimSpace(row.cells[0]), strings.TrimSpace(row.cells[1])
		if i == 0 && strings.EqualFold(theirs, "theirs") && strings.EqualFold(ours, "ours") {
			continue
		}
		if theirs == "" || ours == "" {
			return nil, source.Errorf(row.place, "a name is empty, expected their name of the account, and ours")
		}
		key := strings.ToLower(theirs)
		if was, twice := aliases[key]; twice && was != ours {
			return nil, source.Errorf(row.place, "%q is %q here and %q at %s, expected one account", theirs, ours, was, places[key])
		}
		aliases[key], places[key] = ours, row.place
	}
	return aliases, nil
}

// CheckAliases makes sure that what an alias of a file stands for is an account of ours.
func CheckAliases(file string, in reconcile.Input) error {
	for _, theirs := range slices.Sorted(maps.Keys(in.Aliases)) {
		ours := in.Aliases[theirs]
		if in.Events.Has(ours) {
			continue
		}
		hint := ""
		if near, ok := names.Nearest(ours, in.Events.Accounts()); ok {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return fmt.Errorf("%s: %q is no account of the events%s, expected their name, then ours", file, ours, hint)
	}
	return nil
}

// ReadClaimed reads an earlier dispute file: what it claims is not claimed again.
func ReadClaimed(name string, data []byte) (map[reconcile.ClaimedRow]bool, error) {
	rows, err := readCSV(name, data)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "it is empty, expected a dispute file with its header")
	}
	var at [4]int
	for i, name := range []string{"account", "number", "start_date", "end_date"} {
		if at[i] = slices.Index(rows[0].cells, name); at[i] < 0 {
			return nil, source.Errorf(rows[0].place, "no column %s, expected the header of a dispute file", name)
		}
	}
	claimed := map[reconcile.ClaimedRow]bool{}
	for _, row := range rows[1:] {
		if len(row.cells) != len(rows[0].cells) {
			return nil, source.Errorf(row.place, "%d cells, expected %d as in the header", len(row.cells), len(rows[0].cells))
		}
		one := reconcile.ClaimedRow{Account: row.cells[at[0]], Numbers: row.cells[at[1]], Start: row.cells[at[2]], End: row.cells[at[3]]}
		claimed[one] = true
		one.Account, one.Numbers = report.Unguarded(one.Account), report.Unguarded(one.Numbers)
		claimed[one] = true
	}
	return claimed, nil
}
