package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
)

// api adds our own API. Its description, /openapi.json, is made of the types here.
func (s *Server) api(mux *http.ServeMux) {
	config := huma.DefaultConfig("prorata", "1")
	config.Info.Description = "What was recorded and issued, what is due, and what would be. Amounts are decimal strings, dates YYYY-MM-DD, instants RFC 3339. Errors are problem documents of RFC 9457."
	config.DocsPath, config.SchemasPath = "", ""
	config.CreateHooks = nil // no $schema in what is answered
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "prorata token add makes one"}}
	config.Security = []map[string][]string{{"token": {}}}
	api := humago.New(mux, config)
	api.UseMiddleware(s.wantsToken(api))
	s.accountOperations(api)
	s.previewOperation(api)
	s.invoiceOperations(api)
	s.eventOperations(api)
	s.runOperations(api)
	s.balanceOperations(api)
	s.marginOperations(api)
	s.reconciliationOperations(api)
	s.openapi = api.OpenAPI()
	for _, path := range s.openapi.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post} {
			if op != nil {
				refusals(s.openapi, op)
				if example := examples[op.OperationID]; example != nil {
					op.RequestBody.Content["application/json"].Example = example
				}
			}
		}
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, _ *http.Request) {
		refuseInProblem(w, http.StatusNotFound, "there is no such operation; /openapi.json has those there are")
	})
}

// writes marks an operation that changes the books.
const writes = "writes"

// wantsToken lets a request pass that has a token, which may write where the operation does.
func (s *Server) wantsToken(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		from, ok := who(c.Context())
		_, write := c.Operation().Metadata[writes]
		switch {
		case !ok:
			c.SetHeader("WWW-Authenticate", `Bearer realm="prorata"`)
			_ = huma.WriteErr(api, c, http.StatusUnauthorized, "expected Authorization: Bearer and a token; prorata token add makes one")
		case write && !from.Write:
			_ = huma.WriteErr(api, c, http.StatusForbidden, "this token only reads; expected one that was made with --write")
		default:
			next(c)
		}
	}
}

// examples are bodies of requests, by operation.
var examples = map[string]any{
	"record-events": map[string]any{"id": "u-1", "type": account.UsageRecorded.String(), "account": "acme", "at": "2026-03-01", "credits": 1200},
	"preview":       map[string]any{"account": "acme", "close": map[string]any{"effective": account.PeriodEnd.String()}},
	"run":           map[string]any{"dry_run": true},
}

// refusals adds the answers that any operation may have, and any with a body, to its description.
func refusals(api *huma.OpenAPI, op *huma.Operation) {
	codes := []int{http.StatusTooManyRequests, http.StatusUnprocessableEntity}
	if op.RequestBody != nil {
		codes = append(codes, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	problem := map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}}}
	for _, code := range codes {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: problem}
	}
}

// refuseInProblem answers a program before there is an operation that could.
func refuseInProblem(w http.ResponseWriter, status int, detail string) {
	body, _ := json.Marshal(huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}) // of texts
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// operation describes one operation.
func operation(method, path, id, summary string, errors ...int) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Errors: append(errors, http.StatusUnauthorized, http.StatusInternalServerError)}
}

// writing marks it as one that changes the books, and bounds what it is sent.
func writing(op huma.Operation, most int64) huma.Operation {
	op.Metadata = map[string]any{writes: true}
	op.MaxBodyBytes, op.BodyReadTimeout = most, time.Minute
	op.Errors = append(op.Errors, http.StatusForbidden)
	return op
}

// readDate reads a date of a request, where there is one, from its place, such as query.from.
func readDate(place, text string, to *cycle.Date) error {
	if text == "" {
		return nil
	}
	date, err := parseDay(text)
	if err != nil {
		return huma.Error422UnprocessableEntity(place[strings.LastIndexByte(place, '.')+1:], &huma.ErrorDetail{Location: place, Message: err.Error(), Value: text})
	}
	*to = date
	return nil
}

// parseDay reads a date that somebody gave, with an error for them to read.
func parseDay(text string) (cycle.Date, error) {
	day, err := cycle.ParseDate(text)
	if err == nil {
		return day, nil
	}
	why := err.Error()
	if why = why[strings.LastIndex(why, ": ")+len(": "):]; strings.HasPrefix(why, "expected ") {
		return day, fmt.Errorf("%q is no date, %s, such as 2026-03-31", names.Clip(text), why)
	}
	return day, fmt.Errorf("%q is no date: %s", names.Clip(text), why)
}

// broken is an error that is no fault of the request: the log has it, and the answer does not.
func (s *Server) broken(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		s.log.Error("a request failed", "error", err)
	}
	return huma.Error500InternalServerError("something went wrong here; the log has it")
}
