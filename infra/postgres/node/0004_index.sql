-- By what a content is found: keyed tokens whose key lies outside PostgreSQL; which key made them says ``key``.
-- Not a view: what was opened cannot be opened again without a signed record, so nobody can fold it anew.
CREATE TABLE content_index (
  token bytea NOT NULL, key text NOT NULL, channel text NOT NULL, content text NOT NULL,
  written bigint NOT NULL,         -- ms
  PRIMARY KEY (token, channel, content));
CREATE INDEX ON content_index (channel, content);
-- One access record, one value: which token it was used for, so that it serves for no other.
CREATE TABLE index_search (
  record text PRIMARY KEY, officer text NOT NULL, token bytea NOT NULL,
  at bigint NOT NULL);             -- ms
CREATE INDEX ON index_search (officer, at);
GRANT SELECT, INSERT, DELETE ON content_index TO duikou_node;
GRANT SELECT, INSERT ON index_search TO duikou_node;
