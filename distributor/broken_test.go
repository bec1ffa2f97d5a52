package distributor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

const (
	oneObject  = `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-08-31"}`
	oneElement = `<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-08-31</end_date></invoice>`
)

// object and element are an invoice with more members or elements, which start a second line.
func object(more string) string { return strings.TrimSuffix(oneObject, "}") + ",\n" + more + "}" }

func element(more string) string {
	return strings.TrimSuffix(oneElement, "</invoice>") + "\n" + more + "</invoice>"
}

// brokenInvoices are documents with the start of the error they give.
var brokenInvoices = []struct{ name, document, want string }{
	{"nothing", ``, `f:1:1: nothing there, expected a JSON or XML document`},
	{"a byte order mark only", "\ufeff \n", `f:2:1: nothing there, expected a JSON or XML document`},
	{"no JSON", `hello`, `f:1:1: broken JSON: `},
	{"a JSON scalar", `12`, `f:1:1: 12, expected an object or a list of invoices`},
	{"JSON null", ` null`, `f:1:2: null, expected an object or a list of invoices`},
	{"invalid UTF-8 in JSON", "{\"number\":\"a\xff\"}", `f:1:13: invalid UTF-8, expected UTF-8 text`},
	{"invalid UTF-8 in XML", "<invoice>\n<number>\xc3</number></invoice>", `f:2:9: invalid UTF-8, expected UTF-8 text`},
	{"UTF-16 with a byte order mark", "\xff\xfe<\x00", `f:1:1: UTF-16 text, expected UTF-8: save it as that`},
	{"UTF-16 of the other byte order", "\xfe\xff\x00<", `f:1:1: UTF-16 text, expected UTF-8: save it as that`},
	{"UTF-16 without a byte order mark", "{\x00\"\x00", `f:1:1: UTF-16 text, expected UTF-8: save it as that`},
	{"UTF-16 of the other byte order, without one", "\x00<\x00i", `f:1:1: UTF-16 text, expected UTF-8: save it as that`},
	{"half a surrogate pair in JSON", object(`"package":"\ud800"`), `f:2:12: broken JSON: `},
	{"JSON after the document", oneObject + "\n{}", `f:2:1: something after the end of the document, expected nothing more`},
	{"a comma after the document", `[],`, `f:1:4: something after the end of the document, expected nothing more`},
	{"JSON cut in a string", `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-08`, `f:1:75: the JSON ends too early, expected the rest of it`},
	{"JSON cut in a list", "[" + oneObject + ",\n", `f:2:1: the JSON ends too early, expected the rest of it`},
	{"JSON cut after a name", `{"number"`, `f:1:10: the JSON ends too early, expected the rest of it`},
	{"a comma too many", "[" + oneObject + ",\n]", `f:1:81: broken JSON: `},
	{"a repeated name", object(`"number":"2"`), `f:2:1: the key "number" is repeated, expected each key once`},
	{"a repeated name, escaped", object(`"n\u0075mber":"2"`), `f:2:1: the key "number" is repeated, expected each key once`},
	{"a repeated name in an unknown field", object(`"x":[{"a":1,"a":2}]`), `f:2:13: the key "a" is repeated, expected each key once`},
	{"a list of scalars", "[" + oneObject + ",\n 7]", `f:2:2: 7, expected an invoice`},
	{"a list of lists", `[[]]`, `f:1:2: a list, expected an invoice`},
	{"invoices that are no list", "{\"number\":\"1\",\"invoices\":\n{}}", `f:2:1: invoices: an object, expected a list`},
	{"JSON nested too deep in a field", object(`"x":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]`), `f:2:5: x: nested too deep, expected at most 16 levels`},
	{"JSON nested far too deep", strings.Repeat(`[`, 100000), `f:1:21: nested too deep, expected at most 20 levels`},
	{"XML nested far too deep", strings.Repeat(`<invoice>`, 100000), `f:1:181: nested too deep, expected at most 20 levels`},
	{"XML nested too deep in a field", element(`<x><y><y><y><y><y><y><y><y><y><y><y><y><y><y><y><y><y></y></y></y></y></y></y></y></y></y></y></y></y></y></y></y></y></y></x>`), `f:2:1: x: nested too deep, expected at most 16 levels`},
	{"no number", `[{"username":"a","start_date":"2010-08-01","end_date":"2010-08-31"}]`, `f:1:2: no number, expected an invoice to have number, username, start_date, end_date`},
	{"an empty number", `{"number":"","username":"a","start_date":"2010-08-01","end_date":"2010-08-31"}`, `f:1:11: number is empty, expected an invoice to have one`},
	{"a null username", `{"number":"1","username":null,"start_date":"2010-08-01","end_date":"2010-08-31"}`, `f:1:26: username is empty, expected an invoice to have one`},
	{"no username beside others that have one", "[" + oneObject + ",\n{\"number\":\"1\",\"start_date\":\"2010-08-01\",\"end_date\":\"2010-08-31\"}]", `f:2:1: no username, expected an invoice to have number, username, start_date, end_date`},
	{"no username in a usage", "{\"number\":\"9\",\"invoices\":[\n{\"number\":\"1\",\"start_date\":\"2010-08-01\",\"end_date\":\"2010-08-31\"}]}", `f:2:1: no username, expected an invoice to have number, username, start_date, end_date`},
	{"no start_date", `{"number":"1","username":"a","end_date":"2010-08-31"}`, `f:1:1: no start_date, expected an invoice to have number, username, start_date, end_date`},
	{"no end_date in the reseller's own", `[{"number":"1","start_date":"2010-08-01"}]`, `f:1:2: no end_date, expected an invoice to have number, start_date, end_date`},
	{"an empty invoice", "<invoices>\n<invoice/></invoices>", `f:2:1: no number, no start_date, no end_date, expected an invoice to have number, start_date, end_date`},
	{"a date that does not exist", `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-08-32"}`, `f:1:67: end_date: parse date "2010-08-32": `},
	{"a day that does not exist in XML", `<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-02-30</end_date></invoice>`, `f:1:95: end_date: parse date "2010-02-30": `},
	{"a date that is none", `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"soon"}`, `f:1:67: end_date: parse date "soon": `},
	{"a start_date with a time", `{"number":"1","username":"a","start_date":"2010-08-01 00:00:00","end_date":"2010-08-31"}`, `f:1:43: start_date: parse date "2010-08-01 00:00:00": `},
	{"a date that is a number", `{"number":"1","username":"a","start_date":"2010-08-01","end_date":20100831}`, `f:1:67: end_date: parse date "20100831": `},
	{"end_date before start_date", `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-07-31"}`, `f:1:67: end_date: 2010-07-31 is before the start_date 2010-08-01, expected it on or after it`},
	{"end_date before start_date in XML", `<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-07-31</end_date></invoice>`, `f:1:95: end_date: 2010-07-31 is before the start_date 2010-08-01, expected it on or after it`},
	{"date_invoiced 2010-09-01T00:00:00", object(`"date_invoiced":"2010-09-01T00:00:00"`), `f:2:17: date_invoiced: "2010-09-01T00:00:00" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01 24:00:00", object(`"date_invoiced":"2010-09-01 24:00:00"`), `f:2:17: date_invoiced: "2010-09-01 24:00:00" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01 00:60:00", object(`"date_invoiced":"2010-09-01 00:60:00"`), `f:2:17: date_invoiced: "2010-09-01 00:60:00" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01 00:00:60", object(`"date_invoiced":"2010-09-01 00:00:60"`), `f:2:17: date_invoiced: "2010-09-01 00:00:60" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01  00:00:00", object(`"date_invoiced":"2010-09-01  00:00:00"`), `f:2:17: date_invoiced: "2010-09-01  00:00:00" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01 00:00", object(`"date_invoiced":"2010-09-01 00:00"`), `f:2:17: date_invoiced: "2010-09-01 00:00" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-09-01 ", object(`"date_invoiced":"2010-09-01 "`), `f:2:17: date_invoiced: "2010-09-01 " is not a date, expected one such as 2010-09-01 00:00:00`},
	{"date_invoiced 2010-02-30 00:00:00", object(`"date_invoiced":"2010-02-30 00:00:00"`), `f:2:17: date_invoiced: parse date "2010-02-30": `},
	{"date_invoiced 2010-09-0100:00:000", object(`"date_invoiced":"2010-09-0100:00:000"`), `f:2:17: date_invoiced: "2010-09-0100:00:000" is not a date, expected one such as 2010-09-01 00:00:00`},
	{"amount 1e3", object(`"amount":1e3`), `f:2:10: amount: "1e3" is not a plain number, expected digits, such as 13.95`},
	{"amount 1.5E+2", object(`"amount":1.5E+2`), `f:2:10: amount: "1.5E+2" is not a plain number, expected digits, such as 13.95`},
	{`amount "1,000.00"`, object(`"amount":"1,000.00"`), `f:2:10: amount: "1,000.00" is not a plain number, expected digits, such as 13.95`},
	{`amount "NaN"`, object(`"amount":"NaN"`), `f:2:10: amount: "NaN" is not a plain number, expected digits, such as 13.95`},
	{`amount "Infinity"`, object(`"amount":"Infinity"`), `f:2:10: amount: "Infinity" is not a plain number, expected digits, such as 13.95`},
	{`amount "+1"`, object(`"amount":"+1"`), `f:2:10: amount: "+1" is not a plain number, expected digits, such as 13.95`},
	{`amount ".5"`, object(`"amount":".5"`), `f:2:10: amount: ".5" is not a plain number, expected digits, such as 13.95`},
	{`amount "5."`, object(`"amount":"5."`), `f:2:10: amount: "5." is not a plain number, expected digits, such as 13.95`},
	{`amount "1 "`, object(`"amount":"1 "`), `f:2:10: amount: "1 " is not a plain number, expected digits, such as 13.95`},
	{`amount "-"`, object(`"amount":"-"`), `f:2:10: amount: "-" is not a plain number, expected digits, such as 13.95`},
	{`amount "--1"`, object(`"amount":"--1"`), `f:2:10: amount: "--1" is not a plain number, expected digits, such as 13.95`},
	{`amount "0x10"`, object(`"amount":"0x10"`), `f:2:10: amount: "0x10" is not a plain number, expected digits, such as 13.95`},
	{`amount "١"`, object(`"amount":"١"`), `f:2:10: amount: "١" is not a plain number, expected digits, such as 13.95`},
	{"amount true", object(`"amount":true`), `f:2:10: amount: true, expected a number`},
	{"amount []", object(`"amount":[]`), `f:2:10: amount: a JSON object or list, expected a number`},
	{"amount {}", object(`"amount":{}`), `f:2:10: amount: a JSON object or list, expected a number`},
	{"a number too long", object(`"amount":99999999999999999999999999999999999999999999999999999999999999999`), `f:2:10: amount: a number of 65 characters, expected at most 64`},
	{"XML amount 1e3", element(`<amount>1e3</amount>`), `f:2:9: amount: "1e3" is not a plain number, expected digits, such as 13.95`},
	{"XML amount 1,000.00", element(`<amount>1,000.00</amount>`), `f:2:9: amount: "1,000.00" is not a plain number, expected digits, such as 13.95`},
	{"XML amount $1", element(`<amount>$1</amount>`), `f:2:9: amount: "$1" is not a plain number, expected digits, such as 13.95`},
	{"XML amount 1 000", element(`<amount>1 000</amount>`), `f:2:9: amount: "1 000" is not a plain number, expected digits, such as 13.95`},
	{"XML amount &#xD800;", element(`<amount>&#xD800;</amount>`), `f:2:9: a reference to a character that does not exist, expected text`},
	{"XML amount <b>1</b>", element(`<amount><b>1</b></amount>`), `f:2:1: amount: elements, expected a number`},
	{"a bool for text", object(`"package":false`), `f:2:11: package: false, expected text`},
	{"an object for text", object(`"package":{}`), `f:2:11: package: a JSON object or list, expected text`},
	{"XML cut in an element", `<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-08-31</end_dat`, `f:1:114: the XML ends too early, expected the rest of it`},
	{"XML cut in a tag", `<invoice><number`, `f:1:17: the XML ends too early, expected the rest of it`},
	{"XML without an element", "<?xml version=\"1.0\"?>\n<!-- nothing -->", `f:2:17: no element, expected a document`},
	{"XML after the document", oneElement + "\n<invoice/>", `f:2:1: <invoice> after the end of the document, expected nothing more`},
	{"text after the document", oneElement + "\n x", `f:2:2: text outside of the document's element, expected nothing more`},
	{"text before the document", "<!-- a -->\nx" + oneElement, `f:2:1: text outside of the document's element, expected nothing more`},
	{"a repeated element", element(`<number>1</number>`), `f:2:1: number is repeated, expected it once`},
	{"repeated invoices", "<usage><number>1</number><invoices/>\n<invoices/></usage>", `f:2:1: invoices is repeated, expected it once`},
	{"an end that does not match", "<invoice>\n<number>1</numbre></invoice>", `f:2:10: broken XML: `},
	{"an end too many", oneElement + "\n</invoice>", `f:2:1: broken XML: `},
	{"text beside elements", "<invoice>\n 1 <number>1</number></invoice>", `f:2:2: text beside the elements of <invoice>, expected elements only`},
	{"text after elements", "<invoice><number>1</number>\n  x</invoice>", `f:2:3: text beside the elements of <invoice>, expected elements only`},
	{"text where invoices are expected", "<usage><invoices>\n none</invoices></usage>", `f:2:2: text in <invoices>, expected elements <invoice>`},
	{"text where an invoice is expected", "<invoices><invoice>\n 1</invoice></invoices>", `f:2:2: invoice: 1, expected an invoice`},
	{"an unknown root", `<faktura/>`, `f:1:1: <faktura>, expected <usage>, <invoices> or <invoice>`},
	{"packages", "<result>\n<packages/></result>", `f:1:1: <result>, expected <usage>, <invoices> or <invoice>`},
	{"a usage without invoices", `<usage><number>1</number></usage>`, `f:1:1: no <invoices> in <usage>, expected it`},
	{"invoices in an invoice", element(`<invoices/>`), `f:2:1: invoices within an invoice, expected the fields of an invoice`},
	{"invoices in an invoice in a list", "[" + object(`"invoices":[]`) + "]", `f:2:1: invoices within an invoice, expected the fields of an invoice`},
	{"another element in the list", "<invoices>\n<faktura/></invoices>", `f:2:1: <faktura> in <invoices>, expected <invoice>`},
	{"a document type", "<!DOCTYPE invoice>\n" + oneElement, `f:1:1: a document type, expected only elements and text`},
	{"an entity of its own", "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", `f:2:1: a document type, expected only elements and text`},
	{"an unknown entity", element(`<package>&nbsp;</package>`), `f:2:16: broken XML: `},
	{"an ampersand", element(`<package>a & b</package>`), `f:2:13: broken XML: `},
	{"a reference to half a surrogate pair", element(`<package>&#xD800;</package>`), `f:2:10: a reference to a character that does not exist, expected text`},
	{"a reference to NUL", element(`<package>&#0;</package>`), `f:2:14: broken XML: `},
	{"a control character", element("<package>\x01</package>"), `f:2:11: broken XML: `},
	{"a processing instruction", "<?php echo ?>\n" + oneElement, `f:1:1: the processing instruction "php", expected only elements and text`},
	{"a second declaration", element(`<?xml version="1.0"?>`), `f:2:1: the processing instruction "xml", expected only elements and text`},
	{"an attribute", element(`<package lang="en">x</package>`), `f:2:1: <package> has the attribute "lang", expected no attributes`},
	{"an attribute of a name space", element(`<package xmlns:x="urn:x" x:nil="true"/>`), `f:2:1: <package> has the attribute "nil", expected no attributes`},
	{"a prefix", element(`<a:package>x</a:package>`), `f:2:1: <a:package> has a prefix, expected a plain name`},
	{"another encoding", `<?xml version="1.0" encoding="UTF-16"?>` + oneElement, `f:1:1: encoding "UTF-16", expected UTF-8 or ISO-8859-1`},
	{"another version", `<?xml version="2.0"?>` + oneElement, `f:1:1: broken XML: `},
}

