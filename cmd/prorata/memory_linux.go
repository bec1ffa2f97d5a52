package main

import (
	"syscall"
	"unsafe"
)

// largePage is the size of a large page on most machines. Where it is another, asking for them
// does no harm.
const largePage = 2 << 20

// allocate gives memory in large pages, if the system has some: the millions of small ones that
// a large run touches would each be fetched, and looked up, by themselves.
func allocate(size int) []byte {
	if size < largePage {
		return make([]byte, size)
	}
	b := make([]byte, size+largePage)
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % largePage // to where a page begins
	b = b[skip:][:size:size]
	_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) // advice: it is as well not taken
	return b
}
