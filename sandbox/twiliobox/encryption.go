package twiliobox

import (
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"strconv"
)

// encryption is how a public key of the account spoilt a recording: one of the faults of
// RecordingFaults.Encryption, "" when there is no key.
type encryption string

// encryptionDetails are what Twilio tells of a recording that it has encrypted
// (voice/tutorials/voice-recording-encryption). Nobody here has the private key, so there
// is none.
type encryptionDetails struct {
	PublicKeySID string `json:"public_key_sid"`
	EncryptedCEK string `json:"encrypted_cek"`
	IV           string `json:"iv"`
}

// details are nil for what is not encrypted, or not stored.
func (e encryption) details() any {
	if e != faultEncrypted && e != faultOtherKey {
		return nil
	}
	return encryptionDetails{
		PublicKeySID: "CR00000000000000000000000000000000",
		EncryptedCEK: "c2FuZGJveA==",
		IV:           "c2FuZGJveC1ieQ==",
	}
}

// errorCode is Twilio's, nil when nothing is wrong: a recording by the right key is as it
// was wanted.
func (e encryption) errorCode() any {
	code, err := strconv.Atoi(string(e))
	if err != nil {
		return nil
	}
	return code
}

// report tells it in a status callback.
func (e encryption) report(form url.Values) {
	if e.errorCode() != nil {
		form.Set("ErrorCode", string(e))
	}
	// A struct of strings can be written.
	if details, _ := json.Marshal(e.details()); e.details() != nil {
		form.Set("EncryptionDetails", string(details))
	}
}

// heard is what is served in place of the sound: bytes of which nobody makes sense.
func (encryption) heard(sid string) string {
	noise := sha256.Sum256([]byte(sid))
	return string(noise[:])
}
