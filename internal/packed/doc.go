// Package packed reads and writes the form in which events packed by shard, see [eventlog.Packing], go from one process to
// another: sections, each compressed and with a checksum, and files of sections, which are the parts of a partition.
//
//	section, err := packed.Seal(nil, packed.Events, block)
//	kind, block, err := packed.Open(section)
//
// # Sections
//
// A section has one byte for its kind, its compressed and its uncompressed length, 4 bytes each with the lowest
// first, the CRC-32C of these 9 bytes and of the compressed data, and the compressed data: a frame of zstd.
//
// # Parts
//
// A part begins with the line "prorata part 1", where 1 is the version of the form. Sections follow: any number
// with the events of one shard; in the first part, sections with lines that are no events; and one with a [Header]. The header has
// what all parts of a partition have in common, which tells the parts of two runs apart, and the messages about each file
// that was read. Then come the length of that section, in 4 bytes, and the line "prorata end".
//
// # Errors
//
// Whatever the bytes, reading them does not panic, and takes no more memory than [MaxSection] for a section. The error for a
// damaged part names the byte.
package packed