func TestReadInvoicesRefuses(t *testing.T) {
	for _, row := range brokenInvoices {
		t.Run(row.name, func(t *testing.T) {
			_, err := distributor.ReadInvoices("f", []byte(row.document))
			requireRefused(t, err, row.want)
		})
	}
}

func requireRefused(t *testing.T, err error, want string) {
	t.Helper()
	require.Error(t, err)
	require.IsType(t, (*source.ParseError)(nil), err)
	require.True(t, strings.HasPrefix(err.Error(), want), "got  %s\nwant %s", err, want)
}

func TestReadPackagesRefuses(t *testing.T) {
	for _, row := range []struct{ name, document, want string }{
		{"an unknown key in a list", `[{"name":"a","price":1,"prise":2}]`, `f:1:24: unknown key "prise" (did you mean "price"?), expected one of name, `},
		{"an unknown key in an object", "{\"packages\":[{\"name\":\"a\",\"price\":1,\n \"prise\":2}]}", `f:2:2: unknown key "prise" (did you mean "price"?), expected one of name, `},
		{"an unknown element", "<result><packages><package><name>a</name><price>1</price>\n <prise/></package></packages></result>", `f:2:2: unknown key "prise" (did you mean "price"?), expected one of name, `},
		{"a price too fine", "<packages><package><name>a</name>\n<price>1.001</price></package></packages>", `f:2:8: price: `},
		{"a price with an exponent too far", "{\"packages\":[{\"name\":\"a\",\n\"price\":1e41}]}", `f:2:9: price: `},
		{"a negative price", "<packages><package><name>a</name>\n<price>-1</price></package></packages>", `f:2:8: price: `},
		{"an empty price", "<packages><package><name>a</name>\n<price/></package></packages>", `f:2:1: price: `},
		{"credits that are no count", "<packages><package><name>a</name><price>1</price>\n<credits>1.5</credits></package></packages>", `f:2:10: credits: `},
		{"has_ip that is neither", "<packages><package><name>a</name><price>1</price>\n<has_ip>yes</has_ip></package></packages>", `f:2:9: has_ip: `},
		{"no price", "<packages>\n<package><name>a</name></package></packages>", `f:2:1: `},
		{"an empty package", "<packages>\n<package/></packages>", `f:2:1: `},
		{"a repeated element", "<packages><package><name>a</name><price>1</price>\n<price>1</price></package></packages>", `f:2:1: price is repeated, expected it once`},
		{"a repeated key", "{\"packages\":[{\"name\":\"a\",\"price\":1,\n\"price\":1}]}", `f:2:1: the key "price" is repeated`},
		{"elements for a name", "<packages><package>\n<name><b>a</b></name></package></packages>", `f:2:1: name: an object, expected a string`},
		{"a list for a name", "{\"packages\":[{\n\"name\":[\n]}]}", `f:2:8: name: an array, expected a string`},
		{"a package that is text", "{\"packages\":[\n7]}", `f:2:1: 7, expected a package`},
		{"packages that are no list", "{\"packages\":\n{}}", `f:2:1: packages: an object, expected a list`},
		{"more beside the packages", `{"packages":[],"page":1}`, `f:1:1: an object, expected a JSON list, or an object with "packages" only`},
		{"more beside the packages in XML", "<result><packages/><page/></result>", `f:1:1: <result>, expected <packages>`},
		{"a usage", "<usage/>", `f:1:1: <usage>, expected <packages>`},
		{"a list cut", `[{"name":"a"`, `f:1:13: the JSON ends too early`},
		{"junk after the list", "[]\n[]", `f:2:1: something after the end`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := distributor.ReadPackages("f", []byte(row.document), money.USD)
			requireRefused(t, err, row.want)
		})
	}
}

