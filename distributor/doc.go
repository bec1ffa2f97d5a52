// Package distributor reads and writes the documents of the Distributor's API: invoices of end users and of the reseller, packages,
// account overviews, pending changes and statistics, in JSON and in XML. It never calls the API, and opens no file.
//
//	doc, err := distributor.ReadInvoices("usage.xml", data) // JSON or XML, of any shape: the document says which
//	inv := &doc.Rows[0]
//	discount, ok, err := inv.Discount(money.USD) // what is prorated, with the sign that makes the figures add up
//	figures := inv.UnknownFigures()              // a tax or a discount that the reference does not have
//	out := doc.AppendJSON(nil)                   // the same document in the other format
//
// # Representation
//
// JSON and XML are read into one tree of names and texts, and that into records by one decoder, so that both formats mean the same.
// A record has the fields of the API's reference by name and type, and in Fields everything that the document said, in its order,
// each with its text and place. A [Number] is its text: digits are never rounded, and there is no binary floating point. The
// [cycle.Date] end_date is the inclusive last day, as in the document. A field that is null or empty counts as missing.
//
// A document that was read is written with its fields as they were read, in their order, except those whose value in the struct has
// changed since; a struct that a program makes needs no Fields. What is written is read back Equal, in either format. Equal
// compares values: a quoted number equals a bare one, but 13.950 is not 13.95.
//
// # Accepted
//
// The document is the Distributor's, so unknown fields are kept, except in a list of packages. Numbers may be quoted or bare,
// side by side in one list; a count may have zeros after a decimal point; date_invoiced is a date, with or without a time after it,
// and with or without the space between; a status may be in any letter case. A byte order mark and CRLF are accepted. XML may have
// comments, CDATA sections, declarations of name spaces, white space around numbers and dates, and the encodings UTF-8 and
// ISO-8859-1, which the examples in the reference declare. White space in other texts is part of them.
//
// The contents of a document show which one it is (see [Shape]): "invoices" beside a number is a Usage, "invoices" without a number a
// Current. In a list or alone, invoices with a username are Current, invoices with nothing but a number NumbersOnly, and all others the
// reseller's Own. An invoice needs a number; all but NumbersOnly also need a start_date and an end_date, and those of end users a
// username.
//
// # Errors
//
// Every error is a *[source.ParseError] with file, line and column. When several values of a document cannot be read, all of them
// are reported: the first 20 are joined, followed by how many more there are. Errors are:
//
//   - text that is not JSON or XML in UTF-8 (UTF-16 is named in the error), something after the document, or a missing end;
//   - a name twice in a record, an unexpected root, an unexpected element in a list;
//   - attributes, prefixes, document types and processing instructions of XML, and text beside elements;
//   - a required field that is missing or empty, a date that does not exist, an end before its start;
//   - a number that is not a plain decimal, such as 1e3 or 1,000.00;
//   - whatever is beyond a limit below.
//
// The Distributor's own error document gives a [*ReplyError], which quotes its messages. Figures that do not add up are not an error;
// [Invoice.Discount] reports them. Figures that are no amounts of a currency are one only when [Invoices.CheckAmounts] is called.
//
// # Limits
//
// A document has at most [MaxDocument] bytes, [MaxRecords] records and [MaxValues] values, a record [MaxFields] fields, a field a
// name of [MaxName] bytes, a value of [MaxText] bytes and 16 levels of nesting, and a number of the reference [MaxNumber]
// characters. In XML, a tag has at most 16,000 bytes, and a text or comment 8 times MaxText, as written. Reading takes time and
// memory in proportion to the document: at most 0.9 GB for the largest.
//
// A name that XML does not allow is written as <field name="…">, the only attribute that is read. A value that is itself a JSON object
// or list, or XML elements, is kept as that piece of text and becomes a string in the other format. Characters that XML does not allow,
// such as most control characters, become U+FFFD in it. Comments, declarations of name spaces, and the encoding that XML
// declares are not kept. A list without invoices is always read as Current.
package distributor
