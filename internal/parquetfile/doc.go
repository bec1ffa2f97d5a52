// Package parquetfile reads columns of a Parquet file, row by row.
//
//	f, err := parquetfile.Open(r, size)
//	rows, err := f.Read([]int{f.Column("account"), f.Column("credits")}, nil)
//	for rows.Next() {
//		text, null := rows.Append(nil, 0)
//	}
//	err = rows.Err()
//
// Of the columns those are read that stand at the top level and have one value a row; what is nested or a list has the kind [Other].
// Pages are uncompressed, or compressed with snappy, gzip or zstd.
//
// # What it leaves to parquet-go
//
// The footer, the types of columns, the headers of pages and the bit-packed runs are read by github.com/parquet-go/parquet-go. Its
// own reader of pages is not used: it takes the memory that a file says it needs, and five damaged bytes can ask for gigabytes. So
// what it is given was looked through before, and pages are unpacked here.
//
// # Limits
//
// What is read at a time is a page of each column, of at most [MaxPage] bytes unpacked and [MaxValues] values, and a dictionary. A
// footer has at most [MaxFooter] bytes. What is beyond that is an error before memory is taken for it.
//
// # Errors
//
// Errors say what is wrong with the file, and do not name it. Nothing panics, whatever the file holds.
package parquetfile
