# The secrets by name. Their values are added by a person, never by Terraform, whose state would keep them:
#   gcloud secrets versions add careline-twilio-auth-token --data-file=-
resource "google_secret_manager_secret" "careline" {
  for_each = toset([
    "careline-database-ca",
    "careline-database-url",
    "careline-fhir-client-secret",
    "careline-metrics-config",
    "careline-twilio-api-secret",
    "careline-twilio-auth-token",
    "careline-twilio-auth-token-secondary",
  ])

  secret_id = each.value

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.needed]
}
