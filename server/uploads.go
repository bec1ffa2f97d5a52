package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/reconciling"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/table"
)

// Bounds of what is reconciled by one request.
const (
	maxParts       = 200 // files and fields
	maxName        = 200 // bytes of the name of a file
	maxField       = 200 // bytes of a field
	maxReconciling = 4 * time.Minute
)

// readUpload reads what is to be reconciled: files and fields of a form. A file whose name ends in .map.json is the mapping of the one that
// the name begins with; those of the parts aliases and claimed are lists; all others are documents.
func readUpload(parts *multipart.Reader) (asked reconciling.Asked, err error) {
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			return asked, nil
		}
		if err != nil {
			return asked, fmt.Errorf("the form cannot be read: %w", err)
		}
		if n == maxParts {
			return asked, badRequest("more than %d parts, expected at most that", maxParts)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return asked, fmt.Errorf("the part %q cannot be read: %w", part.FormName(), err)
		}
		name := fileName(part.FileName())
		if name == "" && len(data) == 0 {
			continue // a field that was left empty
		}
		if name == "" {
			err = setField(&asked, part.FormName(), string(data))
		} else {
			err = addFile(&asked, part.FormName(), reconciling.File{Name: name, Data: data})
		}
		if err != nil {
			return asked, err
		}
	}
}

// fileName is the name of a file without its folders.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	if name == "-" {
		return "document"
	}
	return name
}

func addFile(asked *reconciling.Asked, part string, f reconciling.File) error {
	if len(f.Name) > maxName {
		return badRequest("a file whose name has %d bytes, expected at most %d", len(f.Name), maxName)
	}
	for _, list := range []struct {
		part string
		to   **reconciling.File
	}{{"aliases", &asked.Aliases}, {"claimed", &asked.Claimed}} {
		if part != list.part {
			continue
		}
		if *list.to != nil {
			return badRequest("two files of %s, expected one", part)
		}
		*list.to = &f
		return nil
	}
	if strings.HasSuffix(f.Name, infile.MapEnding) {
		asked.Mappings = append(asked.Mappings, f)
	} else {
		asked.Documents = append(asked.Documents, f)
	}
	return nil
}

func setField(asked *reconciling.Asked, name, value string) (err error) {
	if value = strings.TrimSpace(value); len(value) > maxField {
		return badRequest("%.80q has %d bytes, expected at most %d", name, len(value), maxField)
	}
	switch name {
	case "map":
		if _, err := table.Preset(value, table.Invoices); value != "" && err != nil {
			return &requestError{fmt.Errorf("map: %w", err)}
		}
		asked.Preset = value
	case "from", "through":
		to := map[string]*cycle.Date{"from": &asked.From, "through": &asked.Through}[name]
		if value == "" {
			return nil
		}
		if *to, err = parseDay(value); err != nil {
			return &requestError{fmt.Errorf("%s: %w", name, err)}
		}
	case "tolerance":
		asked.Tolerance = value
	case "dispute_days":
		if value == "" {
			return nil
		}
		if asked.DisputeDays, err = strconv.Atoi(value); err != nil {
			return badRequest("dispute_days %.40q, expected 0 to %d days", value, reconcile.MaxDisputeDays)
		}
	default:
		return badRequest("the field %.80q, expected a file, or one of map, from, through, tolerance and dispute_days", name)
	}
	return nil
}

// reconcile compares what was sent with the books, and keeps the reconciliation. One is made at a time, for it takes memory and every core.
func (s *Server) reconcile(ctx context.Context, asked reconciling.Asked) (books.Reconciliation, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, maxReconciling, errTooLong)
	defer cancel()
	select {
	case s.reconciling <- struct{}{}:
		defer func() { <-s.reconciling }()
	case <-ctx.Done():
		return books.Reconciliation{}, tooLong(ctx)
	}
	from, _ := who(ctx)
	asked.By, asked.At = from.Token, s.now()
	made, err := reconciling.OfBooks(ctx, s.books, asked)
	if wrong := (*reconciling.InputError)(nil); errors.As(err, &wrong) || errors.Is(err, books.ErrReportTooLarge) {
		return made, &requestError{err}
	}
	if err != nil && ctx.Err() != nil {
		return made, tooLong(ctx)
	}
	if err == nil {
		s.meters.reconciliations.Inc()
	}
	return made, err
}

var errTooLong = fmt.Errorf("it took longer than %s, expected fewer documents at a time", maxReconciling)

// tooLong is the error of a context that is done: of the request that took too long, where that is why.
func tooLong(ctx context.Context) error {
	if err := context.Cause(ctx); errors.Is(err, errTooLong) {
		return &requestError{err}
	}
	return ctx.Err()
}
