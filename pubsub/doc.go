// Package pubsub is Google Pub/Sub.
//
//	a webhook ──▶ Outbox ──▶ Publisher ──▶ the topic ──▶ Push or Pull ──▶ Inbox ──▶ the log
//	                 └─ not within 2 s ─▶ the log ──▶ Forward ──▶ Publisher
//
// A report is durable before it is acknowledged, to its sender and to Google alike:
// at Google, in the log, or, where nobody here can read it, among the strays. What
// comes twice is one event by its id.
//
// Source: Google Cloud, "Publish messages", "Order messages", "Push subscriptions",
// "Quotas and limits".
package pubsub
