package server

import (
	"net/http"

	"github.com/prorata-go/prorata/distributor"
)

// rowWriter writes a document of invoices as they are made. Of one that has begun nothing can be taken back: where it cannot be finished the
// connection breaks off, so that nobody takes a part for the whole.
type rowWriter struct {
	distributor.Stream
	call *call
}

func (c *call) rows(number string) *rowWriter {
	return &rowWriter{distributor.Stream{Number: number, XML: c.xml}, c}
}

// write writes some rows.
func (w *rowWriter) write(rows []byte) error {
	if len(rows) == 0 {
		return nil
	}
	if !w.call.begun {
		rows = w.begin(rows)
	}
	_, err := w.call.w.Write(rows)
	return err
}

// begin begins the document, with its first rows.
func (w *rowWriter) begin(rows []byte) []byte {
	w.call.begun = true
	w.call.head(http.StatusOK)
	return w.Open(nil, rows)
}

// close ends the document.
func (w *rowWriter) close() error {
	var text []byte
	rows := w.call.begun
	if !rows {
		text = w.begin(nil)
	}
	_, err := w.call.w.Write(w.Close(text, rows))
	return err
}
