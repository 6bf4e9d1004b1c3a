// Package fhirbox is a FHIR R4 server for one machine: resources, their
// versions and a search index in one SQLite file.
//
// It answers as a Medplum server does (server-made ids, version ids that are
// UUIDs, no update of what does not exist, outcomes with the same texts), so a
// client that works here works there, and it refuses what a FHIR server
// refuses: every write is checked against tables generated from the official
// R4 StructureDefinitions (see schema/generate.mjs). It can also be told to
// misbehave, by failing and by going on wrongly: see Fault, Kind and the
// /sandbox/v1/faults route.
//
// It checks no references and no terminology, and has no access rules beyond
// one client's login. It is made for development and tests.
package fhirbox
