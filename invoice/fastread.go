package invoice

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prorata-go/prorata/cycle"
)

// scanner reads the JSON of an invoice that is as AppendJSON writes it: members in that order, and no character escaped. It gives up on
// everything else, right or wrong, which is then read again by what knows all of JSON and says what an error is. Stores read many
// invoices, and this takes a fraction of the time.
type scanner struct {
	rest   string
	failed bool
}

// readFast reads the JSON of an invoice, and reports false where it gives up.
func (from *invoiceJSON) readFast(data []byte) bool {
	s := scanner{rest: string(data)}
	var number string
	s.string(`{"number":`, &number)
	s.string(`,"account":`, &from.Account)
	s.string(`,"type":`, &from.Type)
	s.date(`,"date_invoiced":`, &from.Date)
	s.date(`,"start_date":`, &from.Start)
	s.date(`,"end_date":`, &from.End)
	s.string(`,"package":`, &from.Package)
	s.string(`,"currency":`, &from.Currency)
	s.number(`,"credits":`, &from.Credits)
	s.string(`,"amount":`, &from.Amount)
	s.string(`,"prorated":`, &from.Prorated)
	s.string(`,"overage":`, &from.Overage)
	s.string(`,"additional_charges":`, &from.AdditionalCharges)
	s.string(`,"final_amount":`, &from.FinalAmount)
	s.string(`,"status":`, &from.Status)
	if strings.HasPrefix(s.rest, `,"cut_at"`) {
		s.instant(`,"cut_at":`, &from.CutAt)
	}
	s.skip(`,"lines":[`)
	from.Lines = make([]lineJSON, 0, strings.Count(s.rest, `{"kind":`))
	for !s.failed && !strings.HasPrefix(s.rest, "]") {
		if len(from.Lines) > 0 {
			s.skip(",")
		}
		from.Lines = append(from.Lines, lineJSON{})
		from.Lines[len(from.Lines)-1].readFast(&s)
	}
	s.skip("]}")
	if s.failed || s.rest != "" {
		return false
	}
	var err error
	from.Number, err = ParseNumber(number)
	return err == nil
}

func (from *lineJSON) readFast(s *scanner) {
	var days, periodDays, phase int64
	s.string(`{"kind":`, &from.Kind)
	s.string(`,"package":`, &from.Package)
	s.date(`,"start_date":`, &from.Start)
	s.date(`,"end_date":`, &from.End)
	s.number(`,"days":`, &days)
	s.number(`,"period_days":`, &periodDays)
	s.number(`,"quantity":`, &from.Quantity)
	s.string(`,"unit_price":`, &from.UnitPrice)
	s.string(`,"amount":`, &from.Amount)
	if from.Adjustment = strings.HasPrefix(s.rest, `,"adjustment":true`); from.Adjustment {
		s.skip(`,"adjustment":true`)
	} else {
		s.skip(`,"adjustment":false`)
	}
	s.string(`,"explanation":`, &from.Explanation)
	s.date(`,"period":`, &from.Period)
	s.number(`,"phase":`, &phase)
	s.number(`,"credits":`, &from.Credits)
	if strings.HasPrefix(s.rest, `,"event"`) {
		s.string(`,"event":`, &from.Event)
	}
	s.skip("}")
	from.Days, from.PeriodDays, from.Phase = int(days), int(periodDays), int32(phase)
	s.failed = s.failed || int64(from.Days) != days || int64(from.PeriodDays) != periodDays || int64(from.Phase) != phase
}

// skip passes over what has to be there.
func (s *scanner) skip(text string) {
	rest, found := strings.CutPrefix(s.rest, text)
	s.rest, s.failed = rest, s.failed || !found
}

// string reads a string after the name of its member.
func (s *scanner) string(name string, to *string) {
	if s.skip(name); s.failed || !strings.HasPrefix(s.rest, `"`) {
		s.failed = true
		return
	}
	end := strings.IndexByte(s.rest[1:], '"')
	if end < 0 {
		s.failed = true
		return
	}
	text := s.rest[1 : 1+end]
	s.rest = s.rest[2+end:]
	wide := false
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '\\' {
			s.failed = true
			return
		} else if c >= utf8.RuneSelf {
			wide = true
		}
	}
	if *to = text; wide && !utf8.ValidString(text) {
		s.failed = true
	}
}

func (s *scanner) date(name string, to *cycle.Date) {
	var text string
	if s.string(name, &text); s.failed || text == "" {
		return
	}
	date, err := cycle.ParseDate(text)
	*to, s.failed = date, err != nil
}

func (s *scanner) instant(name string, to *time.Time) {
	var text string
	if s.string(name, &text); s.failed {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	// time.Parse is less strict than JSON.
	*to, s.failed = at, err != nil || len(text) < len("2026-01-31T00:00:00Z") || text[13] != ':' || text[16] != ':' || text[len(text)-1] != 'Z' || strings.Contains(text, ",")
}

// number reads a whole number of up to 18 digits after the name of its member.
func (s *scanner) number(name string, to *int64) {
	s.skip(name)
	digits, minus := strings.CutPrefix(s.rest, "-")
	n, end := int64(0), 0
	for end < len(digits) && end < 19 && '0' <= digits[end] && digits[end] <= '9' {
		n = n*10 + int64(digits[end]-'0')
		end++
	}
	if end == 0 || end > 18 || digits[0] == '0' && (end > 1 || minus) {
		s.failed = true
		return
	}
	if s.rest = digits[end:]; minus {
		n = -n
	}
	*to = n
}
