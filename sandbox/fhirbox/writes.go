package fhirbox

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
)

// draft is a resource about to be written.
type draft struct {
	resource    map[string]any
	id          string
	old         *version // nil when the resource is new
	interaction string
}

// check makes a resource ready to be stored: as valid as FHIR asks, without
// empty lists.
func (b *Box) check(resource map[string]any) error {
	if err := b.schema.validate(resource); err != nil {
		return err
	}
	prune(resource)
	return nil
}

// save writes a draft as a new version, or gives the old one when nothing
// would change. The resource has been checked.
func (b *Box) save(conn *sqlite.Conn, d draft) (*version, error) {
	resourceType := textOf(d.resource["resourceType"])
	if err := b.resolveConditional(conn, d.resource); err != nil {
		return nil, err
	}

	v := &version{
		resourceType: resourceType,
		id:           d.id,
		versionID:    newUUID(),
		updated:      time.Now().UnixMilli() * 1000,
		interaction:  d.interaction,
	}

	rest, err := encodeRest(d.resource)
	if err != nil {
		return nil, err
	}

	if d.old != nil {
		v.key, v.updated = d.old.key, max(v.updated, d.old.updated)
		stamp(d.resource, d.id, d.old.versionID, instant(d.old.updated))
		same, err := encodeWith(d.resource, rest)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(same, d.old.content) {
			return d.old, nil
		}
	}

	stamp(d.resource, d.id, v.versionID, instant(v.updated))
	if v.content, err = encodeWith(d.resource, rest); err != nil {
		return nil, err
	}
	return v, insert(conn, v, b.schema.entriesOf(d.resource))
}

func (b *Box) create(r *request) (*answer, error) {
	resource, err := r.resource(r.path[0])
	if err != nil {
		return nil, err
	}

	delete(resource, "id")
	if err := b.check(resource); err != nil {
		return nil, err
	}

	var a *answer
	err = b.store.write(r.Context(), func(conn *sqlite.Conn) error {
		match, err := b.ifNoneExist(conn, r)
		if err != nil {
			return err
		}
		if match != nil {
			a = &answer{status: http.StatusOK, version: match, body: match.content}
			return nil
		}
		v, err := b.save(conn, draft{resource: resource, id: newUUID(), interaction: created})
		if err != nil {
			return err
		}
		a = createdAnswer(r, v)
		return nil
	})

	return a, err
}

func createdAnswer(r *request, v *version) *answer {
	return &answer{
		status:   http.StatusCreated,
		version:  v,
		body:     v.content,
		location: r.base + "/" + v.resourceType + "/" + v.id,
	}
}

// ifNoneExist finds the one resource that makes a create unnecessary.
func (b *Box) ifNoneExist(conn *sqlite.Conn, r *request) (*version, error) {
	condition := strings.TrimPrefix(r.Header.Get("If-None-Exist"), "?")
	if condition == "" {
		return nil, nil
	}
	return b.onlyMatch(conn, r.path[0], parsePairs(condition))
}

func (b *Box) update(r *request) (*answer, error) {
	resource, err := r.resource(r.path[0])
	if err != nil {
		return nil, err
	}

	if textOf(resource["id"]) != r.path[1] {
		return nil, badRequest("Incorrect resource ID")
	}
	if err := b.check(resource); err != nil {
		return nil, err
	}

	var a *answer
	err = b.store.write(r.Context(), func(conn *sqlite.Conn) error {
		old, err := b.toUpdate(conn, r)
		if err != nil {
			return err
		}
		v, err := b.save(conn, draft{
			resource:    resource,
			id:          old.id,
			old:         old,
			interaction: updated,
		})
		if err != nil {
			return err
		}
		a = &answer{status: http.StatusOK, version: v, body: v.content}
		return nil
	})

	return a, err
}

// toUpdate is the version a PUT replaces; a deleted one is restored by it.
func (b *Box) toUpdate(conn *sqlite.Conn, r *request) (*version, error) {
	old, err := current(conn, r.path[0], r.path[1])
	if err != nil {
		return nil, err
	}

	if old == nil && !isUUID(r.path[1]) {
		return nil, badRequest("Invalid id")
	}
	if old == nil {
		return nil, notFound()
	}

	if want := etagVersion(r.Header.Get("If-Match")); want != "" && want != old.versionID {
		return nil, preconditionFailed()
	}
	return old, nil
}

// conditionalUpdate replaces the one resource that matches, or makes it.
// If-Match does not count here.
func (b *Box) conditionalUpdate(r *request) (*answer, error) {
	resource, err := r.resource(r.path[0])
	if err != nil {
		return nil, err
	}

	if err := b.check(resource); err != nil {
		return nil, err
	}
	var a *answer
	err = b.store.write(r.Context(), func(conn *sqlite.Conn) error {
		old, err := b.onlyMatch(conn, r.path[0], r.query)
		if err != nil {
			return err
		}
		a, err = b.putMatch(conn, r, draft{resource: resource, old: old, interaction: updated})
		return err
	})

	return a, err
}

func (b *Box) putMatch(conn *sqlite.Conn, r *request, d draft) (*answer, error) {
	sent := textOf(d.resource["id"])
	if d.old == nil {
		if sent != "" {
			return nil, badRequest("Cannot perform create as update with client-assigned ID")
		}
		v, err := b.save(conn, draft{resource: d.resource, id: newUUID(), interaction: created})
		if err != nil {
			return nil, err
		}
		return createdAnswer(r, v), nil
	}

	if sent != "" && sent != d.old.id {
		return nil, badRequest("Resource ID did not match resolved ID")
	}
	d.id = d.old.id
	v, err := b.save(conn, d)
	if err != nil {
		return nil, err
	}

	return &answer{status: http.StatusOK, version: v, body: v.content}, nil
}

// remove deletes a resource; doing so again is no fault.
func (b *Box) remove(r *request) (*answer, error) {
	err := b.store.write(r.Context(), func(conn *sqlite.Conn) error {
		old, err := current(conn, r.path[0], r.path[1])
		if err != nil {
			return err
		}
		if old == nil {
			return notFound()
		}
		if old.deleted() {
			return nil
		}

		return insert(conn, &version{
			key:          old.key,
			resourceType: old.resourceType,
			id:           old.id,
			versionID:    newUUID(),
			updated:      max(old.updated, time.Now().UnixMilli()*1000),
			interaction:  deleted,
		}, nil)
	})
	if err != nil {
		return nil, err
	}

	return &answer{outcome: allOK()}, nil
}
