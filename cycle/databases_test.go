package cycle_test

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
)

// firstYear to lastYear is what zones are checked in.
const firstYear, lastYear = 1970, 2060

// database is a time zone database: the data of each zone by name.
type database struct {
	name  string
	zones map[string][]byte
	names []string // of different zones, links left out
}

// databases are the system's, if it has one, and Go's own, which programs have that import time/tzdata. They differ in form, not
// only in age: Go's has the changes of the past and a rule for all others, the system's often all changes up to 2037.
func databases(t testing.TB) []database {
	var all []database
	for _, dir := range []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"} { // where package time looks
		if _, err := os.Stat(filepath.Join(dir, "Europe")); err == nil {
			all = append(all, readDatabase(t, "system", os.DirFS(dir)))
			break
		}
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "time", "zoneinfo.zip")) // what time/tzdata is made from
	require.NoError(t, err)
	defer archive.Close()
	return append(all, readDatabase(t, "go", archive))
}

func readDatabase(t testing.TB, name string, files fs.FS) database {
	db, seen := database{name: name, zones: map[string][]byte{}}, map[string]bool{}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "right" || path == "posix"): // with leap seconds, which Go does not count, and the same again
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		file, err := files.Open(path)
		if err != nil {
			return nil // a link to nowhere
		}
		defer file.Close()
		data, err := io.ReadAll(file)
		if err != nil || !strings.HasPrefix(string(data), "TZif") {
			return err
		}
		db.zones[path] = data
		if !seen[string(data)] {
			seen[string(data)] = true
			db.names = append(db.names, path)
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(db.names), 300, "zones in the database %s", name)
	return db
}

// clock is the oracle: all stretches of constant offset of a zone from 1969 to 2061, found by looking at the offset in force every
// 18 hours and halving the time between two that differ. No two changes of a clock since 1969 are that close to each other.
type clock struct {
	loc    *time.Location
	from   []int64 // the first second of each stretch
	offset []int64
}

func offsetAt(sec int64, loc *time.Location) int64 {
	_, offset := time.Unix(sec, 0).In(loc).Zone()
	return int64(offset)
}

func readClock(loc *time.Location) clock {
	const step = 18 * 60 * 60
	sec, end := date("1969-11-01").Start(nil).Unix(), date("2061-03-01").Start(nil).Unix()
	c := clock{loc, []int64{sec}, []int64{offsetAt(sec, loc)}}
	for ; sec < end; sec += step {
		before := c.offset[len(c.offset)-1]
		if offsetAt(sec+step, loc) == before {
			continue
		}
		low, high := sec, sec+step
		for high-low > 1 {
			if middle := (low + high) / 2; offsetAt(middle, loc) == before {
				low = middle
			} else {
				high = middle
			}
		}
		c.from, c.offset = append(c.from, high), append(c.offset, offsetAt(high, loc))
	}
	return c
}

// dayNumber is the number of days from 1970-01-01 to the date that a clock shows.
func dayNumber(local int64) int64 {
	return (local+100_000*86400)/86400 - 100_000 // so that what is divided is positive
}

// dateOf is the latest date that the clock has shown up to an instant.
func (c *clock) dateOf(sec int64) cycle.Date {
	latest := int64(-1 << 62)
	for i := range c.from {
		if c.from[i] > sec {
			break
		}
		last := sec
		if i+1 < len(c.from) {
			last = min(last, c.from[i+1]-1)
		}
		latest = max(latest, dayNumber(last+c.offset[i]))
	}
	return date("1970-01-01").AddDays(int(latest))
}

// start is the first instant at which the clock shows a date or a later one.
func (c *clock) start(d cycle.Date) int64 {
	midnight := int64(d.Sub(date("1970-01-01"))) * 86400
	for i := range c.from {
		at := max(c.from[i], midnight-c.offset[i])
		if i+1 == len(c.from) || at < c.from[i+1] {
			return at
		}
	}
	panic("the last stretch has no end")
}

// check compares Start of a date, and DateOf next to it, with the oracle, and with each other.
func (c *clock) check(d cycle.Date) error {
	start := d.Start(c.loc)
	if want := c.start(d); start.Unix() != want || start.Nanosecond() != 0 || start.Location() != c.loc {
		return fmt.Errorf("%s.Start = %s, want %s", d, start, time.Unix(want, 0).In(c.loc))
	}
	if got, err := cycle.DateOf(start, c.loc); err != nil || got.Before(d) {
		return fmt.Errorf("DateOf(%s.Start) = %s, %v", d, got, err)
	}
	if got, err := cycle.DateOf(start.Add(-1), c.loc); err != nil || !got.Before(d) {
		return fmt.Errorf("DateOf(the moment before %s.Start) = %s, %v", d, got, err)
	}
	return nil
}

