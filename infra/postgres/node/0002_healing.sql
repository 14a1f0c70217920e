-- Which server start and table the own ledgers were last read back to the end on: one row, for all processes of a node.
CREATE TABLE healing (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation text NOT NULL);
GRANT SELECT, INSERT, UPDATE ON healing TO duikou_node;

-- Keys of views and claims are compared byte by byte on every machine, and prefixes find their index.
ALTER TABLE claim ALTER COLUMN what TYPE text COLLATE "C";
CREATE INDEX claim_what ON claim (what);
ALTER TABLE view_row ALTER COLUMN key TYPE text COLLATE "C";

-- Generations of views are given out, not guessed: two rebuilds never share one.
CREATE SEQUENCE view_generation AS integer;
SELECT setval('view_generation', max(generation) + 1)
FROM (SELECT 0 UNION SELECT generation FROM view_pointer UNION SELECT generation FROM view_position) AS g (generation);
GRANT USAGE ON SEQUENCE view_generation TO duikou_node;
