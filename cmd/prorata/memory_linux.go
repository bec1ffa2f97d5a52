package main

import "syscall"

// allocate gives memory in large pages, if the system has some: the millions of small ones that
// a large run touches would each be fetched, and looked up, by themselves. It is the system's
// until the end of the process, and no work for the garbage collector.
func allocate(size int) []byte {
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]byte, size)
	}
	_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) // advice: it is as well not taken
	return b
}

// tuneMemory has nothing to do: the heap is without the events.
func tuneMemory() {}
