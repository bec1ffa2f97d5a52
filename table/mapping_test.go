package table_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// The table of fields in docs/documents.md has the fields of every use.
func TestFieldsInDocument(t *testing.T) {
	page, err := os.ReadFile("../docs/documents.md")
	require.NoError(t, err)
	names := map[table.Use]string{table.Invoices: "the Distributor's invoices", table.Customers: "customers", table.Usage: "usage", table.Charges: "charges", table.Packages: "packages"}
	for use := table.Use(0); len(table.FieldNames(use)) > 0; use++ {
		row := regexp.MustCompile(`\n\| ` + names[use] + ` \| ([^;|]*)`).FindStringSubmatch(string(page))
		require.NotNil(t, row, use)
		require.Equal(t, "`"+strings.Join(table.FieldNames(use), "`, `")+"`", strings.ReplaceAll(strings.TrimSpace(row[1]), "**", ""))
	}
}

func TestMappingRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[]`, "m.json:1:1: an array, expected a JSON object"},
		{`{"feilds": {}}`, `m.json:1:2: unknown key "feilds" (did you mean "fields"?), expected one of description, preset, delimiter, encoding,`},
		{`{}`, `m.json:1:1: no fields, expected "fields" such as {"number": "the column's name"}`},
		{`{"fields": {"usrname": "A"}}`, `m.json:1:13: unknown field of invoices "usrname" (did you mean "username"?), expected one of number, credits,`},
		{`{"fields": {"billing_date": "A"}}`, `m.json:1:13: "billing_date" is a field of customers, not of invoices, expected one of number, credits,`},
		{`{"fields": {"username": 5}}`, `m.json:1:25: username: 5, expected a column's name, a list of them, or an object`},
		{`{"fields": {"username": ""}}`, `m.json:1:25: username: a column without a name, expected the name that stands in the header`},
		{`{"fields": {"username": ["A", ""]}}`, `a column without a name`},
		{`{"fields": {"username": []}}`, `a column without a name`},
		{`{"fields": {"username": {}}}`, `m.json:1:25: username has 0 of column, value and formula, expected one of them`},
		{`{"fields": {"username": {"column": "A", "value": "b"}}}`, `username has 2 of column, value and formula, expected one of them`},
		{`{"fields": {"username": {"colum": "A"}}}`, `m.json:1:26: unknown key of a field "colum" (did you mean "column"?), expected one of column, value, formula, date, exclusive, negate, optional, round, rounding`},
		{`{"fields": {"username": {"column": "A", "exclusive": true}}}`, `m.json:1:54: exclusive: username is a name, expected it only of dates`},
		{`{"fields": {"username": {"column": "A", "negate": true}}}`, `negate: username is a name, expected it only of numbers`},
		{`{"fields": {"start_date": {"column": "A", "round": 2}}}`, `round: start_date is a date, expected it only of numbers`},
		{`{"fields": {"amount": {"column": "A", "rounding": "up"}}}`, `rounding without round, expected the number of digits, as "round": 2`},
		{`{"fields": {"amount": {"column": "A", "round": 13}}}`, `m.json:1:48: round: 13, expected from 0 to 12 digits after the point`},
		{`{"fields": {"amount": {"column": "A", "round": 2, "rounding": "bankers"}}}`, `m.json:1:63: parse rounding "bankers": invalid syntax, expected half_up, half_even, down or up`},
		{`{"fields": {"amount": {"column": "{A}"}}}`, `column: a formula, expected a column's name, or the formula as "formula"`},
		{`{"others": {"amount": "A"}}`, `m.json:1:13: amount is a field of invoices, expected it in "fields"`},
		{`{"delimiter": ":", "fields": {}}`, `m.json:1:15: delimiter: ":", expected ",", ";", "\t", "|", "comma", "semicolon", "tab" or "pipe"`},
		{`{"encoding": "latin-1", "fields": {}}`, `m.json:1:14: encoding: "latin-1", expected "utf-8", "utf-16" or "windows-1252"`},
		{`{"decimal": "'", "fields": {}}`, `decimal: "'", expected "." or ","`},
		{`{"decimal": ",", "group": ",", "fields": {}}`, `m.json:1:27: ',' is the decimal mark and the mark between groups, expected two different ones`},
		{`{"time_zone": "Berlin", "fields": {}}`, `m.json:1:15: unknown time zone "Berlin", expected an IANA name such as Europe/Berlin`},
		{`{"time_zone": "Local", "fields": {}}`, `unknown time zone "Local"`},
		{`{"skip_rows": 2.5, "fields": {}}`, `2.5 is not a count`},
		{`{"skip_rows": 9999999, "fields": {}}`, `skip_rows: 9999999, expected at most 2000000`},
		{`{"rows": [{"skip": true}]}`, `m.json:1:11: a rule has no "when", expected columns with the values that it is about, such as {"Type": ["Tax"]}, or {} for all rows`},
		{`{"rows": [{"when": {}}]}`, `m.json:1:11: a rule has 0 of skip, keep and kind, expected one of them`},
		{`{"rows": [{"when": {}, "skip": true, "kind": "other"}]}`, `a rule has 2 of skip, keep and kind, expected one of them`},
		{`{"rows": [{"when": {}, "skip": false}]}`, `skip: false, expected true, or the rule left out`},
		{`{"rows": [{"when": {"A": []}, "skip": true}]}`, `A: no values, expected one or more`},
		{`{"rows": [{"when": {}, "kind": "usage"}]}`, `kind: "usage", expected "recurring", "overage" or "other"`},
		{`{"rows": [{"whn": {}, "skip": true}]}`, `unknown key of a rule "whn" (did you mean "when"?), expected one of when, skip, keep, kind, optional`},
		{`{"rows": {}}`, `m.json:1:10: rows: an object, expected a list`},
		{`{"accounts": {"ACME": ""}}`, `m.json:1:23: ACME: the name is empty, expected ours`},
		{`{"accounts": {"ACME": "a", " ACME ": "b"}}`, `"ACME" is named twice, expected once`},
		{`{"preset": "pax"}`, `m.json:1:12: unknown preset "pax" (did you mean "pax8"?), expected one of distributor, microsoft-nce, microsoft-license, pax8, focus-1.2`},
		{`{"fields": {"amount": "A", "amount": "B"}}`, `the key "amount" is repeated, expected each key once`},
		{"{\n \"fields\": {\n  \"a\": \"A\",\n  \"b\": {\"column\": 5}}}", "m.json:3:3: unknown field of invoices \"a\""},
	} {
		_, err := table.ParseMapping("m.json", []byte(c.text), table.Invoices)
		require.ErrorContains(t, err, c.want, c.text)
	}
	// All problems at once.
	_, err := table.ParseMapping("m.json", []byte(`{"fields": {"a": "A", "username": 5}, "rows": [{}], "decimal": ""}`), table.Invoices)
	require.Equal(t, 4, strings.Count(err.Error(), "m.json:1:"), err)
	_, err = table.ParseMapping("m.json", []byte(`{"rows": [{"when": {}, "kind": "other"}], "fields": {"name": "n"}}`), table.Packages)
	require.ErrorContains(t, err, "kind is of rows of invoices, expected keep or skip for packages")
	_, err = table.ParseMapping("m.json", []byte(`{"preset": "pax8"}`), table.Usage)
	require.ErrorContains(t, err, "m.json:1:12: the preset pax8 is of invoices, expected a mapping of usage")
}

