// Package google sets up what careline needs at Google: the Pub/Sub topic over which
// reports go, the subscription that brings them, and where dead letters are held.
// What is sent over the topic is not its business.
package google
