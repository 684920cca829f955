#!/bin/sh
# Writes the secrets of docker-compose.yml once, from random bytes; what is there already stays. They lie beside this script.
# The folder is closed to everybody else; the files in it are readable, because each container reads them as a user of its own.
set -eu
names=$(dirname "$0")/../.env  # the names of this house, as `docker compose` reads them too
[ ! -f "$names" ] || . "$names"
cd "${1:-$(dirname "$0")}"
: "${PUBLIC_HOST:?the name people use}" "${CONTENT_HOST:?the second name, for uploaded packages}"
mkdir -p secrets
chmod 700 secrets
cd secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -s "$1" ] || printf '%s' "$2" > "$1"; }

keep postgres_password "$(random)"
keep owner_password "$(random)"
keep house_password "$(random)"
keep minio_user "kho-$(random | cut -c1-8)"
keep minio_password "$(random)"
keep database_url "postgresql+psycopg://thu_vien:$(cat house_password)@postgres:5432/thu_vien"
keep database_owner_url "postgresql+psycopg://thu_vien_owner:$(cat owner_password)@postgres:5432/thu_vien"
keep files_url "s3://$(cat minio_user):$(cat minio_password)@minio:9000/hoc-lieu?secure=false"
if [ ! -s certificate.pem ]; then  # until the real one is put here
  openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$PUBLIC_HOST" -addext "subjectAltName=DNS:$PUBLIC_HOST,DNS:$CONTENT_HOST" \
    -keyout certificate_key.pem -out certificate.pem 2>/dev/null
  echo "secrets/certificate.pem was signed by nobody; replace it and certificate_key.pem by real ones." >&2
fi
chmod 444 ./*
