//go:build !linux

package main

func allocate(size int) []byte { return make([]byte, size) }
