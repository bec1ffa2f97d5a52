package distributor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
)

// words are texts at the edges of both formats: what each has to escape, and what looks like something else.
var words = rapid.OneOf(
	rapid.SampledFrom([]string{"a", "example@example.com", " two  words ", "\r\n\t", "<a>&amp;]]>", `"'\`, "é€😀", "null", "[1]", "1e3", "{}", "\uFFFD", "<b/>"}),
	rapid.StringOf(rapid.RuneFrom([]rune("ab <>&\"'\\\t\r\n;:#é€😀\u0085\u2028\u007f"))),
)

var numbers = rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,8})?`)

func drawDate(t *rapid.T, label string) cycle.Date {
	return cycle.MustDate("2010-01-01").AddDays(rapid.IntRange(-40000, 40000).Draw(t, label))
}

// drawField draws a field unknown to the reference.
func drawField(t *rapid.T, nth int) distributor.Field {
	f := distributor.Field{Name: fmt.Sprint(words.Draw(t, "name"), "x", nth)}
	f.Kind = rapid.SampledFrom([]distributor.FieldKind{distributor.KindString, distributor.KindNumber, distributor.KindBool,
		distributor.KindNull, distributor.KindJSON, distributor.KindXML, distributor.KindElements}).Draw(t, "kind")
	switch f.Kind {
	case distributor.KindNumber:
		f.Text = numbers.Draw(t, "number")
	case distributor.KindBool:
		f.Text = "true"
	case distributor.KindNull:
	case distributor.KindJSON:
		f.Text = rapid.SampledFrom([]string{"[]", `{"a": [1, "<b>"]}`, "[\r\n 1.50]", `{"number":"1"}`}).Draw(t, "json")
	case distributor.KindElements:
		f.Text = rapid.SampledFrom([]string{"<a/>", "<a>1</a>\r\n<a>&lt;</a>", `<field name="a b">x</field>`, "<a><![CDATA[<]]></a><!-- c -->"}).Draw(t, "xml")
	default:
		f.Text = words.Draw(t, "text")
	}
	return f
}

func drawInvoice(t *rapid.T, shape distributor.Shape) distributor.Invoice {
	inv := distributor.Invoice{Number: "n" + words.Draw(t, "number")}
	if shape == distributor.NumbersOnly {
		return inv
	}
	if shape != distributor.Own {
		inv.Username = "u" + words.Draw(t, "username")
	}
	inv.StartDate = drawDate(t, "start")
	inv.EndDate = inv.StartDate.AddDays(rapid.IntRange(0, 40).Draw(t, "days"))
	if rapid.Bool().Draw(t, "invoiced") {
		inv.DateInvoiced = drawDate(t, "invoiced on")
	}
	inv.Package, inv.Type = words.Draw(t, "package"), words.Draw(t, "type")
	inv.Status = rapid.SampledFrom([]string{"", "Paid", "Unpaid", "overdue"}).Draw(t, "status")
	for _, n := range []*distributor.Number{&inv.Credits, &inv.Amount, &inv.Overage, &inv.Prorated, &inv.AdditionalCharges, &inv.FinalAmount} {
		if rapid.Bool().Draw(t, "there") {
			*n = distributor.Number(numbers.Draw(t, "number"))
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "unknown fields") {
		inv.Fields = append(inv.Fields, drawField(t, i))
	}
	return inv
}

func drawInvoices(t *rapid.T) distributor.Invoices {
	doc := distributor.Invoices{Shape: rapid.SampledFrom([]distributor.Shape{distributor.Usage, distributor.Current,
		distributor.CurrentOne, distributor.Own, distributor.NumbersOnly}).Draw(t, "shape")}
	least, most := 1, 3
	switch doc.Shape {
	case distributor.Usage:
		least, doc.Number = 0, "d"+words.Draw(t, "number")
	case distributor.Current:
		least = 0
	case distributor.CurrentOne:
		most = 1
	}
	if least == 0 {
		for i := range rapid.IntRange(0, 2).Draw(t, "unknown fields") {
			doc.Fields = append(doc.Fields, drawField(t, i))
		}
	}
	for range rapid.IntRange(least, most).Draw(t, "rows") {
		doc.Rows = append(doc.Rows, drawInvoice(t, doc.Shape))
	}
	return doc
}

// Law: what is written is read back equal, in either format; and again after a detour through the other one.
func TestWrittenInvoicesAreReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawInvoices(t)
		requireRewritten(t, &doc)
		back, err := distributor.ReadInvoices("written", doc.AppendXML(nil))
		require.NoError(t, err)
		requireRewritten(t, &back)
		back, err = distributor.ReadInvoices("written", doc.AppendJSON(nil))
		require.NoError(t, err)
		requireRewritten(t, &back)
	})
}

// Law: a document that was read is written with every text it had, in its order.
func TestReadingLosesNoText(t *testing.T) {
	texts := func(fields []distributor.Field) (all []string) {
		for _, f := range fields {
			all = append(all, f.Name, f.Text)
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		doc := drawInvoices(t)
		first, err := distributor.ReadInvoices("written", doc.AppendJSON(nil))
		require.NoError(t, err)
		for _, written := range [][]byte{first.AppendJSON(nil), first.AppendXML(nil)} {
			second, err := distributor.ReadInvoices("written", written)
			require.NoError(t, err)
			for i := range first.Rows {
				require.Equal(t, texts(first.Rows[i].Fields), texts(second.Rows[i].Fields))
			}
		}
		require.Equal(t, string(doc.AppendJSON(nil)), string(first.AppendJSON(nil)), "the same bytes")
	})
}

// Law: a document cut anywhere is refused, but for the space at its end.
func TestACutDocumentIsRefused(t *testing.T) {
	doc := readInvoices(t, "usage.json")
	for _, written := range []string{string(doc.AppendJSON(nil)), string(doc.AppendXML(nil))} {
		written = strings.TrimSpace(written)
		for cut := range len(written) {
			_, err := distributor.ReadInvoices("f", []byte(written[:cut]))
			require.Error(t, err, written[:cut])
		}
	}
}

// Law: statistics, pending changes and overviews are read back equal too.
func TestTheOtherDocumentsAreReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := []distributor.Field{drawField(t, 0)}
		count := distributor.Number(fmt.Sprint(rapid.Int64Range(0, 1<<62).Draw(t, "count")))
		requireStatisticsRewritten(t, distributor.Statistics{{Date: drawDate(t, "date"), Requests: count, Opens: "0", Fields: fields}})

		changes := distributor.PendingList{{Username: "u" + words.Draw(t, "username"), Type: "Account Close", Current: words.Draw(t, "package"), Date: drawDate(t, "date"), Fields: fields}}
		for _, written := range [][]byte{changes.AppendJSON(nil), changes.AppendXML(nil)} {
			back, err := distributor.ReadPending("written", written)
			require.NoError(t, err, "%s", written)
			require.True(t, changes.Equal(back), "%s", written)
		}

		start := drawDate(t, "start")
		overview := distributor.Overview{Package: "p" + words.Draw(t, "package"), Reputation: "99.5", CreditsUsed: count,
			BillingStartDate: start, BillingEndDate: start.AddDays(30), Fields: fields}
		for _, written := range [][]byte{overview.AppendJSON(nil), overview.AppendXML(nil)} {
			back, err := distributor.ReadOverview("written", written)
			require.NoError(t, err, "%s", written)
			require.True(t, overview.Equal(&back), "%s", written)
		}
	})
}
