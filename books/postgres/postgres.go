// Package postgres keeps books in PostgreSQL, so that several machines can record and bill.
//
//	home, err := postgres.Create(ctx, "postgres://prorata@/billing?host=/var/run/postgresql")
//	home, err := postgres.Open(ctx, url)
//	home, err := postgres.OpenReader(ctx, url)
//
// The tables are in the schema prorata, or in the one that search_path in the URL names, so that several books may be in one
// database. Whoever writes takes an advisory lock of the schema until its transaction ends: one writes at a time, on whatever
// machine, and others wait. Readers see one instant of it and wait for nobody. A commit waits for the disk of the server, also
// where the server's settings are otherwise (synchronous_commit). A run of billing reads through as many connections as there are
// processors, up to 8, beside the one that it writes through, and makes do with that one where the server has no more.
package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/prorata-go/prorata/books/internal/sqltx"
	"github.com/prorata-go/prorata/books/store"
)

//go:embed migrations
var migrations embed.FS

// Store is books in a database.
type Store struct {
	*sqltx.Home
	schema     string
	made       []string // the tables that Create made
	madeSchema bool
}

var _ store.Store = (*Store)(nil)

// defaultSchema is where the tables are when the URL does not say.
const defaultSchema = "prorata"

// Create makes a store in a database that has none, or takes up one whose making was interrupted: there is a store already where
// there are settings. Abandon undoes it.
func Create(ctx context.Context, url string) (*Store, error) {
	return open(ctx, url, opening{create: true})
}

// Open opens the store in a database, to read and to write.
func Open(ctx context.Context, url string) (*Store, error) { return open(ctx, url, opening{}) }

// OpenReader opens the store in a database to read it.
func OpenReader(ctx context.Context, url string) (*Store, error) {
	return open(ctx, url, opening{read: true})
}

// opening is how a database is opened.
type opening struct {
	create bool
	read   bool // to be read only
}

func open(ctx context.Context, url string, how opening) (_ *Store, err error) {
	steps, err := sqltx.Migrations(migrations)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err // which has no password in it
	}
	schema := cmp.Or(config.RuntimeParams["search_path"], defaultSchema)
	if strings.ContainsAny(schema, `,"`) || schema == "$user" || len(schema) > 63 {
		return nil, fmt.Errorf("search_path=%.80s, expected the name of one schema, of up to 63 bytes", schema)
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize()
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["application_name"] = "prorata"
	config.RuntimeParams["client_encoding"] = "UTF8"
	// A plan that is kept is one for the table as it was, and in a long transaction that fills an empty one it stays so.
	config.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	db := stdlib.OpenDB(*config)
	db.SetMaxIdleConns(4)
	s := &Store{schema: schema, Home: sqltx.NewHome(db, sqltx.Dialect{
		BeginRead: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", BeginWrite: "BEGIN ISOLATION LEVEL READ COMMITTED", Lock: lock,
		TextsOf: "SELECT json_array_elements_text($1::json)", Insert: insert,
	}, how.read)}
	if err := s.prepare(ctx, steps, how); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Abandon closes a store in which nothing was written, and drops the tables and the schema that Create made. What another process
// wrote meanwhile stays.
func (s *Store) Abandon(ctx context.Context) (err error) {
	ctx = context.WithoutCancel(ctx)
	if len(s.made) > 0 {
		err = s.Write(ctx, func(tx store.Tx) error {
			settings, err := tx.Settings()
			if err != nil || len(settings) > 0 {
				return err
			}
			_, err = tx.(*sqltx.Tx).Conn.ExecContext(ctx, "DROP TABLE "+strings.Join(s.made, ", "))
			return err
		})
	}
	if s.madeSchema && err == nil {
		_, _ = s.DB.ExecContext(ctx, "DROP SCHEMA "+pgx.Identifier{s.schema}.Sanitize()) // which fails where there is something in it
	}
	return errors.Join(err, s.Close())
}

// tables finds the tables that a migration makes.
var tables = regexp.MustCompile(`CREATE TABLE (\w+)`)

// prepare makes sure that the tables are there, and of the latest version.
func (s *Store) prepare(ctx context.Context, steps []sqltx.Migration, how opening) error {
	var there, schema bool
	err := s.DB.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = 'schema_version'), "+
		"EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", s.schema).Scan(&there, &schema)
	if err != nil {
		return err
	}
	switch {
	case there && how.read:
		return s.CheckVersion(ctx, steps)
	case !there && !how.create:
		return fmt.Errorf("schema %s: %w", s.schema, store.ErrMissing)
	case !there:
		// Two that do this at once may both find no schema, and then one fails although it says IF NOT EXISTS.
		text := "CREATE SCHEMA IF NOT EXISTS " + pgx.Identifier{s.schema}.Sanitize()
		if _, err := s.DB.ExecContext(ctx, text); err != nil {
			if _, again := s.DB.ExecContext(ctx, text); again != nil {
				return errors.Join(err, again)
			}
		}
		if err := s.Migrate(ctx, steps); err != nil {
			return err
		}
		s.made, s.madeSchema = []string{"schema_version"}, !schema
		for _, step := range steps {
			for _, found := range tables.FindAllStringSubmatch(step.Text, -1) {
				s.made = append(s.made, found[1])
			}
		}
		return nil
	}
	return s.Migrate(ctx, steps)
}

// lock waits for whoever writes to the schema, and keeps others waiting until the transaction ends.
func lock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext('prorata'), hashtext(current_schema()))")
	return err
}

// insert adds rows: by COPY, or where there is something to say of those that are there, by statements of many rows.
func insert(ctx context.Context, tx *sqltx.Tx, into sqltx.Rows) error {
	if into.Suffix == "" {
		return tx.Conn.Raw(func(driver any) error {
			i := -1
			source := pgx.CopyFromFunc(func() ([]any, error) {
				if i++; i == into.N {
					return nil, nil
				}
				return into.Row(i), nil
			})
			_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{into.Table}, into.Columns, source)
			return err
		})
	}
	const most, mostBytes = 500, 1 << 26 // a message has at most 2^30
	for i := 0; i < into.N; {
		n, size := min(most, into.N-i), 0
		var text strings.Builder
		text.WriteString("INSERT INTO " + into.Table + " (" + strings.Join(into.Columns, ", ") + ") VALUES ")
		args := make([]any, 0, n*len(into.Columns))
		for row := 0; row < n && size < mostBytes; row++ {
			for column, value := range into.Row(i) {
				if body, is := value.([]byte); is {
					size += len(body)
				}
				switch {
				case column > 0:
					text.WriteByte(',')
				case row > 0:
					text.WriteString(",(")
				default:
					text.WriteByte('(')
				}
				args = append(args, value)
				text.WriteString("$" + strconv.Itoa(len(args)))
			}
			text.WriteByte(')')
			i++
		}
		if _, err := tx.Conn.ExecContext(ctx, text.String()+into.Suffix, args...); err != nil {
			return err
		}
	}
	return nil
}
