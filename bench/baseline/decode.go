package main

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// event is any event as it is written. Instants stay text: this is the least that decoding can be.
type event struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Account     string         `json:"account"`
	At          string         `json:"at"`
	RecordedAt  string         `json:"recorded_at"`
	Package     string         `json:"package"`
	BillingDate string         `json:"billing_date"`
	Effective   string         `json:"effective"`
	Credits     int64          `json:"credits"`
	Amount      string         `json:"amount"`
	Description string         `json:"description"`
	Invoice     string         `json:"invoice"`
	Status      string         `json:"status"`
	Metadata    jsontext.Value `json:"metadata"`
}

// decode only decodes: an unknown member, a repeated one, a wrong type and bad UTF-8 are errors.
func decode(files []string, workers int) (measured, error) {
	strict := json.JoinOptions(json.RejectUnknownMembers(true))
	parts, err := divide(files, partSize)
	if err != nil {
		return measured{}, err
	}
	return inParts(parts, workers, func(_ int, p part) (measured, error) {
		var e event // one for all lines, which is as fast as it gets
		return p.lines(func(line []byte) error {
			e = event{}
			return json.Unmarshal(line, &e, strict)
		})
	})
}
