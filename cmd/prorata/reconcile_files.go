package main

import (
	"io"
	"slices"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/table"
)

// mappingFile is the file of --map, empty where it names a preset.
func (f *reconcileFlags) mappingFile() string {
	if slices.Contains(table.Presets(table.Invoices), f.mapping) {
		return ""
	}
	return f.mapping
}

// readDocuments reads the files of --distributor, and notes what their mappings leave out.
func (f *reconcileFlags) readDocuments(policy invoice.Policy, stdin io.Reader) (list []distributor.Invoices, err error) {
	reader := reconciling.Reader{Currency: policy.MoneyCurrency(), Mapping: func(name string, data []byte) (*table.Mapping, error) {
		return mappingNeeded(f.mapping, name, data, table.Invoices, stdin)
	}}
	var wrong []error // in all the documents
	for _, name := range f.documents {
		data, err := infile.From{Stdin: stdin}.ReadAll(name, infile.Documents)
		if err != nil {
			return nil, err
		}
		d, err := reader.Read(name, data)
		wrong = append(wrong, err)
		list = append(list, d)
	}
	if err := documentError(wrong...); err != nil {
		return nil, err
	}
	if f.mapping != "" && reader.Tables == 0 {
		return nil, usagef("--map %s, and none of the documents is a table, expected CSV, XLSX or Parquet, or the flag left out", f.mapping)
	}
	f.notes = reader.Notes
	return list, nil
}

// readAliases reads the file of --aliases.
func (f *reconcileFlags) readAliases(stdin io.Reader) (map[string]string, error) {
	if f.aliases == "" {
		return nil, nil
	}
	data, err := infile.From{Stdin: stdin}.ReadAll(f.aliases, infile.Aliases)
	if err != nil {
		return nil, err
	}
	return reconciling.ReadAliases(f.aliases, data)
}

// readClaimed reads the file of --claimed.
func (f *reconcileFlags) readClaimed(stdin io.Reader) (map[reconcile.ClaimedRow]bool, error) {
	if f.claimed == "" {
		return nil, nil
	}
	data, err := infile.From{Stdin: stdin}.ReadAll(f.claimed, infile.Disputes)
	if err != nil {
		return nil, err
	}
	return reconciling.ReadClaimed(f.claimed, data)
}
