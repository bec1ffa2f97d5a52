package main

import (
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

// findings are what there is to look at once a command is done.
type findings struct {
	bad        leftOut
	quarantine string // the file they were written to, if any
	anomalies  []account.Anomaly
	dates      farDates
	onlyRead   bool // nothing was billed
}

// print says what there is to look at, if anything.
func (f *findings) print(w io.Writer) error {
	for q := range f.bad.all {
		printError(w, q.err)
	}
	for _, p := range lines(f.anomalies) {
		printError(w, p.err)
	}
	f.dates.print(w)
	if len(f.anomalies) > 0 && !f.onlyRead {
		printLine(w, "prorata: "+report.Count(len(f.anomalies), "anomaly", "anomalies")+", left out of the bills")
	}
	if f.bad.Len() > 0 {
		left := "prorata: " + report.Count(f.bad.Len(), "line", "lines") + " left out"
		if f.quarantine != "" {
			left += ", written to " + f.quarantine
		}
		printLine(w, left)
	}
	if len(f.anomalies)+f.bad.Len()+f.dates.n > 0 {
		return errFindings
	}
	return nil
}

// sortAnomalies puts anomalies in the order of the files they stand in.
func sortAnomalies(anomalies []account.Anomaly, files []string) {
	compare := inFileOrder(files)
	slices.SortStableFunc(anomalies, func(a, b account.Anomaly) int { return compare(a.Event.Place, b.Event.Place) })
}

// lines words anomalies, each with its place.
func lines(anomalies []account.Anomaly) (list []placed) {
	for _, a := range anomalies {
		list = append(list, placed{a.Event.Place, source.Errorf(a.Event.Place, "%s", a)})
	}
	return list
}

// appendAnomaly appends an anomaly as a JSON object.
func appendAnomaly(b []byte, a *account.Anomaly) []byte {
	e := &a.Event
	b = appendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"reason", a.Reason}} {
		b = append(append(append(b, `,"`...), m[0]...), `":`...)
		b, _ = jsontext.AppendQuote(b, m[1])
	}
	return append(b, '}')
}

// writeAnomalies writes all anomalies, one JSON object a line.
func writeAnomalies(out *outfile.Output, anomalies []account.Anomaly) {
	var b []byte
	for i := range anomalies {
		b = append(appendAnomaly(b[:0], &anomalies[i]), '\n')
		out.Write(b)
	}
}
