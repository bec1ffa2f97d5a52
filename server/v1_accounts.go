package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/books"
)

// Pages of a list, and how many rows one has.
const (
	usualRows = 50
	mostRows  = 500
)

type accountsInput struct {
	Query  string `query:"q" maxLength:"200" doc:"letters that the name has, in any case"`
	Status string `query:"status" enum:"open,closed" doc:"only accounts that are open, or closed"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"how many, at most"`
}

type accountsOutput struct {
	Body struct {
		Accounts []apiCurrent `json:"accounts" nullable:"false"`
		Next     string       `json:"next,omitempty" doc:"the cursor of the next page; none is the end"`
	}
}

type accountInput struct {
	Account string `path:"account" maxLength:"1000" doc:"its name"`
}

type accountOutput struct{ Body apiCurrent }

type eventsOutput struct {
	Body struct {
		Events []apiEvent `json:"events" nullable:"false"`
	}
}

type timelineOutput struct {
	Body struct {
		Stretches []timelineStretch `json:"stretches" nullable:"false" doc:"with one package each, by days"`
		Invoices  []timelineInvoice `json:"invoices" nullable:"false"`
		Pending   *timelinePending  `json:"pending,omitempty"`
	}
}

type timelineStretch struct {
	Package string `json:"package"`
	Start   string `json:"start_date" format:"date"`
	End     string `json:"end_date,omitempty" format:"date" doc:"inclusive; none while it lasts"`
}

type timelineInvoice struct {
	Number string `json:"number"`
	Date   string `json:"date_invoiced" format:"date"`
	Amount string `json:"final_amount"`
	Status string `json:"status"`
}

type timelinePending struct {
	Date    string `json:"date" format:"date"`
	Package string `json:"package,omitempty" doc:"empty for a close"`
}

// accountOperations are those about accounts.
func (s *Server) accountOperations(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/accounts", "list-accounts", "Accounts, by name, and where each stands today"), s.listAccounts)
	huma.Register(api, operation(http.MethodGet, "/v1/accounts/{account}", "get-account", "Where an account stands today", http.StatusNotFound), s.getAccount)
	huma.Register(api, operation(http.MethodGet, "/v1/accounts/{account}/events", "list-account-events", "Its events, in the order of recording", http.StatusNotFound), s.getEvents)
	huma.Register(api, operation(http.MethodGet, "/v1/accounts/{account}/invoices", "list-account-invoices", "Its invoices, by date", http.StatusNotFound), s.getAccountInvoices)
	huma.Register(api, operation(http.MethodGet, "/v1/accounts/{account}/timeline", "get-account-timeline", "Its packages and invoices over time", http.StatusNotFound), s.getTimeline)
}

func (s *Server) listAccounts(ctx context.Context, in *accountsInput) (*accountsOutput, error) {
	out := &accountsOutput{}
	out.Body.Accounts = []apiCurrent{}
	looked, names := 0, []string(nil)
	for a, err := range s.books.Accounts(ctx, in.Cursor) {
		if err != nil {
			return nil, s.broken(ctx, err)
		}
		if looked++; looked > scanned || in.Status == "" && len(names) == in.Limit {
			out.Body.Next = a.Name
			break
		}
		if strings.Contains(strings.ToLower(a.Name), strings.ToLower(in.Query)) {
			names = append(names, a.Name)
		}
	}
	for some := range slices.Chunk(names, in.Limit) {
		for st, err := range s.standings(ctx, some...) {
			if err != nil {
				return nil, s.broken(ctx, err)
			}
			if in.Status == "open" && !st.Current.Open || in.Status == "closed" && st.Current.Open {
				continue
			}
			if len(out.Body.Accounts) == in.Limit {
				out.Body.Next = st.Account
				return out, nil
			}
			out.Body.Accounts = append(out.Body.Accounts, apiCurrent{st.Current.AppendJSON(nil)})
		}
	}
	return out, nil
}

// missing is the error of an account that is not there, or another.
func (s *Server) missing(ctx context.Context, err error) error {
	if notThere(err) {
		return huma.Error404NotFound(err.Error())
	}
	return s.broken(ctx, err)
}

func (s *Server) getAccount(ctx context.Context, in *accountInput) (*accountOutput, error) {
	st, err := s.standing(ctx, in.Account)
	if err != nil {
		return nil, s.missing(ctx, err)
	}
	return &accountOutput{apiCurrent{st.Current.AppendJSON(nil)}}, nil
}

func (s *Server) getEvents(ctx context.Context, in *accountInput) (*eventsOutput, error) {
	events, err := s.books.EventsOf(ctx, in.Account)
	if err != nil {
		return nil, s.missing(ctx, err)
	}
	out := &eventsOutput{}
	out.Body.Events = make([]apiEvent, len(events))
	for i := range events {
		out.Body.Events[i] = apiEvent{events[i].AppendJSON(nil)}
	}
	return out, nil
}

func (s *Server) getAccountInvoices(ctx context.Context, in *accountInput) (*invoicesOutput, error) {
	if _, err := s.books.EventsOf(ctx, in.Account); err != nil {
		return nil, s.missing(ctx, err)
	}
	out := &invoicesOutput{}
	out.Body.Invoices = []apiInvoice{}
	for inv, err := range s.books.Invoices(ctx, books.Which{Accounts: []string{in.Account}}) {
		if err != nil {
			return nil, s.broken(ctx, err)
		}
		out.Body.Invoices = append(out.Body.Invoices, apiInvoice{inv.AppendJSON(nil)})
	}
	return out, nil
}

func (s *Server) getTimeline(ctx context.Context, in *accountInput) (*timelineOutput, error) {
	b, err := s.accountBody(ctx, in.Account, nil)
	var theirs *requestError
	if errors.As(err, &theirs) {
		return nil, huma.Error404NotFound(theirs.Error())
	}
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	out := &timelineOutput{}
	out.Body.Stretches, out.Body.Invoices = []timelineStretch{}, []timelineInvoice{}
	for _, p := range b.Stretches {
		one := timelineStretch{Package: p.Package, Start: p.Days.Start.String()}
		if !p.Days.End.IsZero() {
			one.End = p.Days.Last().String()
		}
		out.Body.Stretches = append(out.Body.Stretches, one)
	}
	for i := range b.Issued {
		inv := &b.Issued[i]
		out.Body.Invoices = append(out.Body.Invoices, timelineInvoice{inv.Number.String(), inv.Date.String(), inv.FinalAmount.Number(), inv.Status.String()})
	}
	if p := b.Current.Pending; !p.Day.IsZero() {
		out.Body.Pending = &timelinePending{p.Day.String(), p.Package}
	}
	return out, nil
}
