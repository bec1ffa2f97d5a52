// Package account turns the events of accounts into their bills. An [Event] is one thing that happened to an account;
// a [Bill] is the account's invoices, and the events that make no sense where they stand.
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
// A program that bills many accounts keeps a [Biller], which uses its memory again. One that stores events in a form of its
// own lets the biller read them as a [Log], so that no Event is made of each usage. Files of events of many accounts are
// for package eventlog, which reads them, keeps them and bills them several accounts at a time.
//
// # How a bill is made
//
// The events of an account are put in order and folded into a timeline: phases, which are stretches with one package,
// and the grid of billing periods. From it follows what is owed as of a day. A biller visits the days on which
// something may be billed, one after the other; on each it knows the events recorded by then, adds up what is owed,
// and an [invoice.Book] makes the invoice of the difference to everything billed before. Late events, advance payments
// given back, voided events and changes of the grid are all such differences, so that the invoices always add up to
// what is owed. What a canceled invoice billed is taken out of the book, and counts in no sum.
//
// # Issuing
//
// [Issue] makes what is new: of the events of an account, the invoices that were issued to it, and an instant, it makes the
// invoices that come next and are final by then. It is the run over days that makes a bill, which is the same with nothing
// issued and no end of time. First the lines of what was issued are entered in the book, as what was billed; the run begins
// after the day of the last of them, and the first invoice that it makes is held against everything that is owed. So what
// was issued stands, whatever is recorded, or changed in packages and policy, and what differs is an adjustment on the next
// invoice, which says of which period. [Status] is that run again, which goes on to the first invoice that is not final.
//
// An invoice is final from its cut on. On a day that is not over, one that is cut at its start is not issued yet where one
// event more of the day would have it cut at the end: where no package is in force, and the account may be created; where
// changes are billed immediately; and where the package is free, and an upgrade starts a cycle. All other invoices are issued
// at their cut. What else may happen on the day of one that was issued, such as a close and a creation, is for the next one:
// who keeps events sets the RecordedAt of one that is recorded after an invoice was issued to [CountsFrom] at the earliest.
// Then one replay of all events makes what was issued.
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
// with an offset, or a plain date, which is the start of that day in the policy's time zone. A later instant is never of
// an earlier day, also where a clock is put back across midnight. recorded_at is when the
// seller learned of the event, and at by default. metadata is any JSON object; no bill depends on it. What [Event.MarshalJSON]
// writes and [Event.UnmarshalJSON] reads is such an object, whose amount carries its currency where that is not USD.
//
// Events take effect by instant, then by type (created, package_changed, change_cancelled, charge, usage, closed,
// status, voided), then by id; the order of lines means nothing. The same event twice counts once, and the same id
// with other content, metadata included, is a [ConflictError].
//
// Recurring charges follow days, usage follows instants: on the day of a change the new package is charged for the
// whole day, and a credit used before the change belongs to the old one. A voided event counts as never recorded from
// the voiding's recorded_at on; what was billed by then comes back as adjustments, and nothing recorded is edited or
// deleted.
//
// An event that makes no sense is an [Anomaly], whose [AnomalyCode] says of which kind: anything before the creation;
// the creation of an open account; a change, close or usage after the close; an unknown package; a cancellation with
// nothing waiting; a period outside the calendar; the status of an invoice that is not there, or after one that is
// final; a voiding of an event that is not there, is voided already or is a voiding. It is judged with everything
// known, events after the last day billed included; an invoice leaves out what makes no sense with what was known to
// it. A voided event is none.
//
// # Where the rules are silent
//
// What is owed and when it is billed is the policy's, see [invoice.Policy] and docs/semantics.md. What follows is
// chosen here.
//
// Periods. An account has one grid of them. A re-creation and a free upgrade start a new cycle, which cuts the period
// they fall in short: it is measured against the whole one it would have been, and billed on that day, a boundary now,
// if it has charged days that no invoice has settled. Without such days the first day of a life has no invoice because
// owed and billed differ: that waits for the next boundary. A billing_date is the anchor as it is given, also one
// month after the creation. A day is charged once: with close_day charged, the day of a close that is also that of a
// re-creation is the new life's. The grid goes on after a close, for what comes later, and after the voiding of the
// only creation.
//
// Cuts. Where an event moves a cut to the end of the day, is known in the morning, and is voided on the day, the cut
// stays at the end; whether there is an invoice, and its type, follow from what is known then. The instant of the cut
// is [invoice.Invoice].CutAt. An invoice that is cut at the end of its day is final after it. One that is cut at the
// start is final then too, unless an event of the same day moves its cut to the end of the day: see Issuing.
//
// Where an account stands. The credits allowed in a period are those of the package in force, and of those before it what
// was used; what is left is of the package in force alone. A closed account stands in the period it was closed in. On a day
// that clocks passed over, everything is as at the end of the one before.
//
// Changes. A change or close at the period's end takes effect at the start of the boundary, before any event of that
// instant, and never charges a day beyond it, whatever close_day says. On a boundary, the period that starts there is
// meant. A change to the package in force drops what is waiting, at the period's end too; one to an unknown package
// drops nothing. A change or close is known from its recorded_at, also when that is before it happens: in advance,
// what is announced is not charged first and given back later. One that became known after its day was over has no
// invoice of its own. Several in a day have one invoice, of the type that leads from the first package to the last: an
// upgrade when the price is the same, a close when there is one and changes are billed immediately. The day of a
// restart is otherwise always an upgrade, whatever the last package is; from free to paid on a boundary, where nothing
// restarts, is a recurring bill with next_bill. A package changed to within a period has the terms of the day the
// period started on.
//
// Credits. With included_credits full a package includes its credits once a period, for all its phases; prorated, each
// phase has its share. Credits draw on that in the order of time. A phase that no day of the period is charged for
// draws on the allowance of the phase that its day is charged for, also where its own package has other days, and pays
// its own package's price for what is over; where nothing is charged for the day, nothing is included. A credit is of
// the life it was used in and of that life's period. A life that shares its only day with the next one, or had started
// its period that day, has a period of no days. Credits used on the day of a restart are of the new period. Late
// credits that change no amount are a line of zero of the next invoice, and cause none.
//
// Charges. One is billed on the first invoice cut after its day; an invoice cut at the end of a day has that day's.
// One from before the instant of the creation is an anomaly, on the day of the creation too.
//
// Invoices. One for a day on which nothing is charged yet, such as a change on the day of the creation, shows that day
// as its period, no package and an amount of zero. In arrears, a line is an adjustment when an invoice was cut after
// its part was over; in advance, when one was cut after its period began; of usage, when it was due by an earlier
// invoice; of a charge, when an earlier invoice had its day; and of anything that was billed before, be it given back since.
// What comes to zero, and an invoice before could have shown, gets no line later. The phases of a package in a period are told apart by
// number: recurring charges count those with a day to charge, overages those with a day or an instant, so that a phase
// of no days moves no other's line.
//
// Statuses. Canceled and refunded change figures, from the recorded_at of the status on, of the retail price list
// only. Among the statuses known that make sense, the first of these two in order stands, else the last status. The
// days that a canceled invoice settled count as settled. What is refunded is refunded for a period, kind and package,
// over all its phases. The status of [Bill.Invoices] is the one with everything known. One for an invoice that may
// come after the last day billed is not an anomaly; one from before the creation is, both as the invoice knew the
// creation and as it is known now.
//
// Voidings. Their dates do not matter, only when they were recorded. Of two voidings of an event the second in order
// is the anomaly, and the first recorded has effect.
//
// # Limits
//
// An event nests at most 10,000 deep. Dates are in the years 1 to 9999, instants have at most nine digits of a second.
// Periods are months. Everything is in the policy's one currency. Lines of several bills may share an allocation,
// which is kept while one of them is. An [Event] is not changed by anything here, nor is a slice of them.
//
// # Rounding
//
// Nothing is rounded here: proration.Rule rounds a part of a price, and [money.Rate] the price of credits. The rest
// is sums and differences of minor units, and exact.
//
// # Errors
//
// The error of [Decoder.Decode] is a [*source.ParseError] with file, line and column. Events of two accounts, one id with two contents, a
// charge in another currency, a date out of range, an amount or a count beyond 64 bits ([money.ErrOverflow]), an At that is
// the zero time, no last day to bill through and a missing distributor_price are errors of [BillAccount]; no instant, and invoices
// of another account or out of order are errors of [Issue]. Nothing panics on
// input, nor on the zero value of anything.
package account
