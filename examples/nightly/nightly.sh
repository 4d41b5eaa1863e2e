#!/bin/sh
# nightly.sh TARGET [OPTION of run ...]: one night of one target; tells somebody, once, where there is something to tell.
#
#   IOT_HISTORY   where nights are kept: a folder, or a URL (s3://…) with pip install 'iot-conformance[history]'
#   IOT_REPORTS   where reports go, a folder for each night
#   IOT_NOTIFY    a command that gets one line as its argument and the comparison as its input,
#                 for example: mail -s   ->   mail -s "the target changed: …" < drift.md
#
# Leaves with the status of run: 0 nothing changed, 1 the target changed, 2 wrong usage, 3 could not tell, 4 our own fault.
set -u
[ $# -gt 0 ] || { echo 'name a target, for example: nightly.sh region:cn-shanghai --yes' >&2; exit 2; }
state=${XDG_STATE_HOME:-$HOME/.local/state}/iot-conformance
history=${IOT_HISTORY:-$state/history}
folder=${IOT_REPORTS:-$state/nights}/$(date -u +%Y%m%d-%H%M%S)
mkdir -p "$folder" || exit 2

iot-conformance run "$@" --history "$history" --against baseline --confirm 2 --quiet \
    --reports "$folder" 2>"$folder/said.txt"
status=$?
[ "$status" -eq 0 ] && exit 0

said=$(tail -n 1 "$folder/said.txt")
echo "$said" >&2
if [ -n "${IOT_NOTIFY:-}" ]; then
    page=$folder/drift.md
    [ -e "$page" ] || page=$folder/said.txt
    # Of more words than one on purpose: a command with its options.
    # shellcheck disable=SC2086
    $IOT_NOTIFY "$said" <"$page" || echo "IOT_NOTIFY failed: $IOT_NOTIFY" >&2
fi
exit "$status"
