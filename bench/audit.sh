#!/bin/sh
# What we depend on at run time: licences, a bill of materials (CycloneDX), and known weaknesses. Called by `make audit`.
set -eu
tools=.venv-audit/bin
mkdir -p build
export PYTHONWARNINGS=ignore

"$tools/cyclonedx-py" requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
    --output-format JSON --output-file build/sbom.json
echo "bill of materials: build/sbom.json, $(grep -c '"bom-ref": ' build/sbom.json) parts"

# An environment that holds the runtime lock and nothing else.
if [ ! -e .venv-runtime/.installed ] || [ requirements.lock -nt .venv-runtime/.installed ]; then
    "${PYTHON:-python3}" -m venv --clear .venv-runtime
    .venv-runtime/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
    touch .venv-runtime/.installed
fi
"$tools/pip-licenses" --python .venv-runtime/bin/python --format=plain --order=license | tee build/licences.txt

if said=$("$tools/pip-audit" --requirement requirements.lock --require-hashes --disable-pip --progress-spinner off 2>&1); then
    echo "known weaknesses: none"
elif printf '%s' "$said" | grep -qi 'vulnerabilit.* found\|known vulnerabilit'; then
    printf '%s\n' "$said"
    exit 1
else
    echo "known weaknesses: could not be asked for, since no database can be reached from here; run this again online"
    printf '%s\n' "$said" | tail -1 | cut -c1-200
fi
