package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

type recordInput struct {
	RawBody []byte `contentType:"application/json"`
}

type recordOutput struct {
	Body struct {
		Events     int    `json:"events" doc:"that are new"`
		Repeated   int    `json:"repeated" doc:"that were there already"`
		Later      int    `json:"later" doc:"of the new ones, those that count as known later than they say, for an invoice was issued"`
		RecordedAt string `json:"recorded_at" format:"date-time"`
	}
}

// eventOperations are those that record.
func (s *Server) eventOperations(api huma.API) {
	op := writing(operation(http.MethodPost, "/v1/events", "record-events", "Record events: one, a list of them, or one a line (NDJSON); all or none, each once by its id",
		http.StatusConflict), MaxEvents)
	op.SkipValidateBody = true
	huma.Register(api, op, s.record)
	one := apiEvent{}.Schema(api.OpenAPI().Components.Schemas)
	api.OpenAPI().Paths[op.Path].Post.RequestBody.Content = map[string]*huma.MediaType{ // which it took for a file
		"application/json":     {Schema: &huma.Schema{OneOf: []*huma.Schema{one, {Type: huma.TypeArray, Items: one}}}},
		"application/x-ndjson": {Schema: text("events, one a line")},
	}
}

func (s *Server) record(ctx context.Context, in *recordInput) (*recordOutput, error) {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	lines, err := eventLines(in.RawBody)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity("the body is no JSON", &huma.ErrorDetail{Location: "body", Message: err.Error()})
	}
	recorded, err := s.books.Record(ctx, books.Recording{Events: readEvents(lines, terms.Policy), Now: s.recordInstant()})
	if err != nil {
		return nil, s.recordError(ctx, err, lines)
	}
	s.meters.events.Add(recorded.Events)
	s.home.drop()
	out := &recordOutput{}
	out.Body.Events, out.Body.Repeated, out.Body.Later = recorded.Events, recorded.Repeated, recorded.Later
	out.Body.RecordedAt = recorded.At.Format(time.RFC3339Nano)
	return out, nil
}

// recordInstant is when something is recorded: now, by the server's clock.
func (s *Server) recordInstant() time.Time { return s.now() }

// readEvents reads events, one a line.
func readEvents(lines []byte, policy invoice.Policy) func(func(account.Event, error) bool) {
	return eventlog.Read(bytes.NewReader(lines), "body", policy)
}

// eventLines are the events of a body, one a line: those of a list, or the body as it is.
func eventLines(body []byte) ([]byte, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return nil, errors.New("expected an event, a list of events, or one a line; there is nothing")
	}
	if trimmed[0] == '{' {
		var one json.RawMessage // a single event may be spread over lines
		if err := json.Unmarshal(trimmed, &one); err == nil {
			return oneLine(one), nil
		}
		return body, nil
	}
	if trimmed[0] != '[' {
		return nil, errors.New("expected an event, a list of events, or one a line")
	}
	var list []json.RawMessage
	if err := json.Unmarshal(trimmed, &list); err != nil {
		return nil, err
	}
	var lines []byte
	for _, e := range list {
		lines = append(append(lines, oneLine(e)...), '\n')
	}
	return lines, nil
}

// oneLine is a value without the line breaks between its parts: within a text there are none.
func oneLine(value []byte) []byte {
	return []byte(strings.NewReplacer("\n", " ", "\r", " ").Replace(string(value)))
}

// conflictValue is an event that was sent, and the one of its id that is recorded.
type conflictValue struct {
	Sent     json.RawMessage `json:"sent"`
	Recorded json.RawMessage `json:"recorded"`
}

// recordError is the answer to events that were not recorded, a line each: a conflict where an id has other content, else what is
// wrong with each.
func (s *Server) recordError(ctx context.Context, err error, lines []byte) error {
	var problems books.Problems
	var conflict *books.ConflictError
	switch {
	case errors.As(err, &problems):
	case errors.As(err, &conflict):
		problems = books.Problems{err}
	default:
		return s.broken(ctx, err)
	}
	details := make([]error, len(problems))
	for i, p := range problems {
		details[i] = &huma.ErrorDetail{Location: "body", Message: p.Error()}
		if at := (*source.ParseError)(nil); errors.As(p, &conflict) && errors.As(p, &at) {
			sent := bytes.Split(lines, []byte{'\n'})[at.Line-1]
			details[i] = &huma.ErrorDetail{Location: "body", Message: p.Error(), Value: conflictValue{sent, conflict.Body}}
		}
	}
	if conflict != nil {
		return huma.Error409Conflict("nothing was recorded: an id has other content already", details...)
	}
	return huma.Error422UnprocessableEntity("nothing was recorded", details...)
}
