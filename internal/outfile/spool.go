package outfile

import (
	"fmt"
	"io"
	"os"
)

// spool keeps what is written until it is known to be whole: in memory, or in a temporary file when it is much.
type spool struct {
	memory []byte
	file   *os.File
}

const spoolMemory = 8 << 20

// spoolError is a temporary file that cannot be written.
type spoolError struct{ error }

func (e *spoolError) Unwrap() error { return e.error }

func (s *spool) Write(p []byte) (n int, err error) {
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
		s.memory = append(s.memory, p...)
		return len(p), nil
	}
	if s.file == nil {
		if s.file, err = unfinished.create(os.TempDir(), 0o600); err == nil {
			_, err = s.file.Write(s.memory)
			s.memory = nil
		}
	}
	if err == nil {
		n, err = s.file.Write(p)
	}
	if err != nil {
		err = &spoolError{fmt.Errorf("cannot keep the output in a temporary file in %s: %w; expected room there, or TMPDIR to name a folder with some, or --output FILE, which needs none",
			os.TempDir(), reason(err))}
	}
	return n, err
}

// copyTo gives all that was kept to a stream.
func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := w.Write(s.memory)
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

func (s *spool) discard() {
	if s.file != nil {
		s.file.Close()
		unfinished.remove(s.file.Name())
		s.file = nil
	}
}
