package twiliobox

import "time"

// Endure changes what a test cannot wait for: it is called before the box is
// used.
func (b *Box) Endure(beat, socket, browser, phone time.Duration) {
	b.engine.patience = endurance{beat: beat, socket: socket, browser: browser, phone: phone}
}