// checkInstant compares DateOf with the oracle.
func (c *clock) checkInstant(sec int64) error {
	if got, err := cycle.DateOf(time.Unix(sec, 0), c.loc); err != nil || got != c.dateOf(sec) {
		return fmt.Errorf("DateOf(%s) = %s, %v, want %s", time.Unix(sec, 0).In(c.loc), got, err, c.dateOf(sec))
	}
	return nil
}

// around checks the five days around an instant, and each hour of three, to its last second.
func (c *clock) around(sec int64) error {
	d := c.dateOf(sec)
	for n := -2; n <= 2; n++ {
		if err := c.check(d.AddDays(n)); err != nil {
			return err
		}
	}
	for hour := int64(-36); hour <= 36; hour++ {
		for second := int64(-1); second <= 0; second++ {
			if err := c.checkInstant(sec + hour*3600 + second); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkZone checks a zone on each third day, and on each hour around its changes and the ends of
// years, the only days that are unlike the others.
func checkZone(loc *time.Location) (changes int, err error) {
	c := readClock(loc)
	for _, at := range c.from[1:] {
		if err := c.around(at); err != nil {
			return changes, fmt.Errorf("%s, around the change of %s: %w", loc, time.Unix(at, 0).UTC(), err)
		}
		changes++
	}
	for year := firstYear; year <= lastYear; year++ {
		end, _ := cycle.NewDate(year, 12, 31)
		if err := c.around(c.start(end)); err != nil {
			return changes, fmt.Errorf("%s, around the end of %d: %w", loc, year, err)
		}
	}
	first, _ := cycle.NewDate(firstYear, 1, 1)
	end, _ := cycle.NewDate(lastYear+1, 1, 1)
	for d := first; d.Before(end); d = d.AddDays(3) {
		if err := c.check(d); err != nil {
			return changes, fmt.Errorf("%s: %w", loc, err)
		}
	}
	return changes, nil
}

// TestEveryZone checks DateOf and Start in every zone of each database from 1970 to 2060. With -short it takes every twelfth zone.
func TestEveryZone(t *testing.T) {
	for _, db := range databases(t) {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			changes := 0
			for i, name := range db.names {
				if testing.Short() && i%12 != 0 {
					continue
				}
				loc, err := time.LoadLocationFromTZData(name, db.zones[name])
				require.NoError(t, err)
				n, err := checkZone(loc)
				require.NoError(t, err)
				changes += n
			}
			if !testing.Short() {
				require.Greater(t, changes, 25000, "changes of clocks")
			}
		})
	}
}

// TestStartOfTheLastDayOfALeapYear has the days on which package time gives bounds of an offset that do not hold the instant: in a
// database of rules any 31 December of a leap year, in one that lists changes up to 2037 those after it.
func TestStartOfTheLastDayOfALeapYear(t *testing.T) {
	for _, db := range databases(t) {
		loc, err := time.LoadLocationFromTZData("America/New_York", db.zones["America/New_York"])
		require.NoError(t, err)
		for _, day := range []string{"2024-12-31", "2025-01-01", "2025-01-02", "2040-12-31", "2041-01-01", "2041-01-02"} {
			require.Equal(t, day+"T00:00:00-05:00", date(day).Start(loc).Format(time.RFC3339), db.name)
			got, err := cycle.DateOf(instant(t, day+"T23:59:59-05:00"), loc)
			require.NoError(t, err)
			require.Equal(t, day, got.String(), db.name)
		}
	}
}

// Whatever a zone's data says, Start and DateOf end, and a zone whose offset never changes has each day begin at its midnight.
func FuzzZone(f *testing.F) {
	for _, db := range databases(f) {
		for _, name := range []string{"America/New_York", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"} {
			f.Add(db.zones[name], 14975, int64(2_000_000_000))
		}
	}
	f.Add([]byte("TZif2"), 0, int64(0))
	f.Fuzz(func(t *testing.T, data []byte, days int, sec int64) {
		loc, err := time.LoadLocationFromTZData("fuzzed", data)
		if err != nil {
			loc = time.FixedZone("fixed", days%200_000)
		}
		d := date("1970-01-01").AddDays(days)
		start := d.Start(loc)
		if got, dateErr := cycle.DateOf(start, loc); err != nil && !d.IsZero() && dateErr == nil {
			require.Equal(t, d, got, "DateOf(%s.Start)", d)
		}
		_, _ = cycle.DateOf(time.Unix(sec, 0), loc)
	})
}
