package table_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/prorata-go/prorata/table"
)

// Every delimiter with every encoding, form of dates and of numbers: the same rows, whether the mapping names them or the file shows
// them. A mark that is the delimiter stands in quotes.
func TestEveryFormOfATable(t *testing.T) {
	day := func(layout string) func(time.Time) string {
		return func(d time.Time) string { return d.Format(layout) }
	}
	dates := []struct {
		name  string
		write func(time.Time) string
	}{
		{"YYYY-MM-DD", day("2006-01-02")}, {"D.M.YYYY", day("2.1.2006")}, {"M/D/YYYY", day("1/2/2006")}, {"D/M/YYYY", day("2/1/2006")}, {"DD-MM-YYYY", day("02-01-2006")},
		{"D MMM YYYY", day("2 Jan 2006")}, {"YYYYMMDD", day("20060102")},
		{"excel", func(d time.Time) string {
			return fmt.Sprint(int(d.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()) / 24)
		}},
	}
	numbers := []struct{ decimal, group string }{{".", ""}, {".", ","}, {".", "'"}, {".", " "}, {",", ""}, {",", "."}, {",", " "}, {",", "\u202f"}, {",", "\u00a0"}}
	encodings := []struct {
		name string
		of   encoding.Encoding
	}{
		{"utf-8", nil}, {"a mark", unicode.UTF8BOM}, {"utf-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}, {"utf-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"windows-1252", charmap.Windows1252},
	}
	begin := time.Date(2026, 2, 14, 0, 0, 0, 0, time.UTC)
	want := lines("username=Grün & Söhne start_date=2026-02-14 end_date=2026-03-13 final_amount=1234567.50 amount=1234567.50",
		"username=\"A\", B; C start_date=2026-02-15 end_date=2026-03-14 final_amount=-0.05 amount=-0.05")
	tried := 0
	for _, comma := range []rune{',', ';', '\t', '|'} {
		for _, enc := range encodings {
			for _, d := range dates {
				for _, n := range numbers {
					if enc.name == "windows-1252" && n.group == "\u202f" {
						continue // which has no such space
					}
					var text bytes.Buffer
					w := csv.NewWriter(&text)
					w.Comma = comma
					number := func(whole ...string) string {
						return strings.Join(whole[:len(whole)-1], n.group) + n.decimal + whole[len(whole)-1]
					}
					require.NoError(t, w.WriteAll([][]string{{"Kunde", "Von", "Bis", "Summe"},
						{"Grün & Söhne", d.write(begin), d.write(begin.AddDate(0, 1, -1)), number("1", "234", "567", "50")},
						{`"A", B; C`, d.write(begin.AddDate(0, 0, 1)), d.write(begin.AddDate(0, 1, 0)), "-" + number("0", "05")}}))
					data := text.String()
					if enc.of != nil {
						var err error
						data, err = enc.of.NewEncoder().String(data)
						require.NoError(t, err)
					}
					fields := `"fields": {"username": "Kunde", "start_date": "Von", "end_date": "Bis", "final_amount": "Summe"}}`
					shown, named := `{`, fmt.Sprintf(`{"delimiter": %q, "decimal": %q, "date": %q, `, string(comma), n.decimal, d.name)
					if n.group != "" {
						named += fmt.Sprintf(`"group": %q, `, strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(n.group))
					}
					switch enc.name {
					case "windows-1252":
						shown = `{"encoding": "windows-1252", `
						named += `"encoding": "windows-1252", `
					case "utf-8", "utf-16":
						named += fmt.Sprintf(`"encoding": %q, `, enc.name)
					}
					if d.name == "excel" {
						shown += `"date": "excel", `
					}
					about := fmt.Sprintf("%q, %s, %s, %+v", comma, enc.name, d.name, n)
					require.Equal(t, want, readAll("f.csv", data, named+fields, table.Invoices), about)
					require.Equal(t, want, readAll("f.csv", data, shown+fields, table.Invoices), about)
					tried++
				}
			}
		}
	}
	require.Equal(t, 4*(5*8*9-8), tried)
}
