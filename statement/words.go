package statement

import (
	"github.com/prorata-go/prorata/invoice"
)

// words are the words that a customer's invoice brings itself, in a language.
type words struct {
	date         DateFormat
	months       [12]string
	ordinal      string // behind the number of a day
	decimal      string
	currencyLast bool

	invoice, creditNote, number, dated, due, period, account, reference, taxID, billTo, creditTo string
	description, days, amount, total                                                             string
	broughtForward, amountDue, creditLeft, payment, page, timeline                               string
	canceled, paid, refunded                                                                     string // across the top

	overage, included, creditsUsed, daysTimes, adjustment string
}

var wordsOf = [...]words{
	English: {
		date:    LongDate,
		months:  [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		decimal: ".",
		invoice: "Invoice", creditNote: "Credit note", number: "Number", dated: "Date", due: "Due", period: "Period", account: "Account",
		reference: "Your reference", taxID: "Tax ID", billTo: "Bill to", creditTo: "Credit to", description: "Description", days: "Days", amount: "Amount", total: "Total",
		broughtForward: "Balance brought forward", amountDue: "Amount due", creditLeft: "Credit balance", payment: "Payment", page: "Page %d of %d", timeline: "What was billed, by day",
		canceled: "This invoice is canceled.", paid: "This invoice is paid.", refunded: "This invoice was refunded.",
		overage: "credits", adjustment: "Adjustment of the period from %s: ",
	},
	German: {
		date:    DottedDate,
		months:  [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		ordinal: ".", decimal: ",", currencyLast: true,
		invoice: "Rechnung", creditNote: "Gutschrift", number: "Nummer", dated: "Datum", due: "Fällig", period: "Zeitraum", account: "Konto",
		reference: "Ihr Zeichen", taxID: "USt-IdNr.", billTo: "Rechnung an", creditTo: "Gutschrift an", description: "Beschreibung", days: "Tage", amount: "Betrag", total: "Summe",
		broughtForward: "Saldovortrag", amountDue: "Zu zahlen", creditLeft: "Guthaben", payment: "Zahlung", page: "Seite %d von %d", timeline: "Berechnete Tage",
		canceled: "Diese Rechnung ist storniert.", paid: "Diese Rechnung ist bezahlt.", refunded: "Diese Rechnung wurde erstattet.",
		overage: "Credits", included: "%s Credits, im Paket enthalten", creditsUsed: "%s Credits über die enthaltenen hinaus × %s", daysTimes: "%d von %d Tagen × %s",
		adjustment: "Korrektur des Zeitraums ab %s, abzüglich des bereits Berechneten",
	},
}

// status is what a document says across its top of what became of it; empty where there is nothing to say.
func (w *words) status(s invoice.Status) string {
	switch s {
	case invoice.Paid:
		return w.paid
	case invoice.Refunded:
		return w.refunded
	case invoice.Canceled:
		return w.canceled
	}
	return ""
}
