package main

import (
	"encoding/binary"
	"net/http"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// tapeTimes is when a recording began and last changed, on the clock of its call.
type tapeTimes struct {
	Status           string
	Started, Updated time.Time
}

// times waits until the carrier's only recording is as it should be, and says when.
func (s *system) times(status string) (now tapeTimes) {
	s.t.Helper()
	sids := s.sids()
	if len(sids) != 1 {
		s.t.Fatalf("the carrier has %v", sids)
	}

	eventually(s.t, "the carrier's recording to be "+status, func() bool {
		decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/recordings/"+sids[0], ""), &now)
		return now.Status == status
	})
	return now
}

// channels are both channels of a WAV file, as frames of 20 ms.
func channels(t *testing.T, wav string) (first, second []media.Frame) {
	t.Helper()
	const header, rate, sample = 44, 8_000, 2
	if len(wav) < header || wav[:4] != "RIFF" || binary.LittleEndian.Uint16([]byte(wav[22:])) != 2 || binary.LittleEndian.Uint32([]byte(wav[24:])) != rate {
		t.Fatalf("%d octets that are no WAV file of two channels", len(wav))
	}

	both := [2][]media.Frame{}
	for at := header; at+2*sample*len(media.Frame{}) <= len(wav); at += 2 * sample * len(media.Frame{}) {
		for side := range both {
			var f media.Frame
			for i := range f {
				f[i] = media.MuLaw(int16(binary.LittleEndian.Uint16([]byte(wav[at+2*sample*i+sample*side:]))))
			}
			both[side] = append(both[side], f)
		}
	}
	return both[0], both[1]
}

// stillness is the longest silence of some sound: where it begins, and how long it is, in
// frames.
func stillness(sound []media.Frame) (from, length int) {
	run := 0
	for i := range sound {
		run++
		if media.Level(&sound[i]) > 100 {
			run = 0
		}
		if run > length {
			from, length = i+1-run, run
		}
	}
	return from, length
}

// A recording as the clinician hears it through careline: the clinician is on the first
// channel and the member on the second, each alone, and what was paused is a silence of
// that length on both. All is measured on the carrier's clock of the call, of which a tenth
// of a second is one here.
func TestServeRecordsWhoIsWhoAndHowLongWasPaused(t *testing.T) {
	t.Parallel()
	const clinician, member = 500, 1300
	s := newSystemAt(t, 0.1, recordingBy("asked"))
	s.put(s.world.TwilioURL+"/sandbox/v1/phones/"+manual, map[string]any{"outcome": "manual", "voice": "tone:1300", "talkSeconds": 0})
	a := s.reaching(manual)
	key := s.connects(a, map[string]string{"To": manual, "appointmentId": a.ID}, "tone:500")
	s.answered(key, manual)

	var at [4]time.Time
	for i, step := range []struct{ action, state, status string }{
		{"start", "in-progress", "in-progress"}, {"pause", "paused", "paused"}, {"resume", "in-progress", "in-progress"}, {"stop", "completed", "completed"},
	} {
		s.wants(a, key, step.action)
		s.stands(a, key, "given", step.state)
		at[i] = s.times(step.status).Updated
		s.sounds()
	}

	own := s.session(a.Practitioner)
	res, wav := s.bff(own, http.MethodGet, "/calls/"+key+"/recordings/"+s.audible(own, key)+"/audio", "")
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", res.Status, wav)
	}
	first, second := channels(t, wav)
	frames := func(from, to int) int { return int(at[to].Sub(at[from]) / media.FrameTime) }
	about := func(what string, got, want int) {
		t.Helper()
		if got < want-1 || got > want+1 || want < 20 {
			t.Errorf("%s: %d frames, want %d", what, got, want)
		}
	}

	about("the whole", len(first), frames(0, 3))
	for name, side := range map[string]struct {
		sound     []media.Frame
		says, not float64
	}{
		"the clinician": {first, clinician, member},
		"the member":    {second, member, clinician},
	} {
		from, length := stillness(side.sound)
		about(name+" until the pause", from, frames(0, 1))
		about(name+" during the pause", length, frames(1, 2))
		for when, some := range map[string][]media.Frame{"before": side.sound[:from], "after": side.sound[from+length:]} {
			if media.Power(some, side.says) < 0.95 || media.Power(some, side.not) > 0.02 {
				t.Errorf("%s %s the pause: %.2f of what they say, %.2f of the other", name, when, media.Power(some, side.says), media.Power(some, side.not))
			}
		}
	}
}
