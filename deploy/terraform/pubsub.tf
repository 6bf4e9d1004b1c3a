# Events travel from the webhooks to the service itself. What is pushed is acknowledged when it is in the database, so
# an outage of the health record never shows here; one of the database does.

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
  name                       = "careline-push"
  topic                      = google_pubsub_topic.events.id
  enable_message_ordering    = true
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = "${var.public_url}/v1/twilio/pubsub"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = "${var.public_url}/v1/twilio/pubsub"
    }
  }

  # 100 attempts, the most there are, some 8 hours: 10 + 20 + 40 + 80 + 160 s, then 94 times 300 s.
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "300s"
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
  name = "careline-dead"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.needed]
}

# A topic without a subscription keeps nothing.
resource "google_pubsub_subscription" "dead" {
  name                       = "careline-dead"
  topic                      = google_pubsub_topic.dead.id
  enable_message_ordering    = true
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }
}
