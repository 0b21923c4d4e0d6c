"""A Tryton of this sample's own: made in the folder `.tryton` the first time, with SQLite, and served on port 8000.

`pip install "pimflow-tryton[live]"` brings what it needs. Its user is `admin`, its password `sample-tryton`.
Ctrl-C ends it; what is in it stays.
"""

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

FOLDER = Path(__file__).parent / ".tryton"
PASSWORD = "sample-tryton"  # noqa: S105 - of a database on this machine that holds nothing
BIN = Path(sys.executable).parent
MODULES = ["product", "product_attribute", "product_measurements"]


def main(port: int, folder: Path = FOLDER) -> None:
    """Make the database where there is none, then serve it until somebody ends it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it by that ends Tryton, too
    configuration = folder / "trytond.conf"
    is_new = not configuration.exists()
    (folder / "db").mkdir(parents=True, exist_ok=True)
    (folder / "db" / "erp.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    configuration.write_text(
        f"[database]\nuri = sqlite://\npath = {folder.resolve() / 'db'}\n[web]\nlisten = 127.0.0.1:{port}\n"
    )
    environment = os.environ | {"TRYTONPASSFILE": str(folder.resolve() / "password")}
    if is_new:
        made = [BIN / "trytond-admin", "-c", configuration, "-d", "erp", "-u", *MODULES, "--activate-dependencies"]
        languages = ["-l", "en", "fr", "--email", "admin@example.org"]
        subprocess.run([*made, *languages], env=environment, check=True)  # noqa: S603 - these words alone
    served = [BIN / "trytond", "-c", configuration, "-d", "erp"]
    server = subprocess.Popen(served, env=environment)  # noqa: S603 - as above
    try:
        if is_new:
            found_company(port)
        print(f"Tryton: http://127.0.0.1:{port}, database erp", flush=True)
        server.wait()
    except KeyboardInterrupt:
        print("Tryton ends", flush=True)
    finally:
        server.terminate()
        server.wait()


def found_company(port: int) -> None:
    """Let there be a company to which the user belongs: prices are a company's."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        header = wait_and_log_in(client)

        def call(method: str, *params: object) -> object:
            body = {"id": 1, "method": f"model.{method}", "params": [*params, {"language": "en"}]}
            answer = client.post("/erp/rpc/", json=body, headers={"Authorization": header}).json()
            assert "error" not in answer, answer
            return answer["result"]

        euro = {"name": "Euro", "symbol": "€", "code": "EUR", "numeric_code": "978"}
        [currency] = call("currency.currency.create", [euro])
        [party] = call("party.party.create", [{"name": "Sample company"}])
        values = {"party": party, "currency": currency, "timezone": "Europe/Brussels"}
        [company] = call("company.company.create", [values])
        call("res.user.write", [1], {"companies": [["add", [company]]], "company": company})


def wait_and_log_in(client: httpx.Client) -> str:
    """Log in as soon as the server answers, and give the header that later calls need."""
    body = {"id": 1, "method": "common.db.login", "params": ["admin", {"password": PASSWORD}, "en"]}
    for _ in range(600):
        try:
            answer = client.post("/erp/rpc/", json=body)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        user, token, *_ = answer.json()["result"]
        return "Session " + base64.b64encode(f"admin:{user}:{token}".encode()).decode()
    raise SystemExit("Tryton does not start: see what it printed above")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
