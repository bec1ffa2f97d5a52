package sqltx

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
)

// Tx is a transaction. It is a [store.Tx].
type Tx struct {
	Conn    *sql.Conn
	ctx     context.Context
	dialect *Dialect
	schema  int // its version
}

var _ store.Tx = (*Tx)(nil)

// row is one row of an answer.
type row interface{ Scan(to ...any) error }

// each calls f with every row of an answer.
func (t *Tx) each(f func(row) error, query string, args ...any) error {
	rows, err := t.Conn.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// gather lists what rows are read as.
func gather[T any](t *Tx, read func(row) (T, error), query string, args ...any) (list []T, err error) {
	err = t.each(func(r row) error {
		one, err := read(r)
		list = append(list, one)
		return err
	}, query, args...)
	return list, err
}

// one is the only row of an answer, the zero T where there is none.
func one[T any](t *Tx, read func(row) (T, error), query string, args ...any) (T, error) {
	list, err := gather(t, read, query, args...)
	if err != nil || len(list) == 0 {
		var none T
		return none, err
	}
	return list[0], nil
}

// number reads the answer of a query of a number.
func (t *Tx) number(query string, args ...any) (n int64, err error) {
	err = t.Conn.QueryRowContext(t.ctx, query, args...).Scan(&n)
	return n, err
}

// Settings is that of a [store.Tx].
func (t *Tx) Settings() (map[string]string, error) {
	settings := map[string]string{}
	return settings, t.each(func(r row) error {
		var name, value string
		err := r.Scan(&name, &value)
		settings[name] = value
		return err
	}, "SELECT name, value FROM settings")
}

// Set is that of a [store.Tx].
func (t *Tx) Set(name, value string) error {
	_, err := t.Conn.ExecContext(t.ctx, "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}

// insert adds rows.
func (t *Tx) insert(rows Rows) error {
	if rows.N == 0 {
		return nil
	}
	return t.dialect.Insert(t.ctx, t, rows)
}

// instant and day are what a column of one of them holds, nil for none.
func instant(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixNano()
}

func day(d cycle.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

// readInstant and readDay read such a column.
func readInstant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

func readDay(text sql.NullString) (cycle.Date, error) {
	if !text.Valid {
		return cycle.Date{}, nil
	}
	return cycle.ParseDate(text.String)
}

// numbersIn is a list of numbers as a statement has it.
func numbersIn(numbers []int64) string {
	b := []byte{'('}
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ')'))
}

// textsIn is a list of texts as an argument.
func textsIn(texts []string) (string, error) {
	b, err := json.Marshal(texts)
	return string(b), err
}

// listed reads those of a table that have one of some texts.
func listed[T any](t *Tx, read func(row) (T, error), query string, texts []string) ([]T, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	if len(texts) == 1 { // which takes a database half the time
		return gather(t, read, query+" = $1", texts[0])
	}
	arg, err := textsIn(texts)
	if err != nil {
		return nil, err
	}
	return gather(t, read, query+" IN ("+t.dialect.TextsOf+")", arg)
}

var errStop = errors.New("stop")
