package fhirbox

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
)

// patchOp is one operation of a JSON Patch (RFC 6902).
type patchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patch applies test, add, replace and remove. As at Medplum, If-Match does
// not count: guard with a test of /meta/versionId.
func (b *Box) patch(r *request) (*answer, error) {
	var ops []patchOp
	d := json.NewDecoder(strings.NewReader(string(r.body)))
	d.UseNumber()
	if err := d.Decode(&ops); err != nil {
		return nil, badRequest("Patch body must be an array")
	}

	var a *answer
	err := b.store.write(r.Context(), func(conn *sqlite.Conn) error {
		old, err := current(conn, r.path[0], r.path[1])
		switch {
		case err != nil:
			return err
		case old == nil:
			return notFound()
		case old.deleted():
			return gone()
		}
		v, err := b.patched(conn, old, ops)
		if err != nil {
			return err
		}
		a = &answer{status: http.StatusOK, version: v, body: v.content}
		return nil
	})

	return a, err
}

func (b *Box) patched(conn *sqlite.Conn, old *version, ops []patchOp) (*version, error) {
	resource, err := decode(old.content)
	if err != nil {
		return nil, err
	}

	for _, op := range ops {
		if err := op.apply(resource); err != nil {
			return nil, err
		}
	}

	if textOf(resource["resourceType"]) != old.resourceType || textOf(resource["id"]) != old.id {
		return nil, badRequest("Incorrect resource ID")
	}
	if err := b.check(resource); err != nil {
		return nil, err
	}

	return b.save(conn, draft{
		resource:    resource,
		id:          old.id,
		old:         old,
		interaction: updated,
	})
}

// apply changes the resource in place.
func (op patchOp) apply(resource map[string]any) error {
	steps := strings.Split(op.Path, "/")
	if len(steps) < 2 || steps[0] != "" {
		return badRequest("Invalid patch path: %s", op.Path)
	}
	for i, s := range steps {
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(s)
	}
	_, err := op.at(resource, steps[1:])
	return err
}

// at gives the container with the change made, since a list may move when it
// grows or shrinks.
func (op patchOp) at(in any, steps []string) (any, error) {
	switch in := in.(type) {
	case map[string]any:
		return in, op.inObject(in, steps)
	case []any:
		return op.inList(in, steps)
	}
	return nil, badRequest("Value required at path: %s", op.Path)
}

func (op patchOp) inObject(in map[string]any, steps []string) error {
	name := steps[0]
	have, ok := in[name]
	if len(steps) > 1 {
		changed, err := op.at(have, steps[1:])
		if err == nil {
			in[name] = changed
		}
		return err
	}

	switch {
	case op.Op == "add":
		in[name] = op.Value
		return nil
	case op.Op == "test":
		return op.test(have)
	case !ok:
		return badRequest("Value required at path: %s", op.Path)
	case op.Op == "replace":
		in[name] = op.Value
		return nil
	case op.Op == "remove":
		delete(in, name)
		return nil
	}

	return op.unknown()
}

func (op patchOp) inList(in []any, steps []string) ([]any, error) {
	i, err := strconv.Atoi(steps[0])
	if steps[0] == "-" && op.Op == "add" {
		i, err = len(in), nil
	}

	last := len(in) - 1
	if op.Op == "add" && len(steps) == 1 {
		last++
	}

	if err != nil || i < 0 || i > last {
		return nil, badRequest("Value required at path: %s", op.Path)
	}
	if len(steps) > 1 {
		changed, err := op.at(in[i], steps[1:])
		if err == nil {
			in[i] = changed
		}
		return in, err
	}

	switch op.Op {
	case "add":
		return slices.Insert(in, i, op.Value), nil
	case "remove":
		return slices.Delete(in, i, i+1), nil
	case "replace":
		in[i] = op.Value
		return in, nil
	case "test":
		return in, op.test(in[i])
	}

	return nil, op.unknown()
}

func (op patchOp) test(have any) error {
	if reflect.DeepEqual(have, op.Value) {
		return nil
	}
	return badRequest("Test failed: %v != %v", have, op.Value)
}

func (op patchOp) unknown() error {
	return badRequest("Unsupported patch operation %q: this server knows test, add, replace and remove", op.Op)
}
