package fhirbox

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"
	"sync"
)

// decode reads one JSON object. Numbers keep the digits they were sent with.
func decode(body []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read JSON: something follows the object")
	}
	return o, nil
}

// encode writes a resource in a fixed order: resourceType, id and meta, then
// the rest by name. Equal resources give equal bytes.
func encode(resource map[string]any) ([]byte, error) {
	rest, err := encodeRest(resource)
	if err != nil {
		return nil, err
	}
	return encodeWith(resource, rest)
}

// encodeWith writes resourceType, id and meta and then the rest, which
// encodeRest has made.
func encodeWith(resource map[string]any, rest []byte) ([]byte, error) {
	out := bytes.NewBufferString("{")
	for _, key := range []string{"resourceType", "id", "meta"} {
		if err := encodeMember(out, resource, key); err != nil {
			return nil, err
		}
	}
	out.Write(rest)
	return append(bytes.TrimSuffix(out.Bytes(), []byte(",")), '}'), nil
}

func encodeRest(resource map[string]any) ([]byte, error) {
	var out bytes.Buffer
	for _, key := range sortedKeys(resource) {
		if key == "resourceType" || key == "id" || key == "meta" {
			continue
		}
		if err := encodeMember(&out, resource, key); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// encodeMember writes one member of an object and a comma; nothing when the
// object has none of that name.
func encodeMember(out *bytes.Buffer, resource map[string]any, key string) error {
	if resource[key] == nil {
		return nil
	}
	value, err := encodeValue(resource[key])
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%q:", key)
	out.Write(value)
	out.WriteByte(',')
	return nil
}

// encodeValue leaves <, > and & as they are, unlike json.Marshal.
func encodeValue(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// prune removes empty lists, which a resource may be sent with but does not
// keep.
func prune(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			prune(item)
		}

	case map[string]any:
		for key, item := range v {
			if list, ok := item.([]any); ok && len(list) == 0 {
				delete(v, key)
				continue
			}
			prune(item)
		}
	}
}

// stamp gives a resource its id and the server's part of meta, in place.
func stamp(resource map[string]any, id, versionID, lastUpdated string) {
	sent, _ := resource["meta"].(map[string]any)
	meta := maps.Clone(sent)
	if meta == nil {
		meta = map[string]any{}
	}
	meta["versionId"], meta["lastUpdated"] = versionID, lastUpdated
	resource["id"], resource["meta"] = id, meta
}

// newUUID makes a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

var uuidPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
})

func isUUID(s string) bool { return uuidPattern().MatchString(s) }

// etagPattern is what an If-Match must look like to count; like Medplum, the
// server ignores anything else, * among it.
var etagPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:W/)?"([^"]+)"$`)
})

// etagVersion is the version id that an ETag header names, "" for none.
func etagVersion(header string) string {
	if m := etagPattern().FindStringSubmatch(strings.TrimSpace(header)); m != nil {
		return m[1]
	}
	return ""
}
