package reconcile

import (
	"strconv"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// AppendJSON appends the whole report as one JSON object: summary, convention, findings, groups and left_out, a group a line.
func (rep *Report) AppendJSON(b []byte, s *Summary) []byte {
	b = s.appendJSON(append(b, "{\"summary\":"...), rep)
	b = append(b, ",\n\"convention\":"...)
	if rep.Convention == nil {
		b = append(b, "null"...)
	} else {
		b = rep.Convention.appendJSON(b)
	}
	b = append(b, ",\n\"findings\":["...)
	for i := range rep.Findings {
		b = rep.Findings[i].appendJSON(appendSep(b, i))
	}
	b = append(b, "\n],\n\"groups\":["...)
	for i, g := range rep.Groups {
		b = g.AppendJSON(appendSep(b, i))
	}
	b = append(b, "\n],\n\"left_out\":["...)
	for i := range rep.LeftOut {
		b = rep.LeftOut[i].appendJSON(appendSep(b, i), rep.Currency)
	}
	return append(b, "\n]}"...)
}

func appendSep(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(b, '\n')
}

// text appends a member with a string.
func text(b []byte, name, value string) []byte {
	return strictjson.AppendString(append(append(append(b, ",\""...), name...), `":`...), value)
}

// AppendJSON appends the group as a JSON object on one line: amounts and the wire fields of both sides as strings.
func (g *Group) AppendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"account":`...), g.Account)
	b = text(b, "start_date", g.Period.Start.String())
	b = text(b, "end_date", g.Period.Last().String())
	b = text(b, "class", g.Class.String())
	b = text(b, "cause", g.Cause())
	b = text(b, "strength", g.Strength())
	b = text(b, "odds", g.Odds())
	b = text(b, "explanation", g.Explanation())
	b = append(b, `,"rivals":[`...)
	for i, h := range g.Rivals() {
		if i > 0 {
			b = append(b, ',')
		}
		strength := "likely"
		if h.Possible() {
			strength = "possible"
		}
		b = strictjson.AppendString(append(b, `{"cause":`...), h.Code())
		b = text(b, "strength", strength)
		b = text(b, "odds", h.Odds())
		b = append(text(b, "explanation", h.Text), '}')
	}
	b = list(append(b, `],"notes":`...), g.Notes)
	b = text(b, "theirs_total", g.number(g.TheirFigures.Total()))
	b = text(b, "ours_total", g.number(g.OurFigures.Total()))
	b = text(b, "difference", g.number(g.Difference().Total()))
	b = text(b, "in_favour_of", g.InFavourOf())
	b = text(b, "claimed", g.number(g.claim))
	b = text(b, "unclaimed", g.Unclaimed)
	b = list(append(b, `,"events":`...), g.Events)
	for _, side := range []struct {
		name string
		rows []*Row
	}{{"theirs", g.Theirs}, {"ours", g.Ours}} {
		b = append(append(append(b, `,"`...), side.name...), `":[`...)
		for i, r := range side.rows {
			if i > 0 {
				b = append(b, ',')
			}
			b = r.appendJSON(b, g.currency)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// InFavourOf says whom the difference favours: "us", "them" or nobody, the empty string.
func (g *Group) InFavourOf() string {
	switch d := g.Difference().Total(); {
	case d < 0:
		return "us"
	case d > 0:
		return "them"
	}
	return ""
}

// Wire are the fields of a row in the Distributor's form, of whichever side and document it is.
func (r *Row) Wire() []struct{ Name, Value string } {
	inv := r.Theirs
	if inv == nil {
		inv = &distributor.FromInvoices("", []invoice.Invoice{*r.Ours}).Rows[0]
	}
	fields := []struct{ Name, Value string }{
		{"number", inv.Number}, {"username", inv.Username}, {"package", inv.Package}, {"type", inv.Type}, {"status", inv.Status},
		{"credits", string(inv.Credits)}, {"date_invoiced", inv.DateInvoiced.String()}, {"start_date", inv.StartDate.String()},
		{"end_date", inv.EndDate.String()}, {"amount", string(inv.Amount)}, {"prorated", string(inv.Prorated)},
		{"overage", string(inv.Overage)}, {"additional_charges", string(inv.AdditionalCharges)}, {"final_amount", string(inv.FinalAmount)},
	}
	for _, f := range inv.Unknown() {
		fields = append(fields, struct{ Name, Value string }{f.Name, f.Text})
	}
	return fields
}

// appendJSON appends the row's wire fields, and what of it is compared.
func (r *Row) appendJSON(b []byte, c money.Currency) []byte {
	b = append(b, '{')
	for i, f := range r.Wire() {
		if i > 0 {
			b = append(b, ',')
		}
		b = strictjson.AppendString(append(strictjson.AppendString(b, f.Name), ':'), f.Value)
	}
	if compared := r.Figures.Total(); r.Ours != nil && compared != r.Ours.FinalAmount.Minor() || r.Theirs != nil && r.added != 0 {
		b = text(b, "compared", money.New(compared, c).Number())
	}
	return append(b, '}')
}

func (l *LeftOut) appendJSON(b []byte, c money.Currency) []byte {
	b = strictjson.AppendString(append(b, `{"account":`...), l.Row.Account)
	b = text(b, "reason", l.Why.String())
	b = text(b, "note", l.Note)
	b = text(b, "side", l.Row.side())
	return append(l.Row.appendJSON(append(b, `,"row":`...), c), '}')
}

func (f *Finding) appendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"cause":`...), f.Cause)
	b = text(b, "fact", f.Fact)
	b = list(append(b, `,"accounts":`...), f.Accounts)
	b = strconv.AppendInt(append(b, `,"groups":`...), int64(f.Groups), 10)
	b = strconv.AppendInt(append(b, `,"rows":`...), int64(f.Rows), 10)
	b = amount(append(b, `,"theirs":`...), f.Theirs)
	b = amount(append(b, `,"ours":`...), f.Ours)
	b = amount(append(b, `,"difference":`...), f.Difference)
	b = text(b, "explanation", f.Explanation)
	return append(text(b, "strength", f.Strength), '}')
}

func (s *Summary) appendJSON(b []byte, rep *Report) []byte {
	b = strictjson.AppendString(append(b, `{"from":`...), rep.From.String())
	b = text(b, "through", rep.Through.String())
	b = text(b, "currency", rep.Currency.String())
	for _, n := range []struct {
		name string
		n    int
	}{{"groups", s.Groups}, {"their_rows", s.TheirRows}, {"our_rows", s.OurRows}, {"left_out", s.LeftOut}} {
		b = strconv.AppendInt(append(append(append(b, `,"`...), n.name...), `":`...), int64(n.n), 10)
	}
	for _, sum := range []struct {
		name string
		a    money.Amount
	}{{"theirs", s.Theirs}, {"ours", s.Ours}, {"difference", s.Difference}, {"gross", s.Gross}, {"in_favour_of_them", s.AgainstUs}, {"in_favour_of_us", s.ForUs},
		{"not_compared", s.Added}, {"claimed", s.Claimed}} {
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
	return append(list(append(b, `,"notes":`...), rep.Notes), '}')
}

func (s *Share) appendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"name":`...), s.Name)
	b = strconv.AppendInt(append(b, `,"groups":`...), int64(s.Groups), 10)
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
	for _, n := range []struct {
		name string
		n    int
	}{{"searched", c.Searched}, {"tested", c.Tested}, {"prorated", c.Prorated}, {"reproduced", c.Reproduced}, {"reproduced_by_ours", c.Ours}, {"members", len(c.Members)}} {
		b = strconv.AppendInt(append(append(append(b, `,"`...), n.name...), `":`...), int64(n.n), 10)
	}
	b = append(b, `,"runner_up":`...)
	if c.RunnerUp == nil {
		b = append(b, "null"...)
	} else {
		policy, _ := c.RunnerUp.MarshalJSON()
		b = append(b, policy...)
	}
	b = strconv.AppendInt(append(b, `,"reproduced_by_runner_up":`...), int64(c.Second), 10)
	b = list(append(b, `,"against":`...), c.Against)
	b = text(b, "telling", c.Telling)
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
