// Package sqltx keeps books in an SQL database. What one kind of database does otherwise than another is its Dialect.
package sqltx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/prorata-go/prorata/books/store"
)

// Dialect is what a kind of database does in a way of its own.
type Dialect struct {
	BeginRead, BeginWrite string // statements that begin a transaction

	// Lock waits until no other writer is under way; nil where BeginWrite does.
	Lock func(context.Context, *sql.Conn) error

	// Begin runs BeginWrite, again where the database is busy; nil to run it once.
	Begin func(context.Context, *sql.Conn, string) error

	// End is told that a transaction that writes, or was to, has ended; nil where nobody wants to know.
	End func(*sql.Conn)

	// TextsOf is a query of the texts of a JSON list that is the first argument.
	TextsOf string

	// Insert adds rows, with what stands behind them in the statement.
	Insert func(ctx context.Context, tx *Tx, into Rows) error
}

// Rows are rows to insert.
type Rows struct {
	Table   string
	Columns []string
	N       int
	Row     func(i int) []any
	Suffix  string // behind the rows, such as what to do where one is there already
}

// Home is a database that holds books. It is a [store.Store].
type Home struct {
	DB *sql.DB

	dialect  Dialect
	readOnly bool
	version  int           // of the schema, as it was when it was opened
	known    int           // the latest version that this program knows
	writing  chan struct{} // has room for one, who writes
	unsure   error         // once set, nothing more is written
}

var _ store.Store = (*Home)(nil)

// NewHome is the home in a database, of which no more than reading may be asked where it is opened to be read.
func NewHome(db *sql.DB, dialect Dialect, readOnly bool) *Home {
	return &Home{DB: db, dialect: dialect, readOnly: readOnly, writing: make(chan struct{}, 1)}
}

// Close closes the database.
func (h *Home) Close() error { return h.DB.Close() }

// Read is that of a [store.Store].
func (h *Home) Read(ctx context.Context, f func(store.Tx) error) error {
	return h.with(ctx, func(c *sql.Conn) error {
		defer rollback(c)
		if _, err := c.ExecContext(ctx, h.dialect.BeginRead); err != nil {
			return err
		}
		return h.do(ctx, c, func(tx store.Tx) error {
			if h.version < h.known { // a program that writes may have brought it to a later version meanwhile
				if err := tx.(*Tx).setVersion(h.known); err != nil {
					return err
				}
			}
			return f(tx)
		})
	})
}

// Write is that of a [store.Store]. A later program may have brought the store to a version meanwhile that this one does not know: then
// nothing is written.
func (h *Home) Write(ctx context.Context, f func(store.Tx) error) error {
	return h.write(ctx, func(tx store.Tx) error {
		if err := tx.(*Tx).setVersion(h.known); err != nil {
			return err
		}
		return f(tx)
	})
}

func (h *Home) write(ctx context.Context, f func(store.Tx) error) error {
	if h.readOnly {
		return store.ErrReadOnly
	}
	select {
	case h.writing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.writing }()
	if h.unsure != nil {
		return h.unsure
	}
	return h.with(ctx, func(c *sql.Conn) error {
		if h.dialect.End != nil {
			defer h.dialect.End(c)
		}
		committed := false
		defer func() {
			if !committed {
				rollback(c)
			}
		}()
		if err := h.begin(ctx, c); err != nil {
			return err
		}
		if h.dialect.Lock != nil {
			if err := h.dialect.Lock(ctx, c); err != nil {
				return err
			}
		}
		if err := h.do(ctx, c, f); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		// From here on nothing is given up half-way: whether it lasted is for the database to say.
		if _, err := c.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
			h.unsure = &store.UnsureError{Err: err}
			return h.unsure
		}
		committed = true
		return nil
	})
}

// begin begins a transaction that writes.
func (h *Home) begin(ctx context.Context, c *sql.Conn) error {
	if h.dialect.Begin != nil {
		return h.dialect.Begin(ctx, c, h.dialect.BeginWrite)
	}
	_, err := c.ExecContext(ctx, h.dialect.BeginWrite)
	return err
}

// do calls f with the transaction that a connection is in.
func (h *Home) do(ctx context.Context, c *sql.Conn, f func(store.Tx) error) error {
	return f(&Tx{ctx: ctx, Conn: c, dialect: &h.dialect, schema: h.version})
}

// with calls f with a connection of its own.
func (h *Home) with(ctx context.Context, f func(*sql.Conn) error) error {
	c, err := h.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return f(c)
}

// rollback ends a transaction without a trace, for the connection is used again: whatever became of the transaction, be it a panic, or
// that a context was done while it began. Where rollback fails there is nothing to undo, or nobody to ask.
func rollback(c *sql.Conn) { _, _ = c.ExecContext(context.Background(), "ROLLBACK") }

// From these versions of the schema on there are reconciliations, and what makes a daily run fast: what a store that is older, and only
// read, does not have is empty.
const (
	reconciled = 2
	bundled    = 3
)

// Migration is a numbered step of a schema.
type Migration struct {
	Version int
	Text    string
}

// Migrate brings a database to the latest version, each step whole or not at all.
func (h *Home) Migrate(ctx context.Context, steps []Migration) error {
	for {
		done, err := h.migrateOnce(ctx, steps)
		if err != nil {
			return err
		}
		if done {
			h.version, h.known = len(steps), len(steps)
			return nil
		}
	}
}

func (h *Home) migrateOnce(ctx context.Context, steps []Migration) (done bool, err error) {
	err = h.write(ctx, func(tx store.Tx) error {
		t := tx.(*Tx)
		has, err := t.version()
		if err != nil {
			return err
		}
		if err := checkVersion(has, len(steps)); err != nil {
			return err
		}
		if done = has == len(steps); done {
			return nil
		}
		step := steps[has]
		if _, err := t.Conn.ExecContext(ctx, step.Text); err != nil {
			return fmt.Errorf("migration %d: %w", step.Version, err)
		}
		_, err = t.Conn.ExecContext(ctx, "UPDATE schema_version SET version = $1", step.Version)
		return err
	})
	return done, err
}

// CheckVersion makes sure that a database has a version that can be read, without changing it: the latest, or an older one, in which
// what is not there yet is empty.
func (h *Home) CheckVersion(ctx context.Context, steps []Migration) error {
	return h.Read(ctx, func(tx store.Tx) error {
		t := tx.(*Tx)
		err := t.setVersion(len(steps))
		if errors.Is(err, sql.ErrNoRows) || err == nil && t.schema == 0 {
			return store.ErrMissing // its making was interrupted
		}
		h.version, h.known = t.schema, len(steps)
		return err
	})
}

func checkVersion(has, known int) error {
	if has > known {
		return &store.VersionError{Has: has, Known: known}
	}
	return nil
}

// setVersion finds the version of the schema, which is to be one that is known.
func (t *Tx) setVersion(known int) error {
	has, err := t.number("SELECT version FROM schema_version")
	t.schema = int(has)
	if err != nil {
		return err
	}
	return checkVersion(t.schema, known)
}

// version is that of the schema, 0 for none, for which there is then a place.
func (t *Tx) version() (has int, err error) {
	if _, err := t.Conn.ExecContext(t.ctx, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)"); err != nil {
		return 0, err
	}
	err = t.Conn.QueryRowContext(t.ctx, "SELECT version FROM schema_version").Scan(&has)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = t.Conn.ExecContext(t.ctx, "INSERT INTO schema_version (version) VALUES (0)")
	}
	return has, err
}
