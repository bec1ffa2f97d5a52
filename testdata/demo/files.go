// Package demo has the files of the demonstration, for the program to carry with it.
package demo

import _ "embed"

// Events are the events of the demonstration, and Packages its price list.
//
//go:embed events.jsonl
var Events []byte

//go:embed packages.json
var Packages []byte
