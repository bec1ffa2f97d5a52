package reconcile

import (
	"strconv"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// AppendJSON appends the whole report as one JSON object, one row a line.
func (rep *Report) AppendJSON(b []byte, s *Summary) []byte {
	b = append(b, "{\"rows\":["...)
	for i := range rep.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = rep.Rows[i].AppendJSON(append(b, '\n'))
	}
	b = s.appendJSON(append(b, "\n],\n\"summary\":"...), rep)
	b = append(b, ",\n\"convention\":"...)
	if rep.Convention == nil {
		return append(b, "null}"...)
	}
	return append(rep.Convention.appendJSON(b), '}')
}

// AppendJSON appends the row as a JSON object on one line: amounts and the wire fields of both
// sides as strings, a side that is not there as null.
func (row *Row) AppendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"account":`...), row.Account)
	b = strictjson.AppendString(append(b, `,"number":`...), row.Number())
	p := row.Period()
	b = strictjson.AppendString(append(b, `,"start_date":`...), p.Start.String())
	b = strictjson.AppendString(append(b, `,"end_date":`...), p.Last().String())
	b = row.wire(append(b, `,"theirs":`...), row.Theirs)
	var ours *distributor.Invoice
	if row.Ours != nil {
		ours = &distributor.FromInvoices("", []invoice.Invoice{*row.Ours}).Rows[0]
	}
	b = row.wire(append(b, `,"ours":`...), ours)
	b = amount(append(b, `,"difference":`...), row.Difference)
	b = strictjson.AppendString(append(b, `,"class":`...), row.Class.String())
	b = strictjson.AppendString(append(b, `,"cause":`...), row.Cause())
	b = strictjson.AppendString(append(b, `,"explanation":`...), row.Explanation())
	b = append(b, `,"rivals":[`...)
	rivals := row.Rivals()
	for i := range rivals {
		f := &rivals[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = strictjson.AppendString(append(b, `{"cause":`...), f.Code)
		b = strictjson.AppendString(append(b, `,"explanation":`...), f.Sentence)
		b = append(strictjson.AppendString(append(b, `,"strength":`...), f.Strength()), '}')
	}
	b = strictjson.AppendString(append(b, `],"strength":`...), row.Strength())
	b = strictjson.AppendString(append(b, `,"in_favour_of":`...), row.InFavourOf())
	b = list(append(b, `,"implied":`...), row.Implied)
	b = list(append(b, `,"events":`...), row.Events)
	b = list(append(b, `,"notes":`...), row.Notes)
	return append(b, '}')
}

// InFavourOf says whom the difference favours: "us", "them" or nobody, the empty string.
func (row *Row) InFavourOf() string {
	switch row.Difference.Sign() {
	case -1:
		return "us"
	case 1:
		return "them"
	}
	return ""
}

// Number is that of their row, or else of ours.
func (row *Row) Number() string {
	if row.Theirs != nil {
		return row.Theirs.Number
	}
	return row.Ours.Number.String()
}

// Period is that of their row, or else of ours.
func (row *Row) Period() cycle.Period {
	if row.Theirs != nil {
		return cycle.Period{Start: row.Theirs.StartDate, End: row.Theirs.EndDate.AddDays(1)}
	}
	return row.Ours.Period
}

// wire appends the fields of one side, whatever document they came from, in one form.
func (row *Row) wire(b []byte, inv *distributor.Invoice) []byte {
	if inv == nil {
		return append(b, "null"...)
	}
	fields := []struct{ name, value string }{
		{"number", inv.Number}, {"username", inv.Username}, {"package", inv.Package}, {"type", inv.Type}, {"status", inv.Status},
		{"credits", string(inv.Credits)}, {"date_invoiced", inv.DateInvoiced.String()}, {"start_date", inv.StartDate.String()},
		{"end_date", inv.EndDate.String()}, {"amount", string(inv.Amount)}, {"prorated", string(inv.Prorated)},
		{"overage", string(inv.Overage)}, {"additional_charges", string(inv.AdditionalCharges)}, {"final_amount", string(inv.FinalAmount)},
	}
	for _, f := range inv.Unknown() {
		fields = append(fields, struct{ name, value string }{f.Name, f.Text})
	}
	for i, f := range fields {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		b = strictjson.AppendString(append(strictjson.AppendString(append(b, sep), f.name), ':'), f.value)
	}
	return append(b, '}')
}

func (s *Summary) appendJSON(b []byte, rep *Report) []byte {
	b = strconv.AppendInt(append(b, `{"rows":`...), int64(s.Rows), 10)
	b = strictjson.AppendString(append(b, `,"from":`...), rep.From.String())
	b = strictjson.AppendString(append(b, `,"through":`...), rep.Through.String())
	b = strictjson.AppendString(append(b, `,"currency":`...), rep.Currency.String())
	b = strconv.AppendInt(append(b, `,"their_rows":`...), int64(s.TheirRows), 10)
	b = strconv.AppendInt(append(b, `,"our_rows":`...), int64(s.OurRows), 10)
	for _, sum := range []struct {
		name string
		a    money.Amount
	}{{"theirs", s.Theirs}, {"ours", s.Ours}, {"difference", s.Difference}, {"gross", s.Gross}, {"in_favour_of_them", s.AgainstUs}, {"in_favour_of_us", s.ForUs}} {
		b = amount(append(b, `,"`+sum.name+`":`...), sum.a)
	}
	for _, part := range []struct {
		name   string
		shares []Share
	}{{"classes", s.Classes}, {"causes", s.Causes}, {"packages", s.Packages}, {"accounts", s.Accounts}} {
		b = append(b, `,"`+part.name+`":[`...)
		for i := range part.shares {
			if i > 0 {
				b = append(b, ',')
			}
			b = part.shares[i].appendJSON(b)
		}
		b = append(b, ']')
	}
	b = list(append(b, `,"problems":`...), rep.Problems)
	b = list(append(b, `,"notes":`...), rep.Notes)
	return append(b, '}')
}

func (s *Share) appendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"name":`...), s.Name)
	b = strconv.AppendInt(append(b, `,"rows":`...), int64(s.Rows), 10)
	b = amount(append(b, `,"theirs":`...), s.Theirs)
	b = amount(append(b, `,"ours":`...), s.Ours)
	b = amount(append(b, `,"difference":`...), s.Difference)
	return append(amount(append(b, `,"gross":`...), s.Gross), '}')
}

