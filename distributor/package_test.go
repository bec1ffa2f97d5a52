package distributor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

func readPackages(t testing.TB, name string) []invoice.Package {
	t.Helper()
	packages, err := distributor.ReadPackages(name, file(t, name), money.USD)
	require.NoError(t, err, "ReadPackages(%s)", name)
	return packages
}

// nowhere takes the places off, to compare what was read.
func nowhere(packages []invoice.Package) []invoice.Package {
	for i := range packages {
		packages[i].At = source.Place{}
	}
	return packages
}

func TestReadPackages(t *testing.T) {
	list, wrapped, xml := readPackages(t, "packages.json"), readPackages(t, "packages_wrapped.json"), readPackages(t, "packages.xml")
	require.Len(t, list, 2)
	require.Equal(t, "Example Package", list[0].Name)
	require.Equal(t, usd("9.95"), list[0].Price)
	require.Equal(t, usd("50"), *list[0].DistributorPrice)
	require.Equal(t, "0.001", list[0].Overage.String())
	require.True(t, list[0].HasReseller)
	require.False(t, list[0].HasIP)
	require.Nil(t, list[1].DistributorPrice)
	require.Equal(t, "packages.json:12:3", list[1].At.String())
	require.Equal(t, "packages_wrapped.json:12:3", wrapped[1].At.String())
	require.Equal(t, "packages.xml:15:7", xml[1].At.String())
	nowhere(list)
	require.Equal(t, list, nowhere(wrapped))
	require.Equal(t, list, nowhere(xml))
}

func TestReadPackagesOfXMLAccepts(t *testing.T) {
	document := "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<packages>\r\n<package>\r\n<name>A &amp; \"B\"</name><price> 5 </price><credits/>" +
		"<overage></overage><distributor_overage/><distributor_price/><has_ip>True</has_ip><has_reseller/><description/>" +
		"<effective_from>2010-01-01</effective_from><currency>USD</currency>\r\n</package></packages>\r\n"
	packages, err := distributor.ReadPackages("f", []byte(document), money.USD)
	require.NoError(t, err)
	require.Len(t, packages, 1)
	p := packages[0]
	require.Equal(t, `A & "B"`, p.Name)
	require.Equal(t, usd("5"), p.Price)
	require.True(t, p.HasIP)
	require.Nil(t, p.DistributorPrice)
	require.Nil(t, p.DistributorOverage)
	require.Equal(t, "2010-01-01", p.EffectiveFrom.String())
	require.Equal(t, "f:3:1", p.At.String())
}

// distributor_overage is prorata's own; the lists may hold it in either format.
func TestReadPackagesOfDistributorOverage(t *testing.T) {
	for _, document := range []string{
		`[{"name":"A","price":5,"credits":10,"overage":0.001,"distributor_overage":0.00060},{"name":"B","price":5}]`,
		`{"packages":[{"name":"A","price":5,"credits":10,"overage":0.001,"distributor_overage":"0.0006"},{"name":"B","price":5}]}`,
		`<packages><package><name>A</name><price>5</price><credits>10</credits><overage>0.001</overage><distributor_overage> 0.0006 </distributor_overage></package>
		<package><name>B</name><price>5</price><distributor_overage/></package></packages>`,
	} {
		packages, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.NoError(t, err, document)
		require.Equal(t, "0.0006", packages[0].DistributorOverage.String(), document)
		require.Nil(t, packages[1].DistributorOverage, document)
	}
	for document, want := range map[string]string{
		`{"packages":[{"name":"A","price":5,"credits":10,` + "\n" + `"distributor_overage":-0.1}]}`:                                                  "f:2:23: distributor_overage: -0.1 is negative, expected 0 or more",
		"<packages><package><name>A</name><price>5</price><credits>1</credits>\n<distributor_overage>1,5</distributor_overage></package></packages>": `f:2:22: distributor_overage: parse rate "1,5": invalid syntax, expected digits, such as "0.00047", at most 40 characters`,
		"<packages>\n<package><name>A</name><price>5</price><distributor_overage>1</distributor_overage></package></packages>":                       `f:2:1: package "A" has a distributor_overage but no credits, expected the credits it includes`,
	} {
		_, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.EqualError(t, err, want, document)
	}
}

func TestReadPackagesReadsNone(t *testing.T) {
	for _, document := range []string{"[]", `{"packages":[]}`, "<result><packages/></result>", "<packages> </packages>"} {
		packages, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.NoError(t, err, document)
		require.Empty(t, packages, document)
	}
}

func TestReadPackagesReportsEveryWrongPackageAtItsPlace(t *testing.T) {
	for _, document := range []string{
		"{\"packages\":[\n{\"name\":\"a\"},\n{\"name\":\"b\"}]}",
		"[\n{\"name\":\"a\"},\n{\"name\":\"b\"}]",
		"<packages>\n<package><name>a</name></package>\n<package><name>b</name></package></packages>",
	} {
		_, err := distributor.ReadPackages("f", []byte(document), money.USD)
		require.ErrorAs(t, err, new(*source.ParseError))
		lines := strings.Split(err.Error(), "\n")
		require.True(t, strings.HasPrefix(lines[0], "f:2:1: "), lines)
		if len(lines) > 1 {
			require.True(t, strings.HasPrefix(lines[1], "f:3:1: "), lines)
		}
	}
}
