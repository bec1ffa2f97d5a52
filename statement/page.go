package statement

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/money"
)

//go:embed page
var pageFiles embed.FS

var pageTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "page/*.gohtml"))
})

// Stylesheet is the style of all documents, in the page that [HTML] and the others write. Its colours are CSS variables.
func Stylesheet() string { return pageFile("page/style.css") }

// Script is what makes filters of a page work. Without it, all of the page is there to be read.
func Script() string { return pageFile("page/filter.js") }

func pageFile(name string) string {
	text, err := pageFiles.ReadFile(name)
	if err != nil { // it is compiled in
		return ""
	}
	return string(text)
}

// Part is the part of a page that a document is: what stands in its body, to be put into another page with [Stylesheet].
type Part = template.HTML

// render makes a part of a template.
func render(name string, data any) (Part, error) {
	var b bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("statement: %w", err)
	}
	return Part(b.String()), nil // of a template that escapes all that it is given
}

// page writes a part as a page that needs nothing else: no other file, no network, and a script for filters only.
func page(w io.Writer, language, title string, body Part, filters bool) error {
	script, policy := "", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
	if filters {
		script = Script()
		sum := sha256.Sum256([]byte(script))
		policy += "; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return pageTemplates().ExecuteTemplate(w, "page", map[string]any{
		"Language": language, "Title": title, "Policy": policy, "Body": body, "Style": template.CSS(Stylesheet()), "Script": template.JS(script),
	})
}

// shown is a name from outside as a page shows it: what cannot be seen, or turns the direction of what follows, is escaped.
func shown(name string) string { return display.Text(name) }

// figure is an amount in groups of thousands, without its currency, as a page shows it; plain is how a terminal does.
func figure(a money.Amount) string { return withMinus(plain(a)) }
func plain(a money.Amount) string  { return digits.Group(a.Number()) }

// withMinus is a number with a true minus, as wide as a plus, where it has a hyphen.
func withMinus(number string) string { return strings.Replace(number, "-", "−", 1) }

// withMinuses is a text of ours in which the numbers below zero have a true minus.
func withMinuses(text string) string { return negative.ReplaceAllString(text, "$1−$2") }

var negative = regexp.MustCompile(`(^|[ (])-([0-9])`)
