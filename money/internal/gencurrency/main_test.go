package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTableIsCurrent(t *testing.T) {
	dir := filepath.Join("..", "..")
	tsv, err := os.ReadFile(filepath.Join(dir, "currencies.tsv"))
	require.NoError(t, err)
	committed, err := os.ReadFile(filepath.Join(dir, "currency_table.go"))
	require.NoError(t, err)
	want, err := generate(string(tsv))
	require.NoError(t, err)
	require.Equal(t, string(want), string(committed), "currency_table.go is not what currencies.tsv says: run go generate ./money")
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, tsv, want string }{
		{"spaces", "USD 840 2 US Dollar\n", "line 1: want 4 tab-separated fields, got 1"},
		{"code", "# c\nUsd\t840\t2\tUS Dollar\n", `line 2: code "Usd": want three upper-case letters`},
		{"numeric", "USD\t84\t2\tUS Dollar\n", `line 1: numeric code "84": want three digits`},
		{"digits", "XAU\t959\tN.A.\tGold\n", `line 1: minor digits "N.A.": want 0 to 4`},
		{"name", "USD\t840\t2\t\n", "line 1: no name"},
		{"order", "USD\t840\t2\tUS Dollar\nEUR\t978\t2\tEuro\n", `line 2: code "EUR" does not sort after "USD"`},
		{"numeric twice", "EUR\t840\t2\tEuro\nUSD\t840\t2\tUS Dollar\n", `line 2: numeric code "840" is already that of EUR`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(tt.tsv)
			require.EqualError(t, err, tt.want, "read(%q)", tt.tsv)
		})
	}
	_, err := generate("USD\t840\t2\tUS Dollar\n")
	require.ErrorContains(t, err, "no row for")
	_, err = generate(strings.Repeat("x", 10))
	require.Error(t, err)
}
