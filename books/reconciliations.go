package books

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
)

// Reconciliation is a comparison of the Distributor's documents with these books, as it was made: it does not change when the books do.
type Reconciliation struct {
	Number int64     `json:"-"` // from 1 on
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"` // the name of the token it was asked for with

	Inputs []ReconciledInput `json:"inputs"`

	// What was asked for. Empty is what [reconcile.Input] does with the zero value.
	Tolerance   string `json:"tolerance,omitempty"`
	DisputeDays int    `json:"dispute_days,omitempty"`

	// What of the books was compared.
	Events   int64      `json:"events"` // up to this one, by its number
	Terms    int64      `json:"terms"`  // by these, by their number
	Prices   string     `json:"prices"` // of this price list
	Currency string     `json:"currency"`
	From     cycle.Date `json:"from,omitzero"` // invoices of these days
	Through  cycle.Date `json:"through,omitzero"`

	// What it came to: groups, those that differ, and decimal amounts.
	Groups     int    `json:"groups"`
	Different  int    `json:"different"`
	Theirs     string `json:"theirs"`
	Ours       string `json:"ours"`
	Difference string `json:"difference"`
	Claimed    string `json:"claimed"`

	Notes   []string        `json:"notes,omitempty"` // of what was left out of tables, and rounded
	Reports []ReportSummary `json:"reports"`         // that are kept, by format
}

// ReconciledInput is a file that was given. The file itself is not kept, but for a mapping.
type ReconciledInput struct {
	Name    string `json:"name"`
	Use     string `json:"use"` // document, mapping, aliases or claimed
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Mapping string `json:"mapping,omitempty"` // of a table: the name of the mapping it was read by
	Text    string `json:"text,omitempty"`    // of a mapping: what it says
}

// ReportSummary is a report that is kept of a reconciliation.
type ReportSummary struct {
	Format string `json:"format"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// maxReport is how large a packed report may be, so that it goes into a line of an export.
const maxReport = 40 << 20

// ErrReportTooLarge is the error of a report that is too large to be kept.
var ErrReportTooLarge = errors.New("the report is too large to be kept, expected fewer documents at a time")

// Hash is the SHA-256 of a file, as texts have it.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// AddReconciliation keeps a reconciliation with its reports by format, and gives it the next number. A zero instant is the clock's.
func (b *Books) AddReconciliation(ctx context.Context, r Reconciliation, reports map[string][]byte) (Reconciliation, error) {
	made, _, err := b.addReconciliation(ctx, r, reports, false)
	return made, err
}

// AddNewReconciliation is AddReconciliation where none compared the same files with the same books in the same way, and came to the same
// reports, whoever made it and when. Else it returns the first that did, and false.
func (b *Books) AddNewReconciliation(ctx context.Context, r Reconciliation, reports map[string][]byte) (made Reconciliation, added bool, err error) {
	return b.addReconciliation(ctx, r, reports, true)
}

func (b *Books) addReconciliation(ctx context.Context, r Reconciliation, reports map[string][]byte, once bool) (made Reconciliation, added bool, err error) {
	at, err := instantOr(r.At, time.Now())
	if err != nil {
		return r, false, err
	}
	packer, err := zstd.NewWriter(nil)
	if err != nil {
		return r, false, err
	}
	r.At, r.Reports = at, summariesOf(reports)
	rows := make([]store.Report, 0, len(reports))
	for _, summary := range r.Reports {
		rows = append(rows, store.Report{Format: summary.Format, Content: packer.EncodeAll(reports[summary.Format], nil)})
		if len(rows[len(rows)-1].Content) > maxReport {
			return r, false, ErrReportTooLarge
		}
	}
	body, err := json.Marshal(&r)
	if err != nil {
		return r, false, err
	}
	sum := sha256.Sum256(body)
	err = b.home.Write(ctx, func(tx store.Tx) error {
		if once {
			same, err := r.sameIn(tx)
			if err != nil || same.Number > 0 {
				r = same
				return err
			}
		}
		last, err := tx.LastReconciliation()
		if err != nil {
			return err
		}
		r.Number = last + 1
		for i := range rows {
			rows[i].Reconciliation = r.Number
		}
		added = true
		return tx.AddReconciliation(store.Reconciliation{Number: r.Number, At: at, Hash: sum[:], Body: body}, rows)
	})
	return r, added, err
}

// Reconciliations are all that were made, in order.
func (b *Books) Reconciliations(ctx context.Context) (list []Reconciliation, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		list, err = reconciliationsIn(tx)
		return err
	})
	return list, err
}

func reconciliationsIn(tx store.Tx) ([]Reconciliation, error) {
	rows, err := tx.Reconciliations()
	if err != nil {
		return nil, err
	}
	list := make([]Reconciliation, len(rows))
	for i := range rows {
		if list[i], err = readReconciliation(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Reconciliation is the one of a number; one of number 0 where there is none.
func (b *Books) Reconciliation(ctx context.Context, number int64) (r Reconciliation, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		row, err := tx.Reconciliation(number)
		if err != nil || row.Number == 0 {
			return err
		}
		r, err = readReconciliation(&row)
		return err
	})
	return r, err
}

// sameIn is the first reconciliation that was made alike; one of number 0 where there is none.
func (r Reconciliation) sameIn(tx store.Tx) (Reconciliation, error) {
	list, err := reconciliationsIn(tx)
	if err != nil {
		return Reconciliation{}, err
	}
	want, err := r.madeAlike()
	for i := range list {
		if err != nil {
			break
		}
		var has []byte
		if has, err = list[i].madeAlike(); err == nil && bytes.Equal(has, want) {
			return list[i], nil
		}
	}
	return Reconciliation{}, err
}

// madeAlike is what it says, but for when it was made and by whom.
func (r Reconciliation) madeAlike() ([]byte, error) {
	r.At, r.By = time.Time{}, ""
	return json.Marshal(&r)
}

func summariesOf(reports map[string][]byte) (list []ReportSummary) {
	for _, format := range slices.Sorted(maps.Keys(reports)) {
		list = append(list, ReportSummary{format, int64(len(reports[format])), Hash(reports[format])})
	}
	return list
}

// Report is the report of a reconciliation in a format; nil where there is none.
func (b *Books) Report(ctx context.Context, number int64, format string) (data []byte, err error) {
	err = b.home.Read(ctx, func(tx store.Tx) error {
		row, err := tx.Report(number, format)
		if err != nil || row.Reconciliation == 0 {
			return err
		}
		data, err = unpackReport(&row)
		return err
	})
	return data, err
}

func readReconciliation(row *store.Reconciliation) (Reconciliation, error) {
	r := Reconciliation{Number: row.Number}
	if err := json.Unmarshal(row.Body, &r); err != nil {
		return r, fmt.Errorf("reconciliation %d of the store: %w", row.Number, err)
	}
	return r, nil
}

// unpackReport reads a report, which is never nil.
func unpackReport(row *store.Report) ([]byte, error) {
	unpacker, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer unpacker.Close()
	data, err := unpacker.DecodeAll(row.Content, []byte{})
	if err != nil {
		return nil, fmt.Errorf("reconciliation %d of the store: its report as %s: %w", row.Reconciliation, row.Format, err)
	}
	return data, nil
}
