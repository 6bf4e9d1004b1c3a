package twiliobox_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/twiliobox"
)

type recordingList struct {
	Recordings      []recordingResource
	NextPageURI     string `json:"next_page_uri"`
	PreviousPageURI string `json:"previous_page_uri"`
}

// recordings lists recordings, by the SIDs.
func (w *world) recordings(path string) (sids []string) {
	w.t.Helper()
	var list recordingList
	if code := w.rest("GET", path, "", &list); code != http.StatusOK {
		w.t.Fatalf("%s: %d", path, code)
	}
	for _, r := range list.Recordings {
		sids = append(sids, r.SID)
	}
	return sids
}

func TestRecordingsAreListedAndDeleted(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, child string) {
		first := w.startRecording(parent, "").SID
		second := w.startRecording(parent, "").SID
		pass(time.Second)
		if code := w.rest("DELETE", "/Recordings/"+first+".json", "", nil); code != http.StatusConflict {
			t.Errorf("delete while it runs: %d", code)
		}
		w.steer(parent, first, "Status=stopped")
		if code := w.rest("DELETE", "/Recordings/"+first+".json", "", nil); code != http.StatusConflict {
			t.Errorf("delete while it is processed: %d", code)
		}
		pass(2 * time.Second)
		other := w.connect(map[string]string{"To": member})
		pass(5 * time.Second)
		third := w.startRecording(other, "").SID
		pass(time.Second)

		today := time.Now().UTC()
		for path, want := range map[string][]string{
			"/Recordings.json":                                    {third, second, first},
			"/Recordings.json?CallSid=" + parent:                  {second, first},
			"/Recordings.json?ConferenceSid=CF1":                  nil,
			"/Calls/" + parent + "/Recordings.json":               {second, first},
			"/Calls/" + child + "/Recordings.json":                {second, first},
			"/Recordings.json?DateCreated=" + day(today):          {third, second, first},
			"/Recordings.json?DateCreated%3C=" + day(yesterday()): nil,
			"/Recordings.json?DateCreated%3E=" + url.QueryEscape(today.Add(-3*time.Second).Format(time.RFC3339)): {third},
		} {
			if got := w.recordings(path); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}

		// A page at a time.
		var list recordingList
		w.rest("GET", "/Recordings.json?PageSize=2", "", &list)
		if len(list.Recordings) != 2 || list.NextPageURI == "" {
			t.Fatalf("first page %+v", list)
		}
		next := list.NextPageURI
		list = recordingList{}
		w.rest("GET", strings.TrimPrefix(next, api), "", &list)
		if len(list.Recordings) != 1 || list.Recordings[0].SID != first || list.PreviousPageURI == "" || list.NextPageURI != "" {
			t.Errorf("second page %+v", list)
		}

		w.deleted(first)
		pass(39 * 24 * time.Hour)
		if got := w.recordings("/Recordings.json?IncludeSoftDeleted=true&CallSid=" + parent); !slices.Equal(got, []string{second, first}) {
			t.Errorf("soft deleted for 39 days: %v", got)
		}
		pass(24 * time.Hour)
		if got := w.recordings("/Recordings.json?IncludeSoftDeleted=true&CallSid=" + parent); !slices.Equal(got, []string{second}) {
			t.Errorf("soft deleted for 40 days: %v", got)
		}
	})
}

// deleted deletes a recording and looks for what is left of it.
func (w *world) deleted(sid string) {
	w.t.Helper()
	if w.sound(sid).Code != http.StatusOK {
		w.t.Error("no sound to delete")
	}
	for i, want := range []int{http.StatusNoContent, http.StatusNotFound} {
		if code := w.rest("DELETE", "/Recordings/"+sid+".json", "", nil); code != want {
			w.t.Errorf("delete %d: %d", i, code)
		}
	}
	if _, code := w.recording(sid); code != http.StatusNotFound || w.sound(sid).Code != http.StatusNotFound {
		w.t.Errorf("deleted: %d, sound %d", code, w.sound(sid).Code)
	}
	var left recordingResource
	if code := w.rest("GET", "/Recordings/"+sid+".json?IncludeSoftDeleted=true", "", &left); code != 200 || left.Status != "deleted" {
		w.t.Errorf("metadata: %d %+v", code, left)
	}
	if slices.Contains(w.recordings("/Recordings.json"), sid) {
		w.t.Error("a deleted recording is listed")
	}
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func yesterday() time.Time { return time.Now().UTC().AddDate(0, 0, -1) }

// A recording can be made old, to try what happens to old ones.
func TestRecordingsAge(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, _ string) {
		old, young := w.startRecording(parent, "").SID, w.startRecording(parent, "").SID
		pass(2 * time.Minute)
		if code := w.do("PUT", "/sandbox/v1/recordings/"+old, map[string]any{"ageDays": 400}, nil); code != http.StatusOK {
			t.Fatal(code)
		}
		before := "/Recordings.json?DateCreated%3C=" + day(time.Now().UTC().AddDate(0, 0, -365))
		if got := w.recordings(before); !slices.Equal(got, []string{old}) {
			t.Errorf("older than a year: %v", got)
		}
		now, _ := w.recording(old)
		made, err := time.Parse(time.RFC1123Z, now.Created)
		if age := time.Since(made); err != nil || age < 400*24*time.Hour || age > 401*24*time.Hour {
			t.Errorf("created %s: %v", now.Created, err)
		}
		w.deleted(old)
		if code := w.do("PUT", "/sandbox/v1/recordings/"+old, map[string]any{"ageDays": 40}, nil); code != http.StatusNoContent {
			t.Errorf("40 days later: %d", code)
		}
		if got := w.recordings("/Recordings.json?IncludeSoftDeleted=true"); !slices.Equal(got, []string{young}) {
			t.Errorf("left: %v", got)
		}
		for sid, age := range map[string]int{young: 0, old: 3} {
			if code := w.do("PUT", "/sandbox/v1/recordings/"+sid, map[string]any{"ageDays": age}, nil); code != map[string]int{young: 400, old: 404}[sid] {
				t.Errorf("%d days: %d", age, code)
			}
		}
	})
}

