package table

import (
	"fmt"

	"github.com/prorata-go/prorata/internal/names"
)

// Use says what the rows of a table are, and so which fields a mapping may name.
type Use uint8

const (
	Invoices  Use = iota // rows of the Distributor's invoices, to reconcile
	Customers            // accounts: created, with a package, changed, closed
	Usage                // credits used
	Packages             // the price list
	Charges              // one-off charges and credits
)

var uses = []string{"invoices", "customers", "usage", "packages", "charges"}

// ParseUse reads it as the command line spells it, such as "invoices".
func ParseUse(s string) (Use, error) {
	i, err := names.Index("use", s, uses)
	return Use(i), err
}

func (u Use) String() string { return names.Word(uint8(u), uses) }

// form is what a cell of a field has to be.
type form uint8

const (
	text   form = iota
	amount      // money: a number no finer than the minor unit of the currency
	number      // any number
	count       // a whole number of 0 or more
	date        // a day
	moment      // a day or an instant
	truth       // true or false
	label       // the name of an account or a package
)

var formNames = []string{"text", "an amount", "a number", "a whole number", "a date", "a date or an instant", "true or false", "a name"}

func (f form) String() string { return names.Word(uint8(f), formNames) }

func (f form) isNumber() bool { return f == amount || f == number || f == count }
func (f form) isDate() bool   { return f == date || f == moment }

// field is one of the fields that the rows of a use have.
type field struct {
	name     string
	form     form
	required bool
	about    string   // what it is, to ask for it
	like     []string // names of columns that are it, as headers spell them, in small letters and digits only
}

