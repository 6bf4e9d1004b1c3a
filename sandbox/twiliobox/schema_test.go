package twiliobox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is accepted without effect says so, once each, and the call goes on.
func TestSchemaSaysWhatHasNoEffect(t *testing.T) {
	t.Parallel()
	quiet := `<Response><Dial callerId="` + ours + `" hangupOnStar="false"><Number>` + member + `</Number></Dial></Response>`
	tests := []struct {
		name, twiml string
		want        string // what the one notice names
	}{
		{"hangupOnStar", strings.Replace(quiet, `"false"`, `"true"`, 1), "hangupOnStar of <Dial>"},
		{"ringTone", strings.Replace(quiet, `hangupOnStar="false"`, `ringTone="uk"`, 1), "ringTone of <Dial>"},
		{"referUrl", strings.Replace(quiet, `hangupOnStar="false"`, `referUrl="/x"`, 1), "referUrl of <Dial>"},
		{"callReason", strings.Replace(quiet, `hangupOnStar="false"`, `callReason="x"`, 1), "callReason of <Dial>"},
		{"how recordings are encrypted", strings.Replace(quiet, `hangupOnStar="false"`, `recordingConfigurationId="x"`, 1), "recordingConfigurationId of <Dial>"},
		{"speech", strings.Replace(quiet, `<Dial`, `<Gather timeout="1" speechModel="x" actionOnEmptyResult="false"/><Dial`, 1), "speechModel of <Gather>"},
		{"byoc", strings.Replace(quiet, `<Number>`, `<Number byoc="BY1">`, 1), "byoc of <Number>"},
		{"a detector's threshold", strings.Replace(quiet, `<Number>`, `<Number machineDetectionSpeechThreshold="2000">`, 1), "machineDetectionSpeechThreshold of <Number>"},
		{"clientNotificationUrl", strings.NewReplacer(`<Number>`, `<Client clientNotificationUrl="/x">`, `</Number>`, `</Client>`, member, "a").Replace(quiet), "clientNotificationUrl of <Client>"},
		{"the default", quiet, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, tt.twiml, func(w *world) {
				sid := w.connect(nil)
				pass(time.Minute)
				var said []string
				for _, n := range w.call(sid).Notices {
					said = append(said, n.Message)
					if n.Level != "warning" || n.Code != 0 {
						t.Errorf("%+v", n)
					}
				}
				var want []string
				if tt.want != "" {
					want = []string{"not simulated: " + tt.want + "; the call goes on without it"}
				}
				if diff := cmp.Diff(want, said); diff != "" {
					t.Error(diff)
				}
				if v := w.call(sid); v.Status != "completed" || len(v.Legs) != 2 {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}
