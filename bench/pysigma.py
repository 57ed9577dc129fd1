"""Rules by pySigma's SQLite backend over a sample of records: how fast, and which hits.

Usage: pysigma.py SAMPLE.jsonl RULES_DIR
Prints one JSON object. Times are CPU time. Only the columns that a rule names are made, which is in
favour of the backend; a column holds text, a list or object its JSON text, and is compared without
regard to case, as Sigma asks.
"""

import importlib.metadata
import json
import pathlib
import re
import sqlite3
import sys
import time

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.rule import SigmaDetection
from sigma.types import SigmaFieldReference

FULLTEXT = "all_text"


def fields_of(detection):
    """Every field that a detection names."""
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from fields_of(item)
            continue
        if item.field:
            yield item.field
        yield from (value.field for value in item.value if isinstance(value, SigmaFieldReference))


def convert(folder):
    """Queries by rule id, columns, and what could not be converted."""
    queries, columns, failed = {}, {}, []
    for path in sorted(folder.glob("*.yml")):
        rule_id = path.stem
        try:
            collection = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"))
            rule = collection.rules[0]
            rule_id = str(rule.id)
            found = sqliteBackend(fulltext_field=FULLTEXT).convert(collection)
        except Exception as error:  # Whatever a rule breaks in the library is a rule not converted.
            failed.append({"rule": rule_id, "why": f"{type(error).__name__}: {error}".splitlines()[0]})
            continue
        queries[rule_id] = found
        for detection in rule.detection.detections.values():
            # SQLite tells columns apart without regard to case.
            columns.update({field.lower(): field for field in fields_of(detection)})
    return queries, list(columns.values()), failed


def collect(value, path, found):
    """What a path leads to, each element of a list on the way."""
    if isinstance(value, list):
        for item in value:
            collect(item, path, found)
    elif isinstance(value, dict) and path:
        if path[0] in value:
            collect(value[path[0]], path[1:], found)
    elif not path and value is not None:
        found.append(text(value))


def text(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def column(record, path):
    node = record
    for part in path:
        if not isinstance(node, dict) or part not in node:
            node = None
            break
        node = node[part]
    if node is not None:
        return text(node)
    found = []
    collect(record, path, found)
    return found[0] if len(found) == 1 else (json.dumps(found) if found else None)


def texts(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def load(records, columns, queries):
    """A table in memory with a row for each record."""
    connection = sqlite3.connect(":memory:")
    connection.create_function(
        "REGEXP", 2, lambda pattern, value: value is not None and re.search(pattern, value) is not None, deterministic=True
    )
    with_text = any(FULLTEXT in query for found in queries.values() for query in found)
    names = columns + ([FULLTEXT] if with_text else [])
    connection.execute(f"CREATE TABLE logs ({', '.join(quoted(name) + ' TEXT COLLATE NOCASE' for name in names)})")
    paths = [name.split(".") for name in columns]
    rows = (
        [column(record, path) for path in paths] + (["\n".join(texts(record))] if with_text else []) for record in records
    )
    connection.executemany(f"INSERT INTO logs VALUES ({', '.join('?' * len(names))})", rows)
    return connection


def main(sample, rules):
    queries, columns, failed = convert(rules)
    with open(sample, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    began = time.process_time()
    connection = load(records, columns, queries)
    loaded = time.process_time()
    hits = {}
    for rule_id, found in queries.items():
        try:
            count = sum(len(connection.execute(query).fetchall()) for query in found)
        except sqlite3.Error as error:
            failed.append({"rule": rule_id, "why": f"{type(error).__name__}: {error}"})
            continue
        if count:
            hits[rule_id] = count
    ended = time.process_time()
    versions = {name: importlib.metadata.version(name) for name in ("pysigma", "pysigma-backend-sqlite")}
    print(
        json.dumps(
            {
                "records": len(records),
                "rules": len(queries),
                "load_seconds": loaded - began,
                "query_seconds": ended - loaded,
                "hits": hits,
                "failed": failed,
                "versions": versions | {"python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version},
            }
        )
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
