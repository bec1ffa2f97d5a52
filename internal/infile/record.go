package infile

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/invoice"
)

// record is the first object of a JSON text that holds data: the text itself, or the first of a list. Of one that goes on beyond
// what is known of the text, it has the names so far.
type record struct {
	names []string
	list  bool   // it is in a list
	in    string // the name of the member of the text that is the list
}

// firstRecord reads as far as the first record goes.
func firstRecord(text []byte) (r record) {
	d := jsontext.NewDecoder(bytes.NewReader(trimmed(text)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if d.PeekKind() == '[' {
		d.ReadToken()
		r.list = true
	}
	r.read(d)
	return r
}

func (r *record) read(d *jsontext.Decoder) {
	if d.PeekKind() != '{' {
		return
	}
	d.ReadToken()
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return
		}
		r.names = append(r.names, name.String())
		if !r.list && (name.String() == "packages" || name.String() == "invoices") {
			r.in = name.String()
		}
		if d.SkipValue() != nil {
			return
		}
	}
}

func (r *record) has(names ...string) bool {
	for _, name := range names {
		if !slices.Contains(r.names, name) {
			return false
		}
	}
	return true
}

func (r *record) isEvent() bool {
	return r.has("type") && (r.has("at") || r.has("id", "account")) && !r.has("date_invoiced")
}

// isEvents looks at each line: one that is an event makes the others bad lines.
func isEvents(head []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))) {
		if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{")) {
			continue
		}
		if r := firstRecord(line); r.isEvent() {
			return true
		}
	}
	return false
}

// isLongObjects holds when the first line is the beginning of an object that ends on another.
func isLongObjects(head []byte) bool {
	text := trimmed(head)
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if d.PeekKind() != '{' {
		return false
	}
	value, err := d.ReadValue()
	return err == nil && bytes.IndexByte(value, '\n') > 0
}

func isPackages(head []byte) bool {
	r := firstRecord(head)
	return r.in == "packages" || r.has("name") && (r.has("price") || r.has("distributor_price"))
}

func isPolicy(head []byte) bool {
	r, known := firstRecord(head), 0
	for _, name := range r.names {
		if slices.Contains(invoice.PolicyKeys(), name) {
			known++
		}
	}
	return !r.list && known > 0 && 2*known >= len(r.names)
}

func isDocument(head []byte) bool {
	r := firstRecord(head)
	return r.in == "invoices" || r.has("username", "start_date") || r.has("number", "start_date") && !r.has("account")
}

func isStatistics(head []byte) bool {
	r := firstRecord(head)
	return r.has("date", "requests")
}

func isInvoices(head []byte) bool {
	r := firstRecord(head)
	return r.has("account", "date_invoiced")
}

func isProfile(head []byte) bool {
	r := firstRecord(head)
	return !r.list && (r.has("issuer") || r.has("customers") || r.has("locale"))
}

func isMapping(head []byte) bool {
	r := firstRecord(head)
	return !r.list && (r.has("fields") || r.has("preset")) && !r.has("type")
}
