"""Reads back a downloaded file with nothing of ours: prints a line of JSON with the number of events and their ids.

usage: read.py FORMAT FILE
"""
import csv, io, json, os, sys, xml.etree.ElementTree as xml, zipfile


def local(tag):
    return tag.rsplit("}", 1)[-1]


def features(text):
    doc = json.loads(text)
    assert doc["type"] == "FeatureCollection", doc["type"]
    for f in doc["features"]:
        assert f["type"] == "Feature"
        g = f["geometry"]
        if g is not None:
            assert g["type"] in ("Point", "LineString", "Polygon", "MultiLineString", "MultiPolygon", "MultiPoint"), g["type"]
    return [f.get("id") or f["properties"]["id"] for f in doc["features"]]


def read_csv(data):
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for r in rows:
        assert None not in r and None not in r.values(), "a row of another width: %r" % r
        for value in r.values():
            assert value[:1] not in ("=", "@", "\t", "\r"), "a formula: %r" % value
    return [r["id"] for r in rows]


def read_json(data):
    doc = json.loads(data)
    rows = doc if isinstance(doc, list) else doc.get("events") or doc.get("rows") or doc.get("entries") or []
    return [r["id"] for r in rows]


def read_jsonl(data):
    return [json.loads(line)["id"] for line in data.decode().splitlines() if line.strip()]


def read_kmz(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None
        names = [n for n in z.namelist() if n.endswith(".kml")]
        root = xml.fromstring(z.read(names[0]))
    return [e.get("id") for e in root.iter() if local(e.tag) == "Placemark"]


def read_gpx(data):
    root = xml.fromstring(data)
    assert local(root.tag) == "gpx", root.tag
    return [n.text for e in root if local(e.tag) in ("wpt", "trk", "rte") for n in e if local(n.tag) == "name"]


def read_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None
        names = sorted(n.rsplit("/", 1)[-1] for n in z.namelist())
        event = [n for n in z.namelist() if n.endswith("event.json")][0]
        ids = [json.loads(z.read(event))["id"]]
        track = [n for n in z.namelist() if n.endswith("track.geojson")]
        if track:
            json.loads(z.read(track[0]))
        for n in z.namelist():
            if n.endswith(".png"):
                assert z.read(n)[:8] == b"\x89PNG\r\n\x1a\n"
    return ids + names


def read_parquet(data):
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(data)).column("id").to_pylist()


READ = {"csv": read_csv, "json": read_json, "jsonl": read_jsonl, "geojson": features, "kmz": read_kmz, "gpx": read_gpx, "zip": read_zip,
        "parquet": read_parquet, "gfw": read_json}

kind, name = sys.argv[1:3]
with open(name, "rb") as f:
    ids = READ[kind](f.read())
print(json.dumps({"count": len(ids), "ids": ids}))
sys.stdout.flush()
os._exit(0)  # pyarrow's threads may abort an interpreter that takes its time to end
