output "images" {
  description = "Where to push images."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "database_address" {
  description = "Private address of the database, for DATABASE_URL."
  value       = google_sql_database_instance.careline.private_ip_address
}

output "service_url" {
  description = "Cloud Run's own address of the service; null until there is an image."
  value       = one(google_cloud_run_v2_service.careline[*].uri)
}
