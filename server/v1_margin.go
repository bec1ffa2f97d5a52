package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/margin"
	"github.com/prorata-go/prorata/invoice"
)

type marginInput struct {
	By      string `query:"by" enum:"account,month,package" default:"account" doc:"what margins are added up by"`
	From    string `query:"from" format:"date" doc:"invoices dated from this day"`
	Through string `query:"through" format:"date" doc:"invoices dated through this day; that of the last run where it is left out"`
	Account string `query:"account" maxLength:"1000"`
}

type marginOutput struct {
	Body struct {
		By      string      `json:"by"`
		Margins []apiMargin `json:"margins" nullable:"false" doc:"as prorata margin prints them"`
		Total   MarginSides `json:"total"`
	}
}

// MarginSides are both sides of a margin.
type MarginSides struct {
	Retail      string `json:"retail" doc:"what end users were invoiced"`
	Distributor string `json:"distributor" doc:"what the reseller owes for it"`
	Margin      string `json:"margin" doc:"what is left"`
	Percent     string `json:"margin_percent" doc:"of retail; empty where that is not more than zero"`
}

type apiMargin struct {
	Of string `json:"of" doc:"the account, the month or the package; empty for charges of no package"`
	MarginSides
}

// marginOperations are those about what the reseller earns.
func (s *Server) marginOperations(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/margin", "get-margin", "What the reseller earns: retail less distributor prices, by account, month or package", http.StatusNotFound), s.margins)
}

func (s *Server) margins(ctx context.Context, in *marginInput) (*marginOutput, error) {
	what := margin.Asked{By: in.By}
	if err := readDate("query.from", in.From, &what.From); err != nil {
		return nil, err
	}
	if err := readDate("query.through", in.Through, &what.Through); err != nil {
		return nil, err
	}
	if in.Account != "" {
		what.Accounts = []string{in.Account}
	}
	list, err := margin.OfBooks(ctx, s.books, what)
	if err != nil {
		return nil, s.unpriced(ctx, err)
	}
	out := &marginOutput{}
	out.Body.By, out.Body.Margins = in.By, make([]apiMargin, 0, len(list.Rows))
	for _, row := range list.Rows {
		out.Body.Margins = append(out.Body.Margins, apiMargin{row[0], sidesOf(row)})
	}
	out.Body.Total = sidesOf(list.Total)
	return out, nil
}

func sidesOf(row []string) MarginSides { return MarginSides{row[1], row[2], row[3], row[4]} }

// unpriced is an error of billing by the distributor's prices where the price list lacks one: then it is not the server's.
func (s *Server) unpriced(ctx context.Context, err error) error {
	terms, failed := s.books.Terms(ctx)
	if failed == nil && lacksPrices(&terms) && !notThere(err) && ctx.Err() == nil {
		return huma.Error422UnprocessableEntity(err.Error())
	}
	return s.missing(ctx, err)
}

// lacksPrices reports that a package has no distributor's price.
func lacksPrices(terms *books.Terms) bool {
	return slices.ContainsFunc(terms.Packages, func(p invoice.Package) bool { return p.DistributorPrice == nil })
}
