package main

import (
	"io"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/messages"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/invoice"
)

// findings are what there is to look at once a command is done.
type findings struct {
	bad        leftOut
	quarantine string // the file they were written to, if any
	anomalies  []account.Anomaly
	dates      messages.FarDates
	onlyRead   bool // nothing was billed
}

// print says what there is to look at, if anything.
func (f *findings) print(w io.Writer) error {
	all := messages.Findings{Bad: &f.bad.Lines, Quarantine: f.quarantine, Anomalies: f.anomalies, Dates: f.dates, OnlyRead: f.onlyRead}
	if all.Print(w) {
		return errFindings
	}
	return nil
}

// farDatesOf finds the events of some accounts that are dated far from all that were read; of all accounts
// when none were asked for.
func (c *common) farDatesOf(events *reading, accounts []string, policy invoice.Policy) messages.FarDates {
	far := messages.FarEventsOf(&events.Events, accounts, len(c.accounts) > 0, policy)
	return far.Dates(policy)
}

// writeAnomalies writes all anomalies, one JSON object a line.
func writeAnomalies(out *outfile.Output, anomalies []account.Anomaly) {
	var b []byte
	for i := range anomalies {
		b = append(messages.AppendAnomaly(b[:0], &anomalies[i]), '\n')
		out.Write(b)
	}
}
