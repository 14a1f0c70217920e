"""Topics and own ledgers are few, their rows many: parts of queries that find the last row of each by its index."""

HELD = """held (topic, "offset") AS (
  (SELECT topic, "offset" FROM replica ORDER BY topic DESC, "offset" DESC LIMIT 1)
  UNION ALL SELECT next.* FROM held CROSS JOIN LATERAL (
    SELECT topic, "offset" FROM replica WHERE topic < held.topic ORDER BY topic DESC, "offset" DESC LIMIT 1) AS next)"""
"""The end of each topic in the replica, also behind a cut. Of a ``WITH RECURSIVE``."""

COUNTING = """counting (topic, "offset") AS (
  SELECT topic, least("offset", cut) FROM held LEFT JOIN topic_state USING (topic))"""
"""The last record of each topic that counts. Behind ``HELD``."""

SEALED = """sealed (ledger, epoch, sequence, digest) AS (
  (SELECT ledger, epoch, sequence, digest FROM ledger ORDER BY ledger DESC, epoch DESC, sequence DESC LIMIT 1)
  UNION ALL SELECT next.* FROM sealed CROSS JOIN LATERAL (
    SELECT ledger, epoch, sequence, digest FROM ledger WHERE ledger < sealed.ledger
    ORDER BY ledger DESC, epoch DESC, sequence DESC LIMIT 1) AS next)"""
"""The last own event of each ledger. Of a ``WITH RECURSIVE``."""
