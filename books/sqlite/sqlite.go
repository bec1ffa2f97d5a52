// Package sqlite keeps books in a file, with SQLite, which is built into the program.
//
//	home, err := sqlite.Create(ctx, "books.db")
//	home, err := sqlite.Open(ctx, "books.db")
//	home, err := sqlite.OpenReader(ctx, "books.db")
//
// The file is in WAL mode: beside books.db there may be books.db-wal and books.db-shm, which belong to it. Copy a store that is in
// use with export, or with SQLite's own .backup; a copy of the file alone may lack the latest. Every commit waits for the disk
// (synchronous=FULL), and references between rows are checked. One process writes at a time, others wait for it; readers wait
// for nobody.
//
// A file on a network drive is no place for SQLite: its locks do not hold there. That is what package postgres is for.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/prorata-go/prorata/books/internal/sqltx"
	"github.com/prorata-go/prorata/books/store"
)

//go:embed migrations
var migrations embed.FS

// Store is books in a file.
type Store struct {
	*sqltx.Home
	made string // the file, if Create made it

	moving  chan struct{}  // has room for one, who checkpoints
	working sync.WaitGroup // that one
}

var _ store.Store = (*Store)(nil)

// Create makes a store in a file that is not there yet, or takes up one whose making was interrupted: there is a store in it
// already where it has settings. Abandon undoes it.
func Create(ctx context.Context, file string) (*Store, error) {
	_, err := os.Lstat(file)
	made := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	created, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := check(file); err != nil && !errors.Is(err, store.ErrMissing) {
		return nil, err
	}
	s, err := open(ctx, file, opening{create: true})
	if err != nil {
		if made {
			err = errors.Join(err, remove(file))
		}
		return nil, err
	}
	if made {
		s.made = file
	}
	// From here on the file is in use, and nobody removes it.
	if now, err := os.Stat(file); err != nil || !os.SameFile(created, now) {
		return nil, errors.Join(fmt.Errorf("%s: another process removed it, expected nobody else to make it at once", file), err, s.Close())
	}
	if err := syncFolder(file); err != nil {
		return nil, errors.Join(err, s.Abandon(ctx))
	}
	return s, nil
}

// Abandon closes a store in which nothing was written, and removes its file if Create made it. Where another process uses the file, it
// stays.
func (s *Store) Abandon(context.Context) error {
	err := s.Close()
	if s.made != "" {
		err = errors.Join(err, remove(s.made))
	}
	return err
}

// remove removes the file of a store that has no settings and that nobody else has open.
func remove(file string) error {
	db, err := sql.Open("sqlite", address(file, url.Values{"mode": {"rw"}, "_pragma": {"locking_mode(exclusive)", "journal_mode(delete)"}}))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN EXCLUSIVE"); err != nil { // it is in use, or cannot be read
		return db.Close()
	}
	settings := 0
	if err := db.QueryRow("SELECT count(*) FROM settings").Scan(&settings); err == nil && settings > 0 {
		return db.Close()
	}
	// While it is locked nobody else can begin to use it. A system that does not remove what is open does so afterwards.
	removed := os.Remove(file)
	if err := db.Close(); removed == nil || err != nil {
		return err
	}
	return os.Remove(file)
}

// syncFolder makes the name of a new file last.
func syncFolder(file string) error {
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return nil // a system that does not let folders be opened
	}
	defer folder.Close()
	return folder.Sync()
}

// Open opens the store in a file, to read and to write.
func Open(ctx context.Context, file string) (*Store, error) {
	if err := check(file); err != nil {
		return nil, err
	}
	return open(ctx, file, opening{})
}

// OpenReader opens the store in a file to read it, which needs no right to write.
func OpenReader(ctx context.Context, file string) (*Store, error) {
	if err := check(file); err != nil {
		return nil, err
	}
	s, err := open(ctx, file, opening{read: true})
	if err == nil || !errors.As(err, new(*sqlite.Error)) || exists(file+"-wal") {
		return s, err
	}
	// In a folder that may not be written, and with nobody writing, the file is all there is.
	if s, alone := open(ctx, file, opening{read: true, alone: true}); alone == nil {
		return s, nil
	}
	return nil, err
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// check makes sure that a file is there and is one of SQLite.
func check(file string) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", file, store.ErrMissing)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 16)
	switch n, err := f.ReadAt(head, 0); {
	case n == 0 && err == io.EOF:
		return fmt.Errorf("%s is empty: %w", file, store.ErrMissing)
	case err != nil || string(head) != "SQLite format 3\x00":
		return fmt.Errorf("%s: %w", file, errNotAStore)
	}
	return nil
}

var errNotAStore = errors.New("not a store, expected a file that prorata init made")

// opening is how a file is opened.
type opening struct {
	create bool
	read   bool // to be read only
	alone  bool // nobody writes to it meanwhile
}

// busy is how long one wait for another process takes.
const busy = 5 * time.Second

