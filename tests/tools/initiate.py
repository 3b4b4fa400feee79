"""Makes a fresh mongod the primary of its own replica set, and prints the set's URL.

The mongod chose its port itself (`--port 0`); its log, which the first argument names, says which one.
"""
import pathlib
import re
import sys
import time

import pymongo

PATIENCE = 60

log, deadline = pathlib.Path(sys.argv[1]), time.monotonic() + PATIENCE
while not (found := re.search(r'"Waiting for connections","attr":\{"port":(\d+)', log.read_text())):
    if time.monotonic() > deadline or "Shutting down" in log.read_text():
        sys.exit(f"mongod does not listen:\n{log.read_text()}")
    time.sleep(0.05)
port = int(found[1])
direct = pymongo.MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=PATIENCE * 1000)
direct.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]})
url = f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"
pymongo.MongoClient(url, serverSelectionTimeoutMS=PATIENCE * 1000).admin.command("ping")
print(url)
