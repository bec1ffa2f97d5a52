package invoice

// ReadStrictly reads an invoice without trying the fast way first.
func ReadStrictly(data []byte) (Invoice, error) {
	var from invoiceJSON
	if err := from.readStrictly(data); err != nil {
		return Invoice{}, err
	}
	return from.invoice()
}

// ReadFast reports whether the fast way reads an invoice.
func ReadFast(data []byte) bool { return new(invoiceJSON).readFast(data) }
