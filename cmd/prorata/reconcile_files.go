package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/source"
)

// csvRow is a row of a CSV file, with where it stands.
type csvRow struct {
	cells []string
	place source.Place
}

// readCSV reads a small CSV file whole.
func readCSV(name string, as infile.Content, stdin io.Reader) ([]csvRow, error) {
	data, err := infile.From{Stdin: stdin}.ReadAll(name, as)
	if err != nil {
		return nil, err
	}
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

// readAliases reads the file of --aliases: theirs, ours. A first line "theirs,ours" is a header.
func (f *reconcileFlags) readAliases(stdin io.Reader) (map[string]string, error) {
	if f.aliases == "" {
		return nil, nil
	}
	rows, err := readCSV(f.aliases, infile.Aliases, stdin)
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

// checkAliases makes sure that what an alias stands for is an account of ours.
func (f *reconcileFlags) checkAliases(in reconcile.Input, events *reading) error {
	for _, theirs := range sortedNames(in.Aliases) {
		ours := in.Aliases[theirs]
		if events.Has(ours) {
			continue
		}
		hint := ""
		if near, ok := names.Nearest(ours, events.Accounts()); ok {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return fmt.Errorf("%s: %q is no account of the events%s, expected their name, then ours", f.aliases, ours, hint)
	}
	return nil
}

func sortedNames(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// readClaimed reads an earlier dispute file: what it claims is not claimed again.
func (f *reconcileFlags) readClaimed(stdin io.Reader) (map[reconcile.ClaimedRow]bool, error) {
	if f.claimed == "" {
		return nil, nil
	}
	rows, err := readCSV(f.claimed, infile.Disputes, stdin)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, source.Errorf(source.Place{File: f.claimed, Line: 1, Column: 1}, "it is empty, expected a dispute file with its header")
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
		claimed[reconcile.ClaimedRow{Account: row.cells[at[0]], Numbers: row.cells[at[1]], Start: row.cells[at[2]], End: row.cells[at[3]]}] = true
	}
	return claimed, nil
}
