// Package overview says where an account stands in the Distributor's own form.
package overview

import (
	"strconv"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
)

// Of is the Distributor's overview of an account. Its requests are the credits used, one a message; its reputation is not known here.
func Of(s *account.Current) distributor.Overview {
	number := func(n int64) distributor.Number { return distributor.Number(strconv.FormatInt(n, 10)) }
	o := distributor.Overview{Requests: number(s.CreditsUsed), Package: s.Package, CreditsAllowed: number(s.CreditsAllowed), CreditsUsed: number(s.CreditsUsed),
		CreditsRemain: number(s.CreditsRemain), CreditsOverage: number(s.CreditsOverage), BillingProcessDate: s.Next.Date}
	if s.Period != (cycle.Period{}) {
		o.BillingStartDate, o.BillingEndDate = s.Period.Start, s.Period.Last()
	}
	return o
}
