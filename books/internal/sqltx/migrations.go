package sqltx

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Migrations reads the files of a folder, each named by its number and what it does: 0001_books.sql.
func Migrations(files fs.FS) ([]Migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	steps := make([]Migration, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		n, err := strconv.Atoi(digits)
		if err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s, expected number %d", name, i+1)
		}
		steps[i] = Migration{n, string(text)}
	}
	return steps, nil
}
