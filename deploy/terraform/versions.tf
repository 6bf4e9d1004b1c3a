terraform {
  required_version = ">= 1.9.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.35.0"
    }
  }

  # Who runs this chooses where the state is kept: terraform init -backend-config=bucket=…
  # No secret is in the state: this configuration makes secrets, people add their values.
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region
}