// schemas are the fields of each use. The invoices' are those of the Distributor's reference.
var schemas = [...][]field{
	Invoices: {
		{name: "number", about: "the number of the invoice or of its row", like: []string{"number", "invoicenumber", "invoiceno", "invoice", "invoiceid", "rechnungsnummer", "id"}},
		{name: "credits", form: number, about: "the credits used", like: []string{"credits", "creditsused"}},
		{name: "date_invoiced", form: date, about: "the day of the invoice", like: []string{"dateinvoiced", "invoicedate", "billingdate", "rechnungsdatum"}},
		{name: "status", about: "whether it is paid", like: []string{"status", "paymentstatus"}},
		{name: "amount", form: amount, about: "the package's price for the row's days, before what is prorated", like: []string{"amount", "net", "netamount", "subtotal", "price", "betrag", "cost", "billedcost", "costtotal"}},
		{name: "overage", form: amount, about: "money for credits beyond those included", like: []string{"overage", "overages", "overageamount"}},
		{name: "type", about: "the type of the row", like: []string{"type", "chargetype", "chargecategory", "kind"}},
		{name: "prorated", form: amount, about: "what is taken off because the period is not whole", like: []string{"prorated", "proration", "discount"}},
		{name: "start_date", form: date, required: true, about: "the first day the row is about", like: []string{"startdate", "start", "from", "periodstart", "startperiod", "chargestartdate", "chargeperiodstart", "servicestart", "von"}},
		{name: "end_date", form: date, required: true, about: "the last day the row is about", like: []string{"enddate", "end", "to", "through", "periodend", "endperiod", "chargeenddate", "chargeperiodend", "serviceend", "until", "bis"}},
		{name: "username", form: label, required: true, about: "the account that is billed", like: []string{"username", "account", "customer", "customername", "client", "clientname", "company", "companyname", "enduser", "kunde"}},
		{name: "package", form: label, about: "the package", like: []string{"package", "plan", "product", "productname", "sku", "skuname", "partnumber", "offername", "paket", "produkt", "artikel", "tarif"}},
		{name: "additional_charges", form: amount, about: "one-off charges", like: []string{"additionalcharges", "othercharges", "charges", "extras"}},
		{name: "final_amount", form: amount, about: "what the row comes to", like: []string{"finalamount", "total", "totalamount", "grosstotal", "summe", "gesamt"}},
	},
	Customers: {
		{name: "account", form: label, required: true, about: "the account", like: []string{"account", "username", "customer", "customername", "client", "company", "kunde", "email", "login", "konto", "kundennummer"}},
		{name: "created", form: moment, required: true, about: "the day the account began", like: []string{"created", "createdat", "createdon", "start", "startdate", "since", "from", "signup", "von", "begin", "customersince", "kundeseit", "beginn"}},
		{name: "package", form: label, required: true, about: "the package", like: []string{"package", "plan", "product", "sku", "paket", "produkt", "tarif"}},
		{name: "changed", form: moment, about: "the day from which a further row's package holds", like: []string{"changed", "changedat", "changedon", "changedate", "effective", "effectivedate"}},
		{name: "billing_date", form: date, about: "the first billing date, where it is not a month after the beginning", like: []string{"billingdate", "firstbillingdate", "billingday", "nextbillingdate"}},
		{name: "closed", form: moment, about: "the day the account was closed", like: []string{"closed", "closedat", "closedon", "end", "enddate", "cancelled", "canceled", "terminated", "bis", "closedate", "cancelledon", "canceledon", "ende", "gekündigt", "gekündigtzum", "kündigung"}},
		{name: "name", about: "the customer's name, kept beside the account", like: []string{"name", "fullname", "contact", "displayname", "company", "companyname", "firma"}},
	},
	Usage: {
		{name: "account", form: label, required: true, about: "the account", like: []string{"account", "username", "customer", "customername", "client", "company", "kunde", "email", "login", "konto", "kundennummer"}},
		{name: "at", form: moment, required: true, about: "the day or the instant of the usage", like: []string{"at", "date", "day", "datum", "timestamp", "time", "usagedate", "instant"}},
		{name: "credits", form: count, required: true, about: "the credits used", like: []string{"credits", "creditsused", "requests", "usage", "quantity", "count", "emails", "sent", "menge"}},
		{name: "id", about: "what tells apart two rows of an account and a day", like: []string{"id", "usageid", "recordid", "rowid", "campaign", "campaignid", "job", "jobid"}},
	},
	Packages: {
		{name: "name", form: label, required: true, about: "the package", like: []string{"name", "package", "plan", "product", "sku", "paket", "produkt", "tarif"}},
		{name: "price", form: amount, required: true, about: "what the end user pays per period", like: []string{"price", "retail", "retailprice", "listprice", "preis", "unitprice"}},
		{name: "credits", form: count, about: "the credits included per period", like: []string{"credits", "creditsincluded", "included", "includedcredits", "enthalten", "inklusive"}},
		{name: "overage", form: number, about: "the price of one credit over", like: []string{"overage", "overageprice", "priceperextracredit", "overagerate", "mehrpreis"}},
		{name: "distributor_price", form: amount, about: "what the reseller pays per period", like: []string{"distributorprice", "cost", "costprice", "buyprice", "partnerprice", "einkauf", "ek", "einkaufspreis"}},
		{name: "distributor_overage", form: number, about: "what the reseller pays for one credit over", like: []string{"distributoroverage", "costoverage"}},
		{name: "description", about: "what the package is, in words", like: []string{"description", "details", "beschreibung"}},
		{name: "has_ip", form: truth, about: "whether it has an address of its own", like: []string{"hasip", "ip", "dedicatedip"}},
		{name: "has_reseller", form: truth, about: "whether it may be resold", like: []string{"hasreseller", "reseller"}},
		{name: "effective_from", form: date, about: "the first day of these terms", like: []string{"effectivefrom", "validfrom", "from", "gültigab"}},
		{name: "currency", about: "the currency of the prices", like: []string{"currency", "currencycode", "währung"}},
	},
	Charges: {
		{name: "account", form: label, required: true, about: "the account", like: []string{"account", "username", "customer", "customername", "client", "company", "kunde", "email", "login", "konto", "kundennummer"}},
		{name: "at", form: moment, required: true, about: "the day or the instant of the charge", like: []string{"at", "date", "day", "datum", "chargedate", "instant"}},
		{name: "amount", form: amount, required: true, about: "what is charged; below zero a credit", like: []string{"amount", "charge", "price", "total", "net", "netamount", "betrag", "summe"}},
		{name: "description", required: true, about: "what it is for, as the invoice says it", like: []string{"description", "text", "details", "reason", "item", "beschreibung", "grund"}},
		{name: "price_list", about: "retail or distributor, where it is of one price list only", like: []string{"pricelist"}},
		{name: "id", about: "what tells apart two rows of an account and a day", like: []string{"id", "chargeid", "recordid", "rowid", "reference"}},
	},
}

// fieldsOf are the fields of a use, none of one that a program made up.
func fieldsOf(u Use) []field {
	if int(u) >= len(schemas) {
		return nil
	}
	return schemas[u]
}

// FieldNames are the names of the fields that rows of a use have, in their order.
func FieldNames(u Use) (list []string) {
	for _, f := range fieldsOf(u) {
		list = append(list, f.name)
	}
	return list
}

func fieldIndex(u Use, name string) int {
	for i := range fieldsOf(u) {
		if schemas[u][i].name == name {
			return i
		}
	}
	return -1
}

// unknownField is the error of a name that no field has; it says where the name would be one.
func unknownField(u Use, name string) error {
	for other := range Use(len(schemas)) {
		if other != u && fieldIndex(other, name) >= 0 && names.Hint(name, FieldNames(u)) == "" {
			return fmt.Errorf("%q is a field of %s, not of %s, expected one of %s", name, other, u, joined(FieldNames(u)))
		}
	}
	return names.Unknown("field of "+u.String(), name, FieldNames(u))
}
