variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where everything runs and is kept."
  type        = string
  default     = "europe-west2"
}

variable "public_url" {
  description = "FUNCTIONS_URL: the service as Twilio and Pub/Sub reach it, https, without a trailing slash."
  type        = string

  validation {
    condition     = startswith(var.public_url, "https://") && !endswith(var.public_url, "/")
    error_message = "The public URL must begin with https:// and must not end with a slash."
  }
}

variable "image" {
  description = "The image to run, by digest (…@sha256:…). Empty on the first apply: then all but the service is made."
  type        = string
  default     = ""

  validation {
    condition     = var.image == "" || can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by digest: a tag can be moved, and a rollback must run what ran before."
  }
}

variable "metrics_image" {
  description = "Google's Prometheus collector for Cloud Run; pin the release that you have tried."
  type        = string
  default     = "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"
}

variable "min_instances" {
  description = "Instances that always run. At least one: the relay files calls whether or not anybody asks."
  type        = number
  default     = 1

  validation {
    condition     = var.min_instances >= 1
    error_message = "At least one instance must run, or nothing is filed while nobody calls."
  }
}

variable "max_instances" {
  description = "Most instances. Each follows calls for 400 open browsers, and holds connections to the database: see docs/scale.md before raising it."
  type        = number
  default     = 5
}

variable "secret_versions" {
  description = "Which version of each secret the service runs with. Never latest: an old revision must keep the pair of key and secret that it was made with."
  type = object({
    DATABASE_CA                 = number
    DATABASE_URL                = number
    FHIR_CLIENT_SECRET          = number
    METRICS_CONFIG              = optional(number, 1)
    TWILIO_API_SECRET           = number
    TWILIO_AUTH_TOKEN           = number
    TWILIO_AUTH_TOKEN_SECONDARY = number
  })
  default = {
    DATABASE_CA                 = 1
    DATABASE_URL                = 1
    FHIR_CLIENT_SECRET          = 1
    METRICS_CONFIG              = 1
    TWILIO_API_SECRET           = 1
    TWILIO_AUTH_TOKEN           = 1
    TWILIO_AUTH_TOKEN_SECONDARY = 1
  }
}

variable "twilio_account_sid" {
  description = "AC and 32 hexadecimal digits."
  type        = string
}

variable "twilio_api_key" {
  description = "SK and 32 hexadecimal digits; its secret is in careline-twilio-api-secret."
  type        = string
}

variable "twilio_twiml_app_sid" {
  description = "AP and 32 hexadecimal digits."
  type        = string
}

variable "fhir_base_url" {
  description = "The health record's FHIR R4 endpoint."
  type        = string
  default     = "https://api.medplum.com/fhir/R4"
}

variable "fhir_token_url" {
  description = "Where client credentials log in."
  type        = string
  default     = "https://api.medplum.com/oauth2/token"
}

variable "fhir_client_id" {
  description = "Id of the client application; its secret is in careline-fhir-client-secret."
  type        = string
}

variable "descope_project_id" {
  description = "Id of the Descope project whose sessions are accepted."
  type        = string
}

variable "database_tier" {
  description = "Machine of the database; two processors carry a national service (docs/scale.md)."
  type        = string
  default     = "db-custom-2-8192"
}

variable "database_disk_gb" {
  description = "Disk to begin with; it grows by itself."
  type        = number
  default     = 50
}

variable "notification_channels" {
  description = "Ids of the Cloud Monitoring channels that alarms go to (projects/…/notificationChannels/…)."
  type        = list(string)
}
