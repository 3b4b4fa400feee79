"""A certificate authority of the tests' own, and certificates for servers and clients on this machine."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOUR = datetime.timedelta(hours=1)


class Authority:
    """An authority whose certificate is the file `file`."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        of = self.builder(self.name, self.key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(of.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def builder(self, subject, key):
        now = datetime.datetime.now(datetime.UTC)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - HOUR).not_valid_after(now + HOUR))

    def certificate(self, name):
        """A certificate for 127.0.0.1 with its key, in one file, as mongod, HAProxy and the driver read it."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self.builder(subject, key).add_extension(address, critical=False).sign(self.key, hashes.SHA256())
        file = self.folder / f"{name}-with-key.pem"
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return file
