-- Whether a call goes on in a room, which programs of schema 6 know nothing of: they write
-- none, and leave it as it is.
ALTER TABLE calls ADD COLUMN room boolean NOT NULL DEFAULT false;

-- Whose devices are ready for a call.
CREATE TABLE presence (
  clinician text NOT NULL,
  device    text NOT NULL,
  ready     boolean NOT NULL,
  said      bigint NOT NULL,
  CONSTRAINT presence_pkey PRIMARY KEY (clinician, device)
) WITH (fillfactor = 50);
