package twiliobox_test

import (
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// recordingResource is a recording as the REST API shows it.
type recordingResource struct {
	SID, Source, Track, Duration string
	Status                       any    // a string, but of a fault
	CallSID                      string `json:"call_sid"`
	ConferenceSID                string `json:"conference_sid"`
	Created                      string `json:"date_created"`
	Channels                     int
}

// startRecording starts a recording of a leg, which must be possible.
func (w *world) startRecording(leg, form string) recordingResource {
	w.t.Helper()
	var made recordingResource
	if code := w.rest("POST", "/Calls/"+leg+"/Recordings.json", form, &made); code != http.StatusCreated || made.Status != "in-progress" {
		w.t.Fatalf("start: %d %+v", code, made)
	}
	return made
}

// steer pauses, resumes or stops a recording.
func (w *world) steer(leg, recording, form string) recordingResource {
	w.t.Helper()
	var now recordingResource
	if code := w.rest("POST", "/Calls/"+leg+"/Recordings/"+recording+".json", form, &now); code != http.StatusOK {
		w.t.Fatalf("%s: %d %+v", form, code, now)
	}
	return now
}

func (w *world) recording(sid string) (now recordingResource, code int) {
	w.t.Helper()
	code = w.rest("GET", "/Recordings/"+sid+".json", "", &now)
	return now, code
}

// sound asks for a recording's sound, with headers as name and value.
func (w *world) sound(name string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest("GET", api+"/Recordings/"+name, nil)
	r.SetBasicAuth(account, authToken)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.box.Handler().ServeHTTP(rec, r)
	return rec
}

// heard is a recording's sound by channel.
func (w *world) heard(sid string) (first, second []media.Frame) {
	w.t.Helper()
	rec := w.sound(sid + ".wav?RequestedChannels=2")
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "audio/x-wav" {
		w.t.Fatalf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
	wav := rec.Body.Bytes()
	return channelOf(wav, 0), channelOf(wav, 1)
}

// channelOf is one channel of a WAV file in two, as frames.
func channelOf(wav []byte, which int) (frames []media.Frame) {
	var f media.Frame
	n := 0
	for at := 44 + 2*which; at+1 < len(wav); at += 4 {
		f[n] = media.MuLaw(int16(binary.LittleEndian.Uint16(wav[at:])))
		if n++; n == len(f) {
			frames = append(frames, f)
			n = 0
		}
	}
	return frames
}

// quiet says whether there is nothing to hear.
func quiet(sound []media.Frame) bool {
	return !slices.ContainsFunc(sound, func(f media.Frame) bool { return media.Level(&f) > 100 })
}

// inTalk runs a test in a call whose member says a tone of 1000 Hz, a second after
// the two were put together.
func inTalk(t *testing.T, test func(w *world, parent, child string)) {
	t.Helper()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "voice": "tone:1000", "talkSeconds": 60}, nil)
		parent := w.connect(map[string]string{"To": member})
		pass(5 * time.Second)
		test(w, parent, w.call(parent).Legs[1].SID)
	})
}

// A call without browsers is recorded on its own clock: what its phones say.
func TestRecordingOnTheCallsClock(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, child string) {
		made := w.startRecording(child, "RecordingChannels=dual&RecordingStatusCallback="+base+"/rec&RecordingStatusCallbackEvent=in-progress+completed+absent")
		if made.CallSID != parent || made.Channels != 2 || made.Track != "both" || made.Source != "StartCallRecordingAPI" || made.Duration != "" {
			t.Errorf("started: %+v", made)
		}
		pass(3 * time.Second)
		if now := w.steer(parent, made.SID, "Status=paused"); now.Status != "paused" {
			t.Errorf("paused: %+v", now)
		}
		pass(2 * time.Second)
		if now, _ := w.recording(made.SID); now.Status != "processing" {
			t.Errorf("a fetch while paused: %+v", now)
		}
		w.steer(parent, "Twilio.CURRENT", "Status=in-progress")
		pass(time.Second)
		w.steer(child, made.SID, "Status=stopped")
		if rec := w.sound(made.SID); rec.Code != http.StatusNotFound {
			t.Errorf("sound while processing: %d", rec.Code)
		}
		pass(999 * time.Millisecond)
		if now, _ := w.recording(made.SID); now.Status != "processing" || now.Duration != "" {
			t.Errorf("processing: %+v", now)
		}
		pass(time.Millisecond)
		if now, code := w.recording(made.SID); code != 200 || now.Status != "completed" || now.Duration != "6" || now.Channels != 2 || now.CallSID != parent {
			t.Errorf("completed: %d %+v", code, now)
		}

		first, second := w.heard(made.SID)
		if len(first) != 300 || len(second) != 300 || !quiet(first) {
			t.Fatalf("%d and %d frames, the clinician quiet: %v", len(first), len(second), quiet(first))
		}
		if media.Power(second[:150], 1000) < 0.9 || !quiet(second[150:250]) || media.Power(second[250:], 1000) < 0.9 {
			t.Error("the member's tone is not all around a pause of two seconds")
		}
		checkReports(t, w.at("/rec"), parent, made.SID)
	})
}

func checkReports(t *testing.T, all []seen, parent, sid string) {
	t.Helper()
	var got []string
	for _, s := range all {
		got = append(got, s.get("RecordingStatus")+" "+s.get("RecordingDuration"))
		for name, want := range map[string]string{
			"AccountSid": account, "CallSid": parent, "RecordingSid": sid, "RecordingChannels": "2", "RecordingSource": "StartCallRecordingAPI",
			"RecordingTrack": "both", "ErrorCode": "0", "RecordingUrl": "https://api.twilio.com" + api + "/Recordings/" + sid,
		} {
			if s.get(name) != want || !s.signed {
				t.Errorf("%s: %q, want %q; signed: %v", name, s.get(name), want, s.signed)
			}
		}
		if _, err := time.Parse(time.RFC1123Z, s.get("RecordingStartTime")); err != nil {
			t.Error(err)
		}
	}
	if strings.Join(got, ",") != "in-progress ,completed 6" {
		t.Errorf("reports %q", got)
	}
}

