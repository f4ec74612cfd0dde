-- What cannot be judged is no verdict: the last one stands beside it, so that who was qualified before a
-- value could not be read, and is again after, does not cross.
ALTER TABLE verdict ADD COLUMN unclear TEXT;        -- the disqualifier that hangs on it; NULL: the verdict is of now
ALTER TABLE verdict ADD COLUMN was_there INTEGER NOT NULL DEFAULT 0 CHECK(was_there IN (0, 1));
                                                    -- unclear at the first sync, and not changed since
CREATE INDEX verdict_unclear ON verdict(contact_id) WHERE unclear IS NOT NULL;

-- Since when a write is put off for some trouble, whenever it is tried next.
ALTER TABLE effect ADD COLUMN waits_ms INTEGER;
