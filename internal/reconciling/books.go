package reconciling

import (
	"bytes"
	"context"
	"slices"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// OfBooks compares documents with what books owe the Distributor by their distributor's prices, and keeps the reconciliation in the
// books. What is wrong with what was given is an [*InputError].
func OfBooks(ctx context.Context, b *books.Books, asked Asked) (made books.Reconciliation, err error) {
	terms, err := b.Terms(ctx)
	if err != nil {
		return made, err
	}
	made = books.Reconciliation{By: asked.By, At: asked.At, Tolerance: asked.Tolerance, DisputeDays: asked.DisputeDays, Prices: invoice.Distributor.String()}
	in, err := asked.input(&made, terms.Policy.MoneyCurrency())
	if err != nil {
		return made, err
	}
	log, err := b.Log(ctx)
	if err != nil {
		return made, err
	}
	in.Events, in.Packages, in.Policy, in.Prices = log.Events, log.Terms.Packages, log.Terms.Policy, invoice.Distributor
	made.Events, made.Terms = log.Last, log.Terms.Number
	if asked.Aliases != nil {
		if err := CheckAliases(asked.Aliases.Name, in); err != nil {
			return made, inputError(err)
		}
	}
	rep, err := reconcile.Reconcile(ctx, in)
	switch {
	case err != nil && (rep != nil || ctx.Err() != nil):
		return made, err // not the input's
	case err != nil:
		return made, inputError(err)
	}
	reports, err := kept(rep)
	if err != nil {
		return made, err
	}
	if n := len(rep.Anomalies); n > 0 {
		made.Notes = append(made.Notes, report.Count(n, "event", "events")+" of the books left out, for making no sense where recorded")
	}
	sumUp(&made, rep)
	if !asked.Once {
		return b.AddReconciliation(ctx, made, reports)
	}
	made, added, err := b.AddNewReconciliation(ctx, made, reports)
	if err == nil && !added {
		err = ErrSame
	}
	return made, err
}

// kept are the reports that are kept of a reconciliation, by format: what it found, and what is claimed.
func kept(rep *reconcile.Report) (map[string][]byte, error) {
	reports := map[string][]byte{}
	rows, lines := 0, 0
	for _, g := range rep.Groups {
		rows += len(g.Theirs) + len(g.Ours)
	}
	for i := range rep.Claims {
		lines += len(rep.Claims[i].Lines)
	}
	for _, format := range []string{"json", "html", "xlsx", "claims.csv", "claims.xlsx"} {
		if format == "xlsx" && rows > mostInWorkbook || format == "claims.xlsx" && lines > mostInWorkbook {
			continue
		}
		var b bytes.Buffer
		var err error
		switch format {
		case "claims.csv":
			err = report.DisputeCSV(&b, rep)
		case "claims.xlsx":
			err = statement.DisputeXLSX(&b, rep)
		default:
			err = Write(&b, format, rep, false)
		}
		if err != nil {
			return nil, err
		}
		reports[format] = b.Bytes()
	}
	return reports, nil
}

// mostInWorkbook is how many rows of both sides a workbook has at most, or claims: it takes 15 KB of memory a row while it is made. Of more
// there is none.
const mostInWorkbook = 25_000

// sumUp notes what a reconciliation came to.
func sumUp(made *books.Reconciliation, rep *reconcile.Report) {
	s := rep.Summarize()
	made.From, made.Through, made.Currency = rep.From, rep.Through, rep.Currency.String()
	made.Theirs, made.Ours, made.Difference, made.Claimed = s.Theirs.Number(), s.Ours.Number(), s.Difference.Number(), s.Claimed.Number()
	if made.Groups = s.Groups; s.Groups > 0 {
		same := []string{reconcile.Matched.String(), reconcile.Tolerated.String()}
		for _, c := range s.Classes {
			if !slices.Contains(same, c.Name) {
				made.Different += c.Groups
			}
		}
	}
}
