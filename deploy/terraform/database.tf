# Postgres with a private address alone, in a network of its own. careline connects to it directly: it holds locks and
# listens on its connections, which a pooler that lends them out by the transaction would break.

resource "google_compute_network" "careline" {
  name                    = "careline"
  auto_create_subnetworks = false

  depends_on = [google_project_service.needed]
}

resource "google_compute_subnetwork" "careline" {
  name                     = "careline"
  network                  = google_compute_network.careline.id
  region                   = var.region
  ip_cidr_range            = "10.40.0.0/24"
  private_ip_google_access = true
}

resource "google_compute_global_address" "database" {
  name          = "careline-database"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
  network       = google_compute_network.careline.id
}

resource "google_service_networking_connection" "database" {
  network                 = google_compute_network.careline.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.database.name]
}

resource "google_sql_database_instance" "careline" {
  name                = "careline"
  region              = var.region
  database_version    = "POSTGRES_18" # the tests' own server has this major version: go on to the next with it
  deletion_protection = true

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = "REGIONAL" # a second machine in another zone takes over
    disk_type                   = "PD_SSD"
    disk_size                   = var.database_disk_gb
    disk_autoresize             = true
    deletion_protection_enabled = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.careline.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
      }
    }

    maintenance_window {
      day          = 7 # Sunday
      hour         = 3
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }
  }

  depends_on = [google_service_networking_connection.database]
}

# Its user is made by hand (deploy/README.md): a password here would be in the state.
resource "google_sql_database" "careline" {
  name     = "careline"
  instance = google_sql_database_instance.careline.name
}
