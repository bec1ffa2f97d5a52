package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/report"
)

// listingFormats are those of figures in rows.
var listingFormats = []string{"table", "jsonl", "json", "csv"}

// writeListing writes figures in one of the formats. Rows are JSON objects as the listing has them, unless appendJSON makes others.
func (c *common) writeListing(cmd *cobra.Command, format string, l *report.Listing, appendJSON func(to []byte, row int) []byte) error {
	if c.excel && format != "csv" {
		return usagef("--excel with the format %s, expected --format csv", format)
	}
	if appendJSON == nil {
		appendJSON = l.AppendJSON
	}
	return c.writeOutput(cmd, func(w io.Writer) error {
		switch format {
		case "table":
			return l.Table(w)
		case "csv":
			if c.excel {
				if _, err := io.WriteString(w, "\ufeff"); err != nil {
					return err
				}
			}
			return l.CSV(w, c.excel)
		}
		return formats.WriteJSON(w, format, len(l.Rows), func(i int, to []byte) []byte { return appendJSON(to, i) })
	})
}

// writeJSON writes objects, one a line as jsonl, or a list of them as json.
func (c *common) writeJSON(cmd *cobra.Command, format string, n int, object func(i int, to []byte) []byte) error {
	return c.writeOutput(cmd, func(w io.Writer) error { return formats.WriteJSON(w, format, n, object) })
}
