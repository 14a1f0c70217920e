-- A lost or moved topic continues as the next one; its records behind the cut stay, and count there no more (WIRE 14).
ALTER TABLE topic_state ADD COLUMN cut bigint;
CREATE VIEW counted WITH (security_invoker = true) AS
SELECT v.* FROM verdict v
WHERE NOT EXISTS (SELECT FROM topic_state s WHERE s.topic = v.topic AND v."offset" > s.cut);
GRANT SELECT ON counted TO duikou_node;
