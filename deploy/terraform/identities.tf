# Who may do what. Rights are given on the one thing they are needed for, and on the project only where Google knows
# no narrower place.

data "google_project" "this" {}

locals {
  # Pub/Sub itself, when it forwards dead letters and signs its pushes. A fresh project has no such account until
  # somebody asks for it, which Terraform's stable provider cannot: deploy/README.md, "The first time".
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# The service.
resource "google_service_account" "runtime" {
  account_id   = "careline"
  display_name = "careline service"

  depends_on = [google_project_service.needed]
}

resource "google_pubsub_topic_iam_member" "runtime_publishes" {
  topic  = google_pubsub_topic.events.id
  role   = "roles/pubsub.publisher"
  member = google_service_account.runtime.member
}

resource "google_secret_manager_secret_iam_member" "runtime_reads" {
  for_each = google_secret_manager_secret.careline

  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}

# The collector beside the service writes its metrics.
resource "google_project_iam_member" "runtime_measures" {
  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.runtime.member
}

# careline doctor looks at these, and changes nothing.
resource "google_pubsub_topic_iam_member" "runtime_looks" {
  for_each = {
    events = google_pubsub_topic.events.id
    dead   = google_pubsub_topic.dead.id
  }

  topic  = each.value
  role   = "roles/pubsub.viewer"
  member = google_service_account.runtime.member
}

resource "google_pubsub_subscription_iam_member" "runtime_looks" {
  for_each = {
    push = google_pubsub_subscription.push.id
    dead = google_pubsub_subscription.dead.id
  }

  subscription = each.value
  role         = "roles/pubsub.viewer"
  member       = google_service_account.runtime.member
}

# careline replay google takes the dead letters, in the operator's job.
resource "google_pubsub_subscription_iam_member" "runtime_takes_letters" {
  subscription = google_pubsub_subscription.dead.id
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.runtime.member
}

# For the doctor's question whether Pub/Sub may make dead letters. To see who has rights on a topic or a subscription is
# a permission apart (getIamPolicy): of Pub/Sub's roles the administrator's alone holds it, and that one may change all.
resource "google_project_iam_custom_role" "doctor" {
  role_id     = "carelineDoctor"
  title       = "careline doctor"
  description = "Sees who has rights on a topic or a subscription. Changes nothing, reads no message."

  permissions = [
    "pubsub.subscriptions.getIamPolicy",
    "pubsub.topics.getIamPolicy",
  ]
}

resource "google_pubsub_topic_iam_member" "runtime_sees_rights" {
  topic  = google_pubsub_topic.dead.id
  role   = google_project_iam_custom_role.doctor.id
  member = google_service_account.runtime.member
}

resource "google_pubsub_subscription_iam_member" "runtime_sees_rights" {
  subscription = google_pubsub_subscription.push.id
  role         = google_project_iam_custom_role.doctor.id
  member       = google_service_account.runtime.member
}

# The name that pushes are signed with. It may do nothing: careline knows it by its token.
resource "google_service_account" "push" {
  account_id   = "careline-push"
  display_name = "Pub/Sub pushes to careline"

  depends_on = [google_project_service.needed]
}

resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "pubsub_buries" {
  topic  = google_pubsub_topic.dead.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "pubsub_buries" {
  subscription = google_pubsub_subscription.push.id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
