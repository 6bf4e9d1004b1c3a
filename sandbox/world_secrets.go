package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secrets are what the world's outside parties know a client by.
type secrets struct {
	AuthToken        string `json:"twilioAuthToken"`
	APISecret        string `json:"twilioApiSecret"`
	FHIRClientSecret string `json:"fhirClientSecret"`
}

const secretsFile = "secrets.json"

// keptSecrets reads dir's secrets, making them the first time; an empty dir
// means new ones each time.
func keptSecrets(dir string) (secrets, error) {
	fresh := secrets{AuthToken: randomHex(16), APISecret: randomHex(16), FHIRClientSecret: randomHex(32)}
	if dir == "" {
		return fresh, nil
	}
	path := filepath.Join(dir, secretsFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, writeSecrets(path, fresh)
	}
	if err != nil {
		return secrets{}, fmt.Errorf("read the sandbox's secrets: %w", err)
	}

	var kept secrets
	err = json.Unmarshal(raw, &kept)
	if err != nil || kept.AuthToken == "" || kept.APISecret == "" || kept.FHIRClientSecret == "" {
		return secrets{}, fmt.Errorf("%s is damaged: delete it, and the sandbox makes new secrets", path)
	}

	return kept, nil
}

func writeSecrets(path string, s secrets) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the sandbox's secrets: %w", err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep the sandbox's secrets: %w", err)
	}
	return nil
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails: crypto/rand's contract since Go 1.24
	return hex.EncodeToString(b)
}

// sid is a Twilio string identifier, always the same for one name.
func sid(prefix, name string) string {
	sum := sha256.Sum256([]byte("sandbox " + prefix + " " + name))
	return prefix + hex.EncodeToString(sum[:16])
}
