"""Files of a calculation, by the HTTP libraries that scripts use: streamed up, resumed by Range, checked by digest."""
import base64
import hashlib
import io
import time

import httpx
import pytest
import requests

SIZE = 3_000_000
BYTES = bytes((n * n // 7) & 0xFF for n in range(SIZE))


@pytest.fixture
def folder(system):
    """A session with a token, and the address of a new calculation's files."""
    _, _, token = system.scientist()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    body = {"name": "relax", "code": {"name": "siesta"}, "status": "running"}
    made = session.post(f"{system.resource}/api/calculations", json=body)
    assert made.status_code == 201, made.text
    return session, f"{system.resource}{made.headers['Location']}/artifacts"


def test_requests_streams_a_file_up_and_resumes_its_download_by_range(folder):
    session, files = folder
    digest = base64.b64encode(hashlib.sha256(BYTES).digest()).decode()
    headers = {"Repr-Digest": f"sha-256=:{digest}:", "Content-Type": "application/x-netcdf"}
    made = session.put(f"{files}/geometry é.nc", data=io.BytesIO(BYTES), headers=headers)
    assert (made.status_code, made.json()["sha256"]) == (201, hashlib.sha256(BYTES).hexdigest()), made.text
    assert made.json()["content_type"] == "application/x-netcdf"

    # The line breaks; what came is kept, and the rest is asked for, if the file is still the same.
    begun = session.get(f"{files}/geometry é.nc", stream=True)
    part = next(begun.iter_content(1_000_000))
    begun.close()
    resume = {"Range": f"bytes={len(part)}-", "If-Range": begun.headers["ETag"]}
    rest = session.get(f"{files}/geometry é.nc", headers=resume)
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {len(part)}-{SIZE - 1}/{SIZE}"
    assert part + rest.content == BYTES
    assert rest.headers["Repr-Digest"] == headers["Repr-Digest"]

    session.put(f"{files}/geometry é.nc", data=b"another")
    other = session.get(f"{files}/geometry é.nc", headers=resume)
    assert (other.status_code, other.content) == (200, b"another")


def test_httpx_sends_pieces_of_unknown_length(folder):
    session, files = folder
    headers = dict(session.headers)
    pieces = (BYTES[at:at + 70_000] for at in range(0, SIZE, 70_000))
    made = httpx.put(f"{files}/log.txt", content=pieces, headers=headers)
    assert (made.status_code, made.json()["size"]) == (201, SIZE), made.text
    with httpx.stream("GET", f"{files}/log.txt", headers=headers) as answer:
        assert b"".join(answer.iter_bytes()) == BYTES
    refused = httpx.put(f"{files}/log.txt?sha256={'0' * 64}", content=iter([BYTES]), headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "digest")
    assert httpx.get(f"{files}/log.txt", headers=headers).content == BYTES


def test_an_upload_whose_sender_fails_is_taken_up_where_it_stopped(folder):
    session, files = folder
    address = f"{files}/trajectory?sha256={hashlib.sha256(BYTES).hexdigest()}"

    def failing():
        yield BYTES[:2_000_000]
        raise OSError("the node was drained")

    with pytest.raises(OSError, match="drained"):
        session.put(address, data=failing())
    # The service may not have put away yet what came last.
    for _ in range(100):
        listed = session.get(files).json()
        assert listed["total"] == 0
        received = sum(upload["received"] for upload in listed["unfinished"])
        headers = {"Content-Range": f"bytes {received}-{SIZE - 1}/{SIZE}"}
        done = session.put(address, data=BYTES[received:], headers=headers) if received else None
        if done is not None and done.status_code != 409:
            break
        time.sleep(0.05)
    assert done.status_code == 201, done.text
    assert session.get(f"{files}/trajectory").content == BYTES
