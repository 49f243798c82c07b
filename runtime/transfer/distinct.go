package transfer

import (
	"fmt"
	"iter"
)

// Distinct passes items on, but none that would replace another of them: to is
// where an item goes, and from what it is. The second of two that go to the same
// place is an error, and is left out without one if it is the same again.
func Distinct[T any](items iter.Seq2[T, error], ends func(T) (from, to string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		taken := map[string]string{}
		for item, err := range items {
			if err == nil {
				from, to := ends(item)
				first, again := taken[to]
				switch {
				case again && first == from:
					continue
				case again:
					err = fmt.Errorf("%s goes to %q as well, and one would replace the other; send it somewhere else", first, to)
				default:
					taken[to] = from
				}
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
