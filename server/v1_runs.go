package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/books"
)

type apiRun struct {
	Number   int64  `json:"number" doc:"0 for one that was not made"`
	At       string `json:"at" format:"date-time" doc:"what was final by then was issued"`
	Through  string `json:"through" format:"date" doc:"dated through this day"`
	Invoices int64  `json:"invoices"`
	Total    string `json:"total" doc:"of its invoices, a decimal"`
	Currency string `json:"currency" doc:"ISO 4217"`
	Seal     string `json:"seal,omitempty" doc:"SHA-256 of the run, its invoices and the seal before"`
}

type runsOutput struct {
	Body struct {
		Runs []apiRun `json:"runs" nullable:"false" doc:"the newest first"`
	}
}

type runInput struct {
	Body *runBody
}

type runBody struct {
	Through string `json:"through,omitempty" format:"date" doc:"today where it is left out"`
	DryRun  bool   `json:"dry_run,omitempty" doc:"issue nothing, and say what would be"`
}

type runOutput struct {
	Body struct {
		Run       apiRun       `json:"run"`
		Anomalies []apiAnomaly `json:"anomalies" nullable:"false" doc:"events that make no sense where they stand, and are left out"`
	}
}

type apiAnomaly struct {
	Account string `json:"account"`
	Event   string `json:"event"`
	Reason  string `json:"reason"`
	Advice  string `json:"advice"`
}

// runOperations are those that bill.
func (s *Server) runOperations(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/runs", "list-runs", "The runs of billing"), s.listRuns)
	huma.Register(api, writing(operation(http.MethodPost, "/v1/runs", "run", "Issue what is due and final; safe to repeat"), MaxBody), s.run)
}

func showRun(r *books.Run) apiRun {
	return apiRun{Number: r.Number, At: r.At.Format(time.RFC3339Nano), Through: r.Through.String(), Invoices: r.Invoices, Total: r.Total.Number(), Currency: r.Total.Currency().String(), Seal: r.Seal}
}

func (s *Server) listRuns(ctx context.Context, _ *struct{}) (*runsOutput, error) {
	runs, err := s.books.Runs(ctx)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	slices.Reverse(runs)
	out := &runsOutput{}
	out.Body.Runs = []apiRun{}
	for i := range runs {
		out.Body.Runs = append(out.Body.Runs, showRun(&runs[i]))
	}
	return out, nil
}

func (s *Server) run(ctx context.Context, in *runInput) (*runOutput, error) {
	what := books.Issuing{Now: s.runInstant(ctx)}
	if in.Body != nil {
		what.DryRun = in.Body.DryRun
		if err := readDate("body.through", in.Body.Through, &what.Through); err != nil {
			return nil, err
		}
	}
	issued, err := s.books.Issue(ctx, what)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	if !what.DryRun {
		s.home.drop()
		s.meters.issued(&issued)
	}
	out := &runOutput{}
	if out.Body.Run = showRun(&issued.Run); what.DryRun {
		out.Body.Run.Number, out.Body.Run.Seal = 0, ""
	}
	out.Body.Anomalies = []apiAnomaly{}
	for i := range issued.Anomalies {
		a := showAnomaly(&issued.Anomalies[i])
		out.Body.Anomalies = append(out.Body.Anomalies, apiAnomaly{a.Account, a.Event, a.Reason, a.Advice})
	}
	return out, nil
}
