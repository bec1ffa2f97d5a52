package distributor

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/source"
)

// Pending is a change of an end user's account that has not happened yet.
type Pending struct {
	Username string
	Type     string     // such as "Account Upgrade"
	Current  string     // the package now
	Update   string     // the package then; empty for a close
	Date     cycle.Date // when it happens

	Fields []Field // all that the document said, in its order
	Place  source.Place
}

// PendingList is a document of pending changes.
type PendingList []Pending

var pendingSchema = schema[Pending]{
	what: "a pending change",
	base: func(p *Pending) (*[]Field, *source.Place) { return &p.Fields, &p.Place },
	columns: []column[Pending]{
		{name: "username", at: func(p *Pending) any { return &p.Username }},
		{name: "type", at: func(p *Pending) any { return &p.Type }},
		{name: "current", at: func(p *Pending) any { return &p.Current }},
		{name: "update", at: func(p *Pending) any { return &p.Update }},
		{name: "date", at: func(p *Pending) any { return &p.Date }},
	},
}

// ReadPending reads a list of pending changes: a JSON list, or XML <result><pending><user>…. Username, type and date are required.
// Errors are as [ReadInvoices] has them.
func ReadPending(file string, data []byte) (PendingList, error) {
	return readList(file, data, &pendingSchema, "pending", "user", []string{"username", "type", "date"})
}

// readList reads a document that is a list of records.
func readList[T any](file string, data []byte, s *schema[T], key, item string, required []string) ([]T, error) {
	d, err := parse(file, data)
	if err != nil {
		return nil, err
	}
	if err := d.reply(); err != nil {
		return nil, err
	}
	nodes, err := d.items(key, item)
	if err != nil {
		return nil, err
	}
	return s.readAll(d, nodes, required)
}

// Unknown returns the fields that the reference does not have.
func (p *Pending) Unknown() []Field { return pendingSchema.unknown(p) }

// Equal reports whether two documents say the same, as [Invoices.Equal] does.
func (l PendingList) Equal(other PendingList) bool { return pendingSchema.equalAll(l, other) }

// AppendJSON appends the document as JSON, one change a line.
func (l PendingList) AppendJSON(b []byte) []byte {
	return append(pendingSchema.appendListJSON(b, l), '\n')
}

// AppendXML appends the document as XML, one field a line.
func (l PendingList) AppendXML(b []byte) []byte {
	return wrapXML(b, []string{"result", "pending"}, func(b []byte) []byte {
		return pendingSchema.appendListXML(b, l, "user", "    ")
	})
}
