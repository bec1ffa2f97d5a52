package distributor_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
)

// readers are all the readers of documents.
var readers = map[string]func([]byte) error{
	"ReadInvoices":   func(data []byte) error { _, err := distributor.ReadInvoices("f", data); return err },
	"ReadPackages":   func(data []byte) error { _, err := distributor.ReadPackages("f", data, money.USD); return err },
	"ReadOverview":   func(data []byte) error { _, err := distributor.ReadOverview("f", data); return err },
	"ReadPending":    func(data []byte) error { _, err := distributor.ReadPending("f", data); return err },
	"ReadStatistics": func(data []byte) error { _, err := distributor.ReadStatistics("f", data); return err },
}

// allocated is how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What is beyond a bound is an error at its place, and costs no more memory than some times the document.
func TestReadersRefuseWhatIsBeyondTheirBounds(t *testing.T) {
	const maxTag, maxRaw = 16 * distributor.MaxName, 8 * distributor.MaxText
	text, raw := strings.Repeat("x", distributor.MaxText), strings.Repeat("x", maxRaw)
	name := strings.Repeat("n", distributor.MaxName+1)
	attributes := strings.Repeat(` a=""`, maxTag/5+1)
	const declaration = `<?xml version="1.0"?>` + "\n"
	const longText, longRaw = "a value of 262145 bytes, expected at most 262144", "a text or comment of more than 2097152 bytes, expected at most that"
	const longTag = "a tag of more than 16000 bytes, expected at most that"
	for _, row := range []struct{ name, document, want string }{
		{"a document", "[" + strings.Repeat(" ", distributor.MaxDocument) + "]", "f:1:1: a document of 67108866 bytes, expected at most 67108864; split it into several"},
		{"a string", "{\"x\":\n\"" + text + "x\"}", "f:2:1: " + longText},
		{"a string of escapes", "{\"x\":\n\"" + strings.Repeat(`\u0041`, distributor.MaxText+1) + "\"}", "f:2:1: " + longText},
		{"a number", "{\"x\":\n" + strings.Repeat("1", distributor.MaxText+1) + "}", "f:2:1: " + longText},
		{"a name", "{\n\"" + name + `":1}`, "f:2:1: a name of 1001 bytes, expected at most 1000"},
		{"an element's name", "<x>\n<" + name + "/></x>", "f:2:1: a name of 1001 bytes, expected at most 1000"},
		{"a name in an attribute", "<x>\n<field name=\"" + name + "\"/></x>", "f:2:1: a name of 1001 bytes, expected at most 1000"},
		{"a tag", "<x>\n<" + raw + "/></x>", "f:2:1: " + longTag},
		{"attributes", "<x>\n<y" + attributes + "/></x>", "f:2:1: " + longTag},
		{"an attribute", "<x>\n<y a=\"" + raw + "\"/></x>", "f:2:1: " + longTag},
		{"an end", "<x>\n</" + raw + ">", "f:2:1: " + longTag},
		{"text", "<x>\n<y>" + text + "x</y></x>", "f:2:4: " + longText},
		{"text as long as it may be written", "<x>\n<y>" + raw + "</y></x>", "f:2:4: a value of 2097152 bytes, expected at most 262144"},
		{"text of references", "<x>\n<y>" + strings.Repeat("&lt;", maxRaw/4+1) + "</y></x>", "f:2:4: " + longRaw},
		{"text between elements", "<x>\n<y/>" + strings.Repeat(" ", maxRaw+1) + "</x>", "f:2:5: " + longRaw},
		{"text in pieces", "<x>\n<y>" + text + "<!-- -->x</y></x>", "f:2:4: " + longText},
		{"text in sections", "<x>\n<y><![CDATA[" + text + "]]>x<![CDATA[" + text + "]]></y></x>", "f:2:4: " + longText},
		{"a section", "<x>\n<y><![CDATA[" + raw + "]]></y></x>", "f:2:4: " + longRaw},
		{"a comment", "<x>\n<!--" + raw + "--></x>", "f:2:1: " + longRaw},
		{"a declaration", "<?xml " + raw + "?><x/>", "f:1:1: " + longTag},
		{"entities of its own", declaration + `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>`, "f:2:1: a document type, expected only elements and text"},
		{"a document type that does not end", declaration + "<!DOCTYPE x [" + strings.Repeat("<!ENTITY a 'a'>", maxRaw/15+1), "f:2:1: " + longRaw},
		{"nested lists", strings.Repeat("[", 1<<20), "f:1:21: nested too deep, expected at most 20 levels"},
		{"nested objects", strings.Repeat(`{"a":`, 1<<20), "f:1:101: nested too deep, expected at most 20 levels"},
		{"nested elements", strings.Repeat("<a>", 1<<20), "f:1:61: nested too deep, expected at most 20 levels"},
	} {
		t.Run(row.name, func(t *testing.T) {
			document := []byte(row.document)
			bytes := allocated(func() { require.EqualError(t, readers["ReadInvoices"](document), row.want) })
			require.Less(t, bytes, uint64(20*len(document)+1<<20))
		})
	}
}

