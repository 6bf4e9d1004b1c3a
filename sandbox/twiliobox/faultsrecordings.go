package twiliobox

import (
	"fmt"
	"slices"
)

// RecordingFaults says what goes wrong with recordings. That their status
// callbacks are lost, late, doubled or crossed is told as of the others, by the
// events recording-in-progress, recording-completed and recording-absent. The
// lists are used up from the front; an empty entry is an answer as it should be.
type RecordingFaults struct {
	// ProcessingMillis is how long after its end a recording's sound exists, and
	// completed is told, on the wall clock; 0 means a second of the call's.
	ProcessingMillis int `json:"processingMs,omitempty"`
	// Start is how requests that start a recording are answered: 21220, as when the
	// call is not in progress, and nothing is started; lost: it is started and the
	// connection breaks without an answer.
	Start []string `json:"start,omitempty"`
	// Control is the same for those that pause, resume and stop one: 408 when
	// nothing was done, 408-done when it was done.
	Control []string `json:"control,omitempty"`
	// Media is how the sound is given: 404, xml (an error of the API as a body of
	// status 200) or empty (no octet of sound).
	Media []string `json:"media,omitempty"`
	// Encryption is what becomes of recordings that end, as of those of an account that
	// has a public key of its own: key (stored encrypted by it, and nobody here can hear
	// it), 16107 (so by another key) or 16105 (there is no key that is good: nothing is
	// stored, and the recording is absent).
	Encryption []string `json:"encryption,omitempty"`
}

// The names of faults above.
const (
	faultNotInProgress = "21220"
	faultLost          = "lost"
	faultTimeout       = "408"
	faultTimeoutDone   = "408-done"
	faultNotFound      = "404"
	faultXML           = "xml"
	faultEmpty         = "empty"
	faultEncrypted     = "key"
	faultOtherKey      = "16107"
	faultNoKey         = "16105"
)

func (f RecordingFaults) check() (wrong []error) {
	if f.ProcessingMillis < 0 || f.ProcessingMillis > 600_000 {
		wrong = append(wrong, fmt.Errorf("recordings: processingMs must be between 0 and 600000"))
	}
	for _, list := range []struct {
		name  string
		given []string
		known []string
	}{
		{"start", f.Start, []string{"", faultNotInProgress, faultLost}},
		{"control", f.Control, []string{"", faultTimeout, faultTimeoutDone}},
		{"media", f.Media, []string{"", faultNotFound, faultXML, faultEmpty}},
		{"encryption", f.Encryption, []string{"", faultEncrypted, faultOtherKey, faultNoKey}},
	} {
		for _, fault := range list.given {
			if !slices.Contains(list.known, fault) {
				wrong = append(wrong, fmt.Errorf("recordings: %s: %q is none of %q", list.name, fault, list.known))
			}
		}
	}

	return wrong
}

func (f RecordingFaults) clone() RecordingFaults {
	f.Start, f.Control, f.Media = slices.Clone(f.Start), slices.Clone(f.Control), slices.Clone(f.Media)
	f.Encryption = slices.Clone(f.Encryption)
	return f
}

// startFault is what goes wrong with the next start of a recording.
func (g *gremlin) startFault() string {
	return g.take(func(f *RecordingFaults) *[]string { return &f.Start })
}

func (g *gremlin) controlFault() string {
	return g.take(func(f *RecordingFaults) *[]string { return &f.Control })
}

func (g *gremlin) mediaFault() string {
	return g.take(func(f *RecordingFaults) *[]string { return &f.Media })
}

func (g *gremlin) encryptionFault() string {
	return g.take(func(f *RecordingFaults) *[]string { return &f.Encryption })
}

// take uses a list up from the front; an empty one has no fault.
func (g *gremlin) take(of func(*RecordingFaults) *[]string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := of(&g.faults.Recordings)
	if len(*list) == 0 {
		return ""
	}
	first := (*list)[0]
	*list = slices.Clone((*list)[1:])
	return first
}