// A mapping that begins with a preset replaces what it names, and leaves the preset as it is.
func TestMappingOfAPreset(t *testing.T) {
	file := "username,From,end_date,amount,extra\nACME,2026-03-01,2026-03-31,5,7\n"
	own := `{"preset": "distributor", "accounts": {"ACME": "acme"}, "fields": {"start_date": "From", "amount": null, "final_amount": "amount"}, "ignore": "extra"}`
	require.Equal(t, "end_date=2026-03-31 username=acme start_date=2026-03-01 final_amount=5 amount=5\n", readAll("f.csv", file, own, table.Invoices))
	require.Equal(t, "end_date=2026-03-31 username=acme start_date=2026-03-01 final_amount=5 amount=5\n",
		readAll("f.csv", file, `{"accounts": {"ACME": "acme"}, "fields": {"start_date": "From", "amount": null, "final_amount": "amount"}, "ignore": "extra", "preset": "distributor"}`, table.Invoices),
		"wherever it stands")
	m, err := table.Preset("distributor", table.Invoices)
	require.NoError(t, err)
	tab, err := table.Open("f.csv", []byte(strings.Replace(file, "From", "start_date", 1)), m, money.USD)
	require.NoError(t, err)
	require.Equal(t, "amount=5 start_date=2026-03-01 end_date=2026-03-31 username=ACME extra=7 final_amount=5\n", rows(tab))
}

