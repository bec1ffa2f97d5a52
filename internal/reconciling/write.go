package reconciling

import (
	"io"

	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
	"github.com/prorata-go/prorata/statement"
)

// Formats are those that a report is written in.
var Formats = []string{"table", "jsonl", "json", "csv", "html", "xlsx"}

// Write writes a report in one of [Formats]. A wide table has all groups, and takes the room it needs.
func Write(w io.Writer, format string, rep *reconcile.Report, wide bool) error {
	summary := rep.Summarize()
	switch format {
	case "table":
		return report.ReconcileTable(w, rep, &summary, wide)
	case "csv":
		return report.ReconcileCSV(w, rep)
	case "html":
		return statement.ReconcileHTML(w, rep, &summary)
	case "xlsx":
		return statement.ReconcileXLSX(w, rep, &summary)
	case "json":
		_, err := w.Write(append(rep.AppendJSON(nil, &summary), '\n'))
		return err
	}
	return formats.WriteJSON(w, format, len(rep.Groups), func(i int, to []byte) []byte { return rep.Groups[i].AppendJSON(to) })
}
