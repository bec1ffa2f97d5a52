package distributor_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

func readInvoices(t testing.TB, name string) distributor.Invoices {
	t.Helper()
	doc, err := distributor.ReadInvoices(name, file(t, name))
	require.NoError(t, err, "ReadInvoices(%s)", name)
	return doc
}

func TestReadInvoicesReadsEveryShapeOfTheReference(t *testing.T) {
	for _, row := range []struct {
		name, number string
		shape        distributor.Shape
		rows         int
	}{
		{"usage", "2010010001", distributor.Usage, 2},
		{"current", "", distributor.Current, 2},
		{"current_one", "", distributor.CurrentOne, 1},
		{"own", "", distributor.Own, 1},
		{"numbers", "", distributor.NumbersOnly, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			fromJSON, fromXML := readInvoices(t, row.name+".json"), readInvoices(t, row.name+".xml")
			require.Equal(t, row.shape, fromJSON.Shape)
			require.Equal(t, row.number, fromJSON.Number)
			require.Len(t, fromJSON.Rows, row.rows)
			require.True(t, fromJSON.Equal(&fromXML), "the two formats say the same")
			requireRewritten(t, &fromJSON)
			requireRewritten(t, &fromXML)
		})
	}
	t.Run("own, as a bare object", func(t *testing.T) {
		list, one := readInvoices(t, "own.json"), readInvoices(t, "own_one.json")
		require.True(t, list.Equal(&one))
	})
}

// requireRewritten checks that a document is read back as it was from both formats.
func requireRewritten(t require.TestingT, doc *distributor.Invoices) {
	for _, written := range [][]byte{doc.AppendJSON(nil), doc.AppendXML(nil)} {
		back, err := distributor.ReadInvoices("written", written)
		require.NoError(t, err, "%s", written)
		require.True(t, doc.Equal(&back), "%s", written)
	}
}

func TestReadInvoicesKeepsTextAndPlace(t *testing.T) {
	doc := readInvoices(t, "usage.json")
	first, second := doc.Rows[0], doc.Rows[1]
	require.Equal(t, distributor.Number("123456"), first.Credits)
	require.Equal(t, first.Credits, second.Credits, "quoted and bare")
	require.Equal(t, distributor.KindString, first.Fields[1].Kind)
	require.Equal(t, distributor.KindNumber, second.Fields[1].Kind)
	require.Equal(t, cycle.MustDate("2010-09-01"), first.DateInvoiced)
	require.Equal(t, cycle.MustDate("2010-09-01"), second.DateInvoiced, "without the space")
	require.Equal(t, "2010-09-0100:00:00", second.Fields[2].Text)
	require.Equal(t, source.Place{File: "usage.json", Line: 4, Column: 5}, first.Place)
	require.Equal(t, source.Place{File: "usage.json", Line: 6, Column: 18}, first.Fields[1].Place)

	xml := readInvoices(t, "usage.xml")
	require.Equal(t, source.Place{File: "usage.xml", Line: 6, Column: 7}, xml.Rows[0].Place)
	require.Equal(t, source.Place{File: "usage.xml", Line: 8, Column: 19}, xml.Rows[0].Fields[1].Place)
	require.Equal(t, "Paid", readInvoices(t, "own.json").Rows[0].Status, "PAID in the document")
}

const bare = `{"number":"1","username":"a","start_date":"2010-08-01","end_date":"2010-08-31"`

