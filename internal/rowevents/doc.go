// Package rowevents makes events from the rows of tables: of customers, their usage and one-off charges. The id of an event is made
// from what identifies its row, so a table that is imported again, or a longer one later, adds each row once.
//
//	im := rowevents.New(policy)
//	err := im.Add("usage.csv", t)                   // the rows of a table
//	lines, err := im.New(earlier, rowevents.How{})  // the events that are not there yet
//
// # Ids
//
// The id of a row is its kind (created, changed, closed, usage, charge), its date or its instant in UTC, the text of the column that
// tells rows of an account and a day apart, if there is one, and the account. The correction of an event has the number of its version
// after the kind: usage#2 2026-03-05 acme. The id of its voiding is the word void and the id of the event that it voids.
//
// # Errors
//
// Two rows with one id in a table, and a row that contradicts an event with its id, are errors that show both. With How.Correct
// such an event is voided, and the row gives a new one. Problems are joined, the first 20 and how many more there are.
package rowevents
