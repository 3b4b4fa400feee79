"""Makes a fresh mongod the primary of its own replica set, and prints the set's URL."""
import sys

import pymongo

port = int(sys.argv[1])
direct = pymongo.MongoClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=60_000)
direct.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]})
url = f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"
pymongo.MongoClient(url, serverSelectionTimeoutMS=60_000).admin.command("ping")
print(url)