func TestReadInvoicesAccepts(t *testing.T) {
	one := func(members string) string { return bare + members + "}" }
	xml := func(fields string) string {
		return "<invoice><number>1</number><username>a</username><start_date>2010-08-01</start_date><end_date>2010-08-31</end_date>" + fields + "</invoice>"
	}
	for _, row := range []struct {
		name, document string
		check          func(*testing.T, *distributor.Invoice)
	}{
		{"a byte order mark", "\xef\xbb\xbf" + one(""), nil},
		{"a byte order mark and CRLF", "\xef\xbb\xbf" + strings.ReplaceAll(xml(""), "><", ">\r\n<"), nil},
		{"a plain date", one(`,"date_invoiced":"2010-09-01"`), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "2010-09-01", inv.DateInvoiced.String())
		}},
		{"a number that is bare", `{"number":2010010001,"username":7,"start_date":"2010-08-01","end_date":"2010-08-31"}`, func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "2010010001", inv.Number)
			require.Equal(t, "7", inv.Username)
		}},
		{"null and nothing are not there", one(`,"prorated":null,"overage":"","date_invoiced":null`), func(t *testing.T, inv *distributor.Invoice) {
			require.Empty(t, inv.Prorated+inv.Overage)
			require.True(t, inv.DateInvoiced.IsZero())
			require.Len(t, inv.Fields, 7)
		}},
		{"digits binary floating point has not", one(`,"amount":90071992547409.93000000000000000001`), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, distributor.Number("90071992547409.93000000000000000001"), inv.Amount)
		}},
		{"a status in any letter case", one(`,"status":"cAnCeLeD"`), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "Canceled", inv.Status)
		}},
		{"a status nobody knows", one(`,"status":"overdue"`), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "overdue", inv.Status)
		}},
		{"space around an XML number", xml("<amount>\n  13.95\n</amount>"), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, distributor.Number("13.95"), inv.Amount)
			require.Equal(t, "\n  13.95\n", inv.Fields[4].Text)
		}},
		{"ISO-8859-1", `<?xml version="1.0" encoding="ISO-8859-1"?>` + xml("<package>Caf\xe9</package><type>\xa3</type>"), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "Café", inv.Package)
			require.Equal(t, len(`<?xml version="1.0" encoding="ISO-8859-1"?>`+xml("<package>Caf?</package><type>"))-len("</invoice>")+1, inv.Fields[5].Place.Column, "columns count the file's bytes")
		}},
		{"comments, CDATA and references", xml("<!-- x --><package>a<![CDATA[<b>]]><!-- y -->&amp;&#x41;</package>"), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, "a<b>&A", inv.Package)
		}},
		{"unknown fields", one(`,"tax":1.10,"ok":true,"notes":[{"a": 1}],"no name":null`), func(t *testing.T, inv *distributor.Invoice) {
			require.Equal(t, []distributor.Field{
				{Name: "tax", Text: "1.10", Kind: distributor.KindNumber, Place: source.Place{File: "f", Line: 1, Column: 86}},
				{Name: "ok", Text: "true", Kind: distributor.KindBool, Place: source.Place{File: "f", Line: 1, Column: 96}},
				{Name: "notes", Text: `[{"a": 1}]`, Kind: distributor.KindJSON, Place: source.Place{File: "f", Line: 1, Column: 109}},
				{Name: "no name", Kind: distributor.KindNull, Place: source.Place{File: "f", Line: 1, Column: 130}},
			}, inv.Unknown())
		}},
		{"unknown elements", xml("<tax>1.10</tax><notes><a>1</a> <a/></notes>"), func(t *testing.T, inv *distributor.Invoice) {
			require.Len(t, inv.Unknown(), 2)
			require.Equal(t, "<a>1</a> <a/>", inv.Unknown()[1].Text)
			require.Equal(t, distributor.KindElements, inv.Unknown()[1].Kind)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			doc, err := distributor.ReadInvoices("f", []byte(row.document))
			require.NoError(t, err)
			require.Equal(t, distributor.CurrentOne, doc.Shape)
			if row.check != nil {
				row.check(t, &doc.Rows[0])
			}
			requireRewritten(t, &doc)
		})
	}
}

func TestAListWithoutInvoicesIsCurrent(t *testing.T) {
	for _, document := range []string{"[]", "<invoices/>", "<usage><invoices> </invoices></usage>", `{"invoices":[]}`} {
		doc, err := distributor.ReadInvoices("f", []byte(document))
		require.NoError(t, err, document)
		require.Equal(t, distributor.Current, doc.Shape, document)
		requireRewritten(t, &doc)
	}
}

