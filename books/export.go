package books

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
)

// exportVersion is the latest version of the lines that Export writes. Version 1 has no reconciliations, and books without any are
// written as that, so that earlier programs load them.
const exportVersion = 2

// line is one line of an export: one of its members is set.
type line struct {
	Books   *booksLine   `json:"books,omitempty"`
	Terms   *termsLine   `json:"terms,omitempty"`
	Account *accountLine `json:"account,omitempty"`
	Run     *runLine     `json:"run,omitempty"`
	Event   *eventLine   `json:"event,omitempty"`
	Invoice *invoiceLine `json:"invoice,omitempty"`

	Reconciliation *reconciliationLine `json:"reconciliation,omitempty"`
	Report         *reportLine         `json:"report,omitempty"`

	End *endLine `json:"end,omitempty"`
}

type booksLine struct {
	Version      int    `json:"version"`
	ID           string `json:"id"`
	NumberPrefix string `json:"number_prefix"`
	Created      string `json:"created"`
}

type termsLine struct {
	Number int64           `json:"number"`
	Added  string          `json:"added"`
	Terms  json.RawMessage `json:"terms"`
}

type accountLine struct {
	Number int64      `json:"number"`
	Name   string     `json:"name"`
	Next   cycle.Date `json:"next_day,omitzero"`
	Counts string     `json:"counts,omitempty"`
}

type runLine struct {
	Number   int64      `json:"number"`
	Through  cycle.Date `json:"through"`
	At       string     `json:"at"`
	Events   int64      `json:"events"`
	Terms    int64      `json:"terms"`
	Latest   cycle.Date `json:"latest,omitzero"`
	Invoices int64      `json:"invoices"`
	Total    string     `json:"total"`
	Before   string     `json:"before"`
	Seal     string     `json:"seal"`
}

type eventLine struct {
	Seq      int64           `json:"seq"`
	Account  int64           `json:"account"`
	Recorded string          `json:"recorded"`
	Known    string          `json:"known,omitempty"`
	Event    json.RawMessage `json:"event"`
}

type invoiceLine struct {
	Seq     int64           `json:"seq"`
	Run     int64           `json:"run"`
	Account int64           `json:"account"`
	Hash    string          `json:"sha256"`
	Invoice json.RawMessage `json:"invoice"`
}

type reconciliationLine struct {
	Number  int64           `json:"number"`
	At      string          `json:"at"`
	Hash    string          `json:"sha256"`
	Content json.RawMessage `json:"content"`
}

type reportLine struct {
	Reconciliation int64  `json:"reconciliation"`
	Format         string `json:"format"`
	Content        []byte `json:"content"` // packed with zstd
}

type endLine struct {
	Accounts        int64 `json:"accounts"`
	Events          int64 `json:"events"`
	Runs            int64 `json:"runs"`
	Invoices        int64 `json:"invoices"`
	Reconciliations int64 `json:"reconciliations,omitempty"`
}

// Export writes everything that the books hold at one instant as JSON lines, which Load reads.
func (b *Books) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	put := func(l line) error { return encoder.Encode(&l) }
	err := b.home.Read(ctx, func(tx store.Tx) error {
		reconciliations, err := tx.Reconciliations()
		if err != nil {
			return err
		}
		version, n := exportVersion, endLine{Reconciliations: int64(len(reconciliations))}
		if n.Reconciliations == 0 {
			version = 1
		}
		if err := put(line{Books: &booksLine{version, b.id, b.prefix, instantText(b.created)}}); err != nil {
			return err
		}
		terms, err := tx.Terms()
		if err != nil {
			return err
		}
		for _, t := range terms {
			if err := put(line{Terms: &termsLine{t.Number, instantText(t.Added), t.Body}}); err != nil {
				return err
			}
		}
		err = tx.AccountsFrom("", func(a store.Account) (bool, error) {
			n.Accounts++
			if !a.Passed.IsZero() { // it is not exported: the next run looks at the account and computes it
				a.Next = dueAtOnce
			}
			return true, put(line{Account: &accountLine{a.Number, a.Name, a.Next, optionalInstant(a.Counts)}})
		})
		if err != nil {
			return err
		}
		runs, err := tx.Runs()
		if err != nil {
			return err
		}
		for _, r := range runs {
			n.Runs++
			if err := put(line{Run: &runLine{r.Number, r.Through, instantText(r.At), r.Events, r.Terms, r.Latest, r.Invoices, r.Total, r.Before, r.Seal}}); err != nil {
				return err
			}
		}
		err = tx.Events(0, func(e store.Event) error {
			n.Events++
			return put(line{Event: &eventLine{e.Seq, e.Account, instantText(e.Recorded), optionalInstant(e.Known), e.Body}})
		})
		if err != nil {
			return err
		}
		err = tx.Invoices(0, func(inv store.Invoice) error {
			n.Invoices++
			return put(line{Invoice: &invoiceLine{inv.Seq, inv.Run, inv.Account, hex.EncodeToString(inv.Hash), inv.Body}})
		})
		if err != nil {
			return err
		}
		if err := exportReconciliations(tx, reconciliations, put); err != nil {
			return err
		}
		return put(line{End: &n})
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return out.Flush()
}

func exportReconciliations(tx store.Tx, list []store.Reconciliation, put func(line) error) error {
	for _, r := range list {
		if err := put(line{Reconciliation: &reconciliationLine{r.Number, instantText(r.At), hex.EncodeToString(r.Hash), r.Body}}); err != nil {
			return err
		}
	}
	return tx.Reports(func(r store.Report) error {
		return put(line{Report: &reportLine{r.Reconciliation, r.Format, r.Content}})
	})
}

func optionalInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return instantText(t)
}
