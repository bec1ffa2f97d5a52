package distributor

import (
	"errors"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// ReadPackages reads the Distributor's package list: a JSON list, an object {"packages":[…]}, or XML
// <result><packages><package>…. The packages are read by [invoice.ParsePackages], in whose words any error is: what it says of
// JSON holds for XML, with true and false in any letter case, and empty elements left out where the list may leave them out.
//
// Unlike elsewhere in this package an unknown field is an error, since a misspelt price would be a wrong bill. Errors are as
// [ReadInvoices] has them, several of them joined when several packages are wrong.
func ReadPackages(file string, data []byte, c money.Currency) ([]invoice.Package, error) {
	d, err := parse(file, data)
	if err != nil {
		return nil, err
	}
	if err := d.reply(); err != nil {
		return nil, err
	}
	if d.root.kind == list {
		return invoice.ParsePackages(file, d.data, c)
	}
	nodes, err := d.items("packages", "package")
	if err != nil {
		return nil, err
	}
	w := rewriter{document: d}
	if err := w.packages(nodes); err != nil {
		return nil, err
	}
	packages, err := invoice.ParsePackages(file, w.text, c)
	if err != nil {
		return nil, each(err, w.restore)
	}
	for i := range packages {
		packages[i].At = d.place(int(nodes[i].nameAt))
	}
	return packages, nil
}

// rewriter writes packages as a JSON list, a member a line from its first column, and knows which node each line came from.
type rewriter struct {
	*document
	text  []byte
	lines []*node
}

func (w *rewriter) line(text string, n *node) {
	w.text = append(append(w.text, text...), '\n')
	w.lines = append(w.lines, n)
}

func (w *rewriter) packages(nodes []node) error {
	w.line("[", &w.root)
	for i := range nodes {
		n := &nodes[i]
		if n.kind != record && !n.empty() {
			return w.errorf(w.skip(int(n.at), space), "%s, expected a package", n.describe())
		}
		if i > 0 {
			w.line(",", n)
		}
		w.line("{", n)
		if err := w.members(n); err != nil {
			return err
		}
		w.line("}", n)
	}
	w.line("]", &w.root)
	return nil
}

func (w *rewriter) members(n *node) error {
	if kid := n.repeated(); kid != nil {
		return w.errorf(int(kid.nameAt), "%s is repeated, expected it once", names.Clip(kid.name))
	}
	for i := range n.kids {
		kid := &n.kids[i]
		if kid.empty() && invoice.PackageKeyMayBeEmpty(kid.name) {
			continue
		}
		if len(w.lines) > 0 && w.text[len(w.text)-2] != '{' {
			w.line(",", kid)
		}
		w.line(string(append(append(strictjson.AppendString(nil, kid.name), ':'), packageValue(kid)...)), kid)
	}
	return nil
}

// packageValue is the JSON of a value. XML does not say what is a number and what is true or false; numbers may be quoted.
func packageValue(n *node) []byte {
	f := Field{Text: n.text, Kind: n.written}
	switch {
	case n.kind == record:
		return []byte("{}") // to be refused, on one line
	case n.kind == list:
		return []byte("[]")
	case n.written == KindXML && n.name != "name" && n.name != "description":
		f.Text = f.trimmed()
		if strings.HasPrefix(n.name, "has_") {
			f.Text, f.Kind = strings.ToLower(f.Text), KindBool
		}
	}
	return f.appendJSON(nil)
}

// each applies a function to an error, or to each of several that are joined.
func each(err error, change func(error) error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return change(err)
	}
	all := slices.Clone(joined.Unwrap())
	for i := range all {
		all[i] = change(all[i])
	}
	return errors.Join(all...)
}

// restore moves an error from the rewritten list to the document.
func (w *rewriter) restore(err error) error {
	pe := (*source.ParseError)(nil)
	if !errors.As(err, &pe) || pe.Line < 1 || pe.Line > len(w.lines) {
		return err
	}
	n := w.lines[pe.Line-1]
	if pe.Column == 1 {
		return &source.ParseError{Place: w.place(int(n.nameAt)), Err: pe.Err}
	}
	return &source.ParseError{Place: w.place(int(n.at)), Err: pe.Err}
}
