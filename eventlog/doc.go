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
// no rule of billing is here.
//
// Where one process does not load all files, [Packing] reads some of them, or parts of them, and packs their events into
// blocks by shard; [Events.Unpack] loads the blocks of a shard, without decoding a line again, and finds what [Events.Load]
// finds in the files.
//
// A file has one JSON object a line; empty lines are passed over, and so is a byte order mark. Its lines may be in any
// order, and in any of the files. The same event twice counts once; one id with two contents is an error, or both are
// left out, see [Loading]. [Shard] divides accounts among machines; what they bill is what one would.
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
// [Events] keeps every event, in a record of some 14 bytes and its id, and not sums of them. An id that comes again
// counts once if its event says the same and is an error if not; an anomaly names its event; and a credit on the day of a
// change belongs to an instant. Credits are added up by phase when the account is billed.
//
// [Events.Load] writes each record, with the name of its account, behind the one before, in one of 512 partitions by the
// hash of the name. When all is read, it moves the records of one partition after the other to their accounts, and makes
// sure that no id comes twice: it holds hashes of 64 bits against each other, 8 bytes an id, also by partition. Mostly no
// two are the same, and that is all. Where two are, the events of each account are compared by their ids, those that say
// the same are dropped, and for what is left of the equal hashes the ids themselves are compared. So the set of ids is
// exact, and what it costs is gone once the files are loaded. Repeats do not gather: each time memory has doubled, eight
// partitions are looked at, and where an eighth of one is repeats, all are dropped. An event that is left out to keep
// going is remembered by where it stood.
package eventlog
