package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/statement"
)

// InvoicesFilter says which invoices are asked for.
type InvoicesFilter struct {
	Account string `query:"account" maxLength:"1000"`
	From    string `query:"from" format:"date" doc:"dated from this day"`
	Through string `query:"through" format:"date" doc:"dated through this day"`
	Status  string `query:"status" enum:"unpaid,paid,refunded,deferred,canceled,Unpaid,Paid,Refunded,Deferred,Canceled" doc:"in either spelling, that of events or of invoices"`
	Run     string `query:"run" pattern:"^[1-9][0-9]{0,17}$" doc:"that this run issued"`
}

type invoicesPageInput struct {
	InvoicesFilter
	Cursor string `query:"cursor" maxLength:"2000" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"how many, at most"`
}

type invoicesOutput struct {
	Body struct {
		Invoices []apiInvoice `json:"invoices" nullable:"false"`
		Next     string       `json:"next,omitempty" doc:"the cursor of the next page; none is the end"`
	}
}

type invoiceInput struct {
	Number string `path:"number" maxLength:"100"`
	Format string `query:"format" enum:"json,html,pdf" doc:"instead of the header Accept"`
	Accept string `header:"Accept"`
	Match  string `header:"If-None-Match"`
}

type bytesOutput struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Policy      string `header:"Content-Security-Policy"`
	Status      int
	Body        []byte
}

// invoiceOperations are those about invoices.
func (s *Server) invoiceOperations(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/invoices", "list-invoices", "Issued invoices, by account, then date", http.StatusNotFound), s.listInvoices)
	op := operation(http.MethodGet, "/v1/invoices.csv", "download-invoices", "The same as CSV, all of them", http.StatusNotFound)
	op.Responses = described("text/csv")
	huma.Register(api, op, s.downloadInvoices)
	op = operation(http.MethodGet, "/v1/invoices/{number}", "get-invoice", "An invoice: JSON, HTML or PDF", http.StatusNotFound)
	op.Responses = described("application/json", "text/html", "application/pdf")
	op.Responses["200"].Content["application/json"].Schema = apiInvoice{}.Schema(api.OpenAPI().Components.Schemas)
	op.Responses["304"] = unchanged
	huma.Register(api, op, s.getInvoice)
}

// described are the answers of an operation whose body is no JSON of a type.
func described(kinds ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, kind := range kinds {
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return map[string]*huma.Response{"200": {Description: "OK", Content: content}}
}

// unchanged is the answer to a header If-None-Match that has the ETag of what is there.
var unchanged = &huma.Response{Description: "It is as it was"}

// matches reports that a header If-None-Match has an ETag: * for any, or a list, in which a W/ before one makes no difference.
func matches(header, etag string) bool {
	for rest := strings.TrimLeft(header, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		if rest[0] == '*' {
			return true
		}
		opaque, found := strings.CutPrefix(strings.TrimPrefix(rest, "W/"), `"`)
		end := strings.IndexByte(opaque, '"')
		if !found || end < 0 {
			return false // no list of ETags
		}
		if `"`+opaque[:end]+`"` == etag {
			return true
		}
		rest = opaque[end+1:]
	}
	return false
}

// which says which invoices are asked for.
func (in *InvoicesFilter) which() (books.Which, error) {
	l := invoiceList{Account: in.Account, From: in.From, Through: in.Through, Status: in.Status, Run: in.Run}
	which, err := l.which()
	if err != nil {
		return which, huma.Error422UnprocessableEntity(err.Error())
	}
	return which, nil
}

// A cursor of invoices is the account and the number of the first of the next page; without a number, the first account to look at.
func invoiceCursor(account, number string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(account + "\x00" + number))
}