// Two people in two browsers: each has a channel.
func TestRecordingOfTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	w.box.Endure(time.Second, time.Minute, time.Minute, time.Minute)
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	page := w.page("+447700900801")
	answer := p.next("answer")
	b.say(media.Tone(700))
	page.say(media.Tone(1200))
	page.hears("the clinician", 700)
	b.hears("the member", 1200)

	parent := answer.Payload.CallSID
	made := w.startRecording(parent, "RecordingChannels=dual")
	w.passes(parent, 50)
	w.steer(parent, made.SID, "Status=paused&PauseBehavior=silence")
	w.passes(parent, 50)
	w.steer(parent, made.SID, "Status=in-progress")
	w.passes(parent, 50)
	w.steer(parent, made.SID, "Status=stopped")
	eventually(t, "sound", func() bool { return w.sound(made.SID).Code == http.StatusOK })

	first, second := w.heard(made.SID)
	if len(first) < 100 || len(second) != len(first) {
		t.Fatalf("%d and %d frames", len(first), len(second))
	}
	if !alone(first, 700, 1200) || !alone(second, 1200, 700) {
		t.Error("the channels do not hold their own voices alone")
	}
	for name, sound := range map[string][]media.Frame{"clinician": first, "member": second} {
		if still := longestQuiet(sound); still < 20 || still > len(sound)-50 {
			t.Errorf("%s: a pause of %d of %d frames", name, still, len(sound))
		}
	}
}

// passes waits until a browser has heard so many frames more.
func (w *wired) passes(parent string, frames int) {
	w.t.Helper()
	before := w.call(parent).Legs[0].Media.PacketsIn
	eventually(w.t, "sound of the clinician", func() bool { return w.call(parent).Legs[0].Media.PacketsIn >= before+frames })
}

// alone says whether all that is loud is of one frequency and not of another.
func alone(sound []media.Frame, hz, not float64) bool {
	var loud []media.Frame
	for _, f := range sound {
		if media.Level(&f) > 100 {
			loud = append(loud, f)
		}
	}
	good := 0
	for i := range loud {
		if media.Power(loud[i:i+1], hz) > 0.8 {
			good++
		}
		if media.Power(loud[i:i+1], not) > 0.3 {
			return false
		}
	}
	return good > len(loud)*9/10 && good > 20
}

// longestQuiet is the longest run of silent frames.
func longestQuiet(sound []media.Frame) (longest int) {
	run := 0
	for _, f := range sound {
		run++
		if media.Level(&f) > 100 {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func TestRecordingSoundOverHTTP(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, _ string) {
		made := w.startRecording(parent, "")
		dual := w.startRecording(parent, "RecordingChannels=dual")
		pass(2 * time.Second)
		w.do("POST", "/sandbox/v1/calls/"+parent+"/hangup", nil, nil)
		pass(2 * time.Second)
		for _, name := range []string{made.SID, made.SID + ".wav", made.SID + ".mp3", dual.SID} {
			rec := w.sound(name)
			if rec.Code != 200 || rec.Header().Get("Content-Type") != "audio/x-wav" || rec.Body.Len() != 44+100*320 || rec.Header().Get("Accept-Ranges") != "bytes" {
				t.Errorf("%s: %d, %v, %d octets", name, rec.Code, rec.Header(), rec.Body.Len())
			}
		}
		whole := w.sound(made.SID).Body.Bytes()
		for part, want := range map[string][]byte{"bytes=0-43": whole[:44], "bytes=1000-1999": whole[1000:2000], "bytes=32000-": whole[32000:], "bytes=-10": whole[len(whole)-10:]} {
			rec := w.sound(made.SID, "Range", part)
			if rec.Code != http.StatusPartialContent || !slices.Equal(rec.Body.Bytes(), want) {
				t.Errorf("%s: %d, %d octets", part, rec.Code, rec.Body.Len())
			}
		}
		if rec := w.sound(made.SID, "Range", "bytes=99999-"); rec.Code != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("behind the end: %d", rec.Code)
		}
		if rec := w.sound(made.SID + "?RequestedChannels=2"); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "16113") {
			t.Errorf("two channels of one: %d %s", rec.Code, rec.Body)
		}
		if rec := w.sound(dual.SID + ".mp3?RequestedChannels=2"); rec.Body.Len() != 44+100*640 {
			t.Errorf("two channels: %d octets", rec.Body.Len())
		}
		for sid, octets := range map[string]int{made.SID: 44 + 100*320, dual.SID: 44 + 100*640} {
			rec := httptest.NewRecorder()
			w.box.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/sandbox/v1/recordings/"+sid+"/sound", nil))
			if rec.Code != http.StatusOK || rec.Body.Len() != octets {
				t.Errorf("for the console: %d, %d octets", rec.Code, rec.Body.Len())
			}
		}
		if code := w.do("GET", "/sandbox/v1/recordings/RE00000000000000000000000000000001/sound", nil, nil); code != http.StatusNotFound {
			t.Errorf("of none: %d", code)
		}
		r := httptest.NewRequest("GET", api+"/Recordings/"+made.SID, nil)
		rec := httptest.NewRecorder()
		w.box.Handler().ServeHTTP(rec, r)
		if body, err := io.ReadAll(rec.Body); rec.Code != http.StatusUnauthorized || err != nil || len(body) > 500 {
			t.Errorf("without a login: %d, %v", rec.Code, err)
		}
	})
}