func TestTheOtherReadersRefuse(t *testing.T) {
	overview := func(document string) error { _, err := distributor.ReadOverview("f", []byte(document)); return err }
	pending := func(document string) error { _, err := distributor.ReadPending("f", []byte(document)); return err }
	statistics := func(document string) error { _, err := distributor.ReadStatistics("f", []byte(document)); return err }
	for _, row := range []struct {
		name     string
		read     func(string) error
		document string
		want     string
	}{
		{"an overview that is a list", overview, "[]", `f:1:1: a list, expected an account overview`},
		{"an overview of nothing", overview, "{}", `f:1:1: no package, no billing_start_date, no billing_end_date, expected an account overview to have package, billing_start_date, billing_end_date`},
		{"an overview in another root", overview, "<stats/>", `f:1:1: <stats>, expected <result> with an <overview>`},
		{"an overview that ends before it starts", overview, "{\"package\":\"a\",\"billing_start_date\":\"2010-08-30\",\n\"billing_end_date\":\"2010-08-29\"}", `f:2:20: billing_end_date: 2010-08-29 is before the billing_start_date 2010-08-30`},
		{"a change without a date", pending, "[{\"username\":\"a\",\"type\":\"Account Close\"}]", `f:1:2: no date, expected a pending change to have username, type, date`},
		{"a change of another name", pending, "<result><pending>\n<change/></pending></result>", `f:2:1: <change> in <pending>, expected <user>`},
		{"a day without requests", statistics, `[{"date":"2009-06-20"}]`, `f:1:2: no requests, expected a day of statistics to have date, requests`},
		{"a day with part of a request", statistics, `[{"date":"2009-06-20","requests":1.5}]`, `f:1:34: requests: `},
		{"a day with fewer than none", statistics, "<stats><day><date>2009-06-20</date><requests>-1</requests></day></stats>", `f:1:46: requests: `},
		{"more requests than there are", statistics, `[{"date":"2009-06-20","requests":9223372036854775808}]`, `f:1:34: requests: `},
		{"a day that does not exist", statistics, `[{"date":"2009-02-29","requests":1}]`, `f:1:10: date: parse date "2009-02-29": `},
		{"an object of days", statistics, `{"2009-06-20":{}}`, `f:1:1: an object, expected a JSON list, or an object with "stats" only`},
		{"a scalar", statistics, `"stats"`, `f:1:1: a string, expected a JSON list`},
	} {
		t.Run(row.name, func(t *testing.T) {
			requireRefused(t, row.read(row.document), row.want)
		})
	}
}

