// Package parquetout writes rows as a Parquet file.
//
//	w := parquetout.NewWriter(out, "invoices", []parquetout.Column{{Name: "account", Kind: parquetout.Text}, {Name: "amount", Kind: parquetout.Amount, Scale: 2}})
//	row := parquetout.AppendInt(parquetout.AppendText(nil, "acme"), 7995)
//	err := w.WriteAll(row) // any number of rows, any number of times
//	err = w.Close()
//
// A row is made apart from the Writer, so that several goroutines can make rows while one writes them.
//
// # Representation
//
// Every column may be null. Amounts are DECIMAL(18, Scale) of 64-bit integers, rates DECIMAL(38, 18), and neither is ever a floating
// point number. Pages are of version 1, plain, and compressed with zstd, and columns keep their order: every reader known to us
// takes such a file.
//
// The same rows give the same bytes, however they are divided among calls of WriteAll: the file has no time, no name of a machine and
// no version of a program. No column has a dictionary, since what parquet-go makes of one depends on the processor.
//
// # Limits
//
// A row group has at most [MaxGroupRows] rows, and is complete when its rows have [MaxGroup] bytes. No more than one is kept in memory, packed.
//
// # Errors
//
// A number with more digits than its column is an error, which names the row and the column. After an error the file is not to be used.
package parquetout
