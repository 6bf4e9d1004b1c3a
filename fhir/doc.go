// Package fhir is what careline says to the health record, a FHIR R4 server
// (https://hl7.org/fhir/R4/), and what it hears from it.
//
//	Client         login, requests, errors, the server's quota
//	Chart          files a careline.Call as a Communication, one version per change
//	               (filer.go: the guarded writing, for any kind of resource; kind.go: what it knows of one)
//	Client methods read appointments and recorded calls; an Appointment is never written
//	Plan, Checks   the definitions of what is written, and whether all is well
//
// Servers of Medplum's kind are the measure: they give ids and versions
// themselves, guard an update by If-Match, answer 400 when their database is
// down, and tell what is left of a quota in RateLimit headers.
package fhir
