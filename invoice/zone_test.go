package invoice_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/invoice"
)

func TestZonesThatWereMeant(t *testing.T) {
	for name, want := range map[string]string{
		"utc": "UTC", "america/new_york": "America/New_York", "America/New York": "America/New_York", "AMERICA/LOS-ANGELES": "America/Los_Angeles",
		"Berlin": "Europe/Berlin", " europe/berlin ": "Europe/Berlin", "tokyo": "Asia/Tokyo", "america/port_of_spain": "America/Port_of_Spain",
		"africa/porto-novo": "Africa/Porto-Novo", "dar es salaam": "Africa/Dar_es_Salaam",
		"": "", "Local": "", "local": "", "Mars/Olympus": "", "../etc/passwd": "", "/": "", strings.Repeat("x", 1<<20): "",
	} {
		var p invoice.Policy
		err := p.Set("time_zone", name)
		require.ErrorContains(t, err, "unknown time zone ")
		require.ErrorContains(t, err, ", expected an IANA name such as UTC or America/Los_Angeles")
		if want == "" {
			require.NotContains(t, err.Error(), "did you mean", "%.40q", name)
		} else {
			require.ErrorContains(t, err, ` (did you mean "`+want+`"?), `, "%.40q", name)
		}
	}
}