// Every value that cannot be read is reported, not only the first: each with its field and place.
func TestEveryProblemOfADocumentIsReported(t *testing.T) {
	for _, row := range []struct {
		name, document string
		want           []string
	}{
		{"invoices", `{"number":true,"invoices":[
{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-08-31","amount":"1,000.00","overage":"n/a","final_amount":1.5},
{"number":"2","username":"b","start_date":"2010-08-01","end_date":"2010-08-31"},
{"number":"3","username":"","start_date":"2010-08-32","amount":[1]},
7,
{"number":"4","username":"c","start_date":"2010-08-31","end_date":"2010-08-01","prorated":1e3}]}`, []string{
			`f:1:11: number: true, expected text`,
			`f:2:89: amount: "1,000.00" is not a plain number, expected digits, such as 13.95`,
			`f:2:110: overage: "n/a" is not a plain number, expected digits, such as 13.95`,
			`f:4:42: start_date: parse date "2010-08-32": August 2010 has 31 days`,
			`f:4:64: amount: a JSON object or list, expected a number`,
			`f:4:26: username is empty, expected an invoice to have one`,
			`f:4:1: no end_date, expected an invoice to have number, username, start_date, end_date`,
			`f:5:1: 7, expected an invoice`,
			`f:6:91: prorated: "1e3" is not a plain number, expected digits, such as 13.95`,
			`f:6:67: end_date: 2010-08-01 is before the start_date 2010-08-31, expected it on or after it`,
		}},
		{"invoices in XML", `<invoices>
<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-08-31</end_date><amount>1,5</amount><number>2</number></invoice>
<invoice><number>1</number><start_date>x</start_date></invoice>
</invoices>`, []string{
			`f:2:124: amount: "1,5" is not a plain number, expected digits, such as 13.95`,
			`f:2:136: number is repeated, expected it once`,
			`f:3:40: start_date: parse date "x": expected YYYY-MM-DD`,
			`f:3:1: no username, no end_date, expected an invoice to have number, username, start_date, end_date`,
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := distributor.ReadInvoices("f", []byte(row.document))
			require.Error(t, err)
			require.Equal(t, row.want, strings.Split(err.Error(), "\n"))
			for _, err := range problems(err) {
				require.IsType(t, (*source.ParseError)(nil), err)
			}
		})
	}
}

func TestTheFirstTwentyProblemsAreListed(t *testing.T) {
	for name, document := range map[string][]byte{
		"invoices":     many("[", object(`"amount":"x"`), ",\n", "]", 39),
		"in XML":       many("<invoices>", element(`<amount>x</amount>`), "\n", "</invoices>", 39),
		"of one field": many("[", `{"number":[]}`, ",\n", "]", 39),
	} {
		_, err := distributor.ReadInvoices("f", document)
		require.Len(t, problems(err), maxProblems+1, name)
		requirePlaced(t, err, document)
		require.EqualError(t, problems(err)[maxProblems], "f: and 19 more problems", name)
	}
	_, err := distributor.ReadStatistics("f", []byte(`[{"date":"x","requests":"y"},{"requests":1}]`))
	require.Len(t, problems(err), 3)
	_, err = distributor.ReadPending("f", []byte(`[{"date":"x"},{"type":false}]`))
	require.Len(t, problems(err), 4)
	_, err = distributor.ReadOverview("f", []byte(`{"package":[],"credits_used":"x","billing_end_date":"y"}`))
	require.Len(t, problems(err), 4)
}
