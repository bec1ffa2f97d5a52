package messages

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

// SortAnomalies puts anomalies in the order of the files they stand in.
func SortAnomalies(anomalies []account.Anomaly, files []string) {
	compare := InFileOrder(files)
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

// ListedByValidate is where validate has all anomalies.
const ListedByValidate = "--format json lists all"

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
	more := fmt.Sprintf("%s, and %s more", r.first, count(r.n-1))
	if len(r.accounts) == 1 {
		more += fmt.Sprintf(" of account %q", names.ClipTo(r.first.Event.Account, 200))
	} else {
		more += fmt.Sprintf(", of %s accounts in all", count(len(r.accounts)))
	}
	return fmt.Sprintf("%s, the last %s", more, where(&r.last.Event))
}

// where says which event it is: by its place, or by its id where it was in no file.
func where(e *account.Event) string {
	if e.Place.IsZero() {
		return fmt.Sprintf("event %q", names.ClipTo(e.ID, 80))
	}
	return "at " + e.Place.String()
}

// ByCause words anomalies, which are in the order of the files: a line for each, and one for a cause that
// more than two have, with the place of the first. Of a kind that has many causes, the rest is counted at
// the end, with where all are listed.
func ByCause(anomalies []account.Anomaly, listed string) (lines []Placed) {
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
		lines = append(lines, Placed{at, source.At(at, errors.New(texts[i]))})
	}
	for _, code := range slices.Sorted(maps.Keys(rest)) {
		r := rest[code]
		lines = append(lines, Placed{Err: fmt.Errorf("and %s more (%s), of %s, the first %s; %s", report.Count(r.n, "anomaly", "anomalies"),
			code, report.Count(len(r.accounts), "account", "accounts"), where(&r.first.Event), listed)})
	}
	return lines
}

// AppendAnomaly appends an anomaly as a JSON object.
func AppendAnomaly(b []byte, a *account.Anomaly) []byte {
	e := &a.Event
	b = AppendPlace(append(b, '{'), e.Place)
	for _, m := range [][2]string{{"id", e.ID}, {"account", e.Account}, {"type", e.Type.String()}, {"code", a.Code.String()}, {"reason", a.Reason}} {
		b = append(append(append(b, `,"`...), m[0]...), `":`...)
		b, _ = jsontext.AppendQuote(b, m[1])
	}
	return append(b, '}')
}

// InFileOrder compares places in files: by file as they were named, then by line and column.
func InFileOrder(files []string) func(a, b source.Place) int {
	order := make(map[string]int, len(files)) // of the first of a name
	for i, name := range slices.Backward(files) {
		order[name] = i
	}
	at := func(file string) int {
		if i, found := order[file]; found {
			return i
		}
		return -1
	}
	return func(a, b source.Place) int {
		if a.File != b.File {
			return at(a.File) - at(b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	}
}
