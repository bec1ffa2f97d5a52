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
		"<overage></overage><distributor_price/><has_ip>True</has_ip><has_reseller/><description/>" +
		"<effective_from>2010-01-01</effective_from><currency>USD</currency>\r\n</package></packages>\r\n"
	packages, err := distributor.ReadPackages("f", []byte(document), money.USD)
	require.NoError(t, err)
	require.Len(t, packages, 1)
	p := packages[0]
	require.Equal(t, `A & "B"`, p.Name)
	require.Equal(t, usd("5"), p.Price)
	require.True(t, p.HasIP)
	require.Nil(t, p.DistributorPrice)
	require.Equal(t, "2010-01-01", p.EffectiveFrom.String())
	require.Equal(t, "f:3:1", p.At.String())
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
