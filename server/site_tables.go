package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// tablesBody is the page that shows how tables are read, before they are reconciled.
type tablesBody struct {
	Of        string // the draft
	Tables    []shownTable
	Others    []string // documents that are no tables
	Presets   []string
	Problems  []string // of reconciling
	Documents int
	Ready     bool // every table can be read
}

// shownTable is a table as a mapping reads it.
type shownTable struct {
	Number    int // of the document, from 0 on
	Name      string
	What      string // such as CSV with commas
	Text      string // the mapping
	Preview   *table.Preview
	Columns   []table.Column // where it cannot be read yet
	Questions []string
	Wrong     []string
	More      int // problems that are not listed
}

// shownRows is how many rows of a table are shown, mostWrong how many of its problems.
const (
	shownRows = 3
	mostWrong = 20
)

// Blank are the cells of a column that is not read.
func (t *shownTable) Blank() []struct{} { return make([]struct{}, len(t.Preview.Rows)) }

// tablesPage shows how the tables of a draft are read.
func (s *Server) tablesPage(w http.ResponseWriter, r *http.Request) { s.showTables(w, r, nil) }

// showTables shows the tables of a draft by the mappings that the form has, or else by those that were given, or by what their headers look
// like.
func (s *Server) showTables(w http.ResponseWriter, r *http.Request, problems []string) {
	asked, ok := s.draft(w, r)
	if !ok {
		return
	}
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b := tablesBody{Of: r.URL.Query().Get("of"), Presets: table.Presets(table.Invoices), Problems: problems, Documents: len(asked.Documents), Ready: true}
	for i := range asked.Documents {
		f := &asked.Documents[i]
		data, is := tableOf(f)
		if !is {
			b.Others = append(b.Others, f.Name)
			continue
		}
		one := showTable(f.Name, data, mappingText(r, &asked, i), terms.Policy.MoneyCurrency())
		one.Number = i
		b.Tables = append(b.Tables, one)
		b.Ready = b.Ready && one.Preview != nil && len(one.Wrong) == 0
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "tables", page{Title: "How the tables are read", Place: "/reconcile", Body: b})
}

// draft finds the draft that an address names, or says what became of it.
func (s *Server) draft(w http.ResponseWriter, r *http.Request) (reconciling.Asked, bool) {
	from, _ := who(r.Context())
	one, ok := s.drafts.of(from.Token, r.URL.Query().Get("of"))
	switch {
	case !ok:
		s.problem(w, r, http.StatusNotFound, "These documents are gone", "Documents wait for an hour, and until the server ends. Choose them again.")
	case one.made > 0:
		http.Redirect(w, r, reportURL(one.made, true), http.StatusSeeOther)
	}
	return one.asked, ok && one.made == 0
}

// mappingText is the mapping that the form has for a document, or the one that was given; empty where there is none.
func mappingText(r *http.Request, asked *reconciling.Asked, document int) string {
	n := strconv.Itoa(document)
	if preset := r.PostFormValue("preset-" + n); slices.Contains(table.Presets(table.Invoices), preset) {
		return presetText(preset)
	}
	if text := strings.TrimSpace(r.PostFormValue("mapping-" + n)); text != "" {
		return text + "\n"
	}
	name := asked.Documents[document].Name + infile.MapEnding
	if at := slices.IndexFunc(asked.Mappings, func(f reconciling.File) bool { return f.Name == name }); at >= 0 {
		return string(asked.Mappings[at].Data)
	}
	if asked.Preset != "" {
		return presetText(asked.Preset)
	}
	return ""
}

func presetText(name string) string { return "{\n  \"preset\": \"" + name + "\"\n}\n" }

// showTable reads a table by a mapping, or by one that it proposes.
func showTable(name string, data []byte, mapping string, currency money.Currency) shownTable {
	one := shownTable{Name: name, Text: mapping}
	wrong := func(err error) {
		for _, problem := range reconciling.Problems(err) {
			if len(one.Wrong) == mostWrong {
				one.More++
				continue
			}
			one.Wrong = append(one.Wrong, problem.Error())
		}
	}
	var m *table.Mapping
	var err error
	if mapping == "" {
		p, err := table.Propose(name, data, table.Invoices, currency)
		if err != nil {
			wrong(err)
			return one
		}
		one.Text, one.Questions, one.Columns, m = string(p.Text), p.Questions, p.Columns, p.Mapping
		if one.What = p.What; m == nil {
			return one
		}
	} else if m, err = table.ParseMapping(name+infile.MapEnding, []byte(mapping), table.Invoices); err != nil {
		wrong(err)
		return one
	}
	t, err := table.Open(name, data, m, currency)
	if err != nil {
		wrong(err)
		return one
	}
	preview := t.Preview(shownRows, wrong)
	one.Preview, one.What = &preview, t.Describe()
	return one
}

// tablesAction reconciles documents by the mappings that the form has, or shows once more how they are read.
func (s *Server) tablesAction(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.problem(w, r, http.StatusRequestEntityTooLarge, "The mappings are too long", "They have at most 1 MiB together. Give some of them as files, with fewer documents at a time.")
		return
	}
	if r.PostFormValue("what") != "reconcile" {
		s.showTables(w, r, nil)
		return
	}
	asked, ok := s.draft(w, r)
	if !ok {
		return
	}
	mappings := []reconciling.File{}
	for i := range asked.Documents {
		text := mappingText(r, &asked, i)
		if _, is := tableOf(&asked.Documents[i]); is && text != "" {
			mappings = append(mappings, reconciling.File{Name: asked.Documents[i].Name + infile.MapEnding, Data: []byte(text)})
		}
	}
	asked.Mappings = mappings
	if made := s.makeAndShow(w, r, asked, s.showTables); made > 0 {
		s.drafts.done(r.URL.Query().Get("of"), made)
	}
}
