package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

type previewInput struct {
	Body struct {
		Account string        `json:"account" minLength:"1" maxLength:"1000"`
		Close   *previewWhen  `json:"close,omitempty"`
		Change  *previewTo    `json:"change,omitempty"`
		Charge  *previewMoney `json:"charge,omitempty"`
		Policy  previewPolicy `json:"policy,omitempty"`
	}
}

type previewWhen struct {
	On        string `json:"on,omitempty" format:"date" doc:"today where it is left out"`
	Effective string `json:"effective,omitempty" enum:"immediately,period_end"`
}

type previewTo struct {
	On        string `json:"on,omitempty" format:"date" doc:"today where it is left out"`
	Effective string `json:"effective,omitempty" enum:"immediately,period_end"`
	Package   string `json:"package" minLength:"1" maxLength:"200"`
}

type previewMoney struct {
	Amount      string `json:"amount" minLength:"1" maxLength:"40" doc:"a decimal; negative is a credit"`
	Description string `json:"description" minLength:"1" maxLength:"500"`
}

// previewPolicy is the part of a policy that is to be another, as a policy file has it.
type previewPolicy []byte

// UnmarshalJSON keeps what was sent, for the reader of policies.
func (p *previewPolicy) UnmarshalJSON(data []byte) error {
	*p = bytes.Clone(data)
	return nil
}

// Schema describes it.
func (previewPolicy) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Description: "keys of the policy and what they would be; the other keys stay", AdditionalProperties: true, Properties: map[string]*huma.Schema{}}
	for _, key := range invoice.PolicyKeys() {
		switch words := invoice.PolicyWords(key); {
		case key == "currency" || key == "time_zone": // which the books keep
		case key == "settle_days":
			s.Properties[key] = whole("after the day of an invoice")
		case len(words) > 0:
			s.Properties[key] = oneOf("", words...)
		default:
			s.Properties[key] = text("")
		}
	}
	return s
}

type previewOutput struct {
	Body struct {
		Without string      `json:"without" doc:"what the next invoice is without it"`
		With    string      `json:"with" doc:"what it is with it"`
		Invoice *apiInvoice `json:"invoice,omitempty" doc:"the next invoice with it"`
		Problem string      `json:"problem,omitempty" doc:"why it makes no sense here, and is left out"`
	}
}

// previewOperation is the one that asks what would be.
func (s *Server) previewOperation(api huma.API) {
	op := operation(http.MethodPost, "/v1/preview", "preview", "What would come of a close, a change, a charge or another policy; nothing is written", http.StatusNotFound)
	op.MaxBodyBytes = MaxBody
	huma.Register(api, op, s.preview)
}

func (s *Server) preview(ctx context.Context, in *previewInput) (*previewOutput, error) {
	st, err := s.standing(ctx, in.Body.Account)
	if err != nil {
		return nil, s.missing(ctx, err)
	}
	w, err := in.comesOf(s, st)
	var refused huma.StatusError
	if errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	out := &previewOutput{}
	out.Body.Without, out.Body.With = w.Before.Number(), w.After.Number()
	if !w.Invoice.Date.IsZero() {
		out.Body.Invoice = &apiInvoice{w.Invoice.AppendJSON(nil)}
	}
	if len(w.Anomalies) > 0 {
		out.Body.Problem = w.Anomalies[0].Reason
	}
	return out, nil
}

// comesOf says what the next invoice would be by what is asked.
func (in *previewInput) comesOf(s *Server, st *standing) (*whatIf, error) {
	b := &in.Body
	given := 0
	for _, one := range []bool{b.Close != nil, b.Change != nil, b.Charge != nil, b.Policy != nil} {
		if one {
			given++
		}
	}
	if given != 1 {
		return nil, huma.Error422UnprocessableEntity("expected one of close, change, charge and policy")
	}
	if b.Policy != nil {
		policy, err := b.Policy.over(st.Terms.Policy)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity("policy", &huma.ErrorDetail{Location: "body.policy", Message: err.Error(), Value: json.RawMessage(b.Policy)})
		}
		return st.comesOfPolicy(policy)
	}
	e, err := in.event(s, st.Terms.Policy.TimeZone, st.Terms.Policy.MoneyCurrency())
	if err != nil {
		return nil, err
	}
	return st.comesOf(e)
}

// over is a policy with what is to be another.
func (p previewPolicy) over(policy invoice.Policy) (invoice.Policy, error) {
	read, err := invoice.ParsePolicy("body.policy", p)
	if err != nil {
		return policy, err
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(p, &given); err != nil {
		return policy, err
	}
	if len(given) == 0 {
		return policy, errors.New("expected a key of the policy and its value, such as {\"timing\":\"advance\"}")
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		value := read.Value(key)
		if (key == "currency" || key == "time_zone") && value != policy.Value(key) {
			return policy, fmt.Errorf("%s=%s: the books are kept in %s=%s, expected that", key, value, key, policy.Value(key))
		}
		if err := policy.Set(key, value); err != nil {
			return policy, err
		}
	}
	return policy, nil
}

// comesOfPolicy says what the next invoice of an account would be by another policy.
func (st *standing) comesOfPolicy(policy invoice.Policy) (*whatIf, error) {
	biller, err := account.NewBiller(st.catalogue, policy)
	if err != nil {
		return nil, err
	}
	after, err := biller.Status(st.Events, st.Issued, st.today)
	if err != nil {
		return nil, err
	}
	zero := money.New(0, policy.MoneyCurrency())
	w := &whatIf{Before: st.Current.Projected, After: after.Projected, Invoice: after.Next}
	if st.Current.Next.Date.IsZero() {
		w.Before = zero
	}
	if after.Next.Date.IsZero() {
		w.After = zero
	}
	return w, nil
}

// event is what is to be looked at.
func (in *previewInput) event(s *Server, zone *time.Location, currency money.Currency) (e account.Event, err error) {
	b := &in.Body
	e = account.Event{ID: newID(), Account: b.Account, At: s.now()}
	when := previewWhen{}
	if b.Close != nil {
		e.Type, when = account.Closed, *b.Close
	}
	if b.Change != nil {
		e.Type, e.Package, when = account.PackageChanged, b.Change.Package, previewWhen{b.Change.On, b.Change.Effective}
	}
	if b.Charge != nil {
		e.Type, e.Description = account.ChargeAdded, b.Charge.Description
		if e.Amount, err = money.ParseIn(b.Charge.Amount, currency); err != nil {
			return e, huma.Error422UnprocessableEntity("charge", &huma.ErrorDetail{Location: "body.charge.amount", Message: err.Error(), Value: b.Charge.Amount})
		}
	}
	if when.Effective != "" {
		if e.Effective, err = account.ParseEffective(when.Effective); err != nil {
			return e, huma.Error422UnprocessableEntity(err.Error())
		}
	}
	if when.On == "" {
		return e, nil
	}
	var on cycle.Date
	if err := readDate("body.on", when.On, &on); err != nil {
		return e, err
	}
	if today, err := cycle.DateOf(e.At, zone); err != nil || today != on {
		e.RecordedAt, e.At = e.At, on.Start(zone)
	}
	return e, nil
}
