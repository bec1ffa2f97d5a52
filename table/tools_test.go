package table_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// open opens a table that a mapping describes.
func open(file, data, mapping string, use table.Use) (*table.Table, error) {
	m, err := table.ParseMapping("m.json", []byte(mapping), use)
	if err != nil {
		return nil, err
	}
	return table.Open(file, []byte(data), m, money.USD)
}

// rows are the rows of a table, each as "name=text name=text" without what is empty, and every problem, a line each.
func rows(t *table.Table) string {
	var b strings.Builder
	for row, err := range t.Rows() {
		if err != nil {
			b.WriteString("! " + err.Error() + "\n")
			continue
		}
		b.WriteString(line(row) + "\n")
	}
	return b.String()
}

func line(row *table.Row) string {
	var list []string
	for _, f := range row.Fields {
		if f.Text != "" {
			list = append(list, f.Name+"="+f.Text)
		}
	}
	return strings.Join(list, " ")
}

// readAll is rows of what open opens, or the error of that.
func readAll(file, data, mapping string, use table.Use) string {
	t, err := open(file, data, mapping, use)
	if err != nil {
		return "! " + err.Error() + "\n"
	}
	return rows(t)
}

func lines(list ...string) string { return strings.Join(list, "\n") + "\n" }

func TestUses(t *testing.T) {
	for _, use := range []table.Use{table.Invoices, table.Customers, table.Usage, table.Packages} {
		got, err := table.ParseUse(use.String())
		require.NoError(t, err)
		require.Equal(t, use, got)
		require.NotEmpty(t, table.FieldNames(use))
	}
	_, err := table.ParseUse("invoice")
	require.EqualError(t, err, `unknown use "invoice" (did you mean "invoices"?), expected one of invoices, customers, usage, packages, charges`)
	require.Equal(t, "#9", table.Use(9).String())
	require.Empty(t, table.FieldNames(9))
}
