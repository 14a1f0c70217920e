"""PostgreSQL of one node: own events, the log as read, and rows of views."""
