package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/books"
)

// paymentDays is how many days after its date an invoice is due, where nothing else is asked for.
const paymentDays = 30

type balanceInput struct {
	AsOf        string `query:"as_of" format:"date" doc:"at the end of this day; today where it is left out"`
	PaymentDays int    `query:"payment_days" minimum:"0" maximum:"3660" default:"30" doc:"how many days after its date an invoice is due"`
	Account     string `query:"account" maxLength:"1000"`
}

type balanceOutput struct {
	Body struct {
		Balances []apiBalance `json:"balances" nullable:"false" doc:"of each account that something was issued to"`
	}
}

// apiBalance is a balance with the names that prorata balance prints.
type apiBalance struct {
	Account   string `json:"account"`
	Currency  string `json:"currency"`
	Invoiced  string `json:"invoiced"`
	Paid      string `json:"paid"`
	Refunded  string `json:"refunded"`
	Credit    string `json:"credit"`
	Open      string `json:"open"`
	NotDue    string `json:"not_due"`
	To30      string `json:"overdue_1_30"`
	To60      string `json:"overdue_31_60"`
	To90      string `json:"overdue_61_90"`
	LongerDue string `json:"overdue_over_90"`
}

// balanceOperations are those about what customers owe.
func (s *Server) balanceOperations(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/balance", "get-balance", "What each customer owes, and how old that is", http.StatusNotFound), s.balances)
}

func (s *Server) balances(ctx context.Context, in *balanceInput) (*balanceOutput, error) {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	what := books.Balancing{PaymentDays: in.PaymentDays}
	if what.AsOf, err = s.today(&terms); err != nil {
		return nil, s.broken(ctx, err)
	}
	if err := readDate("query.as_of", in.AsOf, &what.AsOf); err != nil {
		return nil, err
	}
	if in.Account != "" {
		what.Accounts = []string{in.Account}
	}
	out := &balanceOutput{}
	out.Body.Balances = []apiBalance{}
	for b, err := range s.books.Balances(ctx, what) {
		if err != nil {
			return nil, s.missing(ctx, err)
		}
		out.Body.Balances = append(out.Body.Balances, apiBalance{
			b.Account, b.Open.Currency().String(), b.Invoiced.Number(), b.Paid.Number(), b.Refunded.Number(), b.Credit.Number(), b.Open.Number(),
			b.Ages[0].Number(), b.Ages[1].Number(), b.Ages[2].Number(), b.Ages[3].Number(), b.Ages[4].Number(),
		})
	}
	return out, nil
}
