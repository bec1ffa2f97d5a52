package statement

import (
	"encoding/base64"
	"html/template"
	"io"
)

// documentPage is a document with what a page shows besides.
type documentPage struct {
	*documentView
	Logo      template.URL
	TaxIDName string
	Last      int // of the sums
}

// InvoiceHTML writes invoices as customers get them, as a page that needs nothing else; printed, each begins on a new sheet.
func InvoiceHTML(w io.Writer, documents ...Document) error {
	parts := make([]Part, 0, len(documents))
	language, title := English.String(), ""
	for i := range documents {
		part, view, err := documents[i].render()
		if err != nil {
			return err
		}
		if parts = append(parts, part); i == 0 {
			language, title = view.Language, view.Heading
		}
	}
	body, err := render("documents", parts)
	if err != nil {
		return err
	}
	return page(w, language, title, body, false)
}

// InvoiceHTMLPart is an invoice that [InvoiceHTML] writes, for a page of the caller's own.
func InvoiceHTMLPart(d Document) (Part, error) {
	part, _, err := d.render()
	return part, err
}

func (d *Document) render() (Part, *documentView, error) {
	view, err := d.view()
	if err != nil {
		return "", nil, err
	}
	p := documentPage{documentView: view, TaxIDName: view.words.taxID, Last: len(view.Sums) - 1}
	if d.Profile != nil && len(d.Profile.Logo) > 0 {
		logo, err := imageOf(d.Profile.Logo)
		if err != nil {
			return "", nil, err
		}
		p.Logo = template.URL("data:" + logo.mime + ";base64," + base64.StdEncoding.EncodeToString(d.Profile.Logo))
	}
	part, err := render("document", p)
	return part, view, err
}
