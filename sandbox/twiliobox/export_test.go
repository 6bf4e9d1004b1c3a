package twiliobox

import (
	"os"
	"time"
)

// Endure changes what a test cannot wait for: it is called before the box is
// used.
func (b *Box) Endure(beat, socket, browser, phone time.Duration) {
	b.engine.patience = endurance{beat: beat, socket: socket, browser: browser, phone: phone}
}

// Taped counts the files of recorded sound that there are, -1 when there is no
// folder of them.
func (b *Box) Taped() int {
	files, err := os.ReadDir(b.engine.recorder.tapes.dir)
	if err != nil {
		return -1
	}
	return len(files)
}
