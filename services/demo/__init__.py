"""The main job, played on one machine: two provinces, the registry, an invented story. All persons are invented."""
