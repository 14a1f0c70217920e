"""The main job, played on one machine: three nodes, the registry, an invented story. All persons are invented."""
