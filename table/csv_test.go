package table_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/prorata-go/prorata/table"
)

const twoFields = `{%s "fields": {"name": "name", "price": "price"}}`

func mapped(more string) string { return strings.Replace(twoFields, "%s", more, 1) }

// Every delimiter and encoding gives the same rows.
func TestDelimitersAndEncodings(t *testing.T) {
	for _, delimiter := range []string{",", ";", "\t", "|"} {
		file := strings.ReplaceAll("Report of März\n\nname\tprice\nGrün\t5\n\"Blau\nund \"\"rot\"\"\"\t6\n", "\t", delimiter)
		want := lines("name=Grün price=5", "name=Blau\nund \"rot\" price=6")
		utf16le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(file))
		require.NoError(t, err)
		utf16be, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(file))
		require.NoError(t, err)
		windows, err := charmap.Windows1252.NewEncoder().Bytes([]byte(file))
		require.NoError(t, err)
		for name, c := range map[string]struct {
			data []byte
			more string
		}{
			"utf-8": {[]byte(file), ""}, "mark": {[]byte("\xef\xbb\xbf" + file), ""}, "utf-16le": {utf16le, ""}, "utf-16be": {utf16be, `"encoding": "utf-16",`},
			"windows": {windows, `"encoding": "windows-1252",`}, "crlf": {bytes.ReplaceAll([]byte(file), []byte("\n"), []byte("\r\n")), ""},
			"sep": {[]byte("sep=" + delimiter + "\n" + file), ""}, "named": {[]byte(file), `"delimiter": "` + strings.ReplaceAll(delimiter, "\t", "tab") + `",`},
		} {
			require.Equal(t, want, readAll("f.csv", string(c.data), mapped(c.more), table.Packages), "%q %s", delimiter, name)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, more, want string }{
		{"Windows-1252 that is not named", "name,price\nGr\xfcn,5\n", "", `f.csv:2:3: the byte 0xfc is no UTF-8; if the file is in the encoding of Windows for western Europe, as Excel saves CSV, expected the mapping to say "encoding": "windows-1252"`},
		{"UTF-16 without its mark", "n\x00a\x00", `"encoding": "utf-16",`, "f.csv:1:1: no byte order mark, expected UTF-16 to begin with one"},
		{"UTF-16 that is called UTF-8", "\xff\xfen\x00", `"encoding": "utf-8",`, "f.csv:1:1: UTF-16 text, expected UTF-8, as the mapping says that it is"},
		{"half a character", "\xff\xfen\x00a", "", "UTF-16 text of an odd number of bytes, expected it whole"},
		{"NUL", "name,price\na\x00,5\n", "", "f.csv:2: a NUL character, expected text"},
		{"empty", "", "", "f.csv:1: nothing there, expected a header with the columns' names, and rows"},
		{"blank", "\n\n,,\n", "", "f.csv:1: nothing there, expected a header with the columns' names, and rows"},
		{"skipped", "name,price\nGold,5\n", `"skip_rows": 5,`, "f.csv:1: nothing there"},
		{"an open quote", "name,price\n\"Gold,5\n", "", "f.csv:2:9: a quote that ends no cell, or is not closed (the cell begins in line 2), expected each quote within a cell twice"},
		{"a bare quote", "name,price\nGo\"ld,5\n", "", "f.csv:2:3: a quote within a cell that does not begin with one, expected the cell in quotes and each quote in it twice"},
		{"another header", "a,b\nGold,5\n", "", `f.csv:1:1: no row with the columns that the mapping m.json names, expected a header with "name" and "price" among the first 100 rows`},
		{"a misspelt header", "nmae,price\nGold,5\n", "", `f.csv:1:1: the header has no column "name" (did you mean "nmae"?), expected it for name, as the mapping has it (m.json:1:22); the header has "nmae" and "price"`},
		{"a column twice", "name,price,Name\nGold,5,x\n", "", `f.csv:1:1: the column "name" is there twice, expected it once to be read for name`},
		{"a short row", "name,price\nGold,5\nSilver\n", "", "f.csv:3:1: row 3 has 1 cells, expected 2 as in the header, or a rule that skips it"},
		{"a long row", "name,price\nGold,5,7\n", "", `f.csv:2:8: cell C2: "7" has no column, expected nothing beyond the 2 columns of the header`},
	} {
		require.Contains(t, readAll("f.csv", c.file, mapped(c.more), table.Packages), c.want, c.name)
	}
	require.Equal(t, "name=Gold price=5\n", readAll("f.csv", "name,price\nGold,5,,\n", mapped(""), table.Packages), "cells that are empty")
	got := readAll("f.csv", "x,price\na,5\n", `{"fields": {"price": "price"}}`, table.Packages)
	require.Equal(t, "! f.csv:1:1: the mapping m.json does not say which columns are name, expected them in its \"fields\"; the header has \"x\" and \"price\"\n", got)
}

// Rows are counted as spreadsheets do, lines and columns as editors do: they differ where a cell has a line break.
func TestPlaces(t *testing.T) {
	got := readAll("f.csv", "sep=,\nname,price\n\"a\nb\nc\",x\n\n\"d\ne\",y\nf,z", mapped(`"decimal": ".",`), table.Packages)
	require.Equal(t, lines(
		`! f.csv:5:4: cell B2 (price): "x" is not a number, expected digits such as 1234.50`,
		`! f.csv:8:4: cell B4 (price): "y" is not a number, expected digits such as 1234.50`,
		`! f.csv:9:3: cell B5 (price): "z" is not a number, expected digits such as 1234.50`), got)
}

func TestHeaderBelowOtherRows(t *testing.T) {
	file := "name,price\nignore,this\n\nNAME , Price\nGold,5\n"
	require.Contains(t, readAll("f.csv", file, mapped(`"decimal": ".",`), table.Packages), "name=Gold price=5\n", "the first row with the names is the header")
	require.Equal(t, "name=Gold price=5\n", readAll("f.csv", file, mapped(`"skip_rows": 2,`), table.Packages))
	require.Equal(t, "name=Gold price=5\n", readAll("f.csv", "Acme Ltd\nPrices;of;March\n"+"name;price\nGold;5\n", mapped(""), table.Packages))
}

func TestTruth(t *testing.T) {
	got := readAll("f.csv", "name,price,ip\na,1,yes\nb,1,No\nc,1,x\nd,1,\ne,1,maybe\n", `{"fields": {"name": "name", "price": "price", "has_ip": "ip"}}`, table.Packages)
	require.Equal(t, lines("name=a price=1 has_ip=true", "name=b price=1 has_ip=false", "name=c price=1 has_ip=true", "name=d price=1",
		`! f.csv:6:5: cell C6 (ip): "maybe" is not true or false, expected true, yes or 1, or false, no or 0`), got)
}

func TestCounts(t *testing.T) {
	got := readAll("f.csv", "account,at,credits\na,2026-03-01,1200\na,2026-03-02,1200.0\na,2026-03-03,1.5\na,2026-03-04,-1\n",
		`{"decimal": ".", "fields": {"account": "account", "at": "at", "credits": "credits"}}`, table.Usage)
	require.Equal(t, lines("account=a at=2026-03-01 credits=1200", "account=a at=2026-03-02 credits=1200",
		"! f.csv:4:14: cell C4 (credits): 1.5 is not a count, expected a whole number from 0 to 9223372036854775807",
		"! f.csv:5:14: cell C5 (credits): -1 is not a count, expected a whole number from 0 to 9223372036854775807"), got)
}
