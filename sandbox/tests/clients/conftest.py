"""Where the clients lie, and the things every test of them needs."""

import datetime
import ipaddress
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PYTHON_PACKAGES = Path(os.environ.get("CLIENTS_PYTHON", ROOT / ".dev" / "clients" / "python"))
NODE_PACKAGES = Path(os.environ.get("CLIENTS_NODE", ROOT / ".dev" / "clients" / "node"))
if not (PYTHON_PACKAGES.is_dir() and NODE_PACKAGES.is_dir()):
    pytest.exit("The clients are not there yet: run dev/test clients once.", 1)
sys.path[:0] = [str(ROOT), str(HERE.parent), str(HERE), str(PYTHON_PACKAGES)]

from ground import Ground, Thread, Touched  # noqa: E402
from node_client import Bound, Node  # noqa: E402


def pytest_collection_modifyitems(items):
    """Put what sums up all tests at the end."""
    items.sort(key=lambda item: item.path.name == "test_coverage.py")


@pytest.fixture(scope="session")
def touched():
    """What the clients touched so far."""
    record = Touched()
    record.watch()
    return record


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for this machine: Meta's SDK speaks nothing but TLS."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="session")
def thread():
    """The thread that all stand-ins run on."""
    one = Thread()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def node(certificate):
    """The Node process."""
    one = Node(NODE_PACKAGES, certificate[0])
    yield one
    one.close()


@pytest.fixture
def ground(thread, touched, certificate):
    """A fresh stand-in."""
    one = Ground(thread.loop, certificate)
    one.open()
    yield one
    one.close()


@pytest.fixture
def wa(ground):
    """pywa's client."""
    from pywa_client import connect

    client = connect(ground.url)
    yield client
    client.api._session.close()


@pytest.fixture
def reader(wa):
    """pywa's reader of webhooks."""
    from pywa_client import Reader

    return Reader(wa)


@pytest.fixture
def kapso(node, ground):
    """kapso's client."""
    return Bound(node, "kapso", base=ground.url)


@pytest.fixture
def meta(node, ground):
    """Meta's own SDK for Node."""
    return Bound(node, "meta", tls=ground.tls)
