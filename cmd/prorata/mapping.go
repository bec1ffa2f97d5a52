package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// mapFlag adds --map, which names presets too where the tables are invoices.
func mapFlag(cmd *cobra.Command, to *string, invoices bool) {
	means := "what the columns of a table mean: a mapping `FILE`"
	if invoices {
		means += ", or one that is built in: " + joined(table.Presets(table.Invoices))
	}
	cmd.Flags().StringVar(to, "map", "", means)
	if invoices {
		_ = cmd.RegisterFlagCompletionFunc("map", cobra.FixedCompletions(table.Presets(table.Invoices), cobra.ShellCompDirectiveDefault))
	}
}

// usageMapFlag is --map of commands that read events.
func (c *common) usageMapFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.mapping, "map", "", "what the columns of Parquet files mean: a mapping `FILE` (default the one beside each, FILE"+infile.MapEnding+")")
}

// mappingOf is the mapping of a table: the one of --map, a preset or a file, or else the one beside the table; nil where there is
// none.
func mappingOf(flag, file string, use table.Use, stdin io.Reader) (*table.Mapping, error) {
	name := flag
	switch {
	case slices.Contains(table.Presets(table.Invoices), flag):
		return table.Preset(flag, use)
	case flag != "":
		if _, err := os.Stat(flag); errors.Is(err, fs.ErrNotExist) && filepath.Base(flag) == flag && filepath.Ext(flag) == "" {
			return nil, fmt.Errorf("--map: there is no file %s, and it is not built in%s, expected a mapping file, or one of %s", flag, names.Hint(flag, table.Presets(use)), joined(table.Presets(table.Invoices)))
		}
	case file == "-":
		return nil, nil
	default:
		name = file + infile.MapEnding
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	data, err := infile.From{Stdin: stdin}.ReadAll(name, infile.Mappings)
	if err != nil {
		return nil, err
	}
	return table.ParseMapping(name, data, use)
}

// mappingNeeded is mappingOf, or the mapping of a table that has our own names as columns. Where its columns are others, the error
// says how to come by a mapping.
func mappingNeeded(flag, file string, data []byte, use table.Use, stdin io.Reader) (*table.Mapping, error) {
	m, err := mappingOf(flag, file, use, stdin)
	if m != nil || err != nil {
		return m, err
	}
	own, err := table.OwnNames(use)
	if err != nil {
		return nil, err
	}
	if fits, err := table.Fits(file, data, own); err != nil || fits {
		return own, err
	}
	at := source.Place{File: file, Line: 1, Column: 1}
	propose := "prorata map " + file
	if use != table.Invoices {
		propose += " --as " + use.String()
	}
	if like := table.Suggest(file, data, use); len(like) > 0 {
		return nil, source.Errorf(at, "what its columns mean is not said, expected --map; they are those of --map %s", strings.Join(like, " or "))
	}
	return nil, source.Errorf(at, "what its columns mean is not said, expected --map NAME or --map FILE, or %s beside it: %s proposes one", filepath.Base(file)+infile.MapEnding, propose)
}

func printNotes(w io.Writer, notes []string) {
	for _, note := range notes {
		printLine(w, "prorata: "+note)
	}
}
