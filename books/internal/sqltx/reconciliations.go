package sqltx

import (
	"database/sql"

	"github.com/prorata-go/prorata/books/store"
)

const selectReconciliations = "SELECT number, at, hash, body FROM reconciliations"

func readReconciliation(r row) (one store.Reconciliation, err error) {
	var at sql.NullInt64
	err = r.Scan(&one.Number, &at, &one.Hash, &one.Body)
	one.At = readInstant(at)
	return one, of("reconciliation", one.Number, err)
}

// Reconciliations is that of a [store.Tx].
func (t *Tx) Reconciliations() ([]store.Reconciliation, error) {
	if t.schema < reconciled {
		return nil, nil
	}
	return gather(t, readReconciliation, selectReconciliations+" ORDER BY number")
}

// Reconciliation is that of a [store.Tx].
func (t *Tx) Reconciliation(number int64) (store.Reconciliation, error) {
	if t.schema < reconciled {
		return store.Reconciliation{}, nil
	}
	return one(t, readReconciliation, selectReconciliations+" WHERE number = $1", number)
}

// LastReconciliation is that of a [store.Tx].
func (t *Tx) LastReconciliation() (int64, error) {
	if t.schema < reconciled {
		return 0, nil
	}
	return t.number("SELECT coalesce(max(number), 0) FROM reconciliations")
}

// AddReconciliation is that of a [store.Tx].
func (t *Tx) AddReconciliation(one store.Reconciliation, reports []store.Report) error {
	_, err := t.Conn.ExecContext(t.ctx, "INSERT INTO reconciliations (number, at, hash, body) VALUES ($1, $2, $3, $4)", one.Number, instant(one.At), one.Hash, string(one.Body))
	if err != nil {
		return err
	}
	return t.insert(Rows{Table: "reports", Columns: []string{"reconciliation", "format", "content"}, N: len(reports), Row: func(i int) []any {
		r := &reports[i]
		return []any{r.Reconciliation, r.Format, r.Content}
	}})
}

const selectReports = "SELECT reconciliation, format, content FROM reports"

func readReport(r row) (report store.Report, err error) {
	err = r.Scan(&report.Reconciliation, &report.Format, &report.Content)
	return report, of("report of reconciliation", report.Reconciliation, err)
}

// Report is that of a [store.Tx].
func (t *Tx) Report(reconciliation int64, format string) (store.Report, error) {
	if t.schema < reconciled {
		return store.Report{}, nil
	}
	return one(t, readReport, selectReports+" WHERE reconciliation = $1 AND format = $2", reconciliation, format)
}

// Reports is that of a [store.Tx].
func (t *Tx) Reports(f func(store.Report) error) error {
	if t.schema < reconciled {
		return nil
	}
	return t.each(func(r row) error {
		report, err := readReport(r)
		if err != nil {
			return err
		}
		return f(report)
	}, selectReports+" ORDER BY reconciliation, format")
}
