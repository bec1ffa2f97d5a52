package eventlog_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/invoice"
)

// What tests of both packages say often.
const (
	opened  = eventtest.Opened
	changed = eventtest.Changed
	closed  = eventtest.Closed
	usage   = eventtest.Usage
	charge  = eventtest.Charge
	status  = eventtest.Status
	voided  = eventtest.Voided
	someAt  = eventtest.SomeAt
)

var (
	policyOf  = eventtest.PolicyOf
	gold      = eventtest.Gold
	catalogue = eventtest.Catalogue
	at        = eventtest.At
	date      = cycle.MustDate
	drawn     = eventtest.Drawn

	invoicesJSON = eventtest.InvoicesJSON
	inTime       = eventtest.InTime
)

type picker = eventtest.Picker

func must[T any](v T, err error) T { return eventtest.Must(v, err) }

// history is everything that a bill is a function of.
type history struct{ eventtest.History }

// readAll reads a file of events.
func readAll(t require.TestingT, text string, policy invoice.Policy) []account.Event {
	var events []account.Event
	for e, err := range eventlog.Read(strings.NewReader(text), "events.jsonl", policy) {
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}
