# Events travel from the webhooks to the service itself. What is pushed is acknowledged when it is in the database, so
# an outage of the health record never shows here; one of the database does. Names and times are those that careline
# provision wants, so that it has nothing to change here. The regions are this file's alone: provision neither sets nor
# changes them, and what it makes by itself Google keeps wherever it chooses.

resource "google_pubsub_topic" "events" {
  name = "twilio"

  # Whoever restores a backup of the database seeks back this far (docs/runbook.md, "Restore from a backup").
  # Messages hold telephone numbers: as long as that needs, and no longer.
  message_retention_duration = "604800s"

  # Ordering holds within a region, and personal data stays in it.
  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.needed]
}

resource "google_pubsub_subscription" "push" {
  name                       = "careline-twilio"
  topic                      = google_pubsub_topic.events.id
  enable_message_ordering    = true
  ack_deadline_seconds       = 30
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = "${var.public_url}/v1/twilio/pubsub"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = "${var.public_url}/v1/twilio/pubsub"
    }
  }

  # 100 attempts, the most there are, an hour and a half: 1 + 2 + 4 + 8 + 16 + 32 s, then 93 times 60 s. Only an outage
  # of the database spends them; a message that cannot be read is acknowledged and kept.
  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "60s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = 100
  }

  # Never expires, however quiet the clinic: an expired subscription loses what comes later.
  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic" "dead" {
  name = "twilio-dead-letter"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.needed]
}

# A topic without a subscription keeps nothing.
resource "google_pubsub_subscription" "dead" {
  name                       = "twilio-dead-letter"
  topic                      = google_pubsub_topic.dead.id
  ack_deadline_seconds       = 30
  message_retention_duration = "604800s"

  # Without one, what cannot be kept comes again at once, as fast as it is refused.
  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "60s"
  }

  expiration_policy {
    ttl = ""
  }
}
