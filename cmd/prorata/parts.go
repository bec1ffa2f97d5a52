package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/packed"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

// partFiles are the parts of a partition that are read in place of event files.
type partFiles struct {
	*packed.Reader
	open []*os.File
}

// openParts opens files that are all parts; of files that are not, it is nil.
func openParts(files []string, how eventlog.Loading, p *progress) (*partFiles, error) {
	parts, list, other := &partFiles{}, []packed.File(nil), ""
	for _, name := range files {
		f, err := openPart(name)
		if err != nil {
			parts.close()
			return nil, err
		}
		if f == nil {
			other = name
			continue
		}
		parts.open = append(parts.open, f)
		info, err := f.Stat()
		if err != nil {
			parts.close()
			return nil, err
		}
		part := packed.File{Name: name, ReaderAt: f, Size: info.Size()}
		if p != nil {
			part.ReaderAt = countedAt{f, &p.read}
		}
		list = append(list, part)
	}
	if len(list) == 0 {
		return nil, nil
	}
	err := error(nil)
	if other != "" {
		err = fmt.Errorf("%s is a part of a partition, and %s is not, expected parts or files of events", list[0].Name, other)
	}
	if err == nil {
		parts.Reader, err = packed.NewReader(list)
	}
	if err == nil {
		err = parts.check(how)
	}
	if err != nil {
		parts.close()
		return nil, err
	}
	return parts, nil
}

// openPart opens a file that is a part; else it is nil.
func openPart(name string) (*os.File, error) {
	if info, err := os.Stat(name); name == "-" || err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil // who reads it will say why
	}
	head := make([]byte, 16)
	if n, _ := io.ReadFull(f, head); !packed.IsPart(head[:n]) {
		return nil, f.Close()
	}
	return f, nil
}

// check refuses parts that were packed under another policy, or whose bad lines are elsewhere.
func (p *partFiles) check(how eventlog.Loading) error {
	currency, zone := readUnder(how.Policy)
	if c, z := p.Under(); c != currency || z != zone {
		return fmt.Errorf("the parts were packed with currency %s and time_zone %s, and are read with %s and %s, expected the same policy, since amounts and plain dates mean something else",
			c, z, currency, zone)
	}
	if n := p.BadElsewhere(); n > 0 && !how.KeepGoing {
		return fmt.Errorf("%s of the files that were partitioned: no events, which the first part tells, expected --keep-going to bill without", report.Count(n, "line", "lines"))
	}
	return nil
}

// readUnder is what the meaning of amounts and plain dates depends on.
func readUnder(policy invoice.Policy) (currency, zone string) {
	zone = "UTC"
	if policy.TimeZone != nil {
		zone = policy.TimeZone.String()
	}
	return policy.MoneyCurrency().String(), zone
}

func (p *partFiles) read(ctx context.Context, how eventlog.Loading) (*reading, []eventlog.FileFailed, error) {
	r := &reading{files: p.Names(), some: !p.Whole()}
	return r.loaded(r.Unpack(ctx, p.Packed(), how))
}

func (p *partFiles) close() {
	for _, f := range p.open {
		f.Close()
	}
}

// countedAt counts the bytes that are read.
type countedAt struct {
	io.ReaderAt
	n *atomic.Int64
}

func (c countedAt) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(b, at)
	c.n.Add(int64(n))
	return n, err
}
