"""A Tryton server of the tests' own: started from the registry's packages, with SQLite, on this machine only.

`PIMFLOW_TEST_TRYTOND` names a folder with the commands of another series, `trytond` and `trytond-admin`.
"""

import base64
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

PASSWORD = "hush-password-1"
MODULES = ["product", "product_attribute", "product_image", "product_measurements"]
BIN = Path(os.environ.get("PIMFLOW_TEST_TRYTOND") or Path(sys.executable).parent)


_CHEAP_PASSWORDS = """\
# Hashing a password is made to take long, and every test logs in.
try:
    from pwdlib.hashers.argon2 import Argon2Hasher
except ImportError:
    pass
else:
    Argon2Hasher.__init__.__defaults__ = (1, 8, 1, *Argon2Hasher.__init__.__defaults__[3:])  # time, memory, threads
"""


class Erp:
    """One database and the process that serves it. `rpc` calls it as an administrator would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._client = httpx.Client(trust_env=False, timeout=30, verify=False)
        self._process = None
        self._header = ""
        self._below = "rpc/"
        self._numbers = itertools.count(1)

    def prepare(self) -> None:
        """Make the database, with two languages."""
        (self.folder / "db").mkdir(parents=True)
        (self.folder / "db" / "erp.sqlite").touch()
        (self.folder / "pw").write_text(PASSWORD)
        (self.folder / "sitecustomize.py").write_text(_CHEAP_PASSWORDS)
        self.configure()
        command = ["-c", "trytond.conf", "-d", "erp", "-u", *MODULES, "--activate-dependencies", "-l", "en", "fr"]
        self._run("trytond-admin", *command, "--email", "admin@example.org").wait()

    def configure(self) -> None:
        """Say where the database is, and the port."""
        database = f"[database]\nuri = sqlite://\npath = {self.folder / 'db'}\n"
        (self.folder / "trytond.conf").write_text(f"{database}[web]\nlisten = 127.0.0.1:{self.port}\n")

    def start(self) -> None:
        self._process = self._run("trytond", "-c", "trytond.conf", "-d", "erp")
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "trytond.log").read_text()
            assert time.monotonic() < end, "Tryton does not start"
            time.sleep(0.05)

    def _answers(self) -> bool:
        body = {"id": 1, "method": "common.server.version", "params": []}
        try:
            if self._client.post(f"{self.url}/rpc/", json=body).status_code != 200:
                self._below = ""  # where series 7.0 answers
            return self._client.post(f"{self.url}/{self._below}", json=body).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def rpc(self, method: str, *params, **context):
        """Call a method of a model; values are in Tryton's own encoding."""
        if not self._header:
            user, token, *_ = self._post("common.db.login", ["admin", {"password": PASSWORD}, "en"], {})
            self._header = "Session " + base64.b64encode(f"admin:{user}:{token}".encode()).decode()
        headers = {"Authorization": self._header}
        context = {"company": 1, "language": "en", **context}
        return self._post(f"model.{method}", [*params, context], headers)

    def end_session(self, header: str) -> None:
        """End somebody's session behind his back."""
        self._post("common.db.logout", [], {"Authorization": header})

    def product(self, code: str, *fields: str, **context):
        """Give fields of the variant with this code, archived or not."""
        domain = [["code", "=", code], ["active", "in", [True, False]]]
        found = self.rpc("product.product.search_read", domain, 0, None, None, ["code", *fields], **context)
        assert len(found) == 1, found
        return found[0]

    def _post(self, method, params, headers):
        body = {"id": next(self._numbers), "method": method, "params": params}
        answer = self._client.post(f"{self.url}/erp/{self._below}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert "error" not in found, found
        return found["result"]

    def _run(self, program, *arguments):
        environment = {**os.environ, "TRYTONPASSFILE": str(self.folder / "pw"), "PYTHONPATH": str(self.folder)}
        with (self.folder / "trytond.log").open("a") as log:
            return subprocess.Popen(
                [shutil.which(program, path=str(BIN)), *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def fill(erp: Erp) -> None:
    """Make a company, categories, attributes and 32 products: 29 of one variant each, and one template of three."""
    erp.rpc("currency.currency.create", [{"name": "Euro", "symbol": "€", "code": "EUR", "numeric_code": "978"}])
    erp.rpc("party.party.create", [{"name": "Nordlicht"}])
    erp.rpc("company.company.create", [{"party": 1, "currency": 1, "timezone": "Europe/Brussels"}])
    erp.rpc("res.user.write", [1], {"companies": [["add", [1]]], "company": 1})
    coded = "code" in erp.rpc("product.category.fields_get", None)
    kitchen, cups = ({"code": code} if coded else {} for code in ("kitchen", "cups"))
    erp.rpc("product.category.create", [{"name": "Kitchen", **kitchen}])
    erp.rpc("product.category.create", [{"name": "Cups", "parent": 1, **cups}])
    erp.rpc("product.category.write", [2], {"name": "Tasses"}, language="fr")
    colour = {"name": "color", "string": "Colour", "type_": "selection", "selection": "red:Red\nblue:Blue"}
    material = {"name": "material", "string": "Material", "type_": "char"}
    erp.rpc("product.attribute.create", [colour, material])
    erp.rpc("product.attribute.set.create", [{"name": "Crockery", "attributes": [["add", [1, 2]]]}])
    erp.rpc("product.template.create", [template(f"MUG-{n:02}", f"Mug {n}", {}) for n in range(1, 30)])
    variants = [{"suffix_code": f"-{letter}", "attributes": {"color": "red"}} for letter in "ABC"]
    erp.rpc("product.template.create", [template("SET", "Set", *variants)])
    erp.rpc("product.template.write", [1], {"name": "Chope 1"}, language="fr")


def template(code, name, *variants):
    kilogram = 2
    return {
        "code": code,
        "name": name,
        "default_uom": 1,
        "weight": 0.35,
        "weight_uom": kilogram,
        "list_price": "9.90",
        "attribute_set": 1,
        "categories": [["add", [2]]],
        "products": [["create", list(variants)]],
    }
