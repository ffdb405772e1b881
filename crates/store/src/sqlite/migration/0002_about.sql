-- What waits in the queues names the message that it is about: such a message is not collected. The columns stand behind
-- the bodies, which costs nothing: they are looked up in their indexes, and whoever deletes a row walks its pages anyway.

ALTER TABLE inbox ADD COLUMN about TEXT;         -- the network's id of the message; NULL: of none
ALTER TABLE callback ADD COLUMN message INTEGER; -- the message; NULL: of none
CREATE INDEX inbox_about ON inbox (line, about) WHERE about IS NOT NULL;
CREATE INDEX callback_message ON callback (message) WHERE message IS NOT NULL;
