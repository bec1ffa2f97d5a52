// Package outfile writes files whole or not at all.
//
//	out := outfile.New("invoices.csv", os.Stdout) // "" and "-" are standard output
//	fmt.Fprintln(out, "number,account")           // kept in memory until Start
//	err := outfile.Commit(out)                    // several outputs appear together, or none does
//
// # Files
//
// A file is written beside its target under the name .prorata-… and renamed when its last byte is on the disk; then its folder
// is synced too, where the system lets a folder be opened. A symbolic link stays, and the file it points to is replaced. A file that is
// replaced keeps its permissions, access list, group and owner, as far as the user may set them; if the group cannot be kept,
// the new group gets no more rights than everybody. A new file has the permissions that the umask leaves. A file without any write
// permission is not replaced, not even by root.
//
// # Streams
//
// Standard output, pipes and devices cannot be written whole or not at all: from [Output.Start] on they get what is written. With
// [Output.Hold] they get it when it is committed, and until then it is in memory, or in a temporary file when it is more than 8 MiB.
// The names /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N, and links to them, are the open descriptors themselves, so
// that "-o /dev/stdout >>log" appends.
//
// # Interrupts
//
// [Abort] removes what is unfinished. A process that is killed leaves a file .prorata-…, which can be deleted.
package outfile
