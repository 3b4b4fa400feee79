"""A file that holds no keys takes the place of the key ring, and is taken back: all replicas keep the keys that they have."""
from check import Expectations
from scenario import Scenario

# Files are read again every 5 s.
NOTICED = 7
SHORT_SECRET = '{"keys": [{"kty": "oct", "kid": "other", "alg": "HS256", "k": "c2hvcnQ"}]}'
BAD = ("", "{", '{"keys": []}', SHORT_SECRET)


async def faults(running):
    keys = running.cluster.keys
    good = keys.read_text()
    for bad in BAD if running.long else BAD[-1:]:
        running.note(f"the key file is {bad!r}")
        keys.write_text(bad)
        await running.run(NOTICED)
    keys.write_text(good)
    await running.run(NOTICED)


SCENARIO = Scenario(faults, expected=Expectations(refusals=False, gap=10))
