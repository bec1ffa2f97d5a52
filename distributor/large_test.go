package distributor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/money"
)

// many is a document of n equal pieces on one line; %d in a piece is its number.
func many(before, piece, between, after string, n int) []byte {
	b := []byte(before)
	for i := range n {
		if i > 0 {
			b = append(b, between...)
		}
		b = append(b, strings.ReplaceAll(piece, "%d", fmt.Sprint(i))...)
	}
	return append(b, after...)
}

func TestReadingTakesLinearTime(t *testing.T) {
	const n = 2500
	const latin1 = `<?xml version="1.0" encoding="ISO-8859-1"?>`
	invoices := func(d []byte) error { _, err := distributor.ReadInvoices("f", d); return err }
	packages := func(d []byte) error { _, err := distributor.ReadPackages("f", d, money.USD); return err }
	overview := func(d []byte) error { _, err := distributor.ReadOverview("f", d); return err }
	statistics := func(d []byte) error { _, err := distributor.ReadStatistics("f", d); return err }
	pending := func(d []byte) error { _, err := distributor.ReadPending("f", d); return err }
	const change = `{"username":"a","type":"Account Close","date":"2010-01-01"}`
	const changeXML = `<user><username>a</username><type>Account Close</type><date>2010-01-01</date></user>`
	for _, row := range []struct {
		name                          string
		read                          func([]byte) error
		before, piece, between, after string
	}{
		{"invoices", invoices, "[", oneObject, ",", "]"},
		{"invoices in XML", invoices, "<invoices>", oneElement, "", "</invoices>"},
		{"invoices in ISO-8859-1", invoices, latin1 + "<invoices>", oneElement, "", "</invoices>"},
		{"packages", packages, "[", `{"name":"p%d","price":1}`, ",", "]"},
		{"packages in an object", packages, `{"packages":[`, `{"name":"p%d","price":1}`, ",", "]}"},
		{"packages in XML", packages, "<packages>", "<package><name>p%d</name><price>1</price></package>", "", "</packages>"},
		{"packages without a price", packages, "[", `{"name":"p%d"}`, ",", "]"},
		{"statistics", statistics, "[", `{"date":"2010-01-01","requests":1}`, ",", "]"},
		{"statistics in XML", statistics, "<stats>", `<day><date>2010-01-01</date><requests>1</requests></day>`, "", "</stats>"},
		{"pending changes", pending, "[", change, ",", "]"},
		{"pending changes in XML", pending, "<pending>", changeXML, "", "</pending>"},
		{"messages of an error", overview, `{"errors":[`, `"no"`, ",", "]}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			small, large := many(row.before, row.piece, row.between, row.after, n), many(row.before, row.piece, row.between, row.after, 4*n)
			eventtest.NearLinear(t, func() { _ = row.read(small) }, func() { _ = row.read(large) })
		})
	}
}
