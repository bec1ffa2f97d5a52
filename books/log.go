package books

import (
	"context"
	"io"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/eventlog"
)

// Log is what the books know at one instant, as package reconcile takes it.
type Log struct {
	Events *eventlog.Events // as they are billed; the line in their place is the number of the event
	Last   int64            // the number of the last one
	Terms  Terms            // in force
}

// Log reads all events.
func (b *Books) Log(ctx context.Context) (Log, error) {
	l := Log{Events: &eventlog.Events{}}
	err := b.home.Read(ctx, func(tx store.Tx) (err error) {
		if l.Terms, err = b.lastTerms(tx); err != nil {
			return err
		}
		if l.Last, err = tx.LastEvent(); err != nil {
			return err
		}
		lines, to := io.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			to.CloseWithError(writeLines(tx, newReader(l.Terms.Policy), to))
		}()
		_, err = l.Events.Load(ctx, []eventlog.Source{{Name: b.name, Open: func() (io.ReadCloser, error) { return lines, nil }}}, eventlog.Loading{Policy: l.Terms.Policy})
		lines.Close() // where nobody reads on
		<-done
		return err
	})
	return l, err
}

// writeLines writes all events as they are billed, one a line.
func writeLines(tx store.Tx, r *reader, to io.Writer) error {
	const most = 1 << 16
	text := make([]byte, 0, 2*most)
	err := tx.Events(0, func(row store.Event) error {
		if row.Known.IsZero() {
			text = append(text, row.Body...)
		} else {
			e, err := r.event(&row)
			if err != nil {
				return err
			}
			text = e.AppendJSON(text)
		}
		if text = append(text, '\n'); len(text) < most {
			return nil
		}
		_, err := to.Write(text)
		text = text[:0]
		return err
	})
	if err == nil {
		_, err = to.Write(text)
	}
	return err
}
