package server

import (
	"net/http"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// balanceBody is what each customer owes, and how old that is.
type balanceBody struct {
	*list[books.Balance]
	AsOf  string
	Today cycle.Date
	Open  bool // only those that owe something
	Total books.Balance
	Wrong string
}

// balanceColumns have the names of what prorata balance prints.
var balanceColumns = columnsOf[books.Balance]{
	Name: "balances", Path: "/balance", Sort: "account", Length: 100, Fields: []string{"as_of", "which"},
	Columns: func() []column[books.Balance] {
		of := func(name, head string, amount func(*books.Balance) money.Amount) column[books.Balance] {
			return amountColumn(name, head, amount)
		}
		list := []column[books.Balance]{
			textColumn("account", "Account", func(b *books.Balance) string { return b.Account }),
			of("invoiced", "Invoiced", func(b *books.Balance) money.Amount { return b.Invoiced }).optional(),
			of("paid", "Paid", func(b *books.Balance) money.Amount { return b.Paid }).optional(),
			of("refunded", "", func(b *books.Balance) money.Amount { return b.Refunded }),
			of("credit", "Credit", func(b *books.Balance) money.Amount { return b.Credit }),
			of("open", "Open", func(b *books.Balance) money.Amount { return b.Open }),
		}
		for i, head := range []string{"Not due", "1–30", "31–60", "61–90", "Over 90"} {
			col := of(ages[i].Column, head, func(b *books.Balance) money.Amount { return b.Ages[i] })
			col.Optional = i < 4
			list = append(list, col)
		}
		return list
	}(),
}

func (s *Server) balancePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p, ok := s.positions(w, r)
	if !ok {
		return
	}
	b := balanceBody{AsOf: q.Get("as_of"), Today: p.day, Open: q.Get("which") == "open"}
	status, asOf := http.StatusOK, p.day
	if b.AsOf != "" {
		var err error
		if asOf, err = parseDay(b.AsOf); err != nil {
			status, b.Wrong = http.StatusBadRequest, "as of: "+err.Error()
		}
	}
	var rows []books.Balance
	keep := func(one *books.Balance) {
		if !b.Open || one.Open.Sign() > 0 {
			rows = append(rows, *one)
		}
	}
	if asOf == p.day {
		for _, one := range p.accounts {
			if one.Billed {
				keep(&one.Balance)
			}
		}
	} else if b.Wrong == "" {
		for one, err := range s.books.Balances(r.Context(), books.Balancing{AsOf: asOf, PaymentDays: paymentDays}) {
			if err != nil {
				s.fail(w, r, err)
				return
			}
			keep(&one)
		}
	}
	currency := p.terms.Policy.MoneyCurrency()
	b.list = balanceColumns.of(rows, q)
	if b.file(s, w, r, currency) {
		return
	}
	var err error
	if b.Total, err = sumOf(b.all, currency); err != nil {
		s.fail(w, r, err)
		return
	}
	b.AsOf = asOf.String()
	s.show(w, r, status, "balance", page{Title: "What customers owe", Place: "/invoices", Body: &b})
}

// sumOf adds up balances.
func sumOf(list []books.Balance, currency money.Currency) (sum books.Balance, err error) {
	zero := money.New(0, currency)
	sum = books.Balance{Invoiced: zero, Paid: zero, Refunded: zero, Open: zero, Credit: zero, Ages: books.Ages{zero, zero, zero, zero, zero}}
	for i := range list {
		b := &list[i]
		add := func(to *money.Amount, a money.Amount) {
			if err == nil {
				*to, err = to.Add(a)
			}
		}
		add(&sum.Invoiced, b.Invoiced)
		add(&sum.Paid, b.Paid)
		add(&sum.Refunded, b.Refunded)
		add(&sum.Open, b.Open)
		add(&sum.Credit, b.Credit)
		for i := range sum.Ages {
			add(&sum.Ages[i], b.Ages[i])
		}
	}
	return sum, err
}
