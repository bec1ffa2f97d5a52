package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/money"
)

// form is a way to lay out what is billed: it changes rows and documents, and no money.
type form struct {
	name string
	make func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices
}

// minor is a figure of a row in cents.
func minor(n distributor.Number) int64 {
	if n == "" {
		return 0
	}
	return must(n.Amount(money.USD)).Minor()
}

func figure(minor int64) distributor.Number {
	return distributor.Number(money.New(minor, money.USD).Number())
}

// rowOf is a copy of a row with other money: recurring, overage and other charges.
func rowOf(row distributor.Invoice, suffix string, recurring, overage, other int64) distributor.Invoice {
	row.Number += suffix
	row.Amount, row.Prorated, row.Overage, row.AdditionalCharges = figure(recurring), "0.00", figure(overage), figure(other)
	row.FinalAmount = figure(recurring + overage + other)
	return row
}

// moneyOf are a row's recurring charge, overage and other charges.
func moneyOf(row *distributor.Invoice) (recurring, overage, other int64) {
	overage, other = minor(row.Overage), minor(row.AdditionalCharges)
	return minor(row.FinalAmount) - overage - other, overage, other
}

// eachRow replaces each row that adds up by others.
func eachRow(split func(r *rand.Rand, row distributor.Invoice) []distributor.Invoice) func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
	return func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
		var all []distributor.Invoices
		for _, d := range documents {
			rows := d.Rows
			d.Rows = nil
			for _, row := range rows {
				d.Rows = append(d.Rows, split(r, row)...)
			}
			all = append(all, d)
		}
		return all
	}
}

// forms are those of every upstream that is played.
var forms = []form{
	{"one row", func(_ *rand.Rand, documents []distributor.Invoices) []distributor.Invoices { return documents }},
	{"split by kind", eachRow(func(_ *rand.Rand, row distributor.Invoice) []distributor.Invoice {
		recurring, overage, other := moneyOf(&row)
		rows := []distributor.Invoice{rowOf(row, "-r", recurring, 0, 0)}
		rows[0].Credits = "0"
		if overage != 0 || row.Credits != "0" {
			rows = append(rows, rowOf(row, "-o", 0, overage, 0))
		}
		if other != 0 {
			rows = append(rows, rowOf(row, "-c", 0, 0, other))
			rows[len(rows)-1].Credits = "0"
		}
		return rows
	})},
	{"split by days", eachRow(func(r *rand.Rand, row distributor.Invoice) []distributor.Invoice {
		days := row.EndDate.Sub(row.StartDate)
		if days < 2 {
			return []distributor.Invoice{row}
		}
		recurring, overage, other := moneyOf(&row)
		cut := 1 + r.IntN(days-1)
		first := recurring * int64(cut) / int64(days+1)
		a, b := rowOf(row, "-1", first, 0, 0), rowOf(row, "-2", recurring-first, overage, other)
		a.Credits = "0"
		a.EndDate, b.StartDate = row.StartDate.AddDays(cut-1), row.StartDate.AddDays(cut)
		return []distributor.Invoice{a, b}
	})},
	{"reversed and made again", eachRow(func(r *rand.Rand, row distributor.Invoice) []distributor.Invoice {
		recurring, overage, other := moneyOf(&row)
		wrong := int64(1 + r.IntN(5000))
		return []distributor.Invoice{rowOf(row, "-1", recurring+wrong, overage, other), rowOf(row, "-2", -recurring-wrong, -overage, -other), rowOf(row, "-3", recurring, overage, other)}
	})},
	{"credited next month", eachRow(func(r *rand.Rand, row distributor.Invoice) []distributor.Invoice {
		recurring, overage, other := moneyOf(&row)
		wrong := int64(1 + r.IntN(5000))
		credit := rowOf(row, "-2", -wrong, 0, 0)
		credit.Credits = "0"
		if next := row.DateInvoiced.AddMonths(1); !next.After(through) {
			credit.DateInvoiced = next
		}
		return []distributor.Invoice{rowOf(row, "-1", recurring+wrong, overage, other), credit}
	})},
	{"two documents", func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
		var all []distributor.Invoices
		for _, d := range documents {
			a, b := d, d
			a.Rows, b.Rows = nil, nil
			for _, row := range d.Rows {
				if r.IntN(2) == 0 {
					a.Rows = append(a.Rows, row)
				} else {
					b.Rows = append(b.Rows, row)
				}
			}
			all = append(all, a, b)
		}
		return all
	}},
	{"overlapping", func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
		var all []distributor.Invoices
		for _, d := range documents {
			a, b := d, d
			n := len(d.Rows)
			a.Rows, b.Rows = slices.Clone(d.Rows[:n-n/3]), slices.Clone(d.Rows[n/3:])
			all = append(all, a, b)
		}
		return all
	}},
	{"revised", func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
		var all []distributor.Invoices
		for _, d := range documents {
			first := d
			first.Rows = nil
			numbers := map[string]int{}
			for _, row := range d.Rows {
				numbers[row.Number]++
			}
			for _, row := range d.Rows {
				if numbers[row.Number] == 1 {
					recurring, overage, other := moneyOf(&row)
					first.Rows = append(first.Rows, rowOf(row, "", recurring+int64(r.IntN(900)), overage, other))
				}
			}
			if len(first.Rows) == len(d.Rows) {
				all = append(all, first)
			}
			all = append(all, d)
		}
		return all
	}},
	{"shuffled", func(r *rand.Rand, documents []distributor.Invoices) []distributor.Invoices {
		all := distributor.Invoices{Shape: documents[0].Shape}
		for _, d := range documents {
			all.Rows = append(all.Rows, d.Rows...)
		}
		r.Shuffle(len(all.Rows), func(i, j int) { all.Rows[i], all.Rows[j] = all.Rows[j], all.Rows[i] })
		return []distributor.Invoices{all}
	}},
}

// copied are documents that share no rows with others.
func copied(documents []distributor.Invoices) []distributor.Invoices {
	all := slices.Clone(documents)
	for i := range all {
		all[i].Rows = slices.Clone(all[i].Rows)
	}
	return all
}

func percent(a, b int) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%d.%d %%", 100*a/b, 1000*a/b%10)
}
