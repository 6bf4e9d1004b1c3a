package twiliobox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A key of the account spoils recordings, as it does where the owner has set one: it is
// told in the report and by the resource.
func TestRecordingFaultsOfEncryption(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"":      "completed 0 details false; <nil> details false; 200 sound true",
		"key":   "completed 0 details true; <nil> details true; 200 sound false",
		"16107": "completed 16107 details true; 16107 details true; 200 sound false",
		"16105": "absent 16105 details false; 16105 details false; 404 sound false",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(member, "", ""), func(w *world) {
				w.do("PUT", "/sandbox/v1/faults", map[string]any{"recordings": map[string]any{"encryption": []string{fault}}}, nil)
				parent, sid := w.recorded()
				pass(time.Second)
				w.steer(parent, sid, "Status=stopped")
				pass(2 * time.Second)

				all := w.at("/rec")
				last := all[len(all)-1]
				var now struct {
					Code    any            `json:"error_code"`
					Details map[string]any `json:"encryption_details"`
				}
				if code := w.rest("GET", "/Recordings/"+sid+".json", "", &now); code != http.StatusOK {
					t.Fatal(code)
				}
				sound := w.sound(sid)
				got := fmt.Sprintf("%s %s details %t; %v details %t; %d sound %t",
					last.get("RecordingStatus"), last.get("ErrorCode"), strings.Contains(last.get("EncryptionDetails"), "public_key_sid"),
					now.Code, len(now.Details) == 3,
					sound.Code, strings.HasPrefix(sound.Body.String(), "RIFF"))
				if got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		})
	}
}
