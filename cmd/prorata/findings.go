package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
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
	listed := "--anomalies FILE lists all"
	if f.onlyRead {
		listed = listedByValidate
	}
	for _, p := range byCause(f.anomalies, listed) {
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

// cause is what several anomalies have in common: they are of one kind, of events of one type, and
// of one account; or of one package that is not in the list, whichever the accounts.
type cause struct {
	code account.AnomalyCode
	of   string
	kind account.Type
}

func causeOf(a *account.Anomaly) cause {
	if a.Code == account.UnknownPackage {
		return cause{code: a.Code, of: a.Event.Package}
	}
	return cause{a.Code, a.Event.Account, a.Event.Type}
}

// listedByValidate is where validate has all anomalies.
const listedByValidate = "--format json lists all"

// maxCauses is how many causes of one kind are told apart; the rest is counted.
const maxCauses = 20

// repeated are the anomalies of one cause, or the rest of one kind.
type repeated struct {
	first, last *account.Anomaly
	at, lastAt  int // where they are in the list
	n           int
	accounts    map[string]bool
}

func (r *repeated) add(a *account.Anomaly, at int) {
	if r.n++; r.first == nil {
		r.first, r.at, r.accounts = a, at, map[string]bool{}
	}
	r.last, r.lastAt = a, at
	r.accounts[a.Event.Account] = true
}

// String is the first of them, and what there is more.
func (r *repeated) String() string {
	more := fmt.Sprintf("%s, and %s more", r.first, count(int64(r.n-1)))
	if len(r.accounts) == 1 {
		more += fmt.Sprintf(" of account %q", names.ClipTo(r.first.Event.Account, 200))
	} else {
		more += fmt.Sprintf(", of %s accounts in all", count(int64(len(r.accounts))))
	}
	return fmt.Sprintf("%s, the last at %s", more, r.last.Event.Place)
}

// byCause words anomalies, which are in the order of the files: a line for each, and one for a cause that
// more than two have, with the place of the first. Of a kind that has many causes, the rest is counted at
// the end, with where all are listed.
func byCause(anomalies []account.Anomaly, listed string) (lines []placed) {
	causes, kinds, rest := map[cause]*repeated{}, map[account.AnomalyCode]int{}, map[account.AnomalyCode]*repeated{}
	var told []*repeated
	for i := range anomalies {
		a := &anomalies[i]
		key := causeOf(a)
		r := causes[key]
		switch {
		case r != nil:
		case kinds[key.code] < maxCauses:
			kinds[key.code]++
			r = &repeated{}
			causes[key] = r
			told = append(told, r)
		default:
			if r = rest[key.code]; r == nil {
				r = &repeated{}
				rest[key.code] = r
			}
		}
		r.add(a, i)
	}
	texts := map[int]string{}
	for _, r := range told {
		texts[r.at] = r.first.String()
		if r.n == 2 {
			texts[r.lastAt] = r.last.String()
		} else if r.n > 2 {
			texts[r.at] = r.String()
		}
	}
	for _, i := range slices.Sorted(maps.Keys(texts)) {
		at := anomalies[i].Event.Place
		lines = append(lines, placed{at, source.Errorf(at, "%s", texts[i])})
	}
	for _, code := range slices.Sorted(maps.Keys(rest)) {
		r := rest[code]
		lines = append(lines, placed{err: fmt.Errorf("and %s more (%s), of %s, the first at %s; %s", report.Count(r.n, "anomaly", "anomalies"),
			code, report.Count(len(r.accounts), "account", "accounts"), r.first.Event.Place, listed)})
	}
	return lines
}

// appendAnomaly appends an anomaly as a JSON object.
func appendAnomaly(b []byte, a *account.Anomaly) []byte {
	e := &a.Event
	b = appendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"code", a.Code.String()}, {"reason", a.Reason}} {
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
