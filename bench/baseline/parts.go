package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

const partSize = 16 << 20 // bytes

// part is a stretch of a file that starts and ends at a line's start, but for the end of the file.
type part struct {
	file       string
	start, end int64
}

// divide divides files into parts.
func divide(files []string, size int64) ([]part, error) {
	var parts []part
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		parts, err = divideFile(parts, f, size)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func divideFile(parts []part, f *os.File, size int64) ([]part, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	for start := int64(0); start < info.Size(); {
		end := min(start+size, info.Size())
		if end < info.Size() {
			rest, err := bufio.NewReader(io.NewSectionReader(f, end-1, info.Size())).ReadBytes('\n')
			if err != nil && err != io.EOF {
				return nil, fmt.Errorf("%s: %w", f.Name(), err)
			}
			end += int64(len(rest)) - 1
		}
		parts = append(parts, part{f.Name(), start, end})
		start = end
	}
	return parts, nil
}

// inParts lets workers go through the parts of files; each part has a number, from 0.
func inParts(parts []part, workers int, do func(number int, p part) (measured, error)) (measured, error) {
	numbers := make(chan int, len(parts))
	for n := range parts {
		numbers <- n
	}
	close(numbers)
	var all measured
	var wrong error
	var mutex sync.Mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for n := range numbers {
				did, err := do(n, parts[n])
				mutex.Lock()
				all.events += did.events
				all.bytes += did.bytes
				wrong = errors.Join(wrong, err)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	return all, wrong
}

// open opens a part to be read.
func (p part) open() (io.Reader, io.Closer, error) {
	f, err := os.Open(p.file)
	if err != nil {
		return nil, nil, err
	}
	return io.NewSectionReader(f, p.start, p.end-p.start), f, nil
}

// lines calls a function with each line of a part, without its end.
func (p part) lines(each func(line []byte) error) (measured, error) {
	from, file, err := p.open()
	if err != nil {
		return measured{}, err
	}
	defer file.Close()
	r := bufio.NewReaderSize(from, 1<<20)
	var did measured
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && err != io.EOF {
			return did, fmt.Errorf("%s: %w", p.file, err)
		}
		did.bytes += int64(len(line))
		if line = bytes.TrimSuffix(line, []byte("\n")); len(line) > 0 {
			did.events++
			if err := each(line); err != nil {
				return did, fmt.Errorf("%s: %w", p.file, err)
			}
		}
		if err == io.EOF {
			return did, nil
		}
	}
}

// findLines only finds the lines.
func findLines(files []string, workers int) (measured, error) {
	parts, err := divide(files, partSize)
	if err != nil {
		return measured{}, err
	}
	return inParts(parts, workers, func(_ int, p part) (measured, error) {
		return p.lines(func([]byte) error { return nil })
	})
}
