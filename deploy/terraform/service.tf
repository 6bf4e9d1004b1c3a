resource "google_cloud_run_v2_service" "careline" {
  count = var.image == "" ? 0 : 1 # its secrets need their values first

  name                = local.service.metadata.name
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = true

  template {
    service_account                  = local.revision.spec.serviceAccountName
    timeout                          = "${local.revision.spec.timeoutSeconds}s"
    max_instance_request_concurrency = local.revision.spec.containerConcurrency
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = tonumber(local.revision.metadata.annotations["autoscaling.knative.dev/minScale"])
      max_instance_count = tonumber(local.revision.metadata.annotations["autoscaling.knative.dev/maxScale"])
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"

      network_interfaces {
        network    = google_compute_network.careline.name
        subnetwork = google_compute_subnetwork.careline.name
      }
    }

    containers {
      name  = local.careline.name
      image = local.careline.image
      args  = local.careline.args

      ports {
        container_port = local.careline.ports[0].containerPort
      }

      resources {
        limits            = local.careline.resources.limits
        cpu_idle          = false # always allocated: cpu-throttling "false"
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.settings

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value.name
              version = env.value.key
            }
          }
        }
      }

      startup_probe {
        period_seconds    = local.careline.startupProbe.periodSeconds
        timeout_seconds   = local.careline.startupProbe.timeoutSeconds
        failure_threshold = local.careline.startupProbe.failureThreshold

        http_get {
          path = local.careline.startupProbe.httpGet.path
          port = local.careline.startupProbe.httpGet.port
        }
      }

      liveness_probe {
        period_seconds    = local.careline.livenessProbe.periodSeconds
        timeout_seconds   = local.careline.livenessProbe.timeoutSeconds
        failure_threshold = local.careline.livenessProbe.failureThreshold

        http_get {
          path = local.careline.livenessProbe.httpGet.path
          port = local.careline.livenessProbe.httpGet.port
        }
      }

      dynamic "volume_mounts" {
        for_each = local.careline.volumeMounts

        content {
          name       = volume_mounts.value.name
          mount_path = volume_mounts.value.mountPath
        }
      }
    }

    containers {
      name       = local.metrics.name
      image      = local.metrics.image
      depends_on = [local.careline.name]

      resources {
        limits   = local.metrics.resources.limits
        cpu_idle = false
      }

      dynamic "volume_mounts" {
        for_each = local.metrics.volumeMounts

        content {
          name       = volume_mounts.value.name
          mount_path = volume_mounts.value.mountPath
        }
      }
    }

    dynamic "volumes" {
      for_each = local.volumes

      content {
        name = volumes.key

        secret {
          secret = volumes.value.secretName

          dynamic "items" {
            for_each = volumes.value.items

            content {
              version = items.value.key
              path    = items.value.path
            }
          }
        }
      }
    }
  }

  depends_on = [
    google_pubsub_topic_iam_member.runtime_publishes,
    google_secret_manager_secret_iam_member.runtime_reads,
    google_sql_database.careline,
  ]
}

# Anybody may send a request: Twilio signs its own, Pub/Sub and clinicians bring tokens, and careline checks them.
resource "google_cloud_run_v2_service_iam_member" "anybody" {
  count = length(google_cloud_run_v2_service.careline)

  name     = google_cloud_run_v2_service.careline[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# An operator's commands, where the database can be reached, with the service's own settings:
#   gcloud run jobs execute careline-operator --region REGION --args=doctor --wait
resource "google_cloud_run_v2_job" "operator" {
  count = length(google_cloud_run_v2_service.careline)

  name     = "careline-operator"
  location = var.region

  template {
    template {
      service_account = local.revision.spec.serviceAccountName
      timeout         = "3600s"
      max_retries     = 0

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.careline.name
          subnetwork = google_compute_subnetwork.careline.name
        }
      }

      containers {
        image = local.careline.image
        args  = ["doctor"]

        resources {
          limits = local.careline.resources.limits
        }

        dynamic "env" {
          for_each = local.settings

          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = local.secrets

          content {
            name = env.key

            value_source {
              secret_key_ref {
                secret  = env.value.name
                version = env.value.key
              }
            }
          }
        }

        dynamic "volume_mounts" {
          for_each = local.careline.volumeMounts

          content {
            name       = volume_mounts.value.name
            mount_path = volume_mounts.value.mountPath
          }
        }
      }

      dynamic "volumes" {
        for_each = local.own_volumes

        content {
          name = volumes.key

          secret {
            secret = volumes.value.secretName

            dynamic "items" {
              for_each = volumes.value.items

              content {
                version = items.value.key
                path    = items.value.path
              }
            }
          }
        }
      }
    }
  }
}
