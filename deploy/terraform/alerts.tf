# The alarms. docs/runbook.md says for each by its name what it means and what to do.

locals {
  # Measured by careline itself, in PromQL. Every instance tells the same backlog, from the one database: hence max.
  alarms = {
    "dead letters" = {
      query = "max(careline_backlog_dead) > 0"
      for   = "0s"
    }
    "messages nobody can read" = {
      query = "max(careline_strays) > 0"
      for   = "0s"
    }
    "backlog is old" = {
      query = "max(careline_backlog_oldest_age_seconds{consumer=\"chart\"}) > 600"
      for   = "60s"
    }
    "backlog cannot be read" = {
      query = "min(careline_backlog_up) == 0"
      for   = "300s"
    }
    "webhooks fail" = {
      query = "sum(rate(careline_http_requests_total{route=~\"/v1/twilio/.*\",status=~\"5..\"}[5m])) > 0.01"
      for   = "60s"
    }
    "webhooks are refused" = {
      query = "sum(rate(careline_http_requests_total{route=~\"/v1/twilio/.*\",status=~\"40[013]\"}[5m])) > 0.05"
      for   = "300s"
    }
    # Without moves nobody can be added to a call of two, or held; the calls go on.
    "moves fail" = {
      query = "sum(increase(careline_room_commands_total{act=\"move\",outcome!=\"done\"}[30m])) > 3 and sum(increase(careline_room_commands_total{act=\"move\",outcome!=\"done\"}[30m])) > 0.2 * sum(increase(careline_room_commands_total{act=\"move\"}[30m]))"
      for   = "60s"
    }
    # A call that lasts is looked up too, and goes on: only what was completed so had lost its reports.
    "reports get lost" = {
      query = "sum(increase(careline_lookups_total{outcome=\"completed\"}[30m])) > 5 and sum(increase(careline_lookups_total{outcome=\"completed\"}[30m])) > 0.05 * sum(increase(careline_events_kept_total{kind=\"requested\"}[30m]))"
      for   = "60s"
    }
    "Google is not taking events" = {
      query = "max(careline_backlog_oldest_age_seconds{consumer=\"pubsub\"}) > 300"
      for   = "60s"
    }
    # A recording ends with its call at the latest. One that goes on costs, and records nobody who knows.
    "a recording has no end" = {
      query = "max(careline_recordings_overdue) > 0"
      for   = "0s"
    }
    # Without a word from anybody: the sound of a call that should be recorded, or deleted, is not.
    "recordings fail" = {
      query = "sum(increase(careline_recordings_total{outcome=\"not-started\"}[30m])) > 3 or max(careline_backlog_oldest_age_seconds{consumer=\"recordings\"}) > 900"
      for   = "60s"
    }
    "no caller id" = {
      query = "max(careline_caller_ids) < 1"
      for   = "300s"
    }
    "no metrics" = {
      query = "absent(careline_backlog_up)"
      for   = "600s"
    }
  }
}

resource "google_monitoring_alert_policy" "careline" {
  for_each = local.alarms

  display_name          = "careline: ${each.key}"
  combiner              = "OR"
  notification_channels = var.notification_channels

  conditions {
    display_name = each.key

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.for
      evaluation_interval = "30s"
    }
  }

  documentation {
    content = "docs/runbook.md, \"The alarms\": ${each.key}"
  }

  depends_on = [google_project_service.needed]
}

resource "google_monitoring_alert_policy" "push_is_old" {
  display_name          = "careline: events wait in Pub/Sub"
  combiner              = "OR"
  notification_channels = var.notification_channels

  conditions {
    display_name = "oldest event that was not acknowledged"

    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = \"${google_pubsub_subscription.push.name}\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      comparison      = "COMPARISON_GT"
      threshold_value = 300
      duration        = "60s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    content = "docs/runbook.md, \"The alarms\": events wait in Pub/Sub"
  }
}

resource "google_monitoring_alert_policy" "buried" {
  display_name          = "careline: dead letters in Pub/Sub"
  combiner              = "OR"
  notification_channels = var.notification_channels

  conditions {
    display_name = "events that could not be pushed"

    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = \"${google_pubsub_subscription.dead.name}\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    content = "docs/runbook.md, \"The alarms\": dead letters in Pub/Sub"
  }
}
