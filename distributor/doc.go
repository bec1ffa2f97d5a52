// Package distributor reads and writes the documents that the Distributor's API sends: invoices of end users and of the reseller,
// packages, account overviews, pending changes and statistics, in JSON and in XML. It never calls the API, and no file or network.
//
//	doc, err := distributor.ReadInvoices("usage.xml", data) // JSON or XML, of any shape: the document says which
//	inv := &doc.Rows[0]
//	discount, ok, err := inv.Discount(money.USD) // what is prorated, with the sign that makes the figures add up
//	out := doc.AppendJSON(nil)                   // the same document in the other format
//
// # Representation
//
// Both formats are read into one tree of names and texts, and that into records by one decoder, so that they cannot differ. A record
// has the reference's fields by name and type, and in Fields all that the document said, in its order, known or not, each with its
// text and place. A [Number] is its text: digits are never rounded, and binary floating point is used nowhere. A [cycle.Date]
// end_date is the inclusive last day, as the wire has it. A field that is null or empty is as one that is not there.
//
// Writing a document that was read gives its fields as they were read, in their order, except those whose value in the struct has
// been changed since; a struct that a program made needs no Fields. What is written is read back Equal, and so is what is written
// in the other format. Equal compares values: a quoted number equals a bare one, but 13.950 is not 13.95.
//
// # Accepted
//
// It is the Distributor's document and not ours, so unknown fields are kept, except in a list of packages. Numbers may be quoted or
// bare, side by side in one list; date_invoiced is a date, with or without a time after it, and with or without the space between;
// a status may be in any letter case. A byte order mark, CRLF, and XML that says it is ISO-8859-1, as the reference's examples
// do, are fine, and so are XML's comments, and space around its numbers and dates. Elsewhere text is text: space belongs to it.
//
// Which document of invoices it is, is seen by what is there (see [Shape]): "invoices" beside a number is a Usage, without one a
// Current; in a list or by itself, invoices with a username are Current, with nothing but a number NumbersOnly, and others the
// reseller's Own. Invoices need a number, all but NumbersOnly a start_date and an end_date, those of end users a username.
//
// # Refused
//
// Every error is a *[source.ParseError] with file, line and column: anything after the document or missing from its end; a name
// twice in one record; invalid UTF-8; another root or another element in a list; attributes, prefixes, document types, processing
// instructions, text beside elements; a required field that is missing or empty; dates that do not exist, and an end before its
// start; numbers that are not plain decimals, such as 1e3 or 1,000.00, or longer than [MaxNumber]; nesting deeper than 16 levels
// within a field. The Distributor's own error documents are a [*ReplyError], which quotes its messages.
//
// That figures do not add up is not an error: [Invoice.Discount] tells.
//
// # Limits
//
// A document has at most [MaxValues] values.
//
// A name that is no XML name is written as <field name="…">, the one attribute that is read. A value that is itself a JSON object or
// list, or XML elements, is kept as that piece of text and becomes a string in the other format. Characters that XML cannot carry,
// such as most control characters, become U+FFFD in it. A comment, and what XML says of its encoding, is not kept. A list without
// invoices is always read as Current.
package distributor
