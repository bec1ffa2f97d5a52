// Package infile opens the files that the commands read. It unpacks what is compressed, says what a file is that is not of the kind
// that was asked for, and never reads an endless file into memory.
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
// The first [headSize] bytes show what a file is. A file that may be what was asked for is never taken for another kind: if one line
// is an event, it is a file of events with bad lines. A file that is not recognised is left to the reader that asked for it.
//
// # Limits
//
// Each [Content] that is read whole has a largest size after unpacking, see [Content.Max]. A longer file is an error at the first byte
// beyond it, before memory is taken for it.
package infile
