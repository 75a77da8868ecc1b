#!/bin/sh
# The system packages that the whole-call tests need: installed where we are root, else named.
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need sipp sip-tester
need baresip baresip-core
need kamailio "kamailio kamailio-tls-modules"
ls /usr/lib/*/libopus.so.0 >/dev/null 2>&1 || missing="$missing libopus0"
need chromium chromium
need dnsmasq dnsmasq-base
need java default-jre-headless
need mvn maven
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    # One stale mirror entry must not stop the tests: what is truly missing is named by them.
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "tests that need them will be skipped; install:$missing" >&2
fi
