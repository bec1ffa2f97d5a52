//go:build !unix

package reconcile_test

import "time"

// coreTime is not known here.
func coreTime() time.Duration { return 0 }
