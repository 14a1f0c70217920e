"""A node's operator: prepare its databases, back them up, restore them, prove them, and see what ails the node.

``preparing`` · ``backup`` and ``restore`` (with ``archive``, the file) · ``fsck`` (with ``ledgers``, ``replicas``,
``findings``): the databases against themselves, offline · ``doctor`` (with ``patient``): the node against its
surroundings · ``channels``: what stands still goes on.
"""