func TestReadOverview(t *testing.T) {
	fromJSON, err := distributor.ReadOverview("overview.json", file(t, "overview.json"))
	require.NoError(t, err)
	require.Equal(t, distributor.Number("50000"), fromJSON.CreditsOverage)
	require.Equal(t, distributor.Number("0"), fromJSON.CreditsRemain)
	require.Equal(t, cycle.MustDate("2010-09-30"), fromJSON.BillingProcessDate)
	require.Empty(t, fromJSON.Unknown())
	fromXML, err := distributor.ReadOverview("overview.xml", file(t, "overview.xml"))
	require.NoError(t, err)
	require.True(t, fromJSON.Equal(&fromXML))
	for _, written := range [][]byte{fromXML.AppendJSON(nil), fromJSON.AppendXML(nil)} {
		back, err := distributor.ReadOverview("written", written)
		require.NoError(t, err)
		require.True(t, fromJSON.Equal(&back), "%s", written)
	}
}

// A field that an error of the Distributor has is one of an overview's own, and is still when it is written bare in JSON.
func TestOverviewIsNoReply(t *testing.T) {
	const required = `"package":"a","billing_start_date":"2026-01-01","billing_end_date":"2026-01-31"`
	for _, document := range []string{`{"overview":{` + required + `,"message":"Error"}}`, `{"overview":{` + required + `,"errors":[]}}`,
		"<result><overview><package>a</package><billing_start_date>2026-01-01</billing_start_date><billing_end_date>2026-01-31</billing_end_date>" +
			"<message>\n error </message></overview></result>"} {
		o, err := distributor.ReadOverview("f", []byte(document))
		require.NoError(t, err, document)
		for _, written := range [][]byte{o.AppendJSON(nil), o.AppendXML(nil)} {
			back, err := distributor.ReadOverview("written", written)
			require.NoError(t, err, "%s", written)
			require.True(t, o.Equal(&back), "%s", written)
		}
	}
}

func TestReadPending(t *testing.T) {
	fromJSON, err := distributor.ReadPending("pending.json", file(t, "pending.json"))
	require.NoError(t, err)
	require.Len(t, fromJSON, 2)
	require.Equal(t, "Gold Package", fromJSON[0].Update)
	require.Equal(t, cycle.MustDate("2010-10-07"), fromJSON[1].Date)
	require.Empty(t, fromJSON[0].Unknown())
	fromXML, err := distributor.ReadPending("pending.xml", file(t, "pending.xml"))
	require.NoError(t, err)
	require.True(t, fromJSON.Equal(fromXML))
	for _, written := range [][]byte{fromXML.AppendJSON(nil), fromJSON.AppendXML(nil)} {
		back, err := distributor.ReadPending("written", written)
		require.NoError(t, err)
		require.True(t, fromJSON.Equal(back), "%s", written)
	}
}

func TestReadStatistics(t *testing.T) {
	fromJSON, err := distributor.ReadStatistics("stats.json", file(t, "stats.json"))
	require.NoError(t, err)
	require.Len(t, fromJSON, 2)
	requests, err := fromJSON[1].Requests.Count()
	require.NoError(t, err)
	require.Equal(t, int64(32342), requests)
	require.Empty(t, fromJSON[0].Unknown())
	fromXML, err := distributor.ReadStatistics("stats.xml", file(t, "stats.xml"))
	require.NoError(t, err)
	require.True(t, fromJSON.Equal(fromXML))
	requireStatisticsRewritten(t, fromJSON)
	requireStatisticsRewritten(t, fromXML)
}

// A whole number may be written with a decimal point, in statistics and packages as in invoices.
func TestCountsWithADecimalPoint(t *testing.T) {
	days, err := distributor.ReadStatistics("f", []byte(`[{"date":"2026-01-03","requests":1200.0,"opens":"7.00"}]`))
	require.NoError(t, err)
	requests, err := days[0].Requests.Count()
	require.NoError(t, err)
	require.Equal(t, int64(1200), requests)
	require.Equal(t, distributor.Number("1200.0"), days[0].Requests, "as it was written")

	_, err = distributor.ReadStatistics("f", []byte(`[{"date":"2026-01-03","requests":1200.5}]`))
	require.EqualError(t, err, "f:1:34: requests: 1200.5 is not a count, expected a whole number from 0 to 9223372036854775807")
	_, err = distributor.ReadStatistics("f", []byte(`[{"date":"2026-01-03","requests":"1,200"}]`))
	require.EqualError(t, err, `f:1:34: requests: "1,200" is not a count, expected a whole number from 0 to 9223372036854775807`)

	for _, document := range []string{`[{"name":"a","price":1,"credits":10000.0}]`, `{"packages":[{"name":"a","price":1,"credits":"10000.0"}]}`,
		"<packages><package><name>a</name><price>1</price><credits>10000.0</credits></package></packages>"} {
		packages, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.NoError(t, err, document)
		require.Equal(t, int64(10000), packages[0].Credits)
	}
}

