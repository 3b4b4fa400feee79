"""Runs a program of an image as a container engine would: its own root, read-only, user 65532, without a capability.

Made of util-linux alone, so that it needs no engine: `unshare` for the mounts, `setpriv`, `chroot`. It takes root with
CAP_SYS_ADMIN and CAP_SYS_CHROOT, which a container of a CI has with `--privileged`. The network is that of this machine.
"""
import ctypes
import os
import subprocess

USER = 65532
#: Of sched.h.
CLONE_NEWNS = 0x20000
#: Devices that each container has.
DEVICES = ("null", "zero", "random", "urandom")
#: Makes what an engine adds to a root, makes that read-only, and becomes the program. All mounts end with the process.
START = r"""
root=$1 etc=$2 volumes=$3
shift 3
mount --bind "$root" "$root"
mount --bind /proc "$root/proc"
for device in $DEVICES; do mount --bind "/dev/$device" "$root/dev/$device"; done
for file in hosts resolv.conf; do mount --bind "$etc/$file" "$root/etc/$file"; done
for volume in $volumes; do
    mount --bind "${volume%%:*}" "$root${volume#*:}"
done
mount -o remount,bind,ro "$root"
exec env -i $ENVIRONMENT setpriv --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid --no-new-privs \
    chroot --userspec=$USER:$USER --groups= "$root" "$@"
"""


class Root:
    """The unpacked file system of an image, with what an engine adds to it."""

    def __init__(self, folder, image, etc, names):
        self.folder, self.image, self.etc = folder, image, etc
        (self.etc / "hosts").write_text("127.0.0.1 localhost\n")
        (self.etc / "resolv.conf").write_text(f"nameserver {names}\noptions timeout:1 attempts:3\n")
        for path in ["proc", *(f"dev/{name}" for name in DEVICES), "etc/hosts", "etc/resolv.conf"]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).mkdir(exist_ok=True) if path == "proc" else (folder / path).touch()

    def command(self, arguments, environment, volumes):
        config = self.image["OCIv1"]["config"]
        assert not volumes or all((self.folder / target.lstrip("/")).is_dir() for target in volumes.values())
        known = dict(item.split("=", 1) for item in config["Env"]) | environment
        words = [f"{name}={value}" for name, value in known.items()]
        assert not any(set(word) & set(" \t\n") for word in words), "the shell would split it"
        mounts = " ".join(f"{source}:{target}" for source, target in volumes.items())
        command = ["unshare", "--mount", "--propagation=private", "sh", "-eufc", START, "start",
                   str(self.folder), str(self.etc), mounts, *config["Entrypoint"], *arguments]
        variables = {"ENVIRONMENT": " ".join(words), "DEVICES": " ".join(DEVICES), "USER": str(USER), "PATH": os.environ["PATH"]}
        return {"args": command, "env": variables}

    def run(self, *arguments, environment, volumes=None, timeout=60):
        """Runs the image's program to its end."""
        return subprocess.run(**self.command(arguments, environment, volumes or {}), capture_output=True, text=True,
                              timeout=timeout)

    def start(self, log, environment, volumes=None):
        """Starts the image's program. The process is the program itself."""
        with open(log, "wb") as file:
            return subprocess.Popen(**self.command([], environment, volumes or {}), stdout=file, stderr=file)


def have_own_mounts():
    """Gives this process mounts of its own, which all end with it; returns why that cannot be, or None."""
    if os.geteuid() != 0:
        return "the images are built and run as root: use `tests/run image`, which asks sudo for that"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        reason = os.strerror(ctypes.get_errno())
        return f"{reason}: the images are run with mounts of their own, which takes CAP_SYS_ADMIN; in a container, `--privileged`"
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    return None
