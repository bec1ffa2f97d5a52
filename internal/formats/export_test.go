package formats

// InvoiceOf reads one invoice in JSON, by the way that knows only what replay writes, or by the one that knows all JSON.
func InvoiceOf(text string, plain bool) (account, date, currency string, found bool) {
	r := &Reader{Text: []byte(text)}
	if plain {
		found = r.plainInvoice()
	} else {
		found = r.anyInvoice() == nil
	}
	return r.Account, r.written, r.Currency, found
}
