package twiliobox

import (
	"errors"
	"regexp"
	"strconv"
	"sync"

	"perci.health/careline/sandbox/media"
)

// robot is a phone that nobody holds: it says what is asked of it as a source,
// and hears what is written to it.
type robot interface {
	media.Source
	Write(*media.Frame)
}

var tonePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^tone:([0-9]{2,4}(\.[0-9]+)?)$`)
})

// checkVoice accepts the voices that a phone's script may name.
func checkVoice(voice string) error {
	switch voice {
	case "", "auto", "silence", "echo":
		return nil
	}
	if hz, ok := toneOf(voice); ok && hz >= 50 && hz <= 3800 {
		return nil
	}
	return errors.New("voice must be auto, silence, echo or tone:<hertz>, from 50 to 3800")
}

func toneOf(voice string) (float64, bool) {
	m := tonePattern().FindStringSubmatch(voice)
	if m == nil {
		return 0, false
	}
	hz, err := strconv.ParseFloat(m[1], 64)
	return hz, err == nil
}

// newRobot is what answers a phone whose script is p.
func newRobot(p Phone) robot {
	hz, tone := toneOf(p.Voice)
	switch {
	case p.Outcome == "voicemail":
		return deaf{media.Voicemail()}
	case tone:
		return deaf{media.Tone(hz)}
	case p.Voice == "silence":
		return deaf{media.Sequence(nil)}
	case p.Voice == "echo":
		return media.NewPipe()
	}
	return media.NewConversation()
}

// deaf says something whatever it hears.
type deaf struct{ media.Source }

// Write is not listened to.
func (deaf) Write(*media.Frame) {}