func requireStatisticsRewritten(t require.TestingT, l distributor.Statistics) {
	for _, written := range [][]byte{l.AppendJSON(nil), l.AppendXML(nil)} {
		back, err := distributor.ReadStatistics("written", written)
		require.NoError(t, err, "%s", written)
		require.True(t, l.Equal(back), "%s", written)
	}
}

// A list of no errors beside an answer says that there was none.
func TestAnAnswerWithoutErrorsIsNoReplyError(t *testing.T) {
	for _, document := range []string{`{"message":"success","errors":[],"number":"9","invoices":[` + oneObject + `]}`, `{"errors":null,"invoices":[` + oneObject + `]}`,
		"<usage><errors/><number>9</number><invoices>" + oneElement + "</invoices></usage>"} {
		doc, err := distributor.ReadInvoices("f", []byte(document))
		require.NoError(t, err, document)
		require.Len(t, doc.Rows, 1, document)
		requireRewritten(t, &doc)
	}
	for _, document := range []string{`{"errors":["no"],"number":"9","invoices":[]}`, `{"message":"error","errors":[],"number":"9","invoices":[]}`, `{"errors":[]}`, `{"message":"","errors":[]}`} {
		_, err := distributor.ReadInvoices("f", []byte(document))
		require.ErrorAs(t, err, new(*distributor.ReplyError), document)
	}
}

func TestAnErrorDocumentIsAReplyError(t *testing.T) {
	for name, read := range map[string]func(string, []byte) error{
		"ReadInvoices":   func(f string, data []byte) error { _, err := distributor.ReadInvoices(f, data); return err },
		"ReadPackages":   func(f string, data []byte) error { _, err := distributor.ReadPackages(f, data, 0); return err },
		"ReadOverview":   func(f string, data []byte) error { _, err := distributor.ReadOverview(f, data); return err },
		"ReadPending":    func(f string, data []byte) error { _, err := distributor.ReadPending(f, data); return err },
		"ReadStatistics": func(f string, data []byte) error { _, err := distributor.ReadStatistics(f, data); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for f, place := range map[string]string{"error.json": "error.json:1:1", "error.xml": "error.xml:3:1"} {
				err := read(f, file(t, f))
				reply := (*distributor.ReplyError)(nil)
				require.True(t, errors.As(err, &reply), f)
				require.Equal(t, []string{"No such invoice", "Try again"}, reply.Messages)
				require.EqualError(t, err, place+`: the document is an error of the Distributor: "No such invoice", "Try again"`)
			}
			for _, short := range []string{`{"message":"ERROR"}`, `{"message":"error","errors":"x"}`, "<result><errors/></result>"} {
				require.ErrorAs(t, read("f", []byte(short)), new(*distributor.ReplyError), short)
			}
		})
	}
}

// Law: places in ISO-8859-1 are those in the file, where each character is one byte, on a line of any length.
func TestPlacesInLatin1(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>` + strings.TrimSuffix(oneElement, "</invoice>"))
		var values []int // where in the file each value starts
		for i := range rapid.IntRange(1, 5).Draw(t, "fields") {
			document = append(document, fmt.Sprintf("<x%d>", i)...)
			values = append(values, len(document))
			document = append(document, strings.Repeat("\xe9", rapid.OneOf(rapid.IntRange(1, 3), rapid.IntRange(500, 520), rapid.IntRange(1, 3000)).Draw(t, "length"))...)
			document = append(document, fmt.Sprintf("</x%d>", i)...)
		}
		doc, err := distributor.ReadInvoices("f", append(document, "</invoice>"...))
		require.NoError(t, err)
		for i, f := range doc.Rows[0].Unknown() {
			require.Equal(t, source.Place{File: "f", Line: 1, Column: values[i] + 1}, f.Place)
		}
	})
}
