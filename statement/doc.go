// Package statement writes what is taken away from billing: a journal of double entry.
package statement
