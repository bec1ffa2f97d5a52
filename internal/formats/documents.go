package formats

import (
	"io"

	"github.com/prorata-go/prorata/statement"
)

// Document is a way to write invoices as customers get them.
type Document struct {
	Name   string
	Binary bool // no text: a terminal cannot show it
	Write  func(w io.Writer, o DocumentOptions, documents []statement.Document) (missing []rune, err error)
}

// DocumentOptions are what can be said of a document besides its profile.
type DocumentOptions struct {
	Letter bool // on US Letter, not A4
}

// documents has all of them, the default first.
var documents = [...]Document{
	{Name: "html", Write: func(w io.Writer, _ DocumentOptions, documents []statement.Document) ([]rune, error) {
		return nil, statement.InvoiceHTML(w, documents...)
	}},
	{Name: "pdf", Binary: true, Write: func(w io.Writer, o DocumentOptions, documents []statement.Document) ([]rune, error) {
		return statement.PDF{Letter: o.Letter}.Write(w, documents...)
	}},
}

// DocumentNames are the names of the formats of documents.
func DocumentNames() (names []string) {
	for i := range documents {
		names = append(names, documents[i].Name)
	}
	return names
}

// FindDocument is the format of documents of that name; nil if there is none.
func FindDocument(name string) *Document {
	for i := range documents {
		if documents[i].Name == name {
			return &documents[i]
		}
	}
	return nil
}
