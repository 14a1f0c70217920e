"""One unit, running: relay, intake, projector, duties and gateway, in one process or one part each.

The registry is the same node with the source ``registry`` and duties of its own.
"""
