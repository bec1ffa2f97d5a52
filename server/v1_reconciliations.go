package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

type reconcileInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
}

// apiReconciliation is a reconciliation that is kept, without its reports.
type apiReconciliation struct {
	Number int64 `json:"number"`
	books.Reconciliation
}

type reconcileOutput struct {
	Location string `header:"Location"`
	Body     apiReconciliation
}

type reconciliationsInput struct {
	Cursor string `query:"cursor" pattern:"^[1-9][0-9]{0,17}$" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"how many, at most"`
}

type reconciliationsOutput struct {
	Body struct {
		Reconciliations []apiReconciliation `json:"reconciliations" nullable:"false" doc:"the newest first"`
		Next            string              `json:"next,omitempty" doc:"the cursor of the next page; none is the end"`
	}
}

type reconciliationInput struct {
	Number string `path:"number" pattern:"^[1-9][0-9]{0,17}$"`
	Format string `query:"format" enum:"json,html,xlsx,claims.csv,claims.xlsx" doc:"instead of the header Accept"`
	Accept string `header:"Accept"`
	Match  string `header:"If-None-Match"`
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// reportTypes are the types of what is kept of a reconciliation, by format. The first format of a type is what the header Accept means by it.
var reportTypes = []struct{ format, kind string }{
	{"json", "application/json"}, {"html", "text/html; charset=utf-8"}, {"xlsx", xlsxType}, {"claims.csv", "text/csv; charset=utf-8"}, {"claims.xlsx", xlsxType},
}

// reconciliationOperations are those that compare documents of the Distributor with the books.
func (s *Server) reconciliationOperations(api huma.API) {
	op := writing(operation(http.MethodPost, "/v1/reconciliations", "reconcile", "Compare documents of the Distributor with the books, and keep what comes of it"), MaxUpload)
	op.DefaultStatus = http.StatusCreated
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: uploadSchema()}}}
	op.SkipValidateBody = true
	huma.Register(api, op, s.makeReconciliation)
	huma.Register(api, operation(http.MethodGet, "/v1/reconciliations", "list-reconciliations", "Reconciliations that were made"), s.listReconciliations)
	op = operation(http.MethodGet, "/v1/reconciliations/{number}", "get-reconciliation", "A reconciliation and its report: JSON, HTML or XLSX; or its claims: CSV or XLSX", http.StatusNotFound)
	op.Responses = described("application/json", "text/html", xlsxType, "text/csv")
	op.Responses["304"] = unchanged
	op.Responses["200"].Content["application/json"].Schema = object(map[string]*huma.Schema{
		"reconciliation": apiReconciliation{}.Schema(api.OpenAPI().Components.Schemas), "report": {Type: huma.TypeObject, AdditionalProperties: true, Description: "as prorata reconcile --format json prints it"},
	})
	huma.Register(api, op, s.getReconciliation)
}

// uploadSchema describes what is sent.
func uploadSchema() *huma.Schema {
	file := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "binary", Description: description}
	}
	presets := &huma.Schema{Type: huma.TypeString, Description: "the built-in mapping of tables without one of their own"}
	for _, name := range table.Presets(table.Invoices) {
		presets.Enum = append(presets.Enum, name)
	}
	return object(map[string]*huma.Schema{
		"document": {Type: huma.TypeArray, Items: file("JSON, XML, CSV, XLSX or Parquet; a file named NAME.map.json is the mapping of the table NAME")},
		"aliases":  file("CSV: their name of an account, and ours"), "claimed": file("claims that were made before, as claims.csv: they are left out"),
		"map": presets, "from": day("invoices of ours dated from this day; that of their earliest where it is left out"), "through": day("and through this one"),
		"tolerance": amount("rows in which no figure differs by more are tolerated"), "dispute_days": disputeDays(),
	}, "aliases", "claimed", "map", "from", "through", "tolerance", "dispute_days")
}

// disputeDays describes for how many days an invoice can be disputed.
func disputeDays() *huma.Schema {
	days := whole("for which an invoice can be disputed")
	least, most := 0.0, float64(reconcile.MaxDisputeDays)
	days.Minimum, days.Maximum = &least, &most
	return days
}

func (s *Server) makeReconciliation(ctx context.Context, in *reconcileInput) (*reconcileOutput, error) {
	kind, parameters, err := mime.ParseMediaType(in.ContentType)
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return nil, huma.Error422UnprocessableEntity("the body is no form with files, expected multipart/form-data")
	}
	asked, err := readUpload(multipart.NewReader(bytes.NewReader(in.RawBody), parameters["boundary"]))
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	made, err := s.reconcile(ctx, asked)
	if err != nil {
		return nil, s.reconcileError(ctx, err)
	}
	out := &reconcileOutput{Location: "/v1/reconciliations/" + strconv.FormatInt(made.Number, 10)}
	out.Body = apiReconciliation{made.Number, made}
	return out, nil
}

