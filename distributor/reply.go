package distributor

import (
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// ReplyError is the Distributor's own error document, given to a reader as if it were data.
type ReplyError struct {
	Messages []string // as the Distributor worded them; never empty
}

// maxReply is how much of the messages an error shows, in bytes.
const maxReply = 400

// Error shows the beginning of the messages.
func (e *ReplyError) Error() string {
	var quoted []byte
	for i, m := range e.Messages {
		if i > 0 {
			quoted = append(quoted, ", "...)
		}
		if quoted = strconv.AppendQuote(quoted, names.ClipTo(m, maxReply)); len(quoted) > maxReply {
			break
		}
	}
	return "the document is an error of the Distributor: " + names.ClipTo(string(quoted), maxReply)
}

// reply returns the error that a document is, if it is one: a record whose message is "error", or that has errors. An empty list of
// errors beside an answer says that there was none.
func (d *document) reply() error {
	errs, message := d.root.member("errors"), d.root.member("message")
	failed := message != nil && isReply(message.name, message.text)
	answered := len(d.root.kids) > 2 || len(d.root.kids) == 2 && message == nil
	if !failed && (errs == nil || answered && errs.none()) {
		return nil
	}
	var texts []string
	if errs != nil {
		texts = errs.texts(nil)
	}
	if len(texts) == 0 && message != nil {
		texts = message.texts(nil)
	}
	if len(texts) == 0 {
		texts = []string{"error"}
	}
	return &source.ParseError{Place: d.place(int(d.root.at)), Err: &ReplyError{Messages: texts}}
}

// none reports whether n is null, empty, or a list of nothing, which is "[]" when it was written in XML.
func (n *node) none() bool {
	return n.kind == list && len(n.kids) == 0 || n.kind == scalar && strings.Trim(n.text, space+"[]") == ""
}

// isReply reports whether a record with that field is an error of the Distributor.
func isReply(name, text string) bool {
	return name == "errors" || name == "message" && strings.EqualFold(strings.Trim(text, space), "error")
}

// texts collects the texts of a node and all below it.
func (n *node) texts(all []string) []string {
	if n.kind == scalar {
		if text := strings.Trim(n.text, space); text != "" {
			all = append(all, text)
		}
		return all
	}
	for i := range n.kids {
		all = n.kids[i].texts(all)
	}
	return all
}
