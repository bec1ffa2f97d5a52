package account

import "github.com/go-json-experiment/json/jsontext"

// Canonical is metadata in its one spelling.
func Canonical(v jsontext.Value) jsontext.Value { return canonical(v) }
