#!/usr/bin/env bash
# Makes pkg/web/basemap/data again from its sources. Needs Debian 12's gmt, gmt-gshhg-full, python3-shapely and brotli, and
# npm for topojson-server and world-atlas, whose versions are fixed here:
#
#	apt-get install gmt gmt-gshhg-full python3-shapely brotli
#	pkg/web/basemap/build/build.sh
#
# With the same versions the files come out the same to the byte.
set -euo pipefail
build="$(cd "$(dirname "$0")" && pwd)"
data="$build/../data"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-fund --no-audit --ignore-scripts --prefix . topojson-server@3.0.1 world-atlas@2.0.2 >/dev/null
/usr/bin/python3 "$build/coast.py" gulf
/usr/bin/python3 "$build/coast.py" world node_modules/world-atlas/land-50m.json
for part in gulf:g world:w; do
	name="${part%:*}" prefix="${part#*:}"
	node_modules/.bin/geo2topo -q 1e5 land="${prefix}_land.geojson" coast="${prefix}_coast.geojson" >"$data/$name.topojson"
	brotli -q 11 -f "$data/$name.topojson"
	gzip -9 -n -k -f "$data/$name.topojson"
done
ls -l "$data"
