package infile

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// MaxWindow is the largest window of zstd that is read, in bytes: as much as the zstd program itself reads unless it is told
// otherwise. Each file that is being read may take as much memory.
const MaxWindow = 128 << 20

// headSize is how much of a file its kind is seen by.
const headSize = 1 << 16

// input is a file being read, decompressed on the way.
type input struct {
	r      io.Reader
	head   []byte   // what was read and not yet passed on
	err    error    // what came after it
	kind   fileKind // of the compression, or kindUnknown
	close  func()
	stored io.Closer
}

// decompress looks at how a file is compressed, and reads what it holds.
func decompress(name string, stored io.Reader) (*input, error) {
	buffered := bufio.NewReaderSize(stored, 1<<16)
	magic, err := buffered.Peek(8)
	if err != nil && err != io.EOF {
		return nil, err
	}
	lower := strings.ToLower(name)
	switch {
	case kinds[kindGzip].is(magic):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, damaged(kindGzip, err)
		}
		return &input{r: z, kind: kindGzip}, nil
	case kinds[kindZstd].is(magic):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderMaxMemory(MaxWindow), zstd.WithDecoderMaxWindow(MaxWindow))
		if err != nil {
			return nil, err
		}
		return &input{r: z, kind: kindZstd, close: z.Close}, nil
	case strings.HasSuffix(lower, ".gz"):
		return nil, notPacked(magic, kindGzip, ".gz")
	case strings.HasSuffix(lower, ".zst"):
		return nil, notPacked(magic, kindZstd, ".zst")
	}
	return &input{r: buffered}, nil
}

// notPacked says what a file is that is named as if it were compressed.
func notPacked(magic []byte, named fileKind, extension string) error {
	for k := kindBzip2; k < kindTar; k++ {
		if kinds[k].is(magic) {
			return fmt.Errorf("this is %s and not %s, expected a %s file to be; %s", k, named, extension, kinds[k].advice)
		}
	}
	return fmt.Errorf("it is not %s, expected a %s file to be; rename it if it is not compressed", named, extension)
}

// peek reads the beginning, as much as there is of it, and keeps the error that ends it.
func (in *input) peek() []byte {
	in.head = make([]byte, 0, 1<<12)
	for len(in.head) < headSize && in.err == nil {
		if len(in.head) == cap(in.head) {
			in.head = append(make([]byte, 0, min(4*cap(in.head), headSize)), in.head...)
		}
		var n int
		n, in.err = in.r.Read(in.head[len(in.head):cap(in.head)])
		in.head = in.head[:len(in.head)+n]
	}
	return in.head
}

func (in *input) Read(p []byte) (n int, err error) {
	switch {
	case len(in.head) > 0:
		n = copy(p, in.head)
		if in.head = in.head[n:]; len(in.head) == 0 {
			in.head = nil // which was a slice of much more
		}
		return n, nil
	case in.err != nil:
		err = in.err
	default:
		n, err = in.r.Read(p)
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	if in.kind != kindUnknown {
		return n, damaged(in.kind, err)
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return n, err
}

// damaged words what is wrong with compressed data.
func damaged(kind fileKind, err error) error {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("its zstd window is larger than %d MiB, expected at most that; compress it again with a smaller one, as zstd does without --long and --ultra", MaxWindow>>20)
	case errors.Is(err, zstd.ErrUnknownDictionary):
		return errors.New("it is compressed with a dictionary of zstd, expected it without one; compress it again")
	}
	return fmt.Errorf("the %s is cut short or damaged (%w), expected it whole", kind, err)
}

func (in *input) Close() error {
	if in.close != nil {
		in.close()
	}
	return in.stored.Close()
}

// Parquet reports that a file that begins like this is read from its end, and from any place in it.
func Parquet(head []byte) bool { return kinds[kindParquet].is(head) }

// Compressed reports that a file that begins like this is unpacked when it is opened.
func Compressed(head []byte) bool { return kinds[kindGzip].is(head) || kinds[kindZstd].is(head) }
