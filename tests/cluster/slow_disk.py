"""A disk that is slow when it is told to be, for programs that are started with `environment`."""
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).with_suffix(".c")


class SlowDisk:
    def __init__(self, folder):
        self.file, library = folder / "slow-disk", folder / "slow-disk.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "SLOW_DISK": str(self.file)}

    def set(self, milliseconds):
        """How much longer each sync takes from now on."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{milliseconds}\n")
        new.rename(self.file)
