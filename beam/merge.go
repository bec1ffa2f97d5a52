package main

import (
	"bufio"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// appendIndexed appends an account to the index of a shard.
func appendIndexed(b []byte, a indexed) []byte {
	b = binary.AppendUvarint(b, uint64(len(a.account)))
	b = append(b, a.account...)
	return binary.AppendUvarint(b, uint64(a.size))
}

// mergeShards copies the invoices of shards to one file, by account. Nothing is parsed: an index says which bytes are whose.
func mergeShards(ctx context.Context, w io.Writer, files []result) (err error) {
	var shards shardHeap
	defer func() {
		for _, s := range shards {
			err = errors.Join(err, s.close())
		}
	}()
	for _, r := range files {
		s := &shardFile{}
		shards = append(shards, s)
		if s.file, err = openPlain(ctx, r.File); err != nil {
			return err
		}
		if s.indexFile, err = openPlain(ctx, r.Index); err != nil {
			return err
		}
		s.text, s.index = bufio.NewReaderSize(s.file, 1<<17), bufio.NewReaderSize(s.indexFile, 1<<14)
		if s.done, err = s.next(); err != nil {
			return err
		}
	}
	left := make(shardHeap, 0, len(shards))
	for _, s := range shards {
		if !s.done {
			left = append(left, s)
		}
	}
	heap.Init(&left)
	for len(left) > 0 {
		s := left[0]
		if _, err := io.CopyN(w, s.text, int64(s.at.size)); err != nil {
			return err
		}
		if s.done, err = s.next(); err != nil {
			return err
		}
		if s.done {
			heap.Pop(&left)
		} else {
			heap.Fix(&left, 0)
		}
	}
	return nil
}

// shardFile is the file of a shard, at one of its accounts.
type shardFile struct {
	file, indexFile io.ReadCloser
	text, index     *bufio.Reader
	at              indexed
	done            bool
}

// next goes on to the next account, and reports that there is none.
func (s *shardFile) next() (done bool, err error) {
	n, err := binary.ReadUvarint(s.index)
	if err == io.EOF {
		return true, nil
	}
	if err != nil || n > 1<<20 { // as long as a line may be
		return false, errors.Join(err, errElement)
	}
	name := make([]byte, n)
	if _, err := io.ReadFull(s.index, name); err != nil {
		return false, err
	}
	size, err := binary.ReadUvarint(s.index)
	s.at = indexed{string(name), int(size)}
	return false, err
}

func (s *shardFile) close() (err error) {
	for _, f := range []io.Closer{s.file, s.indexFile} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// shardHeap has the shard whose account comes first at its front.
type shardHeap []*shardFile

func (h shardHeap) Len() int           { return len(h) }
func (h shardHeap) Less(i, j int) bool { return h[i].at.account < h[j].at.account }
func (h shardHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *shardHeap) Push(s any)        { *h = append(*h, s.(*shardFile)) }

func (h *shardHeap) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	*h = (*h)[:last]
	return s
}
