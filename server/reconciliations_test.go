package server_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/server"
)

// part is a part of a form: a file where it has a name.
type part struct{ field, name, text string }

// fileOf is a file of the test data.
func fileOf(t *testing.T, path string) part {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../testdata", path))
	require.NoError(t, err)
	return part{"document", filepath.Base(path), string(data)}
}

// upload sends a form.
func (s *site) upload(target, token string, parts ...part) *httptest.ResponseRecorder {
	s.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, p := range parts {
		w, err := form.CreateFormField(p.field)
		if p.name != "" {
			w, err = form.CreateFormFile(p.field, p.name)
		}
		require.NoError(s.t, err)
		_, err = w.Write([]byte(p.text))
		require.NoError(s.t, err)
	}
	require.NoError(s.t, form.Close())
	return s.ask(http.MethodPost, target, token, b.String(), func(r *http.Request) { r.Header.Set("Content-Type", form.FormDataContentType()) })
}

// reconciled is what the API says of a reconciliation.
type reconciled struct {
	Number                                                int64
	By, From, Through, Currency, Theirs, Ours, Difference string
	Different                                             int
	Inputs                                                []struct {
		Name, Use, SHA256, Mapping string
		Size                       int
	}
}

func TestReconciliationsOfTheAPI(t *testing.T) {
	s := newSite(t)
	document := fileOf(t, "reconcile/invoices.json")
	w := s.upload("/v1/reconciliations", s.write, document, part{"dispute_days", "", "30"}, part{"aliases", "", ""})
	require.Equal(t, http.StatusCreated, w.Code, "%.500s", w.Body)
	require.Equal(t, "/v1/reconciliations/1", w.Header().Get("Location"))
	var described struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/openapi.json")), &described))
	var said map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
	for name := range said {
		require.Contains(t, described.Components.Schemas["Reconciliation"].Properties, name, "what is answered is described")
	}
	for _, name := range described.Components.Schemas["Reconciliation"].Required {
		require.Contains(t, said, name)
	}
	var made reconciled
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made))
	sum := sha256.Sum256([]byte(document.text))
	require.Equal(t, hex.EncodeToString(sum[:]), made.Inputs[0].SHA256)
	require.Equal(t, "1 writer 2025-11-01 2025-11-30 USD 791.38 563.81 227.57", strings.Join([]string{"1", made.By, made.From, made.Through, made.Currency, made.Theirs, made.Ours, made.Difference}, " "),
		"as the README of testdata/reconcile adds up")

	// The report is the one of the command, in each form, by Accept or by format.
	answer := func(target, accept string) *httptest.ResponseRecorder {
		w := s.ask(http.MethodGet, target, s.read, "", func(r *http.Request) { r.Header.Set("Accept", accept) })
		require.Equal(t, http.StatusOK, w.Code, "%s %s", target, accept)
		return w
	}
	var whole struct {
		Reconciliation reconciled
		Report         struct {
			Summary struct{ Theirs, Ours string }
			Groups  []struct{ Account, Class string }
		}
	}
	require.NoError(t, json.Unmarshal(answer("/v1/reconciliations/1", "*/*").Body.Bytes(), &whole))
	require.Equal(t, made, whole.Reconciliation)
	require.Len(t, whole.Report.Groups, 19)
	for accept, want := range map[string]string{"text/html;q=0.9, */*": "text/html; charset=utf-8", "text/csv": "text/csv; charset=utf-8",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "image/png": "application/json"} {
		require.Equal(t, want, answer("/v1/reconciliations/1", accept).Header().Get("Content-Type"), accept)
	}
	claims := answer("/v1/reconciliations/1?format=claims.csv", "").Body.String()
	require.Contains(t, claims, "mapleway-gym@example.com")
	for _, format := range []string{"xlsx", "claims.xlsx"} {
		data := answer("/v1/reconciliations/1?format="+format, "").Body.Bytes()
		_, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err, format)
	}
	w = answer("/v1/reconciliations/1?format=html", "")
	w = s.ask(http.MethodGet, "/v1/reconciliations/1?format=html", s.read, "", func(r *http.Request) { r.Header.Set("If-None-Match", w.Header().Get("ETag")) })
	require.Equal(t, http.StatusNotModified, w.Code)
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/v1/reconciliations/2", s.read, "").Code)

	// A table with its mapping, claims of before, and lists a page at a time.
	mapping := fileOf(t, "documents/november.csv.map.json")
	w = s.upload("/v1/reconciliations", s.write, mapping, fileOf(t, "documents/november.csv"))
	require.Equal(t, http.StatusCreated, w.Code, "%.500s", w.Body)
	w = s.upload("/v1/reconciliations", s.write, document, part{"claimed", "claims.csv", claims}, part{"from", "", "2025-11-01"}, part{"through", "", "2025-11-15"}, part{"tolerance", "", "0.75"})
	require.Equal(t, http.StatusCreated, w.Code, "%.500s", w.Body)
	var numbers []int64
	for next := ""; ; {
		var page struct {
			Reconciliations []reconciled
			Next            string
		}
		target := "/v1/reconciliations?limit=2"
		if next != "" {
			target += "&cursor=" + next
		}
		require.NoError(t, json.Unmarshal([]byte(s.get(target)), &page))
		for _, r := range page.Reconciliations {
			numbers = append(numbers, r.Number)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	require.Equal(t, []int64{3, 2, 1}, numbers)
	found, err := s.books.Verify(t.Context(), books.Verifying{})
	require.NoError(t, err)
	require.Empty(t, found.Faults)
	require.EqualValues(t, 3, found.Reconciliations)
	require.Contains(t, s.get("/metrics"), "prorata_reconciliations_total 3\n")
}

// What is wrong with what was sent is a problem document that names each place, nothing is kept, and who only reads makes none.
func TestWrongUploads(t *testing.T) {
	s := newSite(t)
	document := fileOf(t, "reconcile/invoices.json")
	for _, c := range []struct {
		name  string
		parts []part
		want  []string // locations and messages
	}{
		{"nothing", nil, []string{"no document, expected one or more"}},
		{"an empty field", []part{{"document", "", ""}}, []string{"no document"}},
		{"a cut document", []part{{"document", "a.json", `{"invoices": [`}}, []string{`"location":"a.json:1:15"`}},
		{"two wrong ones", []part{{"document", "a.json", "{"}, {"document", "b.csv", "username,start_date,end_date,final_amount\na,2026-13-01,2026-01-31,x\n"}}, []string{`"location":"a.json:1:2"`, `"location":"b.csv:2:3"`}},
		{"a table that nobody knows", []part{{"document", "a.csv", "a,b\n1,2\n"}}, []string{`"location":"a.csv:1:1"`, "expected a mapping named a.csv.map.json"}},
		{"folders", []part{{"document", `C:\x\..\a.csv`, "a,b\n1,2\n"}}, []string{`"location":"a.csv:1:1"`}},
		{"an unknown field", []part{document, {"tolerence", "", "1"}}, []string{"tolerence", "expected a file, or one of map"}},
		{"an unknown mapping", []part{document, {"map", "", "pax"}}, []string{`map: `, "pax8"}},
		{"a day that is none", []part{document, {"from", "", "2026-02-30"}}, []string{"from: ", "2026-02-30"}},
		{"days that are none", []part{document, {"dispute_days", "", "soon"}}, []string{`dispute_days \"soon\", expected 0 to 3660 days`}},
		{"days before the invoice", []part{document, {"dispute_days", "", "-1"}}, []string{"dispute_days -1, expected 0 to 3660 days"}},
		{"more days than anybody waits", []part{document, {"dispute_days", "", "3661"}}, []string{"dispute_days 3661, expected 0 to 3660 days"}},
		{"a tolerance that is none", []part{document, {"tolerance", "", "x"}}, []string{"tolerance", "such as 0.01"}},
		{"two lists of claims", []part{document, {"claimed", "a.csv", "a"}, {"claimed", "b.csv", "a"}}, []string{"two files of claimed"}},
		{"a long name", []part{{"document", strings.Repeat("x", 300), "{}"}}, []string{"expected at most 200"}},
		{"too many parts", make([]part, 201), []string{"more than 200 parts, expected at most that"}},
	} {
		for i := range c.parts {
			if c.parts[i].field == "" {
				c.parts[i].field = "map"
			}
		}
		w := s.upload("/v1/reconciliations", s.write, c.parts...)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, "%s: %s", c.name, w.Body)
		require.Contains(t, w.Header().Get("Content-Type"), "problem+json", c.name)
		for _, want := range c.want {
			require.Contains(t, unquoted(w.Body.String()), want, c.name)
		}
	}
	for _, body := range []string{"", "{}", "map=pax8", "--x\r\n"} {
		w := s.ask(http.MethodPost, "/v1/reconciliations", s.write, body)
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, w.Code, "%q: %s", body, w.Body)
	}
	cut := s.ask(http.MethodPost, "/v1/reconciliations", s.write, "--x\r\nContent-Disposition: form-data; name=\"a\"", func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") })
	require.Equal(t, http.StatusUnprocessableEntity, cut.Code, "%s", cut.Body)
	large := s.ask(http.MethodPost, "/v1/reconciliations", s.write, strings.Repeat("x", server.MaxUpload+1), func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") })
	require.Equal(t, http.StatusRequestEntityTooLarge, large.Code)
	require.Equal(t, http.StatusForbidden, s.upload("/v1/reconciliations", s.read, document).Code)
	require.Equal(t, http.StatusUnauthorized, s.upload("/v1/reconciliations", "", document).Code)
	list, err := s.books.Reconciliations(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

// unquoted is JSON as it is written without escapes of characters that HTML has.
func unquoted(text string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(text)
}

// The header Accept is read by its weights, and what is not wanted at all is not answered.
func TestAcceptHasWeights(t *testing.T) {
	s := newSite(t)
	require.Equal(t, http.StatusCreated, s.upload("/v1/reconciliations", s.write, fileOf(t, "reconcile/invoices.json")).Code)
	number := s.firstInvoice()
	for accept, want := range map[string][2]string{
		"":                                     {"application/json", "application/json"},
		"*/*":                                  {"application/json", "application/json"},
		"text/html;q=0.5, application/json":    {"application/json", "application/json"},
		"application/json;q=0.1, text/html":    {"text/html; charset=utf-8", "text/html; charset=utf-8"},
		"text/html;q=0, application/json;q=.2": {"application/json", "application/json"},
		"application/pdf, text/csv;q=0.9, application/json;q=0.1":         {"application/pdf", "text/csv; charset=utf-8"},
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": {"text/html; charset=utf-8", "text/html; charset=utf-8"},
		"image/png": {"application/json", "application/json"},
	} {
		for i, target := range []string{"/v1/invoices/" + number, "/v1/reconciliations/1"} {
			w := s.ask(http.MethodGet, target, s.read, "", func(r *http.Request) { r.Header.Set("Accept", accept) })
			require.Equal(t, want[i], w.Header().Get("Content-Type"), "%s: %q", target, accept)
		}
	}
}

// Files of a reconciliation have its number in their names. Claims from the website are for a spreadsheet, and are read as claimed before.
func TestFilesOfAReconciliation(t *testing.T) {
	s := newSite(t)
	document := fileOf(t, "reconcile/invoices.json")
	require.Equal(t, http.StatusCreated, s.upload("/v1/reconciliations", s.write, document).Code)
	require.Contains(t, s.get("/reconciliation?number=1"), `href="/reconciliation/claims?number=1" download`)
	w := s.ask(http.MethodGet, "/reconciliation?number=1&file=csv", s.read, "")
	require.Equal(t, `attachment; filename="reconciliation-1-groups.csv"`, w.Header().Get("Content-Disposition"))
	w = s.ask(http.MethodGet, "/reconciliation/claims?number=1", s.read, "")
	require.Equal(t, `attachment; filename="reconciliation-1-claims.csv"`, w.Header().Get("Content-Disposition"))
	require.Equal(t, "\ufeff"+s.get("/v1/reconciliations/1?format=claims.csv"), w.Body.String())
	again := s.upload("/v1/reconciliations", s.write, document, part{"claimed", "claims.csv", w.Body.String()})
	require.Equal(t, http.StatusCreated, again.Code, again.Body)
	require.Contains(t, again.Body.String(), `"claimed":"0.00"`)
	require.Equal(t, http.StatusNotFound, s.ask(http.MethodGet, "/reconciliation/claims?number=7", s.read, "").Code)
}

// firstInvoice is the number of an invoice that was issued.
func (s *site) firstInvoice() string {
	for inv, err := range s.books.Invoices(s.t.Context(), books.Which{}) {
		require.NoError(s.t, err)
		return inv.Number.String()
	}
	return ""
}
