#!/bin/bash
# Settings with a dot in their name come by the environment.
set -eu
settings=()
while IFS='=' read -r -d '' name value; do
  [[ $name =~ ^[a-z][a-z_]*\. ]] && settings+=("-E$name=$value")
done < <(env -0)
exec elasticsearch "${settings[@]}"
