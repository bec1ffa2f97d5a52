package distributor

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/source"
)

// Statistic is one day of an end user's mail. The numbers are counts.
type Statistic struct {
	Date        cycle.Date
	Requests    Number // the credits used that day
	Bounces     Number
	Clicks      Number
	Opens       Number
	SpamReports Number

	Fields []Field // all that the document said, in its order
	Place  source.Place
}

// Statistics is a document of days.
type Statistics []Statistic

var statisticSchema = schema[Statistic]{
	what: "a day of statistics",
	base: func(s *Statistic) (*[]Field, *source.Place) { return &s.Fields, &s.Place },
	columns: []column[Statistic]{
		{name: "date", at: func(s *Statistic) any { return &s.Date }},
		{name: "requests", form: whole, at: func(s *Statistic) any { return &s.Requests }},
		{name: "bounces", form: whole, at: func(s *Statistic) any { return &s.Bounces }},
		{name: "clicks", form: whole, at: func(s *Statistic) any { return &s.Clicks }},
		{name: "opens", form: whole, at: func(s *Statistic) any { return &s.Opens }},
		{name: "spamreports", form: whole, at: func(s *Statistic) any { return &s.SpamReports }},
	},
}

// ReadStatistics reads daily statistics: a JSON list, or XML <stats><day>…. Date and requests are required. A date that comes twice
// is left to the caller: the Distributor lists a day once, but sums of several lists are lists too. Errors are as [ReadInvoices]
// has them.
func ReadStatistics(file string, data []byte) (Statistics, error) {
	return readList(file, data, &statisticSchema, "stats", "day", []string{"date", "requests"})
}

// Unknown returns the fields that the reference does not have.
func (s *Statistic) Unknown() []Field { return statisticSchema.unknown(s) }

// Equal reports whether two documents say the same, as [Invoices.Equal] does.
func (l Statistics) Equal(other Statistics) bool { return statisticSchema.equalAll(l, other) }

// AppendJSON appends the document as JSON, one day a line.
func (l Statistics) AppendJSON(b []byte) []byte {
	return append(statisticSchema.appendListJSON(b, l), '\n')
}

// AppendXML appends the document as XML, one field a line.
func (l Statistics) AppendXML(b []byte) []byte {
	return wrapXML(b, []string{"stats"}, func(b []byte) []byte {
		return statisticSchema.appendListXML(b, l, "day", "  ")
	})
}
