package distributor

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// Overview is where an end user's account stands in its billing period.
type Overview struct {
	Package        string
	Reputation     Number
	Requests       Number
	CreditsAllowed Number // included in the period
	CreditsUsed    Number
	CreditsRemain  Number
	CreditsOverage Number // used beyond the included ones

	BillingStartDate, BillingEndDate cycle.Date // both inclusive
	BillingProcessDate               cycle.Date // the day of the invoice

	Fields []Field // all that the document said, in its order
	Place  source.Place
}

var overviewSchema = schema[Overview]{
	what: "an account overview",
	base: func(o *Overview) (*[]Field, *source.Place) { return &o.Fields, &o.Place },
	check: func(d *document, n *node, o *Overview) {
		d.notBefore(n, "billing_end_date", o.BillingEndDate, "billing_start_date", o.BillingStartDate)
	},
	columns: []column[Overview]{
		{name: "reputation", at: func(o *Overview) any { return &o.Reputation }},
		{name: "requests", at: func(o *Overview) any { return &o.Requests }},
		{name: "package", at: func(o *Overview) any { return &o.Package }},
		{name: "credits_allowed", at: func(o *Overview) any { return &o.CreditsAllowed }},
		{name: "credits_used", at: func(o *Overview) any { return &o.CreditsUsed }},
		{name: "credits_remain", at: func(o *Overview) any { return &o.CreditsRemain }},
		{name: "credits_overage", at: func(o *Overview) any { return &o.CreditsOverage }},
		{name: "billing_start_date", at: func(o *Overview) any { return &o.BillingStartDate }},
		{name: "billing_end_date", at: func(o *Overview) any { return &o.BillingEndDate }},
		{name: "billing_process_date", at: func(o *Overview) any { return &o.BillingProcessDate }},
	},
}

// ReadOverview reads an account overview: a JSON object, or XML <result><overview>…. The package and the billing period's first
// and last day are required. Errors are as [ReadInvoices] has them.
func ReadOverview(file string, data []byte) (Overview, error) {
	d, err := parse(file, data)
	if err != nil {
		return Overview{}, err
	}
	if err := d.reply(); err != nil {
		return Overview{}, err
	}
	n := d.unwrap("overview")
	if d.xml && n.name != "overview" {
		return Overview{}, d.errorf(int(n.nameAt), "<%s>, expected <result> with an <overview>", names.Clip(n.name))
	}
	o := overviewSchema.read(d, n, []string{"package", "billing_start_date", "billing_end_date"}, "")
	if err := d.problems.Err(d.file); err != nil {
		return Overview{}, err
	}
	return o, nil
}

// Unknown returns the fields that the reference does not have.
func (o *Overview) Unknown() []Field { return overviewSchema.unknown(o) }

// Equal reports whether two overviews say the same, as [Invoice.Equal] does.
func (o *Overview) Equal(other *Overview) bool { return overviewSchema.equal(o, other) }

// AppendJSON appends the document as JSON. One with a field that an error of the Distributor has is wrapped, as {"overview":{…}}, so
// that it is not taken for that.
func (o *Overview) AppendJSON(b []byte) []byte {
	for _, f := range overviewSchema.fields(o) {
		if isReply(f.Name, f.Text) {
			return append(overviewSchema.appendJSON(append(b, `{"overview":`...), o), "}\n"...)
		}
	}
	return append(overviewSchema.appendJSON(b, o), '\n')
}

// AppendXML appends the document as XML, one field a line.
func (o *Overview) AppendXML(b []byte) []byte {
	return wrapXML(b, []string{"result", "overview"}, func(b []byte) []byte {
		return overviewSchema.appendXML(b, o, "    ")
	})
}
