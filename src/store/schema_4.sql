-- What cannot be judged is no verdict: the last one stands beside it, so that who was qualified before a
-- value could not be read, and is again after, does not cross.
ALTER TABLE verdict ADD COLUMN unclear TEXT;        -- the disqualifier that hangs on it; NULL: the verdict is of now
ALTER TABLE verdict ADD COLUMN was_there INTEGER NOT NULL DEFAULT 0 CHECK(was_there IN (0, 1));
                                                    -- unclear at the first sync, and not changed since
CREATE INDEX verdict_unclear ON verdict(contact_id) WHERE unclear IS NOT NULL;

-- Since when a write is put off for some trouble, whenever it is tried next.
ALTER TABLE effect ADD COLUMN waits_ms INTEGER;

-- Calendars on the web: the last good copy of each, and how asking for it went since.
CREATE TABLE calendar_copy (
  name     TEXT PRIMARY KEY,                        -- the address, or the variable that holds it
  body     BLOB,                                    -- NULL: never read
  read_ms  INTEGER,                                 -- when its server last said that it stands so
  asked_ms INTEGER,
  mark     TEXT,                                    -- what tells the server which copy this is
  problem  TEXT                                     -- why it could not be read when it was last asked for
) STRICT;
