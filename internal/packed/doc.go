// Package packed has the form in which events that were packed by shard, see [eventlog.Packing], go from one process to
// another: as sections, each compressed and with a checksum, and as files of them, the parts of a partition.
//
//	section, err := packed.Seal(nil, packed.Events, block)
//	kind, block, err := packed.Open(section)
//
// # Sections
//
// A section is one byte for its kind, the length of what is stored and of what that holds, 4 bytes each with the lowest
// first, the CRC-32C of these 9 bytes and of what is stored, and the latter: a frame of zstd.
//
// # Parts
//
// A part begins with the line "prorata part 1", of which the number is the version of the form. Sections follow: any number
// with the events of one shard, in the first part those with lines that are no events, and one with a [Header]. It has what
// the parts of one partition have in common, which tells the parts of two runs apart, and what there is to say of each file
// that was read. Then come the length of that section, in 4 bytes, and the line "prorata end".
//
// # Errors
//
// Whatever the bytes, reading them does not panic, and takes no more memory than [MaxSection] for a section. The error of a
// damaged part says at which byte.
package packed
