// Package reconcile has the Distributor's month of the demonstration, for the program to carry with it.
package reconcile

import _ "embed"

// Invoices is that month, with differences planted.
//
//go:embed invoices.json
var Invoices []byte
