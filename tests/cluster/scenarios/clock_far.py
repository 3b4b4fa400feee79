"""The clock of one replica of each service is wrong by more than the leeway of tokens: some tokens are refused, and nothing else.

Tokens that a replica ahead mints are not valid yet for the others, and a replica ahead takes tokens for expired. No session and no
document is lost by that, and no ended session is accepted.
"""
from check import Expectations
from scenario import Scenario
from scenarios.clock import step_clocks

REFUSED = frozenset((op, 401) for op in ("insert", "update", "delete", "read", "list"))


async def faults(running):
    await step_clocks(running, (10, -10, 3600, -3600))


SCENARIO = Scenario(faults, expected=Expectations(errors=True, gap=30, also=REFUSED), short=False)
