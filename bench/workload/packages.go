package workload

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/cycle"
)

// offer is a package that accounts may have.
type offer struct {
	name    string
	price   string
	credits int64 // included in a period
	overage string
	cost    string // the distributor's price
	weight  int64  // of 100 accounts that choose, so many choose this one
}

var offers = []offer{
	{"Free", "0", 1000, "0", "0", 12},
	{"Starter", "9.95", 10000, "0.001", "6.50", 40},
	{"Silver", "29.95", 20000, "0.00085", "19.50", 26},
	{"Gold", "79.95", 50000, "0.001", "50", 16},
	{"Platinum", "199.95", 200000, "0.00047", "140", 6},
}

const (
	free    = 0
	starter = 1
)

// Packages is the package list that the events go with. The price of one package goes up in the
// middle of the time.
func (o Options) Packages() []byte {
	var b strings.Builder
	line := func(p offer, more string) {
		fmt.Fprintf(&b, "  {\"name\": %q, \"price\": %s, \"credits\": %d, \"overage\": %s, \"distributor_price\": %s%s}",
			p.name, p.price, p.credits, p.overage, p.cost, more)
	}
	b.WriteString("[\n")
	for _, p := range offers {
		line(p, "")
		b.WriteString(",\n")
	}
	dearer := offers[starter]
	dearer.price, dearer.cost = "10.95", "7.25"
	line(dearer, fmt.Sprintf(", \"effective_from\": %q", first.AddMonths(o.Months/2)))
	b.WriteString("\n]\n")
	return []byte(b.String())
}

// first is the day on which the time starts: of a leap year, so that accounts are anchored on a
// 29 February too.
var first = cycle.MustDate("2024-01-01")
