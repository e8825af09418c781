#!/usr/bin/python3
"""Makes the basemap's land and coast as GeoJSON: the Gulf from GSHHG at full resolution, the world round it from Natural
Earth 1:50 million. build.sh runs it; the files are written into the current folder.

coast.py gulf                 g_land.geojson, g_coast.geojson   (gmt with gmt-gshhg-full)
coast.py world land-50m.json  w_land.geojson, w_coast.geojson   (the file of the npm package world-atlas)
"""
import json
import subprocess
import sys

from shapely.affinity import translate
from shapely.geometry import LineString, MultiLineString, Polygon, box, mapping
from shapely.ops import linemerge, polygonize, unary_union

W, E, S, N = 47.0, 60.0, 22.0, 31.0  # the box that GSHHG covers and Natural Earth leaves out
REGION = f"-R{W}/{E}/{S}/{N}"
FRAME = box(W, S, E, N)


def gmt(*args, text=None):
    return subprocess.run(["gmt", *args], input=text, capture_output=True, text=True, check=True).stdout.splitlines()


def gulf():
    """Joins GSHHG's shoreline with the box's edge into faces and asks gmt which of them are land."""
    lines, line = [], []
    for row in gmt("coast", REGION, "-Df", "-W1", "-M") + [">"]:
        if row.startswith(">"):
            if len(line) > 1:
                lines.append(LineString(line))
            line = []
        else:
            x, y = row.split()[:2]
            line.append((round(float(x), 5), round(float(y), 5)))
    faces = list(polygonize(unary_union(lines + [LineString(FRAME.exterior.coords)])))
    inside = [f.representative_point() for f in faces]
    asked = "".join(f"{p.x} {p.y} {i}\n" for i, p in enumerate(inside))
    answer = gmt("select", REGION, "-Df", "-Ns/k", text=asked)
    land = unary_union([faces[int(float(row.split()[2]))].buffer(0) for row in answer if row.strip()])
    write("g", land, land.boundary.difference(FRAME.exterior.buffer(1e-7)))


def world(atlas):
    """Cuts the box out of Natural Earth's land. Neither the cut nor the map's own edges are coast."""
    with open(atlas, encoding="utf-8") as f:
        land = unary_union([p for rings in polygons(json.load(f)) for p in unrolled(rings)]).difference(FRAME)
    edges = [FRAME.exterior, LineString([(-180, -90), (-180, 90)]), LineString([(180, -90), (180, 90)]), LineString([(-180, -90), (180, -90)])]
    write("w", land, land.boundary.difference(unary_union([e.buffer(1e-6) for e in edges])))


def polygons(topology):
    """Decodes the object "land" of a quantised topology."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * kx + tx, y * ky + ty))
        arcs.append(arc)

    def ring(indices):
        points = []
        for i in indices:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    for g in topology["objects"]["land"]["geometries"]:
        for rings in [g["arcs"]] if g["type"] == "Polygon" else g["arcs"]:
            yield [ring(r) for r in rings]


def unrolled(rings):
    """Cuts a polygon at the date line, over which world-atlas has stitched its rings, and closes the one round the pole."""
    flat = []
    for ring in rings:
        if max(y for _, y in ring) < -89.9:
            continue  # the pole itself
        points = [ring[0]]
        for x, y in ring[1:]:
            points.append((x - 360 * round((x - points[-1][0]) / 360), y))
        if abs(points[-1][0] - points[0][0]) > 180:
            points += [(points[-1][0], -90), (points[0][0], -90)]
        flat.append(points)
    if not flat:
        return
    whole = Polygon(flat[0], flat[1:]).buffer(0)
    for turn in (-360, 0, 360):
        part = translate(whole, -turn).intersection(box(-180, -90, 180, 90)).buffer(0)  # without what only touches
        if not part.is_empty:
            yield part


def write(prefix, land, coast):
    coast = linemerge(coast)
    dump(prefix + "_land.geojson", sorted(land.geoms, key=lambda g: -g.area))
    dump(prefix + "_coast.geojson", [MultiLineString(list(coast.geoms))])
    print(f"{prefix}: {len(land.geoms)} polygons, {len(coast.geoms)} lines")


def dump(name, geometries):
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(g)} for g in geometries]
    with open(name, "w", encoding="utf-8") as f:
        json.dump({"type": "FeatureCollection", "features": features}, f)


if __name__ == "__main__":
    if sys.argv[1:] == ["gulf"]:
        gulf()
    elif len(sys.argv) == 3 and sys.argv[1] == "world":
        world(sys.argv[2])
    else:
        sys.exit(__doc__)
