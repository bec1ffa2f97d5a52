// Package infile opens the files that the commands read: what is compressed is unpacked, what is not the kind of file that was
// asked for is named as what it is, and what has no end is not read into memory.
//
//	from := infile.From{Stdin: os.Stdin} // "-" is standard input
//	data, err := from.ReadAll("packages.json", infile.Packages)
//	r, err := from.Open("events.jsonl.zst", infile.Events)
//
// # Compression
//
// gzip of one or several members and zstd of one or several frames, skippable ones included, are unpacked, whatever the file is
// called; a file called .gz or .zst has to be compressed. One that is cut short or damaged is an error wherever it breaks. A window
// of zstd may be of [MaxWindow] bytes.
//
// # Kinds of files
//
// What a file is, is seen by its first [headSize] bytes. Nothing is taken for another kind that may be what was asked for: a file
// with one line that is an event is a file of events, with bad lines. What is not recognised is left to the reader that asked.
//
// # Limits
//
// Each [Content] that is read whole has a most, after unpacking; see [Content.Max]. What is longer is an error at the first byte
// too many, before memory is taken for it.
package infile
