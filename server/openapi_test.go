package server_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
)

// described is what /openapi.json says.
type described struct {
	OpenAPI    string `json:"openapi"`
	Paths      map[string]map[string]describedOperation
	Components struct{ Schemas map[string]schema }
}

type describedOperation struct {
	Parameters []struct {
		Name, In string
		Schema   schema
	}
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
	Responses map[string]any
}

type schema map[string]any

func (s *site) described() (d described) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.get("/openapi.json")), &d))
	require.Equal(s.t, "3.1.0", d.OpenAPI)
	require.NotEmpty(s.t, d.Paths)
	return d
}

func TestDescriptionIsTheSameEachTime(t *testing.T) {
	require.Equal(t, newSite(t).get("/openapi.json"), newSite(t).get("/openapi.json"))
}

// TestEveryOperation asks each operation for what its description allows, and for what it does not. No answer is a failure of the server,
// each comes in time, and each has a status that the description names: ./clients holds the rest of the answers against it.
func TestEveryOperation(t *testing.T) {
	s := newSite(t)
	seed := rand.Uint64()
	known := map[string][]any{
		"account": {someone, someone, "harbor-books@example.com", "nobody"},
		"number":  {s.someInvoice(), "nothing"},
		"invoice": {s.someInvoice(), "nothing"},
		"package": {"Gold", "Free", "Nickel"},
		"at":      {"2026-02-27", "2026-02-28T08:00:00Z", "2025-01-01"},
		"amount":  {"1.00", "-2.50"},
		"event":   {"evt-0003", "evt-0004"},

		"document":     {fileOf(t, "reconcile/invoices.json").text},
		"aliases":      {"theirs,ours\nA,B\n"},
		"dispute_days": {30},
		"tolerance":    {"0.01"},
	}
	g := &askGenerator{known: known, described: s.described(), random: rand.New(rand.NewPCG(seed, 1))}
	times := 60
	if testing.Short() {
		times = 15
	}
	answered := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(g.Paths)) {
		for method, op := range g.Paths[path] {
			for i := 0; i < times || !answered[method+" "+path] && i < 50*times; i++ {
				g.wrong = i%2 == 1
				target, body, kind, headers := g.ask(path, op)
				in := fmt.Sprintf("seed %d: %s %s %s %s", seed, method, target, kind, body)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				w := s.ask(strings.ToUpper(method), target, s.write, body, func(r *http.Request) {
					*r = *r.WithContext(ctx)
					for name, value := range headers {
						r.Header.Set(name, value)
					}
					if r.Header.Del("Content-Type"); kind != "" {
						r.Header.Set("Content-Type", kind)
					}
				})
				require.NoError(t, ctx.Err(), "no answer: %s", in)
				cancel()
				require.Less(t, w.Code, 500, "%s: %s", in, w.Body)
				if w.Code != http.StatusTemporaryRedirect { // of a path that is not clean
					require.Contains(t, op.Responses, fmt.Sprint(w.Code), "%s: %s", in, w.Body)
				}
				if w.Code < 300 {
					answered[method+" "+path] = true
				}
			}
			require.True(t, answered[method+" "+path], "seed %d: %s %s was never answered with what was asked for", seed, method, path)
		}
	}
}

// someInvoice is the number of an invoice.
func (s *site) someInvoice() string {
	for inv, err := range s.books.Invoices(s.t.Context(), books.Which{Accounts: []string{someone}}) {
		require.NoError(s.t, err)
		return inv.Number.String()
	}
	s.t.Fatal("no invoice")
	return ""
}

// askGenerator makes questions out of their description: right ones, and where wrong is set, ones with something wrong somewhere.
type askGenerator struct {
	described
	random *rand.Rand
	wrong  bool
	known  map[string][]any // values that mean something in the books of the demonstration, by the name of what has them
}

// often is true once in n times, on average.
func (g *askGenerator) often(n int) bool { return g.random.IntN(n) == 0 }

func pick[T any](g *askGenerator, of ...T) T { return of[g.random.IntN(len(of))] }

// ask is one question: its target, body, the kind of it, and headers.
func (g *askGenerator) ask(path string, op describedOperation) (target, body, kind string, headers map[string]string) {
	query, headers := url.Values{}, map[string]string{}
	for _, p := range op.Parameters {
		value := func() string { return asText(g.value(p.Name, p.Schema)) }
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(cmp.Or(value(), "x"))) // an empty one would be another path
		case g.often(3) && p.In == "query":
			query.Set(p.Name, value())
		case g.often(3) && p.In == "header":
			headers[p.Name] = strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return -1
				}
				return r
			}, pick(g, value(), "application/pdf", "text/html;q=0.5, */*"))
		}
	}
	if g.wrong && g.often(5) {
		query.Set("surprise", "1")
	}
	if kinds := slices.Sorted(maps.Keys(op.RequestBody.Content)); len(kinds) > 0 {
		kind = pick(g, kinds...)
		if kind == "multipart/form-data" {
			kind, body = g.form(op.RequestBody.Content[kind].Schema)
		} else {
			body = g.body(kind, op.RequestBody.Content[kind].Schema)
		}
		if g.wrong && g.often(6) {
			kind = pick(g, "", "text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data", "x")
		}
	}
	return path + "?" + query.Encode(), body, kind, headers
}

