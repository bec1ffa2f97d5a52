package messages

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/source"
)

// MaxProblems is how many problems of one file are listed before giving up.
const MaxProblems = 20

// Limit counts the problems of each file.
type Limit struct {
	Most  int // of one file, 0 for no limit
	count map[string]int
}

// Add appends a problem to a list, and reports false when its file has had too many.
func (l *Limit) Add(list []error, file string, err error) ([]error, bool) {
	if l.count == nil {
		l.count = map[string]int{}
	}
	switch l.count[file]++; {
	case l.Most == 0 || l.count[file] <= l.Most:
		return append(list, err), true
	case l.count[file] == l.Most+1:
		list = append(list, fmt.Errorf("%s: more than %d problems, giving up on it", file, l.Most))
	}
	return list, false
}

// PrintError prints an error: one with a line of a file as it is, anything else after "prorata: ".
func PrintError(w io.Writer, err error) {
	if line, ok := err.(*eventlog.Line); ok {
		PrintLine(w, line.Error())
		return
	}
	if placed, ok := err.(*source.ParseError); ok && placed.Line > 0 {
		PrintLine(w, err.Error())
		return
	}
	PrintLine(w, "prorata: "+err.Error())
}

// maxMessage is how long a message may be, in the cells of a terminal: what it quotes is cut before.
const maxMessage = 2000

// PrintLine prints one line, whatever the text holds.
func PrintLine(w io.Writer, text string) { fmt.Fprintln(w, display.Cut(text, maxMessage)) }

// Problems are what is wrong with lines that were read, and with files that could not be: all that is told when nothing is
// billed.
func Problems(bad *eventlog.Lines, failed []eventlog.FileFailed, keepGoing bool) (list []error) {
	if !keepGoing {
		limit := Limit{Most: MaxProblems}
		for line := range bad.All() {
			err := WithID(line)
			list, _ = limit.Add(list, err.File, err)
		}
	}
	if len(failed) > 0 {
		list = append(list, failed[0].Err)
	}
	return list
}

// WithID is what is wrong with a line, with the id of its event where that can be told.
func WithID(line *eventlog.Line) *source.ParseError {
	if errors.As(line.Err, new(*account.ConflictError)) {
		return line.Err // says so itself
	}
	members, err := strictjson.Object("", line.Text)
	if err != nil {
		return line.Err
	}
	for _, m := range members {
		if m.Name != "id" {
			continue
		}
		if id, err := m.String(); err == nil && id != "" {
			return source.Errorf(line.Err.Place, "event %.80q: %w", id, line.Err.Err)
		}
	}
	return line.Err
}

// AppendQuarantined appends a line that was left out as a JSON object: file, line, column, reason, and text, or base64 where
// the line is no UTF-8. The text is the line itself, but for ids with two contents the event as it was read, written anew.
func AppendQuarantined(b []byte, err *source.ParseError, text []byte) []byte {
	b = AppendPlace(append(b, '{'), err.Place)
	b, _ = jsontext.AppendQuote(append(b, `,"reason":`...), err.Err.Error())
	if utf8.Valid(text) {
		b, _ = jsontext.AppendQuote(append(b, `,"text":`...), text)
	} else {
		b = append(b, `,"base64":"`...)
		b = append(base64.StdEncoding.AppendEncode(b, text), '"')
	}
	return append(b, '}')
}

// AppendPlace appends the members file, line and column.
func AppendPlace(b []byte, at source.Place) []byte {
	b, _ = jsontext.AppendQuote(append(b, `"file":`...), at.File)
	b = strconv.AppendInt(append(b, `,"line":`...), int64(at.Line), 10)
	return strconv.AppendInt(append(b, `,"column":`...), int64(at.Column), 10)
}

// NoInvoices says why there are no invoices of some accounts, dated within a span of which both days are in.
func NoInvoices(accounts int, span cycle.Period) string {
	if accounts == 0 {
		return "no invoices: the files hold no events"
	}
	dated := "through " + span.End.String()
	switch from := span.Start; {
	case from.After(span.End):
		return fmt.Sprintf("no invoices: --from %s is after the last day billed, %s", from, span.End)
	case !from.IsZero():
		dated = fmt.Sprintf("from %s to %s", from, span.End)
	}
	return fmt.Sprintf("no invoices: %s, none with one dated %s", report.Count(accounts, "account", "accounts"), dated)
}

// Placed is an error with its place, if it has one.
type Placed struct {
	At  source.Place
	Err error
}

// Findings are what there is to look at once events were read, and mostly billed.
type Findings struct {
	Bad        *eventlog.Lines // that were left out
	Quarantine string          // the file they were written to, if any
	Anomalies  []account.Anomaly
	Dates      FarDates
	OnlyRead   bool // nothing was billed
}

// Print says what there is to look at, and whether there is anything.
func (f *Findings) Print(w io.Writer) (any bool) {
	for line := range f.Bad.All() {
		PrintError(w, WithID(line))
	}
	listed := "--anomalies FILE lists all"
	if f.OnlyRead {
		listed = ListedByValidate
	}
	for _, p := range ByCause(f.Anomalies, listed) {
		PrintError(w, p.Err)
	}
	f.Dates.Print(w)
	if len(f.Anomalies) > 0 && !f.OnlyRead {
		PrintLine(w, "prorata: "+report.Count(len(f.Anomalies), "anomaly", "anomalies")+", left out of the bills")
	}
	if f.Bad.Len() > 0 {
		left := "prorata: " + report.Count(f.Bad.Len(), "line", "lines") + " left out"
		if f.Quarantine != "" {
			left += ", written to " + f.Quarantine
		}
		PrintLine(w, left)
	}
	return len(f.Anomalies)+f.Bad.Len()+f.Dates.N > 0
}

func count(n int) string { return digits.Group(strconv.Itoa(n)) }
