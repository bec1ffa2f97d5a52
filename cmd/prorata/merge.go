package main

import (
	"container/heap"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/internal/formats"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

func newMerge() *cobra.Command {
	c := &common{}
	cmd := &cobra.Command{
		Use:   "merge [flags] FILE...",
		Short: "Put the invoices of several shards together",
		Long: `Merges what replay --shard wrote, as jsonl, json or csv, into what one run for all accounts
would have written, byte for byte. Each file has its invoices by account, then date, as replay
writes them, and no account may be in two files. Whether a shard is missing, or was billed by
another policy or date, cannot be seen from the files. Each is read once, and may be a pipe.
Parquet is not merged: a data lake reads the files of all shards as one table.
Nothing is written unless all are good: output of more than 8 MiB that goes to standard output
is kept in a temporary file (in TMPDIR) until then.

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage.`,
		Example: `  prorata merge testdata/demo/february-0.csv testdata/demo/february-1.csv
  for i in 0 1 2; do prorata replay --shard $i/3 --output shard-$i.jsonl \
      --packages testdata/demo/packages.json testdata/demo/events.jsonl; done
  prorata merge shard-*.jsonl --output invoices.jsonl`,
		Args: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no files, expected one or more that replay wrote, or - for standard input")
			}
			return oneStdin(cmd, files)
		},
		RunE: func(cmd *cobra.Command, files []string) error { return runMerge(cmd, c, files) },
	}
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write to `FILE`, whole or not at all, instead of standard output")
	return cmd
}

func runMerge(cmd *cobra.Command, c *common, files []string) error {
	if err := c.checkOutputs(cmd, nil, files...); err != nil {
		return err
	}
	m := merge{}
	defer m.close()
	if err := m.open(files, infile.From{Stdin: cmd.InOrStdin()}); err != nil {
		return err
	}
	empty := len(m.files) == 0
	if err := c.writeLarge(cmd, m.write); err != nil {
		return err
	}
	if empty {
		printLine(cmd.ErrOrStderr(), "prorata: no invoices: the files hold none")
	}
	return nil
}

// merge merges sorted files. It is a heap of those that have invoices left, by the account that is next.
type merge struct {
	format *formats.Format
	files  []*mergeFile
}

type mergeFile struct {
	*formats.Reader
	io.Closer
}

// open opens the files, and reads the first invoice of each.
func (m *merge) open(names []string, from infile.From) error {
	seen := map[string]bool{}
	first := ""
	for _, name := range names {
		if seen[name] && name != "-" {
			return source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "the file is named twice, expected each file once")
		}
		seen[name] = true
		in, err := from.Open(name, infile.Invoices)
		if errors.Is(err, syscall.EMFILE) {
			return fmt.Errorf("%w, expected fewer: merge some of them, and then what comes of it", err)
		}
		if err != nil {
			return err
		}
		f := &mergeFile{Closer: in}
		m.files = append(m.files, f) // to be closed
		if f.Reader, err = formats.NewReader(in, name); err != nil {
			return err
		}
		if m.format == nil {
			m.format, first = f.Format, name
		} else if f.Format != m.format {
			return source.Errorf(source.Place{File: name, Line: 1, Column: 1}, "it is %s, but %s is %s, expected files of one format", f.Format, first, m.format)
		}
		switch err := f.Next(); {
		case err == io.EOF:
			in.Close()
			m.files = m.files[:len(m.files)-1]
		case err != nil:
			return err
		}
	}
	heap.Init(m)
	return nil
}

func (m *merge) close() {
	for _, f := range m.files {
		f.Close()
	}
}

// write writes the invoices of all files, by account.
func (m *merge) write(to io.Writer) error {
	out, currency := formats.NewWriter(to, m.format.Frame), ""
	for len(m.files) > 0 {
		f, account := m.files[0], m.files[0].Account
		for _, child := range m.files[1:min(3, len(m.files))] { // of the heap, one of which is next
			if child.Account == account {
				return source.Errorf(child.At, "the account %q is in %s too (line %d), expected each account in one file", names.Clip(account), f.At.File, f.At.Line)
			}
		}
		err := error(nil)
		for ; err == nil && f.Account == account; err = f.Next() {
			if currency == "" {
				currency = f.Currency
			} else if f.Currency != currency {
				return source.Errorf(f.At, "an invoice in %s, but those before it are in %s, expected files of one run, in one currency", names.Clip(f.Currency), names.Clip(currency))
			}
			if err := out.WriteText(f.Text); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			heap.Pop(m)
			f.Close()
		case err != nil:
			return err
		default:
			heap.Fix(m, 0)
		}
	}
	return out.Close()
}

func (m *merge) Len() int           { return len(m.files) }
func (m *merge) Less(i, j int) bool { return m.files[i].Account < m.files[j].Account }
func (m *merge) Swap(i, j int)      { m.files[i], m.files[j] = m.files[j], m.files[i] }
func (m *merge) Push(f any)         { m.files = append(m.files, f.(*mergeFile)) }

func (m *merge) Pop() any {
	last := len(m.files) - 1
	f := m.files[last]
	m.files = m.files[:last]
	return f
}
