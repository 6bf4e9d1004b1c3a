package calls

import "io"

// Sound is the sound of a recording, or a part of it, on its way. Nothing of it is kept.
type Sound struct {
	Type   string        // its media type: audio/mpeg
	Length int64         // of Body, in bytes; negative: not known
	Part   string        // which part it is, as Content-Range has it (RFC 9110, section 14.4); empty: all of it
	Beyond bool          // the part that was asked for lies beyond its end: Part tells how long it is, and there is no Body
	Body   io.ReadCloser // whoever reads it closes it
}
