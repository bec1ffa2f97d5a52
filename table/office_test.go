package table_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/office"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// A table that LibreOffice has opened and saved as a workbook is read as before.
func TestTablesSavedByLibreOffice(t *testing.T) {
	uses := map[string]table.Use{"customers": table.Customers, "charges": table.Charges, "packages": table.Packages}
	var files []string
	for name := range uses {
		files = append(files, filepath.Join("..", "testdata", "documents", name+".csv"))
	}
	folder := office.Convert(t, "xlsx", "CSV:44,34,76,1,,1033,false,true", files...) // commas, UTF-8, and dates are found
	for name, use := range uses {
		m, err := table.OwnNames(use)
		require.NoError(t, err)
		read := func(file string) string {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			tab, err := table.Open(file, data, m, money.USD)
			require.NoError(t, err)
			return rows(tab)
		}
		want := read(filepath.Join("..", "testdata", "documents", name+".csv"))
		require.NotContains(t, want, "!")
		require.Equal(t, want, read(filepath.Join(folder, name+".xlsx")), name)
	}
}
