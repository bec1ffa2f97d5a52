package rowevents

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/problems"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
	"github.com/prorata-go/prorata/table"
)

// fact is what a row says happened, once.
type fact struct {
	kind    string // created, changed, closed, usage or charge
	account string
	at      string // a date, or an instant
	apart   string // what tells it from others of its account and day
	members []byte // of the event, after what all have: ,"package":"Gold"
	event   account.Event
	place   source.Place
	row     int
	file    int // number of the table
}

// Import is what the rows of tables say. The zero value is not to be used; see [New].
type Import struct {
	policy  invoice.Policy
	decoder *account.Decoder
	facts   []fact
	byID    map[string]int // the fact of an id
	files   int
	wrong   problems.List
	listed  map[string]bool // accounts of tables of customers
}

// New is an import whose dates are days in the policy's time zone.
func New(policy invoice.Policy) *Import {
	return &Import{policy: policy, decoder: account.NewDecoder(policy), byID: map[string]int{}, listed: map[string]bool{}}
}

// Add reads the rows of a table of customers, of usage or of charges.
func (im *Import) Add(file string, t *table.Table) error {
	im.files++
	im.wrong = problems.List{}
	begun := map[string]bool{} // accounts and days on which a row without a change has them begin
	var changes []fact
	for row, err := range t.Rows() {
		switch {
		case err != nil:
			im.wrong.Add(err)
		case t.Use() == table.Usage:
			im.usage(row)
		case t.Use() == table.Charges:
			im.charge(row)
		default:
			changes = append(changes, im.customer(row, begun)...)
		}
	}
	for i := range changes {
		if c := &changes[i]; !begun[c.apart+" "+c.account] {
			im.wrong.Add(source.Errorf(c.place, "row %d: %q changes, and no row says with which package it began on %s, expected one without a date of change", c.row, names.Clip(c.account), c.apart))
		}
	}
	return im.wrong.Err(file)
}

func (im *Import) usage(row *table.Row) {
	im.add(row, fact{kind: "usage", account: row.Text("account"), at: row.Text("at"), apart: row.Text("id"), members: append([]byte(`,"credits":`), row.Text("credits")...)})
}

func (im *Import) charge(row *table.Row) {
	members := strictjson.AppendString([]byte(`,"amount":`), row.Text("amount"))
	members = strictjson.AppendString(append(members, `,"description":`...), row.Text("description"))
	if list := row.Text("price_list"); list != "" {
		members = strictjson.AppendString(append(members, `,"price_list":`...), list)
	}
	im.add(row, fact{kind: "charge", account: row.Text("account"), at: row.Text("at"), apart: row.Text("id"), members: members})
}

// customer reads a row of an account. It returns the change that the row is, if it is one: apart of that is the day the account began.
func (im *Import) customer(row *table.Row, begun map[string]bool) (changes []fact) {
	name, created := row.Text("account"), row.Text("created")
	im.listed[name] = true
	pkg := strictjson.AppendString([]byte(`,"package":`), row.Text("package"))
	if changed := row.Text("changed"); changed != "" {
		im.add(row, fact{kind: "changed", account: name, at: changed, members: pkg})
		changes = append(changes, fact{account: name, apart: created, place: row.Place, row: row.Number})
	} else {
		begun[created+" "+name] = true
		if first := row.Text("billing_date"); first != "" {
			pkg = append(append(append(pkg, `,"billing_date":"`...), first...), '"')
		}
		if called := row.Text("name"); called != "" {
			pkg = append(strictjson.AppendString(append(pkg, `,"metadata":{"name":`...), called), '}')
		}
		im.add(row, fact{kind: "created", account: name, at: created, members: pkg})
	}
	if closed := row.Text("closed"); closed != "" {
		im.add(row, fact{kind: "closed", account: name, at: closed})
	}
	return changes
}

// add keeps a fact, unless it is there already.
func (im *Import) add(row *table.Row, f fact) {
	f.place, f.row, f.file = row.Place, row.Number, im.files
	var err error
	if f.event, err = im.decoder.Decode(f.line(1, ""), source.Place{}); err != nil {
		im.wrong.Add(source.Errorf(f.place, "row %d: %w", f.row, reason(err)))
		return
	}
	id := f.id(1)
	i, there := im.byID[id]
	if !there {
		im.byID[id] = len(im.facts)
		im.facts = append(im.facts, f)
		return
	}
	first := &im.facts[i]
	switch {
	case first.file == f.file && (f.kind == "usage" || f.kind == "charge"):
		im.wrong.Add(source.Errorf(f.place, "row %d: a second row of %s; the first is row %d, expected one. Where both count, the mapping's fields can name a column as \"id\" that tells them apart", f.row, f.words(), first.row))
	case !same(&first.event, &f.event):
		im.wrong.Add(source.Errorf(f.place, "row %d: %s: %s here and %s at %s, expected the same", f.row, f.words(), describe(&f.event), describe(&first.event), first.place))
	}
}

// reason is an error without its place.
func reason(err error) error {
	if pe, ok := err.(*source.ParseError); ok {
		return pe.Err
	}
	return err
}

// id is the id of a version of the fact, from 1.
func (f *fact) id(version int) string {
	var b strings.Builder
	b.WriteString(f.kind)
	if version > 1 {
		b.WriteString("#" + strconv.Itoa(version))
	}
	b.WriteString(" " + f.instant() + " ")
	if f.apart != "" || strings.HasPrefix(f.account, `"`) { // so that no two rows have one id
		b.WriteString(strconv.Quote(f.apart) + " ")
	}
	b.WriteString(f.account)
	return b.String()
}

// instant is the date, or the instant in UTC, in which form it is the same however it is written.
func (f *fact) instant() string {
	if t, err := time.Parse(time.RFC3339Nano, f.at); err == nil {
		return t.UTC().Format(time.RFC3339Nano)
	}
	return f.at
}

var types = map[string]account.Type{"created": account.Created, "changed": account.PackageChanged, "closed": account.Closed, "usage": account.UsageRecorded, "charge": account.ChargeAdded}

// line is the event of a version of the fact.
func (f *fact) line(version int, recordedAt string) []byte {
	return appendEvent(nil, f.id(version), types[f.kind], f.account, f.at, recordedAt, f.members)
}

func appendEvent(b []byte, id string, t account.Type, name, at, recordedAt string, members []byte) []byte {
	b = strictjson.AppendString(append(b, `{"id":`...), id)
	b = strictjson.AppendString(append(b, `,"type":`...), t.String())
	b = strictjson.AppendString(append(b, `,"account":`...), name)
	b = strictjson.AppendString(append(b, `,"at":`...), at)
	if recordedAt != "" {
		b = strictjson.AppendString(append(b, `,"recorded_at":`...), recordedAt)
	}
	return append(append(b, members...), '}')
}

// words say what the fact is about: usage of "acme" on 2026-03-05.
func (f *fact) words() string {
	what := map[string]string{"created": "the creation of", "changed": "the change of", "closed": "the close of", "usage": "usage of", "charge": "a charge to"}[f.kind]
	return fmt.Sprintf("%s %q on %s", what, names.Clip(f.account), f.at)
}
