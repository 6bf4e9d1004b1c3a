package media_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// press is the packets of one key as browsers send them (RFC 4733 section
// 2.5.1): the duration grows, and the last comes three times.
func press(key byte, stamp uint32) (all []event) {
	for i, duration := range []byte{0, 160, 240, 255, 255, 255} {
		flags := byte(10)
		if i >= 3 {
			flags |= 0x80 // end
		}
		all = append(all, event{stamp, []byte{key, flags, 0, duration}})
	}
	return all
}

type event struct {
	stamp   uint32
	payload []byte
}

func TestPressed(t *testing.T) {
	t.Parallel()
	var every []event
	for key := range byte(16) {
		every = append(every, press(key, 1000+1840*uint32(key))...)
	}
	twice := append(press(1, 100), press(1, 2000)...)
	for name, test := range map[string]struct {
		pt     uint8
		events []event
		want   string
	}{
		"every key, Chromium":        {126, every, "0123456789*#ABCD"},
		"every key, Firefox":         {101, every, "0123456789*#ABCD"},
		"the same key twice":         {126, twice, "11"},
		"only the last packet comes": {126, press(7, 500)[5:], "7"},
		"time stamps wrap":           {126, append(press(1, 0xFFFFFF00), press(2, 0x100)...), "12"},
		"an old packet comes late":   {126, append(append(press(1, 100), press(2, 2000)...), press(1, 100)[0]), "12"},
		"no key, and too short":      {126, append([]event{{1, []byte{16, 10, 0, 0}}, {2, []byte{1}}, {3, nil}}, press(3, 4)...), "3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			b, p := call(t, open(t), browserAPI(t, test.pt, patient), r.handlers())
			for _, e := range test.events {
				b.mic.send(t, test.pt, e.stamp, e.payload)
			}
			b.mic.speak(t, media.Tone(440), 1)
			var got string
			eventually(t, "last packet", func() (ok bool) {
				r.look(func() { ok, got = len(r.frames) == 1, r.digits })
				return ok
			})
			if got != test.want {
				t.Errorf("heard %q, want %q", got, test.want)
			}
			if diff := cmp.Diff(test.want, p.Stats().Digits); diff != "" {
				t.Error(diff)
			}
		})
	}
}
