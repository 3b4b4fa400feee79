"""A disk that is slow when it is told to be, for programs that are started with `environment`."""
import pathlib
import subprocess

# How much longer a sync takes, in milliseconds: a busy disk, a failing one, and one with which no write is acknowledged in time.
DELAYS = (100, 1_000, 5_000)
SOURCE = pathlib.Path(__file__).with_suffix(".c")


class SlowDisk:
    def __init__(self, folder):
        self.file, self.slowed, library = folder / "slow-disk", folder / "slowed-syncs", folder / "slow-disk.so"
        self.slowed.write_bytes(b"")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "SLOW_DISK": str(self.file), "SLOWED_SYNCS": str(self.slowed)}

    def set(self, milliseconds):
        """How much longer each sync takes from now on."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{milliseconds}\n")
        new.rename(self.file)

    async def slow_down(self, running):
        """Lets the load run with each delay, and after it until a write is acknowledged again."""
        for delay in DELAYS:
            before = self.slowed.stat().st_size
            running.note(f"a sync takes {delay} ms longer")
            self.set(delay)
            await running.run(15)
            running.expect(self.slowed.stat().st_size > before, f"no sync took {delay} ms longer: nothing was tried")
            self.set(0)
            running.note("the disk is as fast as before")
            await running.served()
            await running.run(2)
