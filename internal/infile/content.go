package infile

import "slices"

// Content is what a file is read as.
type Content uint8

const (
	Events     Content = iota // events, one JSON object a line
	Packages                  // a list of packages
	Policy                    // a policy
	Documents                 // invoices of the Distributor
	Statistics                // daily statistics of the Distributor
	Invoices                  // invoices that replay wrote
	Aliases                   // names of accounts, theirs and ours
	Disputes                  // claims that reconcile wrote
	Profiles                  // who sends invoices, and to whom
	Tables                    // rows to import: text or a workbook
	Mappings                  // what the columns of a table mean
	Export                    // books that export wrote
)

// contents has a row for each Content.
var contents = [...]struct {
	expected string     // after "this is CSV, expected"
	table    string     // what to do with a table of rows instead, if there is anything
	kinds    []fileKind // that it may be
	max      int64      // bytes, 0 for one that is read a piece at a time
	beyond   string     // what to do with more
}{
	Events: {
		expected: "one JSON object a line",
		table:    `make each row an object such as {"id": "1", "type": "account.created", "account": "a", "at": "2026-01-01", "package": "Gold"}`,
		kinds:    []fileKind{kindEvents},
	},
	Packages: {
		expected: "a JSON or XML list of packages",
		table:    `make each row an object such as [{"name": "Gold", "price": 79.95}]`,
		kinds:    []fileKind{kindPackages, kindXML},
		max:      16 << 20, beyond: "leave out the packages that no event names",
	},
	Policy: {
		expected: `a policy: a JSON object such as {"timing": "advance"}`,
		kinds:    []fileKind{kindPolicy},
		max:      1 << 20, beyond: "a policy has each key once",
	},
	Documents: {
		expected: "JSON, XML, CSV, an Excel workbook (.xlsx) or Parquet",
		table:    "save it as CSV or .xlsx",
		kinds:    []fileKind{kindDocument, kindXML, kindCSV, kindExcel, kindParquet, kindUTF16},
		max:      64 << 20, beyond: "split it into several",
	},
	Statistics: {
		expected: "JSON or XML",
		table:    "ask for the same as JSON or XML",
		kinds:    []fileKind{kindStatistics, kindXML},
		max:      16 << 20, beyond: "split it into several files",
	},
	Invoices: {
		expected: "what replay writes as jsonl, json or csv",
		kinds:    []fileKind{kindInvoices, kindCSV},
	},
	Aliases: {
		expected: "CSV of two cells a line: their name of an account, and ours",
		kinds:    []fileKind{kindCSV},
		max:      16 << 20, beyond: "leave out the names that are alike",
	},
	Disputes: {
		expected: "CSV, as reconcile --dispute writes it",
		kinds:    []fileKind{kindCSV},
		max:      64 << 20, beyond: "leave out the claims that are settled",
	},
	Profiles: {
		expected: `a profile: a JSON object such as {"issuer": {"name": "Acme"}}`,
		kinds:    []fileKind{kindProfile},
		max:      64 << 20, beyond: "leave out the customers that have no invoice",
	},
	Tables: {
		expected: "CSV, an Excel workbook (.xlsx) or Parquet",
		table:    "save it as CSV or .xlsx",
		kinds:    []fileKind{kindCSV, kindExcel, kindParquet, kindUTF16},
		max:      256 << 20, beyond: "split it into several files",
	},
	Mappings: {
		expected: "a mapping: a JSON object such as {\"fields\": {\"account\": \"Customer\"}}",
		kinds:    []fileKind{kindMapping},
		max:      1 << 20, beyond: "a mapping names each column once",
	},
	Export: {
		expected: "what export wrote",
	},
}

// Max is the most bytes of it that are read, 0 for any number.
func (c Content) Max() int64 { return contents[c].max }

// is reports that a file of that kind may be the content.
func (c Content) is(k fileKind) bool {
	return k == kindUnknown || slices.Contains(contents[c].kinds, k)
}