func TestEveryReaderHasTheBounds(t *testing.T) {
	for reader, read := range readers {
		require.ErrorContains(t, read(make([]byte, distributor.MaxDocument+1)), "f:1:1: a document of 67108865 bytes", reader)
		require.ErrorContains(t, read([]byte(`["`+strings.Repeat("x", distributor.MaxText+1)+`"]`)), "f:1:2: a value of 262145 bytes", reader)
		require.ErrorContains(t, read([]byte(strings.Repeat("<a>", 100))), "f:1:61: nested too deep", reader)
	}
}

func TestReadersRefuseMoreValuesThanTheyCount(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tens of megabytes")
	}
	read := readers["ReadInvoices"]
	// Of lists that are as long as they may be.
	const lists, each = distributor.MaxValues / distributor.MaxRecords, distributor.MaxRecords - 1
	list := "[" + strings.Repeat("1,", each-1) + "1]"
	full := strings.Repeat(list+",\n", lists-1) + list[:len(list)-3] // with the outer list itself, all the values there may be
	require.ErrorContains(t, read([]byte("["+full+"]]")), "f:1:2: a list, expected an invoice\n")
	want := fmt.Sprintf("f:%d:1: more than 4000000 values, expected at most that; split the document into several", lists+1)
	require.EqualError(t, read([]byte("["+full+",\n1]]")), want)
	elements := "<y>" + strings.Repeat("<y/>", each) + "</y>\n"
	require.EqualError(t, read([]byte("<x>"+strings.Repeat(elements, lists-1)+strings.TrimSuffix(elements, "<y/></y>\n")+"\n<y/></y></x>")), want)
}

// A document in which everything is inside of lists within each other takes no copy for each of them.
func TestDeepTextIsKeptOnce(t *testing.T) {
	text := []byte(strings.Repeat("[", 18) + `"` + strings.Repeat("x", distributor.MaxText) + `"` + strings.Repeat("]", 18))
	bytes := allocated(func() { require.EqualError(t, readers["ReadInvoices"](text), "f:1:2: a list, expected an invoice") })
	require.Less(t, bytes, uint64(2*len(text)))
}

func TestAListHasSoManyRecords(t *testing.T) {
	read := readers["ReadInvoices"]
	require.ErrorContains(t, read(many("[", "1", ",\n", "]", distributor.MaxRecords)), "f:1:2: 1, expected an invoice\n")
	const want = "f:250001:1: more than 250000 values in one list, expected at most that; split the document into several"
	require.EqualError(t, read([]byte("["+strings.Repeat("1,\n", distributor.MaxRecords)+"1]")), want)
	require.EqualError(t, read([]byte("<x>"+strings.Repeat("<y/>\n", distributor.MaxRecords)+"<y/></x>")), want)
}

// A record of more fields than there can be sense in is refused at the first field too many.
func TestARecordHasSoManyFields(t *testing.T) {
	more := func(piece, between string) string {
		return string(many("", piece, between, "", distributor.MaxFields-4))
	}
	_, err := distributor.ReadInvoices("f", []byte(object(more(`"x%d":1`, ","))))
	require.NoError(t, err)
	_, err = distributor.ReadInvoices("f", []byte(object(more(`"x%d":1`, ",")+",\n\"y\":1")))
	require.EqualError(t, err, "f:3:1: more than 1000 fields, expected an invoice to have at most that many")
	_, err = distributor.ReadInvoices("f", []byte(element(more("<x%d/>", "")+"\n<y/>")))
	require.EqualError(t, err, "f:3:1: more than 1000 fields, expected an invoice to have at most that many")
}

// A field that the reference does not have is text, of any size up to the bound: no number of it is computed with.
func TestUnknownFieldsAreKeptUpToTheirBound(t *testing.T) {
	for _, value := range []string{`"` + strings.Repeat("<", distributor.MaxText) + `"`, strings.Repeat("1", distributor.MaxText),
		"[" + strings.Repeat("1,", distributor.MaxText/2-2) + "10]", "1e999999999", "-1.5E-999999999", "0e1"} {
		doc, err := distributor.ReadInvoices("f", []byte(object(`"x":`+value)))
		require.NoError(t, err)
		require.Equal(t, strings.Trim(value, `"`), doc.Rows[0].Unknown()[0].Text)
		requireRewritten(t, &doc)
	}
	_, err := distributor.ReadInvoices("f", []byte(object("\"x\":\n["+strings.Repeat("1,", distributor.MaxText/2-1)+"10]")))
	require.EqualError(t, err, "f:3:1: x: a value of 262146 bytes, expected at most 262144")
	_, err = distributor.ReadInvoices("f", []byte(element("\n<x>"+strings.Repeat("<y/>", distributor.MaxText/4+1)+"</x>")))
	require.EqualError(t, err, "f:3:1: x: a value of 262148 bytes, expected at most 262144")
}

// A document as large as it may be, of rows as small or as full as they come, is read in memory of some times its size.
func TestALargeDocumentIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tens of megabytes")
	}
	doc := readInvoices(t, "usage.json")
	row := string(doc.Rows[1].AppendJSON(nil))
	document := many("[", row, ",", "]", distributor.MaxRecords/2)
	require.Less(t, len(document), distributor.MaxDocument)
	read := distributor.Invoices{}
	bytes := allocated(func() {
		var err error
		read, err = distributor.ReadInvoices("f", document)
		require.NoError(t, err)
	})
	require.Len(t, read.Rows, distributor.MaxRecords/2)
	require.Less(t, bytes, uint64(20*len(document)))
}
