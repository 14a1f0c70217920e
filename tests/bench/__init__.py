"""Figures of one run, each beside a floor measured in the same rounds. Nothing here passes or fails."""
