"""Every link of the documentation leads somewhere: to a file of the repository, and to a heading that it has."""
import functools
import pathlib
import re
import subprocess

import pytest
from conftest import ROOT

PAGES = sorted(subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT,
                              capture_output=True, text=True, check=True).stdout.split())
FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[^\n]*\n.*?^ {0,3}\2[`~]*\s*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def links(text):
    """The targets of a page, but for those in code."""
    text = INLINE_CODE.sub("", FENCE.sub("", text))
    return LINK.findall(text) + DEFINITION.findall(text)


def anchors(text):
    """The anchors of a page's headings, as the usual forges make them."""
    found = []
    for heading in HEADING.findall(FENCE.sub("", text)):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        again = sum(1 for other in found if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", other))
        found.append(f"{anchor}-{again}" if again else anchor)
    return found + re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)


@functools.cache
def anchors_of(path):
    return anchors(path.read_text())


def broken(page, text, root):
    """The links of a page that lead nowhere."""
    for link in links(text):
        if ELSEWHERE.match(link):
            continue
        file, _, anchor = link.partition("#")
        target = (root / page).parent / file if file else root / page
        if not target.resolve().is_relative_to(root.resolve()):
            yield f"{link} leads out of the repository"
        elif not target.exists():
            yield f"{link}: no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors_of(target):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES)
def test_each_link_leads_to_a_file_and_a_heading(page):
    assert list(broken(page, (ROOT / page).read_text(), ROOT)) == []


def test_links_that_lead_nowhere_are_found(tmp_path):
    pathlib.Path(tmp_path / "a.md").write_text("# One `two`, three\n## Again\n## Again\n```sh\n# no heading\n```\n")
    good = "[a](a.md#one-two-three) [b](a.md#again-1) [c](a.md) [d](https://example.org/x.md#y) [e](#here) `[f](no.md)`\n# Here\n"
    bad = "[a](b.md) [b](a.md#no-heading) [c](#nowhere) [d](../../etc/passwd)\n[e]: missing.md\n"
    (tmp_path / "page.md").write_text(good + bad)
    assert [found.split(":")[0].split(" ")[0] for found in broken("page.md", good + bad, tmp_path)] == [
        "b.md", "a.md#no-heading", "#nowhere", "../../etc/passwd", "missing.md"]


def test_every_page_of_the_guide_is_linked_from_its_entry():
    linked = {link.partition("#")[0] for link in links((ROOT / "deploy/README.md").read_text())}
    assert {page.removeprefix("deploy/") for page in PAGES if page.startswith("deploy/")} - {"README.md"} <= linked