func readCursor(text string) (account, number string, err error) {
	if text == "" {
		return "", "", nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	account, number, ok := strings.Cut(string(data), "\x00")
	if err != nil || !ok {
		return "", "", huma.Error422UnprocessableEntity("cursor", &huma.ErrorDetail{Location: "query.cursor", Message: "expected the next of the page before", Value: text})
	}
	return account, number, nil
}

func (s *Server) listInvoices(ctx context.Context, in *invoicesPageInput) (*invoicesOutput, error) {
	which, err := in.which()
	if err != nil {
		return nil, err
	}
	account, number, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &invoicesOutput{}
	out.Body.Invoices = []apiInvoice{}
	later := "" // the account that the next page goes on from, where too many were looked at for this one
	if len(which.Accounts) == 0 && which.Run == 0 {
		for a, err := range s.books.Accounts(ctx, account) {
			if err != nil {
				return nil, s.broken(ctx, err)
			}
			if len(which.Accounts) == scanned {
				later = a.Name
				break
			}
			which.Accounts = append(which.Accounts, a.Name)
		}
		if len(which.Accounts) == 0 {
			return out, nil
		}
	}
	status := which.Status
	which.Status = nil // that of the first of the page may be another by now
	found := number == ""
	for inv, err := range s.books.Invoices(ctx, which) {
		if err != nil {
			return nil, s.missing(ctx, err)
		}
		if !found {
			if found = inv.Number.String() == number || which.Run == 0 && inv.Account > account; !found {
				continue
			}
		}
		if status != nil && inv.Status != *status {
			continue
		}
		if len(out.Body.Invoices) == in.Limit {
			out.Body.Next = invoiceCursor(inv.Account, inv.Number.String())
			return out, nil
		}
		out.Body.Invoices = append(out.Body.Invoices, apiInvoice{inv.AppendJSON(nil)})
	}
	if later != "" {
		out.Body.Next = invoiceCursor(later, "")
	}
	return out, nil
}

func (s *Server) downloadInvoices(ctx context.Context, in *InvoicesFilter) (*bytesOutput, error) {
	which, err := in.which()
	if err != nil {
		return nil, err
	}
	f := formats.Find("csv", false)
	var b bytes.Buffer
	w := formats.NewWriter(&b, f.Frame)
	if !which.From.IsZero() { // which few runs can have issued
		var rows []invoice.Invoice
		if rows, err = s.invoicesWhich(ctx, which); err == nil {
			err = w.WriteAll(f.Append(nil, rows))
		}
	} else {
		for inv, failed := range s.books.Invoices(ctx, which) {
			if err = failed; err == nil {
				err = w.WriteAll(f.Append(nil, []invoice.Invoice{inv}))
			}
			if err != nil {
				break
			}
		}
	}
	if err != nil {
		return nil, s.missing(ctx, err)
	}
	if err := w.Close(); err != nil {
		return nil, s.broken(ctx, err)
	}
	return &bytesOutput{Status: http.StatusOK, ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="invoices.csv"`, Body: b.Bytes()}, nil
}

func (s *Server) getInvoice(ctx context.Context, in *invoiceInput) (*bytesOutput, error) {
	var inv *invoice.Invoice
	for found, err := range s.books.Invoices(ctx, books.Which{Number: in.Number}) {
		if err != nil {
			return nil, s.missing(ctx, err)
		}
		inv = &found
	}
	if inv == nil || in.Number == "" {
		return nil, huma.Error404NotFound("no invoice of that number was issued from these books")
	}
	out := &bytesOutput{Status: http.StatusOK, ContentType: "application/json", Cache: "private, no-cache"}
	var b bytes.Buffer
	var err error
	switch in.format() {
	case "html":
		out.ContentType, out.Policy = "text/html; charset=utf-8", documentPolicy
		err = statement.InvoiceHTML(&b, statement.Document{Invoice: inv})
	case "pdf":
		out.ContentType, out.Disposition = "application/pdf", `inline; filename="`+inv.Number.String()+`.pdf"`
		_, err = statement.PDF{}.Write(&b, statement.Document{Invoice: inv})
	default:
		b.Write(inv.AppendJSON(nil))
	}
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	sum := sha256.Sum256(b.Bytes())
	if out.ETag = `"` + hex.EncodeToString(sum[:16]) + `"`; matches(in.Match, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body = b.Bytes()
	return out, nil
}

// documentPolicy is that of a page that brings its own style, as it would be mailed, and has no script.
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// format is what the invoice is asked for as.
func (in *invoiceInput) format() string {
	if in.Format != "" {
		return in.Format
	}
	switch negotiation.SelectQValue(in.Accept, []string{"application/json", "text/html", "application/pdf"}) {
	case "text/html":
		return "html"
	case "application/pdf":
		return "pdf"
	}
	return "json"
}