func (c *Convention) appendJSON(b []byte) []byte {
	policy, _ := c.Policy.MarshalJSON() // has no error to give
	b = append(append(b, `{"policy":`...), policy...)
	b = strconv.AppendBool(append(b, `,"better_than_ours":`...), c.Better)
	b = strconv.AppendBool(append(b, `,"established":`...), c.Established)
	b = strconv.AppendInt(append(b, `,"searched":`...), int64(c.Searched), 10)
	b = strconv.AppendInt(append(b, `,"tested":`...), int64(c.Tested), 10)
	b = strconv.AppendInt(append(b, `,"prorated":`...), int64(c.Prorated), 10)
	b = strconv.AppendInt(append(b, `,"reproduced":`...), int64(c.Reproduced), 10)
	b = strconv.AppendInt(append(b, `,"reproduced_by_ours":`...), int64(c.Ours), 10)
	b = strconv.AppendInt(append(b, `,"members":`...), int64(len(c.Members)), 10)
	b = append(b, `,"runner_up":`...)
	if c.RunnerUp == nil {
		b = append(b, "null"...)
	} else {
		policy, _ := c.RunnerUp.MarshalJSON()
		b = append(b, policy...)
	}
	b = strconv.AppendInt(append(b, `,"reproduced_by_runner_up":`...), int64(c.Second), 10)
	b = list(append(b, `,"against":`...), c.Against)
	b = strictjson.AppendString(append(b, `,"telling":`...), c.Telling)
	if !c.Better { // no other convention, no totals under it
		return append(b, `,"theirs":null,"ours":null,"cost":null}`...)
	}
	b = amount(append(b, `,"theirs":`...), c.TheirsTotal)
	b = amount(append(b, `,"ours":`...), c.OursTotal)
	return append(amount(append(b, `,"cost":`...), c.Cost), '}')
}

func amount(b []byte, a money.Amount) []byte { return append(a.AppendNumber(append(b, '"')), '"') }

func list(b []byte, items []string) []byte {
	b = append(b, '[')
	for i, s := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = strictjson.AppendString(b, s)
	}
	return append(b, ']')
}
