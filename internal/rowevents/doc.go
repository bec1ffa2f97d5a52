// Package rowevents makes events of the rows of tables: of customers, their usage and what is charged besides. What an event says of a row is followed by
// an id that is made of what identifies the row, so that a table that is imported again, or a longer one later, adds each row once.
//
//	im := rowevents.New(policy)
//	err := im.Add("usage.csv", t)                   // the rows of a table
//	lines, err := im.New(earlier, rowevents.How{})  // the events that are not there yet
//
// # Ids
//
// The id of a row is its kind (created, changed, closed, usage, charge), its date or its instant in UTC, the text of a column that tells rows
// of an account and a day apart, if there is one, and the account. The correction of an event has the number of its version behind
// the kind: usage#2 2026-03-05 acme. Its voiding has the id of the event that it voids behind the word void.
//
// # Errors
//
// Two rows of one id in a table, and a row that says otherwise than an event of its id, are errors that show both. With How.Correct
// such an event is voided, and the row recorded anew. Problems are joined, the first 20 and how many more there are.
package rowevents
