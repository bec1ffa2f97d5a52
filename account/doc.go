// Package account turns the events of accounts into their bills. An [Event] is one thing that happened to an account.
// A [Bill] is the account's invoices, and the events that make no sense at their place in its history.
//
//	events := []account.Event{
//		{ID: "1", Type: account.Created, Account: "acme", At: march1, Package: "Gold"},
//		{ID: "2", Type: account.UsageRecorded, Account: "acme", At: march5, Credits: 60000},
//		{ID: "3", Type: account.Closed, Account: "acme", At: march12},
//	}
//	bill, err := account.BillAccount(events, catalogue, invoice.Policy{}, cycle.MustDate("2026-04-01"))
//	fmt.Println(bill.Invoices[0].FinalAmount) // 38.37 USD: 11 of 31 days × $79.95, and 10,000 credits over × $0.001
//
// A program that has one account's events in memory calls [BillAccount], as often as it likes: it is a pure function of
// its arguments, and the same events give the same invoices. [Check] finds the events that make no sense, and bills
// nothing. A program that keeps events as JSON uses [Event.MarshalJSON] and [Event.UnmarshalJSON].
//
// A program that bills many accounts keeps a [Biller], which reuses its memory. A program that stores events in a form of its
// own lets the biller read them as a [Log], so that no Event is made for each usage. Package eventlog is for files of events
// of many accounts: it reads them, keeps them and bills several accounts at a time.
//
// # How a bill is made
//
// The events of an account are sorted and folded into a timeline: phases, which are stretches with one package,
// and the grid of billing periods. From the timeline follows what is owed as of a day. A biller visits, in order, the days on which
// something may be billed. On each day it knows the events recorded by then and adds up what is owed, and an [invoice.Book]
// makes an invoice of the difference to everything billed before. Late events, advance payments that are given back, voided
// events and changes of the grid are all such differences, so the invoices always add up to
// what is owed. What a canceled invoice billed is taken out of the book, and counts in no sum.
//
// # Issuing
//
// [Issue] takes the events of an account, the invoices that were issued to it, and an instant. It makes the next
// invoices that are final by that instant. It is the same run over days that makes a bill; a bill is a run with nothing
// issued and no end of time. First it enters the lines of the issued invoices in the book, as billed. The run begins
// after the day of the last issued invoice, and compares the first invoice that it makes with everything that is owed. So what
// was issued stands, whatever is recorded later or changes in packages and policy. A difference becomes an adjustment on the next
// invoice, which names the period it corrects. [Status] is the same run, which goes on to the first invoice that is not final.
//
// An invoice is final from its cut on, with one exception: on a day that is not over, an invoice cut at the start of the day is
// not issued yet if one more event of the day could move its cut to the end. That can happen where no package is in force, since
// the account may be created; where changes are billed immediately; and where the package is free, since an upgrade starts a cycle.
// Whatever else happens on the day of an issued invoice, such as a close and a creation, goes to the next one.
// To make a replay of all events give what was issued, whoever keeps the events sets the RecordedAt of an event that is recorded
// after an invoice was issued to [CountsFrom] or later.
//
// An account grows old, and its next invoice is mostly about its last period. [Issuance].Stands says from which day on events and billed lines
// are needed for the next invoices, [Event.LeftOut] which events are not, and [Since] that they were left out: then what is compared is what
// became known since. Nothing is guessed: what reaches further back is [ErrLeftOut], and the caller issues from all there is.
//
// # Events
//
// An event is a JSON object, in files one a line. [Decoder] reads it, [Event.AppendJSON] writes it.
//
//	type                     fields                            meaning
//	account.created          package, billing_date?            a life starts; again after a close, with a new anchor
//	account.package_changed  package, effective?               another package, immediately (default) or at period_end
//	account.closed           effective?                        the life ends, the same
//	account.change_cancelled                                   drops the change or close that waits for the period's end
//	usage.recorded           credits                           credits used at that instant: a whole number, not quoted
//	charge.added             amount, description, price_list?  a one-off charge or, negative, credit: a decimal in quotes;
//	                                                           on the retail or distributor price list only, or on both
//	invoice.status_changed   invoice, status                   paid, unpaid, refunded, deferred, canceled
//	event.voided             event                             the event of that id, of this account, was a mistake
//
// All have id, type, account and at, and may have recorded_at and metadata. at and recorded_at are RFC 3339 instants
// with an offset, or a plain date, which means the start of that day in the policy's time zone. A later instant never falls on
// an earlier day, even where a clock is put back across midnight. recorded_at is when the
// seller learned of the event; by default it is at. metadata is any JSON object; no bill depends on it. [Event.MarshalJSON]
// writes and [Event.UnmarshalJSON] reads such an object; its amount carries its currency if that is not USD.
//
// Events take effect by instant, then by type (created, package_changed, change_cancelled, charge, usage, closed,
// status, voided), then by id; the order of lines does not matter. The same event twice counts once. The same id
// with other content, metadata included, is a [ConflictError].
//
// Recurring charges follow days, usage follows instants: on the day of a change the new package is charged for the
// whole day, and a credit used before the change belongs to the old package. From the recorded_at of its voiding on, a voided
// event counts as never recorded. What was billed by then comes back as adjustments; nothing recorded is edited or
// deleted.
//
// An event that makes no sense is an [Anomaly], and its [AnomalyCode] says why: it comes before the creation;
// it creates an account that is open; it is a change, close or usage after the close; it names an unknown package; it cancels and
// nothing is waiting; it would start a period outside the calendar; it is the status of an invoice that does not exist, or that
// already has a final status; it voids an event that does not exist, is voided already or is itself a voiding. Anomalies are judged
// with everything known, events after the last day billed included; an invoice leaves out what makes no sense with what was known
// when it was cut. A voided event is never an anomaly.
//
// # Where the rules are silent
//
// [invoice.Policy] and docs/semantics.md say what is owed and when it is billed. Where they leave a choice, this package
// chooses as follows.
//
// Periods. An account has one grid of periods. A re-creation and a free upgrade each start a new cycle, which cuts short the
// period they fall in. That period is measured against the whole one it would have been. It is billed on that day, which is now a
// boundary, if it has charged days that no invoice has settled. If it has none, the first day of a life has no invoice merely
// because owed and billed differ: the difference waits for the next boundary. A billing_date is the anchor exactly as given, even
// if it is one month after the creation. A day is charged once: with close_day charged, if an account is closed and created again
// on one day, the day belongs to the new life. The grid goes on after a close, for what comes later, and after the voiding of the
// only creation.
//
// Cuts. If an event that moves a cut to the end of the day is known in the morning and is voided on the day, the cut
// stays at the end. Whether there is an invoice, and of which type, follows from what is known then. The instant of the cut
// is [invoice.Invoice].CutAt. An invoice that is cut at the end of its day is final after it. One that is cut at the
// start is final then too, unless an event of the same day moves its cut to the end of the day: see Issuing.
//
// Where an account stands. The credits allowed in a period are those of the package in force, plus what was used of earlier
// packages; the credits left are those of the package in force alone. A closed account stands in the period it was closed in. On a
// day that clocks skipped, everything is as at the end of the day before.
//
// Changes. A change or close at the period's end takes effect at the start of the boundary, before any event of that
// instant, and never charges a day beyond it, whatever close_day says. An event on a boundary means the period that starts there.
// A change to the package in force drops what is waiting, at the period's end too; a change to an unknown package
// drops nothing. A change or close is known from its recorded_at, even if that is before it happens: in advance, what is announced
// is not charged first and given back later. A change that became known after its day was over has no
// invoice of its own. Several changes in a day have one invoice, whose type is that of a change from the first package to the last:
// an upgrade when the price is the same, a close when there is a close and changes are billed immediately. Otherwise the day of a
// restart is always an upgrade, whatever the last package is; but a change from free to paid on a boundary, where nothing
// restarts, is a recurring bill with next_bill. A package changed to within a period has the terms of the day on which
// the period started.
//
// Credits. With included_credits full, a package includes its credits once a period, for all its phases; prorated, each
// phase has its share. Credits are taken from that allowance in the order of time. If no day of the period is charged for a phase,
// its credits are taken from the allowance of the phase that its day is charged for, even where its own package has other days, and
// its own package's price applies to what is over; if nothing is charged for the day, nothing is included. A credit belongs
// to the life it was used in, and to a period of that life. A life that shares its only day with the next one, or whose period
// started that day, has a period of no days. Credits used on the day of a restart belong to the new period. Late
// credits that change no amount appear as a line of zero on the next invoice, and cause none.
//
// Charges. A charge is billed on the first invoice cut after its day; an invoice cut at the end of a day has the charges of that
// day. A charge from before the instant of the creation is an anomaly, even on the day of the creation.
//
// Invoices. An invoice for a day on which nothing is charged yet, such as for a change on the day of the creation, shows that day
// as its period, no package and an amount of zero. A line is an adjustment: in arrears, when an invoice was cut after
// its part was over; in advance, when one was cut after its period began; for usage, when it was due by an earlier
// invoice; for a charge, when an earlier invoice covered its day; and for anything that was billed before, even if it was given back
// since. An amount of zero that an earlier invoice could have shown gets no line later. The phases of a package in a period are
// numbered to tell them apart: recurring charges count the phases with a day to charge, overages those with a day or an instant, so
// that a phase of no days does not move the line of another.
//
// Statuses. Only canceled and refunded change figures, from the recorded_at of the status on, and only on the retail price list.
// Among the known statuses that make sense, the first canceled or refunded one counts, else the last one. The
// days that a canceled invoice settled count as settled. A refund is for a period, kind and package,
// over all its phases. The status in [Bill.Invoices] is the one with everything known. A status for an invoice that may
// come after the last day billed is not an anomaly; one from before the creation is, both as the invoice knew the
// creation and as it is known now.
//
// Voidings. The date of a voiding does not matter, only when it was recorded. Of two voidings of one event, the second in order
// is the anomaly, and the one recorded first has effect.
//
// # Limits
//
// The JSON of an event nests at most 10,000 deep. Dates are in the years 1 to 9999, instants have at most nine digits of a second.
// Periods are months. Everything is in the one currency of the policy. Lines of several bills may share an allocation,
// which lives as long as one of them. Nothing here changes an [Event], or a slice of events.
//
// # Rounding
//
// Nothing is rounded here: proration.Rule rounds a part of a price, and [money.Rate] the price of credits. Everything else
// is sums and differences of minor units, and exact.
//
// # Errors
//
// The error of [Decoder.Decode] is a [*source.ParseError] with file, line and column. [BillAccount] fails for events of two accounts,
// one id with two contents, a charge in another currency, a date out of range, an amount or a count beyond 64 bits
// ([money.ErrOverflow]), an At that is the zero time, no last day to bill through, and a missing distributor_price. [Issue] also fails
// without an instant, and for invoices of another account or out of order. Nothing panics on input, or on the zero value of anything.
package account