// reconcileError is an error of reconciling as a problem document: each problem of what was sent with its place.
func (s *Server) reconcileError(ctx context.Context, err error) error {
	var theirs *requestError
	if !errors.As(err, &theirs) {
		return s.broken(ctx, err)
	}
	var wrong *reconciling.InputError
	if !errors.As(err, &wrong) {
		return huma.Error422UnprocessableEntity(theirs.Error())
	}
	details := make([]error, len(wrong.Problems))
	for i, problem := range wrong.Problems {
		detail := &huma.ErrorDetail{Location: "body", Message: problem.Error()}
		if placed := (*source.ParseError)(nil); errors.As(problem, &placed) && placed.Err != nil {
			detail.Location, detail.Message = placed.Place.String(), placed.Err.Error()
		}
		details[i] = detail
	}
	return huma.Error422UnprocessableEntity("what was sent cannot be compared", details...)
}

func (s *Server) listReconciliations(ctx context.Context, in *reconciliationsInput) (*reconciliationsOutput, error) {
	list, err := s.books.Reconciliations(ctx)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	last := int64(len(list))
	if in.Cursor != "" {
		if from, err := strconv.ParseInt(in.Cursor, 10, 64); err == nil {
			last = min(last, from)
		}
	}
	out := &reconciliationsOutput{}
	out.Body.Reconciliations = []apiReconciliation{}
	for n := last; n > 0; n-- {
		if len(out.Body.Reconciliations) == in.Limit {
			out.Body.Next = strconv.FormatInt(n, 10)
			break
		}
		out.Body.Reconciliations = append(out.Body.Reconciliations, apiReconciliation{list[n-1].Number, list[n-1]})
	}
	return out, nil
}

// reconciliation is one that is kept, nil where there is none of the number.
func (s *Server) reconciliation(ctx context.Context, number string) (*books.Reconciliation, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, nil
	}
	made, err := s.books.Reconciliation(ctx, n)
	if err != nil || made.Number == 0 {
		return nil, err
	}
	return &made, nil
}

func (s *Server) getReconciliation(ctx context.Context, in *reconciliationInput) (*bytesOutput, error) {
	made, err := s.reconciliation(ctx, in.Number)
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	if made == nil {
		return nil, huma.Error404NotFound("no reconciliation of that number was made")
	}
	format, kind := in.wants()
	data, err := s.books.Report(ctx, made.Number, format)
	if err == nil && data == nil {
		return nil, huma.Error404NotFound("of that reconciliation nothing is kept as " + format)
	}
	if err == nil && format == "json" {
		data, err = withReport(made, data)
	}
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	out := &bytesOutput{Status: http.StatusOK, ContentType: kind, Cache: "private, no-cache", ETag: `"` + books.Hash(data)[:32] + `"`}
	switch format {
	case "json":
	case "html":
		out.Policy = reportPolicy
	case "xlsx":
		out.Disposition = `attachment; filename="reconciliation-` + in.Number + `.xlsx"`
	default:
		out.Disposition = `attachment; filename="reconciliation-` + in.Number + `-` + format + `"`
	}
	if matches(in.Match, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body = data
	return out, nil
}

// withReport is a reconciliation and its report as JSON.
func withReport(made *books.Reconciliation, report []byte) ([]byte, error) {
	b, err := json.Marshal(apiReconciliation{made.Number, *made})
	if err != nil {
		return nil, err
	}
	b = append(append([]byte(`{"reconciliation":`), b...), `,"report":`...)
	return append(append(b, bytes.TrimSpace(report)...), "}\n"...), nil
}

// reportPolicy is that of a report as a page: it brings its own style and script, and names the script by its hash, which is why the page's
// own policy stands.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// wants is the format that is asked for, and its type.
func (in *reconciliationInput) wants() (format, kind string) {
	var kinds []string
	for _, t := range reportTypes {
		if t.format == in.Format {
			return t.format, t.kind
		}
		kind, _, _ := strings.Cut(t.kind, ";")
		kinds = append(kinds, kind)
	}
	if at := slices.Index(kinds, negotiation.SelectQValue(in.Accept, kinds)); at >= 0 {
		return reportTypes[at].format, reportTypes[at].kind
	}
	return reportTypes[0].format, reportTypes[0].kind
}
