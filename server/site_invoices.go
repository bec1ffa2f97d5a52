package server

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
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

// invoicesBody is the list of invoices.
type invoicesBody struct {
	*list[invoice.Invoice]
	invoiceList
	Statuses []string
	Total    money.Amount // of all that are found, without those canceled
	Issued   bool         // invoices were issued at all
	Wrong    string
}

// invoiceList says which invoices are asked for.
type invoiceList struct{ Account, From, Through, Status, Run string }

var statuses = []invoice.Status{invoice.Unpaid, invoice.Paid, invoice.Refunded, invoice.Deferred, invoice.Canceled}

// invoicesOf are the columns of a list of invoices: those of their CSV, in which they are written as files.
func invoicesOf(list columnsOf[invoice.Invoice], shown ...column[invoice.Invoice]) *columnsOf[invoice.Invoice] {
	list.Columns = shown
	for _, col := range []column[invoice.Invoice]{
		textColumn("account", "", func(inv *invoice.Invoice) string { return inv.Account }),
		dateColumn("date_invoiced", "", func(inv *invoice.Invoice) cycle.Date { return inv.Date }),
		textColumn("number", "", func(inv *invoice.Invoice) string { return inv.Number.String() }),
		textColumn("type", "", func(inv *invoice.Invoice) string { return inv.Type.String() }),
		dateColumn("start_date", "", func(inv *invoice.Invoice) cycle.Date { return inv.Period.Start }),
		dateColumn("end_date", "", func(inv *invoice.Invoice) cycle.Date { return inv.Period.Last() }),
		textColumn("package", "", func(inv *invoice.Invoice) string { return inv.Package }),
		countColumn("credits", "", func(inv *invoice.Invoice) int64 { return inv.Credits }),
		textColumn("currency", "", func(inv *invoice.Invoice) string { return inv.FinalAmount.Currency().String() }),
		amountColumn("amount", "", func(inv *invoice.Invoice) money.Amount { return inv.Amount }),
		amountColumn("prorated", "", func(inv *invoice.Invoice) money.Amount { return inv.Prorated }),
		amountColumn("overage", "", func(inv *invoice.Invoice) money.Amount { return inv.Overage }),
		amountColumn("additional_charges", "", func(inv *invoice.Invoice) money.Amount { return inv.AdditionalCharges }),
		textColumn("status", "", func(inv *invoice.Invoice) string { return inv.Status.String() }),
		amountColumn("final_amount", "", func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount }),
	} {
		if !slices.ContainsFunc(shown, func(c column[invoice.Invoice]) bool { return c.Name == col.Name }) {
			list.Columns = append(list.Columns, col)
		}
	}
	return &list
}

// The columns of invoices that pages show.
var (
	invoiceAccount = textColumn("account", "Account", func(inv *invoice.Invoice) string { return inv.Account })
	invoiceDate    = dateColumn("date_invoiced", "Date", func(inv *invoice.Invoice) cycle.Date { return inv.Date })
	invoiceNumber  = textColumn("number", "Number", func(inv *invoice.Invoice) string { return inv.Number.String() }).wide()
	invoicePackage = textColumn("package", "Package", func(inv *invoice.Invoice) string { return inv.Package }).optional()
	invoicePeriod  = dateColumn("start_date", "Period", func(inv *invoice.Invoice) cycle.Date { return inv.Period.Start }).optional()
	invoiceStatus  = textColumn("status", "Status", func(inv *invoice.Invoice) string { return inv.Status.String() })
	invoiceTotal   = amountColumn("final_amount", "Total", func(inv *invoice.Invoice) money.Amount { return inv.FinalAmount })
)

var invoiceColumns = invoicesOf(columnsOf[invoice.Invoice]{
	Name: "invoices", Path: "/invoices", Sort: "-date_invoiced", Length: invoicesShown, Fields: []string{"account", "from", "through", "status"},
}, invoiceAccount, invoiceDate, invoiceNumber, invoicePackage, invoiceStatus, invoiceTotal)

func (s *Server) invoicesPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	b := invoicesBody{invoiceList: invoiceList{Account: q.Get("account"), From: q.Get("from"), Through: q.Get("through"), Status: q.Get("status"), Run: q.Get("run")}}
	for _, status := range statuses {
		b.Statuses = append(b.Statuses, status.String())
	}
	status := http.StatusOK
	which, err := b.which()
	if err != nil {
		b.Wrong, status = err.Error(), http.StatusBadRequest
	}
	terms, err := s.books.Terms(r.Context())
	var rows []invoice.Invoice
	switch {
	case err != nil || status != http.StatusOK:
	case len(which.Accounts) == 0 && which.Run == 0 && q.Get("file") == "": // a page shows less of each than a file has
		p, m, failed := s.home.positions.now(r.Context(), patience)
		if !s.positionsOrWait(w, r, p, m, failed) {
			return
		}
		rows, err = p.invoices(&which, s.books.NumberPrefix())
	default:
		rows, err = s.invoicesWhich(r.Context(), which)
		if notThere(err) {
			b.Wrong, err = err.Error(), nil
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b.list = invoiceColumns.of(rows, q)
	if b.file(s, w, r, terms.Policy.MoneyCurrency()) {
		return
	}
	head, err := s.books.Head(r.Context())
	b.Issued, b.Total = head.Number > 0, money.New(0, terms.Policy.MoneyCurrency())
	for i := range b.all {
		if inv := &b.all[i]; err == nil && inv.Status != invoice.Canceled {
			b.Total, err = b.Total.Add(inv.FinalAmount)
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, status, "invoices", page{Title: "Invoices", Place: "/invoices", Body: &b})
}

// invoicesWhich are the invoices asked for, by account and date, without their lines. Where they are asked for from a day on, and of
// all accounts, only the runs are read that can have issued them.
func (s *Server) invoicesWhich(ctx context.Context, which books.Which) (rows []invoice.Invoice, err error) {
	asked := []books.Which{which}
	if !which.From.IsZero() && len(which.Accounts) == 0 && which.Run == 0 {
		runs, err := s.books.Runs(ctx)
		if err != nil {
			return nil, err
		}
		asked = nil
		for _, run := range runs {
			if run.Invoices > 0 && !run.Through.Before(which.From) {
				of := which
				of.Run = run.Number
				asked = append(asked, of)
			}
		}
	}
	for _, one := range asked {
		for inv, err := range s.books.Invoices(ctx, one) {
			if err != nil {
				return nil, err
			}
			inv.Lines = nil
			rows = append(rows, inv)
		}
	}
	slices.SortStableFunc(rows, func(a, b invoice.Invoice) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), a.Date.Compare(b.Date))
	})
	return rows, nil
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
			if *date.to, err = parseDay(date.text); err != nil {
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
}

// correction is a line of a later invoice about the same period.
type correction struct {
	Invoice *invoice.Invoice
	Line    *invoice.Line
}

func (s *Server) invoicePage(w http.ResponseWriter, r *http.Request) {
	number := r.URL.Query().Get("number")
	b := invoiceBody{}
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
	st, err := s.standing(r.Context(), b.Invoice.Account)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	b.Corrected = corrections(b.Invoice, st.Issued)
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
