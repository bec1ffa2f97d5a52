package books

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/internal/names"
)

// readReconciliations makes sure that reconciliations and their reports are as they were kept.
func (v *verifier) readReconciliations(tx store.Tx) error {
	rows, err := tx.Reconciliations()
	if err != nil {
		return err
	}
	type key struct {
		number int64
		format string
	}
	kept := map[key]ReportSummary{}
	for i := range rows {
		v.Reconciliations++
		row := &rows[i]
		if row.Number != int64(i)+1 {
			v.fault("reconciliation %d stands where reconciliation %d is expected", row.Number, i+1)
		}
		if hash := sha256.Sum256(row.Body); !bytes.Equal(hash[:], row.Hash) {
			v.fault("reconciliation %d: what is kept of it is not what was made: its SHA-256 differs", row.Number)
		}
		r, err := readReconciliation(row)
		if err != nil {
			v.fault("%v", err)
		} else if !r.At.Equal(row.At) {
			v.fault("reconciliation %d: it stands as made at %s, and says %s", row.Number, instantText(row.At), instantText(r.At))
		}
		for _, report := range r.Reports {
			kept[key{row.Number, report.Format}] = report
		}
	}
	err = tx.Reports(func(row store.Report) error {
		at := key{row.Reconciliation, row.Format}
		should, known := kept[at]
		delete(kept, at)
		data, err := unpackReport(&row)
		switch {
		case !known:
			v.fault("reconciliation %d: it has no report as %s, and one is there", row.Reconciliation, names.Clip(row.Format))
		case err != nil:
			v.fault("%v", err)
		case Hash(data) != should.SHA256:
			v.fault("reconciliation %d: its report as %s is not the one that was made: its SHA-256 differs", row.Reconciliation, row.Format)
		}
		return nil
	})
	missing := slices.SortedFunc(maps.Keys(kept), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.format, b.format))
	})
	for _, at := range missing {
		v.fault("reconciliation %d: its report as %s is missing", at.number, at.format)
	}
	return err
}
