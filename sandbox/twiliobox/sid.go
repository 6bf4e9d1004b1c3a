package twiliobox

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// newSID makes a Twilio string identifier: a two-letter type and 32 hexadecimal
// digits.
func newSID(prefix string) string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand's contract since Go 1.24
	return prefix + hex.EncodeToString(b[:])
}

// newUUID makes a version 4 UUID, the form of I-Twilio-Idempotency-Token.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
