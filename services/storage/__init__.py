"""PostgreSQL of one node: own events, the log as read, and rows of views. The only place that says SQL about them.

``pool`` connections, ``migrate`` tables and roles · ``ledger`` (with ``sealing``, ``gather``, ``sealed``) own events ·
``replica`` (with ``records``, ``healing``) the log and its verdicts · ``rows`` view rows.
"""
