# The service as deploy/cloudrun/service.yaml describes it, with its blanks filled in. This file uses variables alone,
# so that what Terraform makes of the description can be looked at without a cloud.
locals {
  blanks = {
    DESCOPE_PROJECT_ID                  = var.descope_project_id
    FHIR_BASE_URL                       = var.fhir_base_url
    FHIR_CLIENT_ID                      = var.fhir_client_id
    FHIR_TOKEN_URL                      = var.fhir_token_url
    IMAGE                               = var.image
    MAX_INSTANCES                       = var.max_instances
    METRICS_IMAGE                       = var.metrics_image
    MIN_INSTANCES                       = var.min_instances
    NETWORK                             = "careline"
    PROJECT                             = var.project
    PUBLIC_URL                          = var.public_url
    PUSH_SERVICE_ACCOUNT                = "careline-push@${var.project}.iam.gserviceaccount.com"
    SERVICE_ACCOUNT                     = "careline@${var.project}.iam.gserviceaccount.com"
    SUBNETWORK                          = "careline"
    TWILIO_ACCOUNT_SID                  = var.twilio_account_sid
    TWILIO_API_KEY                      = var.twilio_api_key
    TWILIO_TWIML_APP_SID                = var.twilio_twiml_app_sid
    VERSION_DATABASE_CA                 = var.secret_versions.DATABASE_CA
    VERSION_DATABASE_URL                = var.secret_versions.DATABASE_URL
    VERSION_FHIR_CLIENT_SECRET          = var.secret_versions.FHIR_CLIENT_SECRET
    VERSION_METRICS_CONFIG              = var.secret_versions.METRICS_CONFIG
    VERSION_TWILIO_API_SECRET           = var.secret_versions.TWILIO_API_SECRET
    VERSION_TWILIO_AUTH_TOKEN           = var.secret_versions.TWILIO_AUTH_TOKEN
    VERSION_TWILIO_AUTH_TOKEN_SECONDARY = var.secret_versions.TWILIO_AUTH_TOKEN_SECONDARY
  }

  service  = yamldecode(templatefile("${path.module}/../cloudrun/service.yaml", local.blanks))
  revision = local.service.spec.template

  # By name, so that no order matters.
  container = { for c in local.revision.spec.containers : c.name => c }
  careline  = local.container.careline
  metrics   = local.container.metrics

  # A setting has a value or names a version of a secret.
  settings = { for e in local.careline.env : e.name => try(e.value, null) if can(e.value) }
  secrets  = { for e in local.careline.env : e.name => e.valueFrom.secretKeyRef if can(e.valueFrom) }
  volumes  = { for v in local.revision.spec.volumes : v.name => v.secret }

  # Those of an operator's command, which has no collector beside it.
  own_volumes = { for m in local.careline.volumeMounts : m.name => local.volumes[m.name] }
}
