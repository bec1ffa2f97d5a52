package table_test

import (
	"testing"

	"github.com/prorata-go/prorata/internal/extremes"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

func TestNothingPanics(t *testing.T) {
	m, err := table.Preset("distributor", table.Invoices)
	if err != nil {
		t.Fatal(err)
	}
	extremes.Check(t, extremes.Exports{
		"Column": table.Column{}, "Field": table.Field{}, "FieldNames": table.FieldNames, "Fits": table.Fits, "IsTable": table.IsTable,
		"Mapping": table.Mapping{}, "Open": table.Open, "OwnNames": table.OwnNames, "ParseMapping": table.ParseMapping, "ParseUse": table.ParseUse,
		"Preview": table.Preview{}, "PreviewLine": table.PreviewLine{},
		"Preset": table.Preset, "PresetFile": table.PresetFile, "Presets": table.Presets, "Proposal": table.Proposal{}, "Propose": table.Propose,
		"ProposeUse": table.ProposeUse, "Rounding": table.Rounding{}, "Row": table.Row{}, "SameColumn": table.SameColumn, "Simple": table.Simple{}, "SimpleField": table.SimpleField{}, "Suggest": table.Suggest, "Table": table.Table{},
		"Tally": table.Tally{}, "Use": table.Use(0),
	}, money.USD, m, []byte("username,start_date,end_date,amount\na,2026-01-01,2026-01-31,5\n"))
}
