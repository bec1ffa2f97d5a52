package distributor_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// seed adds the reference's documents and the broken ones.
func seed(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, row := range brokenInvoices {
		if len(row.document) < 1000 {
			f.Add([]byte(row.document))
		}
	}
	f.Add([]byte(object(`"a b":"<&>\r\u0001","x":[{"y": 1.50}],"":null,"é":true`)))
	f.Add([]byte(element(`<x><y>1</y><!-- z --></x><field name="a b">&#13;</field>`)))
	f.Add([]byte(`<invoice xmlns="urn:x">` + strings.TrimPrefix(element("<tax>4.10</tax><quantity> 2 </quantity>"), "<invoice>")))
	f.Add([]byte("[" + object(`"tax":4.10,"amount":"1.001","overage":92233720368547758.08`) + ",7," + object(`"amount":[1]`) + "]"))
	f.Add([]byte("\xef\xbb\xbf<?xml version='1.0' encoding='latin1'?>" + element("<x>é</x>")))
	f.Add([]byte("{\x00}\x00"))
	f.Add([]byte(`{"message":"success","errors":[ ],"number":"9","invoices":[` + oneObject + `]}`))
	f.Add([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?><invoices><invoice><number>` + "\xe9" + `</number></invoice></invoices>`))
}

// problems are the errors that one of a list of packages is made of.
func problems(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	return []error{err}
}

// requirePlaced checks that each error says where it is, in a line that the document has, and is short however long that is.
func requirePlaced(t *testing.T, err error, data []byte) {
	t.Helper()
	lines := strings.Split(string(data), "\n")
	for i, err := range problems(err) {
		require.Less(t, len(err.Error()), 1000)
		if i == maxProblems {
			require.Regexp(t, `^f: and \d+ more problems?$`, err.Error())
			return
		}
		placed := (*source.ParseError)(nil)
		require.True(t, errors.As(err, &placed), "%v", err)
		require.True(t, placed.Line >= 1 && placed.Line <= len(lines), "%v", err)
		require.True(t, placed.Column >= 1 && placed.Column <= len(lines[placed.Line-1])+1, "%v", err)
	}
}

// maxProblems is how many of a list of packages are reported.
const maxProblems = 20

// xmlCarries reports whether XML has a way to write the fields' text: it has none for most control characters.
func xmlCarries(records ...[]distributor.Field) bool {
	for _, fields := range records {
		for _, f := range fields {
			for _, r := range f.Name + f.Text {
				if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
					return false
				}
			}
		}
	}
	return true
}

func FuzzReadInvoices(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := distributor.ReadInvoices("f", data)
		if err != nil {
			requirePlaced(t, err, data)
			return
		}
		all := [][]distributor.Field{doc.Fields}
		for i := range doc.Rows {
			inv := &doc.Rows[i]
			all = append(all, inv.Fields)
			_, ok, err := inv.Discount(money.USD)
			require.False(t, ok && err != nil)
			one := distributor.Invoices{Rows: doc.Rows[i : i+1]}
			if one.CheckAmounts(money.USD) == nil && inv.Prorated != "-92233720368547758.08" { // which has no negative
				require.NoError(t, err)
			}
			for _, f := range inv.UnknownFigures() {
				_, err := f.Number.Decimal()
				require.NoError(t, err)
			}
		}
		if err := doc.CheckAmounts(money.USD); err != nil {
			requirePlaced(t, err, data)
		}
		back, err := distributor.ReadInvoices("written", doc.AppendJSON(nil))
		require.NoError(t, err, "%s", doc.AppendJSON(nil))
		require.True(t, doc.Equal(&back), "%s", doc.AppendJSON(nil))
		if xmlCarries(all...) {
			back, err = distributor.ReadInvoices("written", doc.AppendXML(nil))
			require.NoError(t, err, "%s", doc.AppendXML(nil))
			require.True(t, doc.Equal(&back), "%s", doc.AppendXML(nil))
		}
	})
}

func FuzzReadStatistics(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		days, err := distributor.ReadStatistics("f", data)
		if err != nil {
			requirePlaced(t, err, data)
			return
		}
		var all [][]distributor.Field
		for i := range days {
			all = append(all, days[i].Fields)
			_, err := days[i].Requests.Count()
			require.NoError(t, err)
		}
		back, err := distributor.ReadStatistics("written", days.AppendJSON(nil))
		require.NoError(t, err, "%s", days.AppendJSON(nil))
		require.True(t, days.Equal(back), "%s", days.AppendJSON(nil))
		if xmlCarries(all...) {
			back, err = distributor.ReadStatistics("written", days.AppendXML(nil))
			require.NoError(t, err, "%s", days.AppendXML(nil))
			require.True(t, days.Equal(back), "%s", days.AppendXML(nil))
		}
	})
}

func FuzzReadPending(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		changes, err := distributor.ReadPending("f", data)
		if err != nil {
			requirePlaced(t, err, data)
			return
		}
		var all [][]distributor.Field
		for i := range changes {
			all = append(all, changes[i].Fields)
			require.NotEmpty(t, changes[i].Username)
			require.False(t, changes[i].Date.IsZero())
		}
		back, err := distributor.ReadPending("written", changes.AppendJSON(nil))
		require.NoError(t, err, "%s", changes.AppendJSON(nil))
		require.True(t, changes.Equal(back), "%s", changes.AppendJSON(nil))
		if xmlCarries(all...) {
			back, err = distributor.ReadPending("written", changes.AppendXML(nil))
			require.NoError(t, err, "%s", changes.AppendXML(nil))
			require.True(t, changes.Equal(back), "%s", changes.AppendXML(nil))
		}
	})
}

func FuzzReadOverview(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := distributor.ReadOverview("f", data)
		if err != nil {
			requirePlaced(t, err, data)
			return
		}
		require.NotEmpty(t, o.Package)
		require.False(t, o.BillingEndDate.Before(o.BillingStartDate))
		back, err := distributor.ReadOverview("written", o.AppendJSON(nil))
		require.NoError(t, err, "%s", o.AppendJSON(nil))
		require.True(t, o.Equal(&back), "%s", o.AppendJSON(nil))
		if xmlCarries(o.Fields) {
			back, err = distributor.ReadOverview("written", o.AppendXML(nil))
			require.NoError(t, err, "%s", o.AppendXML(nil))
			require.True(t, o.Equal(&back), "%s", o.AppendXML(nil))
		}
	})
}

// packageFields are what a list says of a package.
func packageFields(p *invoice.Package) []distributor.Field {
	text := func(name, text string) distributor.Field { return distributor.Field{Name: name, Text: text} }
	boolean := func(name string, is bool) distributor.Field {
		f := distributor.Field{Name: name, Text: "false", Kind: distributor.KindBool}
		if is {
			f.Text = "true"
		}
		return f
	}
	fields := []distributor.Field{text("name", p.Name), text("price", p.Price.Number()), text("description", p.Description),
		text("credits", money.New(p.Credits, 0).Number()), text("overage", p.Overage.String()), boolean("has_ip", p.HasIP), boolean("has_reseller", p.HasReseller)}
	if p.DistributorPrice != nil {
		fields = append(fields, text("distributor_price", p.DistributorPrice.Number()))
	}
	if p.DistributorOverage != nil {
		fields = append(fields, text("distributor_overage", p.DistributorOverage.String()))
	}
	if !p.EffectiveFrom.IsZero() {
		fields = append(fields, text("effective_from", p.EffectiveFrom.String()))
	}
	return fields
}

// writePackages writes packages as documents of all three kinds, with the writer of invoices for the records.
func writePackages(packages []invoice.Package) (list, wrapped, xml []byte, fields [][]distributor.Field) {
	list, xml = []byte("["), []byte("<result><packages>")
	for i := range packages {
		fields = append(fields, packageFields(&packages[i]))
		record := distributor.Statistic{Fields: fields[i]}
		one := distributor.Statistics{record}
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, strings.Trim(string(one.AppendJSON(nil)), "[]\n ")...)
		_, day, _ := strings.Cut(string(one.AppendXML(nil)), "<day>")
		day, _, _ = strings.Cut(day, "</day>")
		xml = append(xml, "<package>"+day+"</package>"...)
	}
	list, xml = append(list, ']'), append(xml, "</packages></result>"...)
	wrapped = append(append([]byte(`{"packages":`), list...), '}')
	return list, wrapped, xml, fields
}

func FuzzReadPackages(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		packages, err := distributor.ReadPackages("f", data, money.USD)
		if err != nil {
			requirePlaced(t, err, data)
			return
		}
		list, wrapped, xml, fields := writePackages(nowhere(packages))
		for _, written := range [][]byte{list, wrapped, xml} {
			if written[0] == '<' && !xmlCarries(fields...) {
				continue
			}
			back, err := distributor.ReadPackages("written", written, money.USD)
			require.NoError(t, err, "%s", written)
			require.Equal(t, packages, nowhere(back), "%s", written)
		}
	})
}
