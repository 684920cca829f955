#!/bin/sh
# Run once, by the image, when the database is new. The house works as a role that owns nothing and that row-level security holds for;
# its tables belong to another one, which only `migrate` knows (docs/decisions/0010-row-level-security.md).
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$(cat /run/secrets/owner_password)" -v house="$(cat /run/secrets/house_password)" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'END'
CREATE ROLE thu_vien_owner LOGIN PASSWORD :'owner';
CREATE ROLE thu_vien LOGIN PASSWORD :'house';
ALTER DATABASE :"DBNAME" OWNER TO thu_vien_owner;
END
