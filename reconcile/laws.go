package reconcile

import "fmt"

// checkLaws makes sure, in every run, that each row of either side is in exactly one group or left out, that the sums agree, and that no
// account is asked for more than it was over-billed. A report that breaks a law is not given out.
func (rep *Report) checkLaws(r *reconciler, d *documents) error {
	seen := map[*Row]int{}
	var theirs, ours Figures
	over, claimed := map[string]int64{}, map[string]int64{}
	for _, g := range rep.Groups {
		var sums [2]Figures
		for _, t := range g.Theirs {
			seen[t]++
			sums[0] = sums[0].plus(t.Figures)
		}
		for _, o := range g.Ours {
			seen[o]++
			sums[1] = sums[1].plus(o.Figures)
		}
		if sums != [2]Figures{g.TheirFigures, g.OurFigures} {
			return fmt.Errorf("reconcile: a group of %q does not add up to its rows", g.Account)
		}
		theirs, ours = theirs.plus(g.TheirFigures), ours.plus(g.OurFigures)
		over[g.Account] += g.tooMuch()
		claimed[g.Account] += g.claim
	}
	var given [2]Figures
	for _, row := range d.rows {
		given[0] = given[0].plus(row.Figures)
	}
	for _, l := range rep.LeftOut {
		seen[l.Row]++
		if l.Row.Theirs != nil && l.Why == OtherDates && l.Row.compared {
			theirs = theirs.plus(l.Row.Figures)
		}
	}
	for _, row := range d.rows {
		if seen[row] != 1 {
			return fmt.Errorf("reconcile: row %q of %q is in the report %d times, expected once", row.Number, row.Account, seen[row])
		}
	}
	for _, l := range r.ledgers {
		for _, o := range l.ours {
			if n := seen[o]; n > 1 || n == 0 && len(o.charges) > 0 {
				return fmt.Errorf("reconcile: our invoice %s of %q is in the report %d times, expected once", o.Date, o.Account, n)
			}
		}
	}
	if theirs != given[0] {
		return fmt.Errorf("reconcile: rows of theirs come to %d in the report, to %d in the documents", theirs.Total(), given[0].Total())
	}
	for account, sum := range claimed {
		if sum > max(0, over[account]) {
			return fmt.Errorf("reconcile: %d claimed of %q, which is over-billed by %d", sum, account, over[account])
		}
	}
	return nil
}
