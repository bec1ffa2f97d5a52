package statement

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// The accounts of a journal. That of a customer is below receivable, and income is by kind of line below revenue.
const (
	receivable = "accounts receivable"
	payments   = "assets:payments"
	refunds    = "revenue:refunds"
)

// Ledger writes invoices as a double-entry journal that hledger and ledger read: what each customer owes in
// accounts receivable:NAME, what was billed by kind in revenue:recurring, revenue:overage and revenue:charge. A paid invoice is
// settled by assets:payments, a refunded one by revenue:refunds; an unpaid or deferred one stays receivable, and a canceled one is
// left out. So the balance of the customers is what is unpaid, and that of revenue, without refunds, is less the total of the invoices.
//
// The day of a payment or a refund is what changed says of the invoice; where changed is nil, or says the zero Date, it is the day
// of the invoice.
func Ledger(w io.Writer, invoices []invoice.Invoice, changed func(*invoice.Invoice) cycle.Date) error {
	l := journal{out: bufio.NewWriter(w), changed: changed}
	l.declare(invoices)
	for i := range invoices {
		if invoices[i].Status != invoice.Canceled {
			l.invoice(&invoices[i])
			l.settlement(&invoices[i])
		}
	}
	return l.out.Flush()
}

// journal is a journal on its way out. An error of out is kept, and returned by Flush.
type journal struct {
	out     *bufio.Writer
	changed func(*invoice.Invoice) cycle.Date
}

// declare names the currencies and accounts first, so that a strict check finds each name that is spelt otherwise.
func (l *journal) declare(invoices []invoice.Invoice) {
	fmt.Fprintln(l.out, "; Invoices by account, then date. Read by hledger and ledger.")
	used := map[money.Currency]bool{}
	for i := range invoices {
		c := invoices[i].FinalAmount.Currency()
		if !used[c] {
			used[c] = true
			fmt.Fprintf(l.out, "commodity %s\n", c)
			if c.Digits() > 0 { // so that no mark is taken for one of thousands
				fmt.Fprintf(l.out, "    format 1000.%s %s\n", strings.Repeat("0", c.Digits()), c)
			}
		}
	}
	fmt.Fprintf(l.out, "\naccount %s  ; type:A\n", receivable)
	last := ""
	for i := range invoices {
		if name := invoices[i].Account; i == 0 || name != last {
			fmt.Fprintf(l.out, "account %s\n", receivableOf(name))
			last = name
		}
	}
	for _, name := range []string{payments, revenueOf(invoice.Recurring), revenueOf(invoice.Overage), revenueOf(invoice.Charge), refunds} {
		fmt.Fprintf(l.out, "account %s\n", name)
	}
}

// invoice writes what was billed.
func (l *journal) invoice(inv *invoice.Invoice) {
	l.head(inv.Date, inv, inv.Type.String()+" "+span(inv.Period))
	l.posting(receivableOf(inv.Account), inv.FinalAmount, "")
	for i := range inv.Lines {
		line := &inv.Lines[i]
		amount, err := line.Amount.Neg()
		if line.Amount.IsZero() || err != nil { // the least amount there is, which no sum of an invoice holds
			continue
		}
		l.posting(revenueOf(line.Kind), amount, aboutLine(line))
	}
}

// aboutLine is what the comment of a line's posting says: tags for programs, then words.
func aboutLine(line *invoice.Line) string {
	text := "period:" + line.Period().String() + ", "
	if line.Adjustment {
		text += "adjustment:, "
	}
	if line.Kind != invoice.Charge {
		text += comment(line.Package) + " "
	}
	return text + comment(span(line.Dates)+", "+line.Explanation())
}

// settlement writes what came of the invoice, by its status.
func (l *journal) settlement(inv *invoice.Invoice) {
	to := ""
	switch inv.Status {
	case invoice.Paid:
		to = payments
	case invoice.Refunded:
		to = refunds
	}
	back, err := inv.FinalAmount.Neg()
	if to == "" || inv.FinalAmount.IsZero() || err != nil {
		return
	}
	day := inv.Date
	if l.changed != nil {
		if d := l.changed(inv); !d.IsZero() {
			day = d
		}
	}
	l.head(day, inv, inv.Status.String())
	l.posting(to, inv.FinalAmount, "")
	l.posting(receivableOf(inv.Account), back, "")
}

func (l *journal) head(day cycle.Date, inv *invoice.Invoice, about string) {
	fmt.Fprintf(l.out, "\n%s * (%s) %s | %s\n", day, inv.Number, escape(inv.Account, "|"), about)
}

func (l *journal) posting(name string, a money.Amount, comment string) {
	fmt.Fprintf(l.out, "    %-48s  %12s %s", name, a.Number(), a.Currency())
	if comment != "" {
		fmt.Fprintf(l.out, "  ; %s", comment)
	}
	fmt.Fprintln(l.out)
}

func receivableOf(account string) string { return receivable + ":" + escape(account, ":") }

func revenueOf(k invoice.Kind) string { return "revenue:" + k.String() }

func span(p cycle.Period) string {
	if p.Days() <= 1 {
		return p.Start.String()
	}
	return p.Start.String() + " … " + p.Last().String()
}

// escape writes a name so that a journal has it as one name, and no two names become one: what would end it, start a comment or
// be no visible character is written by its bytes, as %0A. Besides %, special is what means something where the name stands.
func escape(name, special string) string {
	var b strings.Builder
	before := ' ' // as at the beginning: a space there would not be part of the name
	for i, r := range name {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(name[i:])
		}
		plain := r != utf8.RuneError || size == len(string(utf8.RuneError))
		switch {
		case r == ' ' && before != ' ' && i+1 < len(name):
		case !plain, r == ' ', !unicode.IsPrint(r), strings.ContainsRune("%;"+special, r):
			for _, c := range []byte(name[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			before = r
			continue
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// comment writes a text so that a journal takes nothing in it for a tag, a date or the end of the line: a colon stands apart, and
// brackets are round.
func comment(text string) string {
	text = strings.NewReplacer(":", " :", "[", "(", "]", ")").Replace(text)
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }), " ")
}
