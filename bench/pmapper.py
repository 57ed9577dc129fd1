# Some of the questions of `--access` to PMapper's local simulation, which is installed when it is
# asked for and runs here, in a process of its own; nothing of AWS is called.
#
# Usage: pmapper.py QUESTIONS.json
# Prints one JSON object; times are CPU time.

import collections
import collections.abc
import json
import sys
import time

# It was written for a Python that had these here.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.querying.query_interface import local_check_authorization_full  # noqa: E402

with open(sys.argv[1], encoding="utf-8") as file:
    given = json.load(file)
policies = [Policy(f"arn:aws:iam::aws:policy/p{n}", f"p{n}", one) for n, one in enumerate(given["documents"])]
levels = [[Policy("arn:aws:organizations::aws:policy/scp", "scp", one)] for one in given["scps"]]


def node(principal):
    boundary = principal["boundary"]
    identity = [policies[n] for n in principal["identity"]]
    limit = None if boundary is None else policies[boundary]
    return Node(principal["arn"], "AROAX", identity, None, {}, None, 0, False, False, limit, False, principal["tags"])


nodes = [node(one) for one in given["principals"]]
answers = []
began = time.process_time()
for who, action, resource in given["questions"]:
    keys = dict(given["context"], **{"aws:PrincipalArn": nodes[who].arn})
    try:
        allowed = local_check_authorization_full(
            nodes[who], action, resource, keys, None, None, levels, None)
        answers.append("allow" if allowed else "deny")
    except Exception as error:  # whatever it fails at is its answer
        answers.append(f"failed: {error!r}")
took = time.process_time() - began
print(json.dumps({"seconds": took, "answers": answers}))
