package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
)

var reconcileHeader = []string{"group", "side", "account", "class", "cause", "strength", "number", "type", "package", "status", "date_invoiced", "start_date",
	"end_date", "credits", "recurring", "overage", "additional_charges", "compared", "final_amount", "theirs_total", "ours_total", "difference", "in_favour_of", "claimed",
	"explanation", "notes"}

// ReconcileCSV prints a line for each row of either side, with what there is to say of its group. Rows that are left out have no group.
func ReconcileCSV(w io.Writer, rep *reconcile.Report) error {
	out := csv.NewWriter(w)
	writeReconcileRows(out, rep) // an error is kept, and returned by Error
	out.Flush()
	return out.Error()
}

// ReconcileRows are the cells that ReconcileCSV prints, the header first.
func ReconcileRows(rep *reconcile.Report) [][]string {
	var all rows
	writeReconcileRows(&all, rep)
	return all
}

func writeReconcileRows(out rowWriter, rep *reconcile.Report) {
	out.Write(reconcileHeader)
	amount := func(minor int64) string { return money.New(minor, rep.Currency).Number() }
	cells := func(group, class, cause, strength, explanation, notes string, r *reconcile.Row, sums ...string) {
		wire := map[string]string{}
		for _, f := range r.Wire() {
			wire[f.Name] = f.Value
		}
		side := "theirs"
		if r.Ours != nil {
			side = "ours"
		}
		line := []string{group, side, r.Account, class, cause, strength, wire["number"], wire["type"], wire["package"], wire["status"], wire["date_invoiced"], wire["start_date"],
			wire["end_date"], wire["credits"], amount(r.Figures[reconcile.Recurring]), amount(r.Figures[reconcile.Overage]), amount(r.Figures[reconcile.Other]),
			amount(r.Figures.Total()), wire["final_amount"]}
		out.Write(append(append(line, sums...), explanation, notes))
	}
	for i, g := range rep.Groups {
		claimed := ""
		if g.Claimed() > 0 {
			claimed = amount(g.Claimed())
		}
		for _, r := range slices.Concat(g.Theirs, g.Ours) {
			cells(strconv.Itoa(i+1), g.Class.String(), g.Cause(), g.Strength(), g.Explanation(), strings.Join(g.Notes, "; "), r,
				amount(g.TheirFigures.Total()), amount(g.OurFigures.Total()), amount(g.Difference().Total()), g.InFavourOf(), claimed)
		}
	}
	for i := range rep.LeftOut {
		l := &rep.LeftOut[i]
		cells("", l.Why.String(), "", "", l.Note, "", l.Row, "", "", "", "", "")
	}
}

var disputeHeader = []string{"claim", "account", "cause", "number", "date_invoiced", "start_date", "end_date", "billed", "expected", "claimed", "until", "evidence"}

// DisputeCSV prints the claims worth sending upstream, a line for each group, under one claim id an account and cause. It is for people, so
// that names and numbers of theirs that a spreadsheet takes for a formula have an apostrophe before them.
func DisputeCSV(w io.Writer, rep *reconcile.Report) error {
	out := csv.NewWriter(w)
	for _, row := range DisputeRows(rep) {
		for i, name := range disputeHeader {
			if name == "account" || name == "number" {
				row[i] = guardOf(row[i]) + row[i]
			}
		}
		out.Write(row) // an error is kept, and returned by Error
	}
	out.Flush()
	return out.Error()
}

// DisputeRows are the cells that DisputeCSV prints, the header first, and none with an apostrophe.
func DisputeRows(rep *reconcile.Report) [][]string {
	all := [][]string{slices.Clone(disputeHeader)}
	amount := func(minor int64) string { return money.New(minor, rep.Currency).Number() }
	for i := range rep.Claims {
		c := &rep.Claims[i]
		lines := slices.Clone(c.Lines)
		slices.SortStableFunc(lines, func(a, b reconcile.ClaimLine) int {
			return cmp.Compare(a.Group.Period.Start.Sub(b.Group.Period.Start), 0)
		})
		for _, l := range lines {
			g := l.Group
			until := ""
			if !l.Until.IsZero() {
				until = l.Until.String()
			}
			all = append(all, []string{c.ID, c.Account, c.Cause, l.Numbers, l.Date.String(), g.Period.Start.String(), g.Period.Last().String(),
				amount(g.TheirFigures.Total()), amount(g.OurFigures.Total()), amount(l.Claimed), until, l.Evidence})
		}
	}
	return all
}