func open(ctx context.Context, file string, how opening) (*Store, error) {
	steps, err := sqltx.Migrations(migrations)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}}
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "foreign_keys(1)", "synchronous(2)", readerCache, "temp_store(2)"}
	if how.read {
		query.Set("mode", "ro")
		pragmas = append(pragmas, "query_only(1)")
	} else {
		pragmas = append(pragmas, "journal_mode(wal)", "wal_autocheckpoint(0)") // the Store checkpoints
	}
	if how.alone {
		query.Set("immutable", "1")
	}
	query["_pragma"] = pragmas
	db, err := sql.Open("sqlite", address(file, query))
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(8) // to open one takes longer than to read an account
	s := &Store{moving: make(chan struct{}, 1)}
	s.Home = sqltx.NewHome(db, sqltx.Dialect{
		BeginRead: "BEGIN", BeginWrite: "BEGIN IMMEDIATE", Begin: begin, End: s.end,
		TextsOf: "SELECT value FROM json_each($1)", Insert: insert,
	}, how.read)
	err = s.isStore(ctx, how.create)
	switch {
	case err != nil:
	case how.read:
		err = s.CheckVersion(ctx, steps)
	default:
		err = s.Migrate(ctx, steps)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file, err), s.Close())
	}
	return s, nil
}

// address is how a file is opened with some settings.
func address(file string, query url.Values) string {
	if path, err := filepath.Abs(file); err == nil {
		file = path
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + query.Encode()
}

// isStore makes sure that a file has the tables of a store, or that they may be made in it.
func (s *Store) isStore(ctx context.Context, create bool) error {
	var tables, ours int
	err := s.DB.QueryRowContext(ctx, "SELECT count(*), count(CASE WHEN name = 'schema_version' THEN 1 END) FROM sqlite_schema").Scan(&tables, &ours)
	switch {
	case err != nil:
		return err
	case tables == 0 && !create:
		return store.ErrMissing
	case tables > 0 && ours == 0:
		return errNotAStore
	}
	return nil
}

// Check has SQLite look at every page and index of the file, and says what is wrong with them.
func (s *Store) Check(ctx context.Context) (wrong []string, err error) {
	rows, err := s.DB.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		text := ""
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		if text != "ok" {
			wrong = append(wrong, text)
		}
	}
	return wrong, rows.Err()
}

// patience is how long another process may write before a writer is told that the store is in use.
const patience = 10 * time.Minute

// What a connection keeps of the file in memory, in KiB. There are many that read a little, and one that writes much.
const (
	readerCache = "cache_size(-8192)"
	writerCache = "cache_size(-262144)"
)

// end makes a connection one that reads again, and has what was written moved into the file.
func (s *Store) end(c *sql.Conn) {
	_, _ = c.ExecContext(context.Background(), "PRAGMA "+readerCache)
	select {
	case s.moving <- struct{}{}:
		s.working.Go(s.checkpoint)
	default: // somebody is at it, and the next write looks again
	}
}

// mostFrames is how many pages wait in the write-ahead log before they are moved into the file, as many as SQLite itself has wait.
const mostFrames = 1000

// checkpoint moves pages from the write-ahead log into the file, once there are many: beside whoever reads and writes, who need not wait for
// it. What was committed lasts without it. Where it fails, the pages stay in the log, as when SQLite does it.
func (s *Store) checkpoint() {
	defer func() { <-s.moving }()
	var busy, frames, moved int
	err := s.DB.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &frames, &moved)
	if err == nil && frames-moved >= mostFrames {
		_, _ = s.DB.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
	}
}

// Close closes the store.
func (s *Store) Close() error {
	s.working.Wait()
	return s.Home.Close()
}

// begin begins a transaction that writes. While another process does, it waits for it.
func begin(ctx context.Context, c *sql.Conn, text string) error {
	if _, err := c.ExecContext(ctx, "PRAGMA "+writerCache); err != nil {
		return err
	}
	for start := time.Now(); ; {
		_, err := c.ExecContext(ctx, text)
		failed := (*sqlite.Error)(nil)
		if err == nil || !errors.As(err, &failed) || failed.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		if time.Since(start) > patience {
			return fmt.Errorf("another process has been writing to the store for %s: %w", patience, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// insert adds rows, one a statement: before one of several rows changes a page, SQLite keeps a copy of it, to undo the first rows where a later
// one fails. Here whoever adds rows gives the transaction up where one fails. The statement is the driver's own, since what package sql does around
// one takes as long as a row. A context that is done is noticed between rows: to be told of it within one, the driver starts a goroutine a row.
func insert(ctx context.Context, tx *sqltx.Tx, into sqltx.Rows) error {
	n := len(into.Columns)
	text := "INSERT INTO " + into.Table + " (" + strings.Join(into.Columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", n-1) + ")" + into.Suffix
	return tx.Conn.Raw(func(c any) error {
		stmt, err := c.(driver.ConnPrepareContext).PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		defer stmt.Close() // also in a panic: a connection that is closed before its statements keeps its lock
		args, uninterrupted := make([]driver.NamedValue, 0, n), context.WithoutCancel(ctx)
		for i := range into.N {
			if err := ctx.Err(); err != nil {
				return err
			}
			args = args[:0]
			for at, value := range into.Row(i) {
				if value, err = driver.DefaultParameterConverter.ConvertValue(value); err != nil {
					return err
				}
				args = append(args, driver.NamedValue{Ordinal: at + 1, Value: value})
			}
			if _, err := stmt.(driver.StmtExecContext).ExecContext(uninterrupted, args); err != nil {
				return err
			}
		}
		return nil
	})
}
