// Package pubsubbox is Google Pub/Sub on this machine: Google's own emulator where
// it is installed (gcloud components install pubsub-emulator, and Java), else the
// fake in Google's client library, which has no pushes. Box says which.
//
// The emulator's pushes carry no token, so Pusher makes them as Google does, with
// tokens of an Issuer, from a subscription that it pulls from.
//
// Source: Google Cloud, "Testing apps locally with the emulator", "Push
// subscriptions", "Authentication for push subscriptions".
package pubsubbox
