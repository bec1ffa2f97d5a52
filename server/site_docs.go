package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// docsBody is the description of the API, to be read.
type docsBody struct {
	About      string
	Operations []docOperation
	Documents  []docDocument // what is sent and answered, by name
}

type docOperation struct {
	ID, Method, Path, About string
	Writes                  bool
	Parameters              []docField
	Sent                    []docContent
	Answers                 []docAnswer
	Curl                    string
}

// docField is a parameter, or a field of a document.
type docField struct {
	Name, Place string
	Type, Link  string // Link is the document that the type is
	Required    bool
	About       string
}

// docContent is what is sent or answered as a type of content. Fields are those of an object that is no document of its own.
type docContent struct {
	Kind, Type, Link string
	Fields           []docField
}

type docAnswer struct {
	Status, About string
	Contents      []docContent
}

type docDocument struct {
	Name   string
	OneOf  []docContent
	Fields []docField
}

// docsPage shows the description that programs read at /openapi.json.
func (s *Server) docsPage(w http.ResponseWriter, r *http.Request) {
	scheme := "http"
	if s.secure() {
		scheme = "https"
	}
	s.show(w, r, http.StatusOK, "docs", page{Title: "The API", Body: docsOf(s.openapi, scheme+"://"+r.Host)})
}

// docsOf words a description, with examples for a server at an address.
func docsOf(api *huma.OpenAPI, at string) docsBody {
	b := docsBody{About: api.Info.Description}
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		for _, op := range []*huma.Operation{api.Paths[path].Get, api.Paths[path].Post} {
			if op != nil {
				b.Operations = append(b.Operations, docOf(op, at))
			}
		}
	}
	schemas := api.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		d := docDocument{Name: name, Fields: fieldsOf(schemas[name])}
		for _, one := range schemas[name].OneOf {
			d.OneOf = append(d.OneOf, contentOf("", one))
		}
		b.Documents = append(b.Documents, d)
	}
	return b
}

func docOf(op *huma.Operation, at string) docOperation {
	d := docOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, About: op.Summary}
	_, d.Writes = op.Metadata[writes]
	for _, p := range op.Parameters {
		f := fieldOf(p.Name, p.Schema)
		f.Place, f.Required, f.About = p.In, p.Required, cmp.Or(p.Description, f.About)
		d.Parameters = append(d.Parameters, f)
	}
	if op.RequestBody != nil {
		d.Sent = contentsOf(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		code, _ := strconv.Atoi(status)
		one := docAnswer{status, cmp.Or(answer.Description, http.StatusText(code)), contentsOf(answer.Content)}
		if n := len(d.Answers); code >= 400 && n > 0 && slices.EqualFunc(d.Answers[n-1].Contents, one.Contents, sameContent) {
			d.Answers[n-1].Status += ", " + one.Status // problems are described alike
			d.Answers[n-1].About = ""
			continue
		}
		d.Answers = append(d.Answers, one)
	}
	d.Curl = curlOf(op, at)
	return d
}

func sameContent(a, b docContent) bool { return a.Kind == b.Kind && a.Link == b.Link && a.Link != "" }

func contentsOf(content map[string]*huma.MediaType) (list []docContent) {
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		list = append(list, contentOf(kind, content[kind].Schema))
	}
	return list
}

func contentOf(kind string, s *huma.Schema) docContent {
	c := docContent{Kind: kind}
	if s != nil {
		c.Type, c.Link = typeOf(s)
		c.Fields = fieldsOf(s)
	}
	return c
}

// fieldsOf are the fields of an object, those that have to be there first. What has no name of its own has that of its field before it.
func fieldsOf(s *huma.Schema) (list []docField) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field := s.Properties[name]
		f := fieldOf(name, field)
		f.Required = slices.Contains(s.Required, name)
		list = append(list, f)
		within, dot := field, "."
		if field.Items != nil {
			within, dot = field.Items, "[]."
		}
		for _, of := range slices.Concat([]*huma.Schema{within}, within.OneOf) {
			for _, f := range fieldsOf(of) {
				f.Name = name + dot + f.Name
				list = append(list, f)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b docField) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return list
}

func fieldOf(name string, s *huma.Schema) docField {
	f := docField{Name: name, About: s.Description}
	if s.Items != nil {
		f.About = cmp.Or(f.About, s.Items.Description)
	}
	f.Type, f.Link = typeOf(s)
	for _, bound := range []struct {
		text string
		n    *float64
	}{{"at least", s.Minimum}, {"at most", s.Maximum}} {
		if bound.n != nil {
			f.Type += fmt.Sprintf(", %s %s", bound.text, strconv.FormatFloat(*bound.n, 'f', -1, 64))
		}
	}
	if s.Default != nil {
		f.Type += fmt.Sprintf(", %v where it is left out", s.Default)
	}
	return f
}

// typeOf says what a value is, and which document where it is one.
func typeOf(s *huma.Schema) (text, link string) {
	switch {
	case s.Ref != "":
		link = s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return link, link
	case len(s.OneOf) > 0:
		var list []string
		for _, one := range s.OneOf {
			text, of := typeOf(one)
			list, link = append(list, text), cmp.Or(link, of)
		}
		return strings.Join(list, " or "), link
	case s.Type == huma.TypeArray && s.Items != nil:
		text, link = typeOf(s.Items)
		return "list of " + text, link
	case len(s.Enum) > 0:
		var list []string
		for _, word := range s.Enum {
			list = append(list, fmt.Sprint(word))
		}
		return strings.Join(list, ", "), ""
	case s.Format == "int64":
		return "whole number", ""
	case s.Format == "binary":
		return "file", ""
	case s.Format != "":
		return s.Format, ""
	case s.Type == huma.TypeString:
		return "text", ""
	}
	return cmp.Or(s.Type, "any value"), ""
}

// exampleNames are values of parameters that have to be there, in examples.
var exampleNames = map[string]string{"account": "acme", "number": "20260301-a2sk7073dfbbzmz4"}

// curlOf is an operation as a command.
func curlOf(op *huma.Operation, at string) string {
	path := op.Path
	for name, value := range exampleNames {
		if name == "number" && strings.Contains(path, "reconciliations") {
			value = "1"
		}
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	var b strings.Builder
	b.WriteString(`curl -H "Authorization: Bearer $TOKEN"`)
	if op.RequestBody != nil {
		for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			content := op.RequestBody.Content[kind]
			if kind == "multipart/form-data" {
				for _, name := range content.Schema.Required {
					fmt.Fprintf(&b, " \\\n  -F '%s=@FILE'", name)
				}
			}
			if content.Example != nil {
				text, _ := json.Marshal(content.Example) // of texts and numbers
				fmt.Fprintf(&b, " \\\n  -H 'Content-Type: %s' \\\n  -d '%s'", kind, text)
			}
		}
	}
	fmt.Fprintf(&b, " \\\n  '%s%s'", at, path)
	return b.String()
}
