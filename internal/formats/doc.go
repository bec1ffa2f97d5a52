// Package formats is the table of the formats in which invoices are written, and reads again those that merge puts together.
//
//	f := formats.Find("csv", false)
//	w := f.Stream(out, money.USD)
//	err := w.WriteAll(f.Append(nil, invoices)) // any number of times
//	err = w.Close()
//
//	r, err := formats.NewReader(in, "shard-0.csv")
//	for err = r.Next(); err == nil; err = r.Next() { … r.Account … r.Text … } // io.EOF at the end
//
// A format with Append is written while other invoices are being billed. One with a frame can be merged: its text is that of each
// invoice, or of its rows, with something before, between and after them. Formats without Append need all invoices first.
//
// [UsageWriter] writes events of usage as Parquet, for a data lake.
//
// # Reading
//
// A [Reader] reads a file once, from its beginning to its end, and holds one invoice at a time. It returns the text of the file
// byte for byte, but for blank lines and carriage returns at the ends of lines. Whatever is not a whole invoice in its place
// is an error with file, line and column; nothing is skipped. An invoice has at most [MaxInvoice] bytes.
package formats
