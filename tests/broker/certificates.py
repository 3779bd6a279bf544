# SPDX-License-Identifier: Apache-2.0
"""Certificates for the tests, made by openssl: two authorities, and what they sign."""

import pathlib
import subprocess

import jars

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
VALID, EXPIRED = 2, -1  # days from now


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


class Certificates:
    """Files of a folder: NAME.pem is the certificate, NAME.key its key, NAME-store.pem both."""

    def __init__(self, folder):
        jars.need("openssl")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        for authority in ("authority", "stranger"):
            self.make_authority(authority)
        self.make("server", "authority")
        self.make("expired", "authority", days=EXPIRED)
        self.make("client", "authority")
        self.make("client-expired", "authority", days=EXPIRED)
        self.make("client-stranger", "stranger")

    def path(self, name):
        return self.folder / name

    def make_authority(self, name):
        files = ["-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem")]
        openssl("req", "-x509", *KEY, "-nodes", *files, "-subj", f"/CN={name}", "-days", VALID)

    def make(self, name, authority, days=VALID):
        key, request = self.path(f"{name}.key"), self.path(f"{name}.csr")
        certificate = self.path(f"{name}.pem")
        subject = ["-subj", f"/CN={name}", "-addext", NAMES]
        openssl("req", *KEY, "-nodes", "-keyout", key, "-out", request, *subject)
        signer = ["-CA", self.path(f"{authority}.pem"), "-CAkey", self.path(f"{authority}.key")]
        signing = ["-CAcreateserial", "-copy_extensions", "copy", "-days", days]
        openssl("x509", "-req", "-in", request, *signer, *signing, "-out", certificate)
        self.path(f"{name}-store.pem").write_bytes(key.read_bytes() + certificate.read_bytes())

    def lock_key(self, name, password):
        """Writes NAME-locked.key, the same key under a password."""
        given = ["-in", self.path(f"{name}.key"), "-out", self.path(f"{name}-locked.key")]
        openssl("pkey", *given, "-aes256", "-passout", f"pass:{password}")
