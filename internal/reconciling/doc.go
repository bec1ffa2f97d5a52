// Package reconciling reads what a reconciliation is made of, and writes what it found: documents of the Distributor in any of their
// forms, names of accounts, earlier claims; the report and the claims in each format. The command and the server share it.
package reconciling
