// Package eventlog reads files of events of many accounts, and bills the accounts several at a time:
//
//	var events eventlog.Events
//	_, err := events.Load(ctx, files, eventlog.Loading{Policy: policy}) // fails where a line is wrong
//	span, err := events.Span(policy)
//	what := eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue, Policy: policy, Through: span.Last}
//	for bill, err := range events.Replay(ctx, what) {
//
// [Events.Load] reads files in any order, several at a time, [Events.Replay] bills the accounts. [Read] yields the events
// of one file instead, and [Decoder] reads one line, for programs that gather events themselves. [Events.Of] has the
// events of one account, for [account.BillAccount]. Package account documents what an event is, and how it is billed:
// there is no billing rule here.
//
// If no single process loads all files, [Packing] reads some of them, or parts of them, and packs their events into
// blocks by shard. [Events.Unpack] loads the blocks of a shard without decoding a line again, and finds what [Events.Load]
// finds in the files.
//
// A file has one JSON object a line; empty lines and a byte order mark are skipped. Lines may be in any
// order, and in any of the files. The same event twice counts once; one id with two contents is an error, or both are
// left out, see [Loading]. [Shard] divides accounts among machines, which together bill what one would.
//
// # Limits
//
// A line has at most [MaxLine] bytes. [Events] holds its events in memory, as records: a gigabyte holds more than 10
// million; of lines that are left out it keeps at most [MaxBad] bytes. No goroutine outlives [Events.Replay] or
// [ReplayInto].
//
// # Errors
//
// Every error in a file is a [*source.ParseError] with file, line and column; [Read] wraps that of a line in a
// [*Line] with its text, and goes on. The error of [Events.Load] is a [*LoadError], and events that were not loaded as they
// should be, or under another time zone or currency, are not billed. Nothing panics on input, nor on the zero value of
// anything.
//
// # How events are kept
//
// [Events] keeps every event, in a record of some 14 bytes and its id, rather than sums, for three reasons. A repeated id
// counts once if its event says the same and is an error if not; an anomaly names its event; and a credit on the day of a
// change belongs to an instant. Credits are added up by phase when the account is billed.
//
// [Events.Load] appends each record, with the name of its account, to one of 512 partitions, chosen by the
// hash of the name. When all is read, it moves the records to their accounts, one partition after the other, and makes
// sure that no id comes twice: it compares hashes of 64 bits, 8 bytes an id, also by partition. Usually no
// two are equal, and it is done. If two are, the events of each account are compared by their ids, and those that say
// the same are dropped. For hashes that are still equal, the ids themselves are compared. So the set of ids is
// exact, and its memory is free again once the files are loaded. Repeats do not pile up: each time memory has doubled, eight
// partitions are examined, and if an eighth of one is repeats, all of its repeats are dropped. Of an event that is left out to keep
// going, only the place is remembered.
package eventlog
