#!/bin/sh
# One night: measure, then judge against the baseline.
#
#   nightly.sh EXPERIMENT [OPTION of niah run]...
#
# Exit code: 0 pass, 1 fail, 2 it cannot run, 3 undecided. Repeated within 20 hours it goes on with
# the same run and pays for nothing twice. From the environment, besides the model's API key:
#
#   NIAH_DB          the store; niah.db here
#   NIAH_OUTPUT      directory for gate.xml, gate.md, niah.prom, gate.prom and plots/; here
#   NIAH_BASELINE    name of the baseline (niah baseline set NAME RUN...); nightly
#   NIAH_MAX_TIME    after which nothing more is sent; 2h
#   NIAH_WEBHOOK     told, signed with NIAH_WEBHOOK_SECRET, of a run that failed
set -eu

experiment=${1:?usage: nightly.sh EXPERIMENT [OPTION of niah run]...}
shift
output=${NIAH_OUTPUT:-.}
mkdir -p "$output"

measured=0
told=$(niah run "$experiment" --new-after 20h --max-time "${NIAH_MAX_TIME:-2h}" --log-format json \
    --metrics "$output/niah.prom" --plots "$output/plots" --json "$@") || measured=$?
# By its id: the latest run may be another job's.
run=$(printf '%s\n' "$told" | sed -n 's/^{"run": "\([^"]*\)".*/\1/p')
case $measured in
0) ;;
3)
    [ -n "$run" ] || exit 3 # it is running elsewhere, or the store is locked
    echo "some trials were not measured; the gate says whether the others suffice" >&2
    ;;
*) exit "$measured" ;;
esac

niah show "$run"
niah gate "$run" --baseline "${NIAH_BASELINE:-nightly}" \
    --junit "$output/gate.xml" --summary "$output/gate.md" --metrics "$output/gate.prom"
