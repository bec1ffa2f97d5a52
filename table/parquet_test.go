package table_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/table"
)

func inParquet[T any](t require.TestingT, rows ...T) string {
	var b bytes.Buffer
	require.NoError(t, parquet.Write(&b, rows, parquet.MaxRowsPerRowGroup(2)))
	return b.String()
}

// What a row of Parquet has is read as the cells of a workbook are: numbers and dates need no marks, nulls are empty.
func TestParquet(t *testing.T) {
	type row struct {
		Customer string     `parquet:"Customer"`
		Since    int32      `parquet:"Since,date"`
		Plan     *string    `parquet:"Plan,optional"`
		Closed   *time.Time `parquet:"Closed,optional,timestamp(millisecond)"`
		Changed  *time.Time `parquet:"Changed,optional,timestamp(millisecond:local)"`
		Tags     []string   `parquet:"Tags,list"`
		VIP      bool       `parquet:"VIP"`
	}
	gold, silver := "O365 E3", "Silver"
	at := time.Date(2026, 3, 4, 22, 30, 0, 0, time.UTC)
	data := inParquet(t, row{"acme", 20_454, &gold, &at, nil, []string{"a"}, true}, row{"birch", 20_455, &silver, nil, &at, nil, false}, row{"cedar", 20_456, nil, nil, nil, nil, false})
	mapping := `{"time_zone": "Europe/Berlin", "fields": {"account": "customer", "created": "since", "package": "plan", "closed": "closed", "changed": "changed"},
	 "packages": {"O365 E3": "Gold"}, "rows": [{"when": {"Customer": ["cedar"]}, "skip": true}]}`
	require.Equal(t, lines(
		"account=acme created=2026-01-01 package=Gold closed=2026-03-04T22:30:00Z VIP=true",
		"account=birch created=2026-01-02 package=Silver changed=2026-03-04T22:30:00+01:00 VIP=false"), readAll("c.parquet", data, mapping, table.Customers))

	tab, err := open("c.parquet", data, mapping, table.Customers)
	require.NoError(t, err)
	require.Equal(t, "Parquet", tab.Describe())
	require.Zero(t, tab.HeaderRow())
	for row, err := range tab.Rows() {
		require.NoError(t, err)
		require.Equal(t, row.Number, row.Place.Line)
	}

	wrong := strings.Replace(mapping, `, "rows": [{"when": {"Customer": ["cedar"]}, "skip": true}]`, "", 1)
	require.Contains(t, readAll("c.parquet", data, wrong, table.Customers), "! c.parquet:3:3: cell C3 (Plan): package is empty, expected every row to have it, or a rule that skips the row\n")
	zoneless := strings.Replace(mapping, `"time_zone": "Europe/Berlin", `, "", 1)
	require.Contains(t, readAll("c.parquet", data, zoneless, table.Customers),
		"! c.parquet:2:5: cell E2 (Changed): \"2026-03-04T22:30:00\" has a time and no zone, expected the mapping to name the zone, as \"time_zone\": \"Europe/Berlin\"\n")
	require.Equal(t, "! c.parquet:1:1: the header has no column \"Tags\", expected it for name, as the mapping has it (m.json:1:93); the header has \"Customer\", \"Since\", \"Plan\", \"Closed\", \"Changed\" and \"VIP\"\n",
		readAll("c.parquet", data, `{"fields": {"account": "customer", "created": "since", "package": "plan",           "name": "Tags"}}`, table.Customers))
	require.Contains(t, readAll("c.parquet", data[:len(data)-1], mapping, table.Customers), "! c.parquet:1:1: this is a Parquet file, and it does not end with PAR1, expected the file whole\n")
	require.Contains(t, readAll("c.parquet", data, `{"fields": {"account": "customer", "created": "vip", "package": "plan"}}`, table.Customers), "! c.parquet:1:6: cell F1 (VIP): ")
}

// A price list is the same as CSV and as Parquet, amounts as decimals, whole numbers or in floating point.
func TestLawParquetIsCSV(t *testing.T) {
	type row struct {
		Name     string   `parquet:"name"`
		Price    int64    `parquet:"price,decimal(2:18)"`
		Credits  *int32   `parquet:"credits,optional"`
		Overage  *float64 `parquet:"overage,optional"`
		Has      bool     `parquet:"has_ip"`
		From     int32    `parquet:"effective_from,date"`
		Whatever string   `parquet:"whatever"`
	}
	mapping := `{"decimal": ".", "fields": {"name": "name", "price": "price", "credits": "credits", "overage": "overage", "has_ip": "has_ip", "effective_from": "effective_from"}}`
	rapid.Check(t, func(t *rapid.T) {
		var list []row
		text := "name,price,credits,overage,has_ip,effective_from,whatever\n"
		for i := range rapid.IntRange(1, 8).Draw(t, "rows") {
			r := row{Name: fmt.Sprint("P", i), Price: rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "price"), Has: rapid.Bool().Draw(t, "has"), From: rapid.Int32Range(0, 30_000).Draw(t, "from"),
				Whatever: rapid.SampledFrom([]string{"", "x", "00123"}).Draw(t, "whatever")}
			var credits, overage string
			if rapid.Bool().Draw(t, "some") {
				n := rapid.Int32Range(0, 100_000).Draw(t, "credits")
				r.Credits, credits = &n, fmt.Sprint(n)
				f := float64(rapid.IntRange(0, 99_999).Draw(t, "overage")) / 100_000
				r.Overage, overage = &f, fmt.Sprintf("%.5f", f)
				if overage = strings.TrimRight(overage, "0"); strings.HasSuffix(overage, ".") {
					overage = overage[:len(overage)-1]
				}
			}
			sign, cents := "", r.Price
			if cents < 0 {
				sign, cents = "-", -cents
			}
			text += fmt.Sprintf("%s,%s%d.%02d,%s,%s,%v,%s,%s\n", r.Name, sign, cents/100, cents%100, credits, overage, r.Has, time.Unix(int64(r.From)*86400, 0).UTC().Format("2006-01-02"), r.Whatever)
			list = append(list, r)
		}
		require.Equal(t, readAll("p.csv", text, mapping, table.Packages), readAll("p.parquet", inParquet(t, list...), mapping, table.Packages))
	})
}