// body is a body of a kind.
func (g *askGenerator) body(kind string, of schema) string {
	var body string
	switch {
	case strings.HasSuffix(kind, "ndjson"):
		for range g.random.IntN(4) + 1 {
			body += asText(g.value("", schema{"$ref": "#/components/schemas/Event"})) + "\n"
		}
	default:
		body = asText(g.value("", of))
	}
	if g.wrong && g.often(4) {
		at := g.random.IntN(len(body) + 1)
		body = pick(g, "", "null", "[", "{\"", body[:at], body[:at]+"\x00"+body[at:], body[:at]+"}"+body[at:], strings.Repeat("[", 10_000), "\xff\xfe")
	}
	return body
}

// form is a form with files, and its kind.
func (g *askGenerator) form(of schema) (kind, body string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	fields, _ := g.value("", of).(map[string]any)
	for name, value := range fields {
		list, several := value.([]any)
		if !several {
			list = []any{value}
		}
		for i, one := range list {
			w, err := form.CreateFormFile(name, fmt.Sprint(name, i, ".json"))
			if !several && name != "aliases" && name != "claimed" {
				w, err = form.CreateFormField(name)
			}
			if err == nil {
				_, err = io.WriteString(w, asText(one))
			}
			if err != nil {
				panic(err) // of memory
			}
		}
	}
	if !g.wrong || g.often(2) {
		_ = form.Close()
	}
	return form.FormDataContentType(), b.String()
}

// asText is a value as it stands in a query, or as JSON where it has parts.
func asText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of what was made here
	}
	return string(text)
}

// value is a value of a schema; a wrong one, now and then, where that is asked for.
func (g *askGenerator) value(name string, s schema) any {
	if ref, ok := s["$ref"].(string); ok {
		return g.value(name, g.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]])
	}
	if g.wrong && g.often(6) {
		return pick[any](g, nil, "", "0", -1, 1e30, true, "2026-02-30", "9999-12-31", "../..", "\x00", "a b", "Ω\u202e", "<b>", strings.Repeat("x", 3000), map[string]any{}, []any{[]any{}}, "99999999999999999999")
	}
	if len(g.known[name]) > 0 && s["type"] != "array" && g.often(2) {
		return pick(g, g.known[name]...)
	}
	if of, ok := s["oneOf"].([]any); ok {
		return g.value(name, pick(g, of...).(map[string]any))
	}
	if of, ok := s["enum"].([]any); ok {
		return pick(g, of...)
	}
	switch s["type"] {
	case "object":
		return g.object(s)
	case "array":
		list := []any{}
		for range g.random.IntN(3) + 1 {
			list = append(list, g.value(name, s["items"].(map[string]any)))
		}
		return list
	case "integer":
		least, most := 0.0, 100.0
		if m, ok := s["minimum"].(float64); ok {
			least = m
		}
		if m, ok := s["maximum"].(float64); ok {
			most = m
		}
		return int(least) + g.random.IntN(int(most-least)+1)
	case "boolean":
		return g.often(2)
	}
	switch {
	case s["format"] == "date":
		return fmt.Sprintf("202%d-%02d-%02d", 4+g.random.IntN(3), 1+g.random.IntN(12), 1+g.random.IntN(28))
	case s["pattern"] != nil: // there is one: that of the number of a run
		return fmt.Sprint(1 + g.random.IntN(30))
	case s["format"] == "date-time":
		return fmt.Sprintf("202%d-%02d-%02dT%02d:%02d:00+01:00", 4+g.random.IntN(3), 1+g.random.IntN(12), 1+g.random.IntN(28), g.random.IntN(24), g.random.IntN(60))
	}
	return fmt.Sprintf("text %d", g.random.Uint32())
}

func (g *askGenerator) object(s schema) any {
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	o := map[string]any{}
	for name, of := range properties {
		must := slices.Contains(required, any(name))
		if must && !(g.wrong && g.often(10)) || !must && g.often(3) {
			o[name] = g.value(name, of.(map[string]any))
		}
	}
	if g.wrong && g.often(6) {
		o["surprise"] = 1
	}
	return o
}
