package distributor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
)

// TestErrorsAreShort reads documents with long names and texts, some of characters that take several times their length when
// they are quoted: no error holds more of them than their beginning.
func TestErrorsAreShort(t *testing.T) {
	name, key, text := strings.Repeat("n", distributor.MaxName), strings.Repeat("\x7f", distributor.MaxName), strings.Repeat("\x7f", 5000)
	invoices := func(d []byte) error { _, err := distributor.ReadInvoices("f", d); return err }
	packages := func(d []byte) error { _, err := distributor.ReadPackages("f", d, money.USD); return err }
	overview := func(d []byte) error { _, err := distributor.ReadOverview("f", d); return err }
	statistics := func(d []byte) error { _, err := distributor.ReadStatistics("f", d); return err }
	list := func(item string) string { return "<packages><package>" + item + "</package></packages>" }
	for _, row := range []struct {
		name     string
		read     func([]byte) error
		document string
		want     string
	}{
		{"a root", invoices, "<" + name + "/>", "<nnn"},
		{"a root beside what is expected", statistics, "<" + name + "/>", "<nnn"},
		{"a root of an overview", overview, "<" + name + "/>", "<nnn"},
		{"an element in a list", invoices, "<invoices><" + name + "/></invoices>", "<nnn"},
		{"an element after the document", invoices, oneElement + "<" + name + "/>", "<nnn"},
		{"an element that is not closed", invoices, "<" + name + "></x>", "broken XML: element <nnn"},
		{"an end", invoices, oneElement + "</" + name + ">", "broken XML: unexpected end element </nnn"},
		{"an entity", invoices, element("<x>&" + name + ";</x>"), "broken XML: invalid character entity &nnn"},
		{"an attribute", invoices, element("<" + name + " " + name + "='1'/>"), "<nnn"},
		{"a prefix", invoices, element("<" + name + ":a/>"), "<nnn"},
		{"an instruction", invoices, element("<?" + name + "?>"), "the processing instruction \"nnn"},
		{"an encoding", invoices, `<?xml version="1.0" encoding="` + text + `"?>` + oneElement, `encoding "\x7f`},
		{"a version", invoices, `<?xml version="` + text + `"?>` + oneElement, "broken XML: "},
		{"text beside elements", invoices, "<" + name + ">a<b/></" + name + ">", "text beside the elements of <nnn"},
		{"a repeated element", invoices, element(strings.Repeat("<"+name+"/>", 2)), "nnn"},
		{"a repeated element of a package", packages, list(strings.Repeat("<"+name+"/>", 2)), "nnn"},
		{"a repeated key", invoices, object(`"` + key + `":1,"` + key + `":1`), `the key "\x7f`},
		{"a key nested too deep", invoices, object(`"` + name + `":` + strings.Repeat("[", 17) + strings.Repeat("]", 17)), "nnn"},
		{"a number", invoices, object(`"amount":"` + text + `"`), "amount: a number of 5000 characters"},
		{"a number of some length", invoices, object(`"amount":"` + text[:64] + `"`), `amount: "\x7f`},
		{"a count", statistics, `[{"date":"2026-01-01","requests":"` + text + `"}]`, `requests: "\x7f`},
		{"a date", invoices, `[{"number":"1","start_date":"` + text + `"}]`, `start_date: parse date "\x7f`},
		{"a date with a time", invoices, object(`"date_invoiced":"` + text + `"`), `date_invoiced: "\x7f`},
		{"a number instead of a record", invoices, "[" + strings.Repeat("7", 5000) + "]", "777"},
		{"text instead of a record", invoices, "<invoices><invoice>" + text + "</invoice></invoices>", "invoice: \x7f"},
		{"an error's message", statistics, `{"message":"error","errors":["` + text + `"]}`, `the document is an error of the Distributor: "\x7f`},
		{"an error's message in XML", statistics, "<result><message>error</message><errors><error>" + text + "</error></errors></result>", `the document is an error of the Distributor: "\x7f`},
		{"many messages of an error", statistics, `{"errors":["a"` + strings.Repeat(`,"a"`, 5000) + "]}", `the document is an error of the Distributor: "a", "a", `},
		{"an unknown key of a package", packages, `[{"` + key + `":1}]`, `unknown key "\x7f`},
		{"a package without a price", packages, `[{"name":"` + text + `"}]`, `a package "\x7f`},
		{"a package without credits", packages, `[{"name":"` + text + `","price":1,"overage":1}]`, `package "\x7f`},
		{"a price", packages, `[{"name":"a","price":"` + text + `"}]`, `price: parse amount "\x7f`},
		{"a negative price", packages, list("<name>a</name><price>-" + text + "</price>"), `price: "-`},
		{"an overage", packages, `[{"name":"a","overage":"` + text + `"}]`, `overage: parse rate "\x7f`},
		{"credits", packages, `[{"name":"a","credits":"` + text + `"}]`, `credits: "\x7f`},
		{"a currency", packages, `[{"name":"a","currency":"` + text + `"}]`, `parse currency "\x7f`},
		{"a day", packages, `[{"name":"a","effective_from":"` + text + `"}]`, `effective_from: parse date "\x7f`},
		{"what is neither true nor false", packages, list("<has_ip>" + text + "</has_ip>"), `has_ip: "`},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.read([]byte(row.document))
			require.Error(t, err)
			requirePlaced(t, err, []byte(row.document))
			require.ErrorContains(t, err, ": "+row.want)
		})
	}
	inv := distributor.Invoice{Number: text, Amount: "0.001"}
	_, _, err := inv.Discount(money.USD)
	require.ErrorIs(t, err, money.ErrTooFine)
	require.Less(t, len(err.Error()), 1000)
}

func TestReadPackagesGivesUp(t *testing.T) {
	for _, document := range []string{
		"[" + strings.Repeat(`{"x":1},`, 100) + "{}]",
		`{"packages":[` + strings.Repeat(`{"x":1},`, 100) + "{}]}",
		"<packages>" + strings.Repeat("<package><x/></package>", 100) + "</packages>",
	} {
		_, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.Len(t, problems(err), maxProblems+1)
		requirePlaced(t, err, []byte(document))
	}
}
