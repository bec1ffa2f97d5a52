package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/infile"
	"github.com/prorata-go/prorata/internal/outfile"
	"github.com/prorata-go/prorata/internal/packed"
	"github.com/prorata-go/prorata/report"
)

func newPartition() *cobra.Command {
	c := &common{}
	into := 0
	cmd := &cobra.Command{
		Use:   "partition --into N --output DIR [flags] EVENTS...",
		Short: "Divide events by account into files for several machines",
		Long: `Reads events once, and writes them to N files in a folder, packed: part-I-of-N has the events
of the accounts that replay --shard I/N bills. replay, validate and reconcile read such parts
in place of EVENTS. For all N parts they print what they print for the files themselves, with
the lines and names of these. The names of the parts are printed, one a line. Several machines may
each partition some of the files into a folder of their own: the I-th part of all folders is
then one shard.

Amounts and plain dates mean what they mean under --policy, which has to have the same currency
and time_zone when the parts are read. With --keep-going, lines that are no events are kept
too, in the first part, for replay to leave out or to report.

Exit status: 0 done; 1 bad input, and nothing was written; 2 wrong usage; 3 done, and there are
lines that are no events.

` + policyHelp(),
		Example: `  prorata partition --into 2 --output /tmp/prorata-parts testdata/demo/events.jsonl
  prorata replay --packages testdata/demo/packages.json /tmp/prorata-parts/part-00000-of-00002`,
		Args: filesArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return runPartition(cmd, c, into, files) },
	}
	cmd.Flags().IntVar(&into, "into", 0, "write `N` parts")
	cmd.Flags().StringVarP(&c.output, "output", "o", "", "write the parts to the folder `DIR`, all or none; it is made if it is not there")
	cmd.Flags().BoolVar(&c.keepGoing, "keep-going", false, "keep the lines that are no events for replay to leave out, and go on")
	c.usageMapFlag(cmd)
	c.policyFlags(cmd)
	c.workersFlag(cmd)
	c.progressFlags(cmd)
	return cmd
}

func runPartition(cmd *cobra.Command, c *common, into int, files []string) error {
	if err := required(cmd, "into", "output"); err != nil {
		return err
	}
	if into < 1 || into > packed.MaxParts {
		return usagef("--into %d, expected 1 to %d", into, packed.MaxParts)
	}
	if err := c.useWorkers(cmd); err != nil {
		return err
	}
	if i := twice(files); i >= 0 {
		return usagef("%s is named twice, expected each file once", files[i])
	}
	folder := c.output
	c.output = ""
	var targets []target
	for i := range into {
		targets = append(targets, target{"output", filepath.Join(folder, fmt.Sprintf("part-%05d-of-%05d", i, into))})
	}
	made, err := makeFolder(folder)
	if err != nil {
		return err
	}
	if err = c.checkOutputs(cmd, targets, files...); err == nil {
		err = c.partition(cmd, targets, files)
	}
	if err != nil && made && !errors.Is(err, errFindings) {
		os.Remove(folder)
	}
	return err
}

func twice(files []string) int {
	for i, name := range files {
		if slices.Contains(files[:i], name) {
			return i
		}
	}
	return -1
}

// makeFolder makes a folder, and reports whether it was not there.
func makeFolder(name string) (made bool, err error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.IsDir():
		return false, fmt.Errorf("--output %s is a file, expected a folder", name)
	case err == nil:
		return false, nil
	}
	if err := os.MkdirAll(name, 0o777); err != nil {
		return false, fmt.Errorf("cannot make the folder %s: %w", name, err)
	}
	return true, nil
}

func (c *common) partition(cmd *cobra.Command, targets []target, files []string) error {
	policy, err := c.policy(cmd.InOrStdin())
	if err != nil {
		return err
	}
	progress, err := c.newProgress(cmd, files)
	if err != nil {
		return err
	}
	defer progress.done()
	outputs, writers := []*outfile.Output(nil), []io.Writer(nil)
	for _, t := range targets {
		out := outfile.New(t.name, nil)
		outputs, writers = append(outputs, out), append(writers, out)
	}
	defer outfile.Discard(outputs...)
	if err := outfile.Start(outputs...); err != nil {
		return err
	}
	w, err := packed.NewWriter(writers)
	if err != nil {
		return err
	}
	p := &partitioning{how: c.loading(policy, shard{}, progress), from: c.from(cmd)}
	p.from.Read = &progress.read
	p.packing = eventlog.Packing{Policy: policy, Shards: len(targets), MaxProblems: maxProblems, Emit: w.Emit}
	if err := p.run(cmd, files); err != nil {
		return err
	}
	progress.done()
	found, err := p.found(cmd)
	if err != nil {
		return err
	}
	header := packed.Header{}
	header.Currency, header.TimeZone = readUnder(policy)
	for _, name := range files {
		header.Files = append(header.Files, []byte(name))
	}
	if err := w.Close(header, p.scans); err != nil {
		return err
	}
	if err := outfile.Commit(outputs...); err != nil {
		return err
	}
	for _, t := range targets {
		fmt.Fprintln(cmd.OutOrStdout(), t.name)
	}
	if found.bad.Len() > 0 {
		printLine(cmd.ErrOrStderr(), "prorata: "+report.Count(found.bad.Len(), "line", "lines")+" that are no events are kept in the first part: validate tells them, and replay --keep-going leaves them out")
		return errFindings
	}
	return nil
}

// partitioning is the reading of files that are partitioned.
type partitioning struct {
	how     eventlog.Loading
	from    infile.From
	packing eventlog.Packing
	parts   []eventlog.Part
	scans   []*eventlog.Scan
}

func (p *partitioning) run(cmd *cobra.Command, files []string) error {
	for i, name := range files {
		p.parts = append(p.parts, eventlog.Part{File: name})
		in, err := p.from.Open(name, infile.Events)
		if err != nil {
			p.scans = append(p.scans, eventlog.FailedScan(err))
			continue
		}
		scan, err := p.packing.Pack(cmd.Context(), in, i, true)
		in.Close()
		if err != nil {
			return err
		}
		p.scans = append(p.scans, scan)
		p.how.Events.Add(scan.Events)
	}
	return p.packing.Flush()
}

// found is what is wrong with the lines and the files, as replay tells it.
func (p *partitioning) found(cmd *cobra.Command) (*reading, error) {
	r := &reading{}
	r, failed, err := r.loaded(r.Unpack(cmd.Context(), eventlog.Packed{Parts: p.parts, Scans: p.scans}, p.how))
	if err != nil {
		return nil, err
	}
	return r, r.problems(failed, p.how.KeepGoing)
}
