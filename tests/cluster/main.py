"""Runs scenarios one after the other and prints a table. Started by tests/cluster/run, in namespaces of its own."""
import argparse
import asyncio
import importlib
import os
import pathlib
import shutil
import sys
import time
import traceback

from check import Verdict, check
from cluster import Cluster
from history import History, read
from load import Load
from scenario import Running

HERE = pathlib.Path(__file__).parent
FIGURES = ["operations", "refused", "lost", "phantom", "stale", "sessions lost", "sessions doubled", "wrongly accepted",
           "events missing", "events doubled", "events out of order", "unexpected", "gap"]
HEADS = ["scenario", "operations", "refused", "lost", "phantom", "stale", "sess. lost", "doubled", "accepted", "ev. missing",
         "doubled", "order", "unexpected", "gap", "seconds", "verdict"]
# No scenario takes this long, in seconds.
PATIENCE = 1_200
# How many faults of a scenario are printed. All of them are in its folder.
SHOWN = 12


def scenarios(names, long, old):
    """The scenarios that are asked for, those on one kind of cluster one after the other."""
    known = sorted(path.stem for path in (HERE / "scenarios").glob("[a-z]*.py"))
    for name in names:
        if name not in known:
            sys.exit(f"tests/cluster: no scenario {name}; there are: {' '.join(known)}")
    found = [(name, importlib.import_module(f"scenarios.{name}").SCENARIO) for name in names or known]
    chosen = [(name, scenario) for name, scenario in found
              if names or (long and (old or not scenario.needs_old)) or (scenario.short and not long)]
    return sorted(chosen, key=lambda pair: (pair[1].spoils, str(pair[1].kind)))


class Runner:
    """Runs scenarios, on the cluster of the one before where that is of the same kind and passed."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments = folder, arguments
        self.cluster = self.kind = None

    async def fresh(self, name, scenario):
        if self.cluster and self.kind == scenario.kind:
            return self.cluster
        await self.close()
        self.cluster, self.kind = Cluster(self.folder / name / "cluster", scenario.kind), scenario.kind
        await self.cluster.start()
        return self.cluster

    async def close(self):
        if self.cluster:
            await self.cluster.close()
        self.cluster = None

    async def run(self, name, scenario):
        """Runs one scenario, and returns its verdict."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        history, faults = History(folder / "history.jsonl"), []
        try:
            await asyncio.wait_for(self.play(scenario, name, history, faults), PATIENCE)
        except Exception as error:
            faults.append(f"the harness failed: {type(error).__name__}: {error}")
            (folder / "traceback.txt").write_text(traceback.format_exc())
        history.close()
        verdict = check(read(history.path), scenario.expected) if history.path.stat().st_size else Verdict()
        verdict.count("unexpected", faults)
        (folder / "faults.txt").write_text("".join(f"{fault}\n" for fault in verdict.faults))
        if verdict.faults or scenario.spoils:
            await self.close()
        return verdict

    async def play(self, scenario, name, history, faults):
        cluster = await self.fresh(name, scenario)
        shape = scenario.load | (scenario.long_load if self.arguments.long else {})
        load = Load(cluster, history, pinned=cluster.resource if scenario.pinned else (), **shape)
        running = Running(cluster, load, history, self.arguments.long, self.arguments.old)
        running.faults = faults
        try:
            await load.start()
            await load.run(1)
            await scenario.faults(running)
            await cluster.heal()
            await load.run(1)
            await load.end()
            await load.account()
        finally:
            for task in [*load.tasks, *load.following]:
                task.cancel()
            await asyncio.gather(*load.tasks, *load.following, return_exceptions=True)


def row(name, verdict, seconds):
    figures = [str(verdict.figures.get(figure, "-")) for figure in FIGURES]
    return [name, *figures, f"{seconds:.0f}", "FAILED" if verdict.faults else "passed"]


def table(rows):
    widths = [max(len(line[column]) for line in [HEADS, *rows]) for column in range(len(HEADS))]
    for line in [HEADS, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


async def main(arguments):
    folder = pathlib.Path(arguments.folder)
    shutil.rmtree(folder, ignore_errors=True)
    runner, rows, failed = Runner(folder, arguments), [], []
    try:
        for name, scenario in scenarios(arguments.scenarios, arguments.long, arguments.old):
            began = time.monotonic()
            verdict = await runner.run(name, scenario)
            if verdict.faults and verdict.is_of_time_alone() and not arguments.long:
                print("".join(f"  {fault[:400]}\n" for fault in verdict.faults[:SHOWN]), end="")
                print(f"{name}: again, since nothing was lost, stale or wrongly accepted and the machine may be busy", flush=True)
                verdict = await runner.run(f"{name}-again", scenario)
            rows.append(row(name, verdict, time.monotonic() - began))
            print(f"{name}: {rows[-1][-1]} in {rows[-1][-2]} s", flush=True)
            if verdict.faults:
                failed.append(name)
                print("".join(f"  {fault[:400]}\n" for fault in verdict.faults[:SHOWN]), end="", flush=True)
    finally:
        await runner.close()
    print()
    table(rows)
    if failed:
        print(f"\nhistories and logs: {folder} ({', '.join(failed)})")
    print(f"\n{len(rows) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


parser = argparse.ArgumentParser(prog="tests/cluster/run")
parser.add_argument("--long", action="store_true", help="every scenario, and more rounds of each")
parser.add_argument("--old", metavar="DIR", help="binaries of an earlier commit, for `upgrade`")
parser.add_argument("--folder", default=os.environ["TESSERA_CLUSTER_DIR"], help="where histories and logs are kept")
parser.add_argument("scenarios", nargs="*", metavar="scenario")
if __name__ == "__main__":
    asked = parser.parse_args()
    if asked.old:
        # Each service is started in a folder of its own.
        asked.old = str(pathlib.Path(asked.old).resolve())
        if not pathlib.Path(asked.old).is_dir():
            parser.error(f"--old: {asked.old} is no folder")
    sys.exit(asyncio.run(main(asked)))
