"""Runs the examples of Markdown pages as a reader would, and compares what they print with what the pages show.

A page is run from top to bottom: `sh` blocks in one bash, `python` blocks in one Python that has the exported variables and
the folder of that bash. The block that follows one shows what it prints; where none follows, it must print nothing. A `python`
block that begins with a comment such as `# app.py` is a file, saved under that name.
"""
import dataclasses
import json
import os
import pathlib
import re
import select
import subprocess
import sys

#: What runs, and what shows output.
RUN, SHOWN = {"sh", "python"}, {"", "json", "text"}
FENCE = re.compile(r"^( *)```([\w.-]*)\n(.*?)^\1```$", re.M | re.S)
#: Seconds that a block may take.
PATIENCE = 60
#: What differs from run to run, by shape. The same UUID of the pages must be the same UUID in every answer.
VARIES = re.compile(
    r"(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"
    r"|(?P<token>eyJ[\w.-]+)"
    r"|(?P<secret>tsk_[\w-]+)"
    r"|(?P<event>(?m:^id: \d+$))"
    r"|(?P<lines>(?m:^…$))"
    r"|(?P<left_out>…)"
)
SHAPES = {
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "token": r"eyJ[\w.-]+",
    "secret": r"tsk_[\w-]+",
    "event": r"id: \d+",
    "lines": r"(?s:.*?)",
    "left_out": r".*?",
}
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

PYTHON = """
import contextlib, json, os, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    job = json.loads(line)
    os.chdir(job["folder"])
    os.environ.update(job["environment"])
    status = 0
    with open(job["out"], "w") as out, open(job["err"], "w") as err, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            exec(compile(job["text"], job["place"], "exec"), names)
        except BaseException:
            traceback.print_exc()
            status = 1
    print(status, flush=True)
"""


@dataclasses.dataclass
class Block:
    """A fenced block, and the one that shows what it prints."""

    page: str
    line: int
    language: str
    text: str
    shown: "Block | None" = None

    @property
    def place(self):
        return f"{self.page}:{self.line}"

    @property
    def first(self):
        return self.text.partition("\n")[0].strip()

    @property
    def file(self):
        """The name under which a block that is a file is saved."""
        named = re.match(r"# ([\w-]+\.py)$", self.first) if self.language == "python" else None
        return named and named[1]


def blocks(root, page):
    """The blocks of a page in order, each with what it prints."""
    text = (root / page).read_text()
    found, end = [], None
    for fence in FENCE.finditer(text):
        indent = len(fence[1])
        body = "".join(line[indent:] for line in fence[3].splitlines(keepends=True))
        block = Block(page, text.count("\n", 0, fence.start()) + 1, fence[2], body)
        directly = found and end is not None and not text[end : fence.start()].strip()
        if block.language in SHOWN and directly and found[-1].language in RUN and found[-1].shown is None:
            found[-1].shown = block
        else:
            found.append(block)
        end = fence.end()
    return found


def values(text):
    """The JSON values that follow one another in a text, and what is left where that is none."""
    at, found, decoder = 0, [], json.JSONDecoder()
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        try:
            end = decoder.raw_decode(text, at)[1]
        except json.JSONDecodeError:
            end = len(text)
        found.append(text[at:end])
        at = end
    return found


class Names:
    """Which UUID of the pages is which of this run."""

    def __init__(self):
        self.real = {}

    def differs(self, shown, printed):
        """What is wrong with what was printed, or None."""
        language, text = (shown.language, shown.text) if shown else ("", "")
        if language == "json":
            # To be read, an answer is broken into lines, of which all but the first are indented.
            text, printed = re.sub(r"\n +", "", text), "\n".join(values(printed))
        text, printed = (re.sub(r" +$", "", side, flags=re.M).strip("\n") for side in (text, printed))
        pattern, groups = self.pattern(text)
        found = re.fullmatch(pattern, printed)
        if not found:
            return f"shown:\n{text}\n\nprinted:\n{printed}"
        for group, name in groups.items():
            if found[group] in self.real.values():
                return f"{name} is another document than {found[group]}, which was met before:\n{printed}"
            self.real[name] = found[group]
        return None

    def pattern(self, text):
        groups, parts, at = {}, [], 0
        for match in VARIES.finditer(text):
            parts.append(re.escape(text[at : match.start()]))
            at = match.end()
            if match.lastgroup != "uuid":
                parts.append(SHAPES[match.lastgroup])
            elif match[0] in self.real:
                parts.append(self.real[match[0]])
            else:
                known = next((group for group, name in groups.items() if name == match[0]), None)
                group = known or f"u{len(groups)}"
                groups[group] = match[0]
                parts.append(f"(?P={group})" if known else f"(?P<{group}>{UUID})")
        return "".join(parts) + re.escape(text[at:]), groups


class Session:
    """One bash and one Python in a folder."""

    def __init__(self, folder, environment):
        self.folder, self.count = pathlib.Path(folder), 0
        self.scratch = self.folder / ".blocks"
        self.scratch.mkdir()
        start = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": folder, "env": environment}
        self.bash = subprocess.Popen(["bash", "--norc"], **start)
        self.python = subprocess.Popen([sys.executable, "-c", PYTHON], **start)

    def run(self, block, text):
        """Runs a block. Returns what it wrote to standard output and what went wrong."""
        self.count += 1
        out, err, script = (self.scratch / f"{self.count}.{end}" for end in ("out", "err", "sh"))
        if block.file:
            (self.folder / block.file).write_text(text)
            return "", ""
        if block.language == "sh":
            script.write_text(text)
            status = self.tell(self.bash, f". {script} >{out} 2>{err} </dev/null; echo $?")
        else:
            exported = self.scratch / "exported"
            self.tell(self.bash, f"env -0 >{exported}; pwd")
            environment = dict(pair.split("=", 1) for pair in exported.read_text().split("\0") if pair)
            job = {"out": str(out), "err": str(err), "text": text, "place": block.place, "environment": environment}
            status = self.tell(self.python, json.dumps(job | {"folder": self.tell(self.bash, "pwd")}))
        complaint = err.read_text() + ("" if status == "0" else f"it ended with status {status}")
        return out.read_text(), complaint

    def tell(self, process, line):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        assert ready, f"it takes more than {PATIENCE} s: {line}"
        answer = process.stdout.readline().strip()
        assert answer, f"{process.args[0]} has ended"
        return answer

    def close(self):
        for process in (self.bash, self.python):
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


class Tessera:
    """The binary as the README starts it, on free ports."""

    def __init__(self, folder, options):
        binary = pathlib.Path(os.environ["TESSERA_BIN_DIR"]) / "tessera"
        self.log = folder / "tessera.log"
        self.process = subprocess.Popen([binary, "--listen", "127.0.0.1:0", *options], cwd=folder, text=True,
                                        stdout=subprocess.PIPE, stderr=open(self.log, "w"))
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            # The last of the lines to paste: the sample is done.
            if re.match(r"curl .*/api/calculations/\S+$", line):
                break
        assert self.process.poll() is None, self.said + self.log.read_text()
        self.origin = re.search(r"console +(http://\S+)/\n", self.said)[1]
        self.management = re.search(r"health +(http://\S+)/readyz\n", self.said)[1]
        self.password = re.search(r"password +(\S+)", self.said)[1]

    def stop(self):
        self.process.terminate()
        self.process.wait(15)
        self.process.stdout.close()
