package server_test

import (
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/demo"
)

// The page of the API has all that the description has, and its examples are answered.
func TestDocs(t *testing.T) {
	s := newSite(t)
	_, err := s.books.Record(t.Context(), books.Recording{Now: demo.Now, Events: books.Each(
		account.Event{ID: "acme", Type: account.Created, Account: "acme", At: demo.Now, Package: "Gold"})})
	require.NoError(t, err)
	page := s.get("/docs")
	var api struct {
		Paths map[string]map[string]struct {
			OperationID string
			Summary     string
			Parameters  []struct{ Name, Description string }
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Properties map[string]struct {
							Description string
							Items       struct{ Description string }
						}
					}
				}
			}
			Responses map[string]any
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/openapi.json")), &api))
	for path, methods := range api.Paths {
		for method, op := range methods {
			_, section, ok := strings.Cut(page, `id="`+op.OperationID+`"`)
			require.True(t, ok, op.OperationID)
			section, _, _ = strings.Cut(section, "</section>")
			require.Contains(t, section, ">"+strings.ToUpper(method)+" "+path+"<")
			require.Contains(t, section, html.EscapeString(op.Summary))
			for _, p := range op.Parameters {
				require.Contains(t, section, ">"+p.Name+"<")
				require.Contains(t, html.UnescapeString(section), p.Description)
			}
			for _, content := range op.RequestBody.Content {
				for field, of := range content.Schema.Properties {
					require.Contains(t, section, ">"+field+"<", "a part of the form")
					require.Contains(t, html.UnescapeString(section), of.Description)
					require.Contains(t, html.UnescapeString(section), of.Items.Description)
				}
			}
			for status := range op.Responses {
				require.Regexp(t, `<th scope="row">(?:\d+, )*`+status+`[ ,<]`, section)
			}
			s.requireExample(section, method, op.OperationID)
		}
	}
	for name, schema := range api.Components.Schemas {
		_, section, ok := strings.Cut(page, `id="document-`+name+`"`)
		require.True(t, ok, name)
		section, _, _ = strings.Cut(section, "</section>")
		for field := range schema.Properties {
			require.Contains(t, section, ">"+field+"<")
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, page, `id="`+link[1]+`"`)
	}
	require.NotContains(t, page, "style=")
	require.Contains(t, s.get("/accounts"), `href="/docs"`)
}

// requireExample does what an example does, where it is for something that is there.
func (s *site) requireExample(section, method, id string) {
	s.t.Helper()
	found := regexp.MustCompile(`(?s)<pre class="command code">(.*?)</pre>`).FindStringSubmatch(section)
	require.NotNil(s.t, found, id)
	command := html.UnescapeString(found[1])
	target := regexp.MustCompile(`'http://127\.0\.0\.1:8420(/[^']*)'$`).FindStringSubmatch(command)
	require.NotNil(s.t, target, command)
	if strings.Contains(command, "@FILE") || strings.Contains(target[1], "/invoices/") || strings.Contains(target[1], "/reconciliations/") {
		return
	}
	body := ""
	if data := regexp.MustCompile(`-d '([^']*)'`).FindStringSubmatch(command); data != nil {
		body = data[1]
	}
	require.Equal(s.t, method == "post", body != "", command)
	w := s.ask(strings.ToUpper(method), target[1], s.write, body)
	require.Equal(s.t, http.StatusOK, w.Code, "%s: %s", command, w.Body)
}
