package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/table"
)

// reconcilePageBody is the page that documents are given on.
type reconcilePageBody struct {
	*list[madeReconciliation]
	Problems []string // with what was given
}

// madeReconciliation is one that is kept, and what it came to.
type madeReconciliation struct {
	books.Reconciliation
	Amounts reportAmounts
}

// reconciliationColumns are those of the list of reconciliations that were made.
var reconciliationColumns = columnsOf[madeReconciliation]{
	Name: "reconciliations", Path: "/reconcile", Sort: "-number", Length: 50,
	Columns: []column[madeReconciliation]{
		countColumn("number", "Number", func(r *madeReconciliation) int64 { return r.Number }).asWords(),
		textColumn("at", "Made (UTC)", func(r *madeReconciliation) string { return r.At.UTC().Format(time.RFC3339) }),
		textColumn("documents", "Documents", func(r *madeReconciliation) string { return inputNames(&r.Reconciliation, "document") }),
		{Name: "sha256", Cell: func(r *madeReconciliation) string {
			var list []string
			for i := range r.Inputs {
				list = append(list, r.Inputs[i].SHA256)
			}
			return strings.Join(list, " ")
		}},
		textColumn("from", "", func(r *madeReconciliation) string { return r.From.String() }),
		textColumn("through", "", func(r *madeReconciliation) string { return r.Through.String() }),
		countColumn("different", "Differ", func(r *madeReconciliation) int64 { return int64(r.Different) }).optional(),
		amountColumn("theirs", "", func(r *madeReconciliation) money.Amount { return r.Amounts.Theirs }),
		amountColumn("ours", "", func(r *madeReconciliation) money.Amount { return r.Amounts.Ours }),
		amountColumn("difference", "Difference", func(r *madeReconciliation) money.Amount { return r.Amounts.Difference }),
		amountColumn("claimed", "Claimed", func(r *madeReconciliation) money.Amount { return r.Amounts.Claimed }).optional(),
		textColumn("by", "", func(r *madeReconciliation) string { return r.By }),
	},
}

// inputNames are the names of the files of a use that were given.
func inputNames(r *books.Reconciliation, use string) string {
	var list []string
	for i := range r.Inputs {
		if r.Inputs[i].Use == use {
			list = append(list, r.Inputs[i].Name)
		}
	}
	return strings.Join(list, ", ")
}

func (s *Server) reconcilePage(w http.ResponseWriter, r *http.Request) { s.showReconcile(w, r, nil) }

// showReconcile shows the form and what was made before, and what is wrong with what was given, if anything.
func (s *Server) showReconcile(w http.ResponseWriter, r *http.Request, problems []string) {
	all, err := s.books.Reconciliations(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	made := make([]madeReconciliation, len(all))
	for i := range all {
		made[i].Reconciliation = all[i]
		if made[i].Amounts, err = amountsOf(&all[i]); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	b := reconcilePageBody{reconciliationColumns.of(made, r.URL.Query()), problems}
	if b.file(s, w, r, terms.Policy.MoneyCurrency()) {
		return
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "reconcile", page{Title: "Reconcile", Place: "/reconcile", Body: b})
}

// reconcileAction takes documents. Where some are tables, it is shown first how they are read.
func (s *Server) reconcileAction(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		s.showReconcile(w, r, []string{"nothing was sent, expected a form with files"})
		return
	}
	asked, err := readUpload(parts)
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		s.showReconcile(w, r, []string{"the files are larger than " + strconv.Itoa(MaxUpload>>20) + " MiB together, expected fewer at a time"})
		return
	}
	if err != nil {
		s.showReconcile(w, r, []string{err.Error()})
		return
	}
	tables, err := asked.Tables()
	if err != nil {
		s.showReconcile(w, r, problemsOf(err))
		return
	}
	if tables {
		from, _ := who(r.Context())
		http.Redirect(w, r, "/reconcile/tables?of="+s.drafts.keep(from.Token, asked), http.StatusSeeOther)
		return
	}
	s.makeAndShow(w, r, asked, s.showReconcile)
}

// makeAndShow reconciles and goes to the report, whose number it returns, or shows what is wrong. What was compared before is shown as it was
// made then, for a form may be sent twice.
func (s *Server) makeAndShow(w http.ResponseWriter, r *http.Request, asked reconciling.Asked, wrong func(http.ResponseWriter, *http.Request, []string)) int64 {
	asked.Once = true
	made, err := s.reconcile(r.Context(), asked)
	again := errors.Is(err, reconciling.ErrSame)
	switch {
	case errors.As(err, new(*requestError)):
		wrong(w, r, problemsOf(err))
		return 0
	case err != nil && !again:
		s.fail(w, r, err)
		return 0
	}
	http.Redirect(w, r, reportURL(made.Number, again), http.StatusSeeOther)
	return made.Number
}

// reportURL is the address of a reconciliation, which says where it had been made before.
func reportURL(number int64, again bool) string {
	to := "/reconciliation?number=" + strconv.FormatInt(number, 10)
	if again {
		to += "&again=1"
	}
	return to
}

// problemsOf are what is wrong, one by one.
func problemsOf(err error) (list []string) {
	if theirs := (*requestError)(nil); errors.As(err, &theirs) {
		err = theirs.error
	}
	for _, problem := range reconciling.Problems(err) {
		list = append(list, problem.Error())
	}
	return list
}

// tableOf is the content of a document, and whether it is a table.
func tableOf(f *reconciling.File) ([]byte, bool) {
	data, err := f.ReadDocument()
	return data, err == nil && table.IsTable(data)
}
