package server

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/statement"
)

// invoicesShown is how many invoices a page of the list has.
const invoicesShown = 100

// invoiceList is a page of the list of invoices.
type invoiceList struct {
	Account, From, Through, Status, Run string
	Statuses                            []string
	Rows                                []invoice.Invoice
	Total                               money.Amount // of all that are found, without those canceled
	Found                               int
	Page, Pages                         int
	Wrong                               string
}

var statuses = []invoice.Status{invoice.Unpaid, invoice.Paid, invoice.Refunded, invoice.Deferred, invoice.Canceled}

func (s *Server) invoicesPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	list := invoiceList{Account: q.Get("account"), From: q.Get("from"), Through: q.Get("through"), Status: q.Get("status"), Run: q.Get("run"), Page: 1}
	for _, status := range statuses {
		list.Statuses = append(list.Statuses, status.String())
	}
	which, err := list.which()
	if err != nil {
		list.Wrong = err.Error()
		s.show(w, r, http.StatusBadRequest, "invoices", page{Title: "Invoices", Place: "/invoices", Body: &list})
		return
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 {
		list.Page = n
	}
	terms, err := s.books.Terms(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list.Total = money.New(0, terms.Policy.MoneyCurrency())
	first := (list.Page - 1) * invoicesShown
	for inv, err := range s.books.Invoices(r.Context(), which) {
		if err == nil && inv.Status != invoice.Canceled {
			list.Total, err = list.Total.Add(inv.FinalAmount)
		}
		if notThere(err) {
			list.Wrong = err.Error()
			break
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if list.Found >= first && len(list.Rows) < invoicesShown {
			list.Rows = append(list.Rows, inv)
		}
		list.Found++
	}
	list.Pages = (list.Found + invoicesShown - 1) / invoicesShown
	s.show(w, r, http.StatusOK, "invoices", page{Title: "Invoices", Place: "/invoices", Body: &list})
}

// Query is the form again, for another page of the list.
func (l *invoiceList) Query(page int) template.URL {
	q := url.Values{"page": {strconv.Itoa(page)}}
	for key, value := range map[string]string{"account": l.Account, "from": l.From, "through": l.Through, "status": l.Status, "run": l.Run} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return template.URL(q.Encode())
}

// parseStatus reads a status in any letter case: invoices spell it with a capital, events without.
func parseStatus(text string) (invoice.Status, error) {
	return invoice.ParseStatus(strings.ToLower(text))
}

// which says which invoices the form asks for.
func (l *invoiceList) which() (which books.Which, err error) {
	if l.Account != "" {
		which.Accounts = []string{l.Account}
	}
	for _, date := range []struct {
		name, text string
		to         *cycle.Date
	}{{"from", l.From, &which.From}, {"through", l.Through, &which.Through}} {
		if date.text != "" {
			if *date.to, err = cycle.ParseDate(date.text); err != nil {
				return which, fmt.Errorf("%s: %w", date.name, err)
			}
		}
	}
	if l.Status != "" {
		status, err := parseStatus(l.Status)
		if err != nil {
			return which, fmt.Errorf("status: %w", err)
		}
		which.Status = &status
	}
	if l.Run != "" {
		if which.Run, err = strconv.ParseInt(l.Run, 10, 64); err != nil || which.Run < 1 {
			return which, fmt.Errorf("run %q, expected the number of a run", l.Run)
		}
	}
	return which, nil
}

// invoiceBody is an invoice and what became of it.
type invoiceBody struct {
	Invoice   *invoice.Invoice
	Document  template.HTML
	Statuses  []invoice.Status // that it may still get
	Corrected []correction
	ID        string // of the event that a form on the page records
}

// correction is a line of a later invoice about the same period.
type correction struct {
	Invoice *invoice.Invoice
	Line    *invoice.Line
}

func (s *Server) invoicePage(w http.ResponseWriter, r *http.Request) {
	number := r.URL.Query().Get("number")
	b := invoiceBody{ID: newID()}
	for inv, err := range s.books.Invoices(r.Context(), books.Which{Number: number}) {
		if notThere(err) {
			break
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		b.Invoice = &inv
	}
	if b.Invoice == nil || number == "" {
		s.problem(w, r, http.StatusNotFound, "There is no such invoice", "No invoice of that number was issued from these books.")
		return
	}
	all, err := (&standing{books: s.books}).issued(r.Context(), b.Invoice.Account)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b.Corrected = corrections(b.Invoice, all)
	document, err := statement.InvoiceHTMLPart(statement.Document{Invoice: b.Invoice})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b.Document = inPage(document)
	if b.Invoice.Status != invoice.Canceled && b.Invoice.Status != invoice.Refunded {
		for _, status := range statuses {
			if status != b.Invoice.Status {
				b.Statuses = append(b.Statuses, status)
			}
		}
	}
	s.show(w, r, http.StatusOK, "invoice", page{Title: "Invoice " + number, Place: "/invoices", Body: b})
}

// corrections are the adjustments of later invoices for what an invoice billed.
func corrections(inv *invoice.Invoice, all []invoice.Invoice) (list []correction) {
	var keys []invoice.Key
	for i := range inv.Lines {
		keys = append(keys, inv.Lines[i].Key())
	}
	for i := range all {
		later := &all[i]
		if !later.Date.After(inv.Date) {
			continue
		}
		for n := range later.Lines {
			if l := &later.Lines[n]; l.Adjustment && slices.Contains(keys, l.Key()) {
				list = append(list, correction{later, l})
			}
		}
	}
	return list
}

// grouped is a count in groups of thousands.
func grouped(n int64) string { return digits.Group(strconv.FormatInt(n, 10)) }