func TestRows(t *testing.T) {
	file := "Who,Type,From,To,Net\n" +
		"acme,Plan,2026-03-01,2026-03-31,50.00\n" +
		"acme,Usage,2026-03-01,2026-03-31,4.25\n" +
		"acme,Setup fee,2026-03-01,2026-03-31,10\n" +
		"acme,Tax,2026-03-01,2026-03-31,9\n" +
		",,,,\n" +
		"Total,,,,73.25\n"
	for _, c := range []struct{ name, rules, want string }{
		{"kinds", `{"when": {"type": "usage"}, "kind": "overage"}, {"when": {"Type": ["Setup*", "x"]}, "kind": "other"}, {"when": {"Type": "Tax"}, "skip": true}, {"when": {"Who": ["Total", "Sum"]}, "skip": true}`,
			lines("username=acme start_date=2026-03-01 end_date=2026-03-31 amount=50.00 final_amount=50.00",
				"username=acme start_date=2026-03-01 end_date=2026-03-31 amount=0 overage=4.25 final_amount=4.25",
				"username=acme start_date=2026-03-01 end_date=2026-03-31 amount=0 additional_charges=10 final_amount=10")},
		{"keep first", `{"when": {"Type": "Plan", "Who": "ACME"}, "keep": true}, {"when": {}, "skip": true}`,
			lines("username=acme start_date=2026-03-01 end_date=2026-03-31 amount=50.00 final_amount=50.00")},
		{"nothing in a cell", `{"when": {"Type": ""}, "skip": true}, {"when": {"Type": "*fee"}, "skip": true}, {"when": {"Type": ["*a*"]}, "skip": true}`, ""},
	} {
		got := readAll("f.csv", file, `{"fields": {"username": "Who", "start_date": "From", "end_date": "To", "amount": "Net"}, "ignore": "Type", "rows": [`+c.rules+`]}`, table.Invoices)
		require.Equal(t, c.want, got, c.name)
	}
	require.Contains(t, readAll("f.csv", file, `{"fields": {"username": "Who", "start_date": "From", "end_date": "To", "amount": "Net"}}`, table.Invoices),
		`! f.csv:7:8: cell C7 (From): start_date is empty, expected every row to have it, or a rule that skips the row`)
	require.Contains(t, readAll("f.csv", "u,f,t,a,p,k\nx,2026-03-01,2026-03-31,5,1,o\n",
		`{"fields": {"username": "u", "start_date": "f", "end_date": "t", "amount": "a", "prorated": "p"}, "rows": [{"when": {"k": "o"}, "kind": "other"}]}`, table.Invoices),
		`! f.csv:2:27: row 2 is other by a rule of the mapping and has something prorated, 1, expected that only of a recurring one`)
}

// A final amount that no column has is made of the rest, and so is an amount.
func TestFigures(t *testing.T) {
	for _, c := range []struct{ header, row, want string }{
		{"amount,prorated,overage,additional_charges", "79.95,22.58,1.50,10", "final_amount=68.87"},
		{"final_amount", "57.37", "amount=57.37"},
		{"final_amount,overage,prorated", "57.37,2,5", "amount=60.37"},
		{"amount,final_amount", "5,6", ""}, // it does not add up, which is for reconcile to tell
		{"amount,final_amount", ",6", ""},  // as a document without the one has it
	} {
		got := readAll("f.csv", "username,start_date,end_date,"+c.header+"\nx,2026-03-01,2026-03-31,"+c.row+"\n", `{"preset": "distributor"}`, table.Invoices)
		require.NotContains(t, got, "!", c.header)
		if c.want == "" {
			require.NotContains(t, got, "amount=11", c.header)
			continue
		}
		require.True(t, strings.HasSuffix(got, " "+c.want+"\n"), "%s: %s", c.header, got)
	}
}

func TestFieldsOfSeveralColumns(t *testing.T) {
	got := readAll("f.csv", "Sku,Part,n/a\n,X1,\nS2,X2,9\nn/a,X3,-\n",
		`{"empty": ["n/a", "-"], "fields": {"name": ["Gone", "Sku", "Part"], "price": {"value": 5}, "description": {"column": "n/a", "optional": true}, "has_ip": {"column": "Nowhere", "optional": true}}}`, table.Packages)
	require.Equal(t, lines("name=X1 price=5", "name=S2 price=5 description=9", "name=X3 price=5"), got)
}

func TestOthers(t *testing.T) {
	// A number of another field is read as one; what is none, or has zeros before it as identifiers do, stays text.
	got := readAll("f.csv", "name;price;Menge;Laufzeit;Nr\nGold;5;1.234,50;P1M;00123\n",
		`{"decimal": ",", "group": ".", "fields": {"name": "name", "price": "price"}, "others": {"quantity": "Menge", "term": "Laufzeit", "id": "Nr"}}`, table.Packages)
	require.Equal(t, "name=Gold price=5 quantity=1234.50 term=P1M id=00123\n", got)
}