func TestRecordingRequestsAreChecked(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, child string) {
		var fault struct{ Code int }
		for _, form := range []string{"RecordingChannels=2", "RecordingTrack=left", "Trim=yes", "RecordingStatusCallbackEvent=started", "RecordingStatusCallbackMethod=PUT"} {
			if code := w.rest("POST", "/Calls/"+parent+"/Recordings.json", form, &fault); code != http.StatusBadRequest || fault.Code != 20001 {
				t.Errorf("%s: %d %d", form, code, fault.Code)
			}
		}
		if code := w.rest("POST", "/Calls/"+parent+"/Recordings/Twilio.CURRENT.json", "Status=paused", nil); code != http.StatusNotFound {
			t.Errorf("none is current: %d", code)
		}
		first, second := w.startRecording(parent, "").SID, w.startRecording(child, "").SID
		for _, try := range []struct {
			recording, form string
			code            int
		}{
			{first, "Status=over", 20001},
			{first, "Status=stopped&PauseBehavior=skip", 20001},
			{first, "Status=paused&PauseBehavior=stop", 20001},
			{"Twilio.CURRENT", "Status=paused", 16108},
			{"RE00000000000000000000000000000001", "Status=paused", 20404},
		} {
			fault.Code = 0
			if w.rest("POST", "/Calls/"+parent+"/Recordings/"+try.recording+".json", try.form, &fault); fault.Code != try.code {
				t.Errorf("%s of %s: %d, want %d", try.form, try.recording, fault.Code, try.code)
			}
		}
		w.steer(parent, first, "Status=stopped")
		for _, status := range []string{"stopped", "in-progress", "paused"} {
			if code := w.rest("POST", "/Calls/"+parent+"/Recordings/"+first+".json", "Status="+status, &fault); code != http.StatusBadRequest || fault.Code != 21220 {
				t.Errorf("%s after stopped: %d %d", status, code, fault.Code)
			}
		}
		w.steer(parent, "Twilio.CURRENT", "Status=stopped")
		pass(2 * time.Second)
		if now, _ := w.recording(second); now.Status != "absent" || now.Duration != "0" || w.sound(second).Code != http.StatusNotFound {
			t.Errorf("of no time: %+v", now)
		}
		pass(time.Minute)
		for _, sid := range []string{parent, child} {
			if code := w.rest("POST", "/Calls/"+sid+"/Recordings.json", "", &fault); code != http.StatusBadRequest || fault.Code != 21220 {
				t.Errorf("of a call that is over: %d %d", code, fault.Code)
			}
		}
	})
}

// A call that rings cannot be recorded.
func TestRecordingBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		parent := w.connect(map[string]string{"To": member})
		pass(2 * time.Second)
		var fault struct{ Code int }
		if code := w.rest("POST", "/Calls/"+parent+"/Recordings.json", "", &fault); code != http.StatusBadRequest || fault.Code != 21220 {
			t.Errorf("%d %d", code, fault.Code)
		}
	})
}

// What is deleted, and what held nothing, leaves no file; Close leaves none at all.
func TestRecordingsLeaveNoFiles(t *testing.T) {
	t.Parallel()
	var box *twiliobox.Box
	inTalk(t, func(w *world, parent, _ string) {
		box = w.box
		if n := box.Taped(); n != -1 {
			t.Errorf("%d files before the first recording", n)
		}
		kept, deleted, nothing := w.startRecording(parent, "").SID, w.startRecording(parent, "").SID, ""
		pass(time.Second)
		nothing = w.startRecording(parent, "").SID
		if n := box.Taped(); n != 3 {
			t.Errorf("%d files, want 3", n)
		}
		for _, sid := range []string{nothing, deleted, kept} {
			w.steer(parent, sid, "Status=stopped")
		}
		pass(2 * time.Second)
		w.deleted(deleted)
		if n := box.Taped(); n != 1 {
			t.Errorf("%d files, want that of one recording", n)
		}
	})
	if n := box.Taped(); n != -1 {
		t.Errorf("%d files after Close", n)
	}
}
