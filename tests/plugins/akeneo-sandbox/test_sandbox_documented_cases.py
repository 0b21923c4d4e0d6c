"""Every case of `shared/captures/akeneo/cases.json` against the sandbox; the form of a case is told in its `about`."""

import base64
import json
import re
from pathlib import Path

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

CASES = Path(__file__).parents[3] / "../shared/captures/akeneo/cases.json"
COLLECTION = "application/vnd.akeneo.collection+json"
# case name -> why the sandbox does not answer as it says
EXCEPTIONS: dict[str, str] = {}


def cases():
    if not CASES.is_file():
        return [pytest.param(None, id="shared-cases-absent", marks=pytest.mark.skip("the shared cases are not here"))]
    return [
        pytest.param(
            case,
            id=case["name"],
            marks=[pytest.mark.xfail(reason=EXCEPTIONS[case["name"]])] if case["name"] in EXCEPTIONS else [],
        )
        for case in json.loads(CASES.read_text())["cases"]
    ]


@pytest.fixture(scope="module")
def worlds():
    return json.loads(CASES.read_text())["worlds"]


@pytest.fixture(scope="module")
def pim():
    with serve() as sandbox, httpx.Client(base_url=sandbox.url) as client:
        yield sandbox, client


def token(client, user):
    body = {"grant_type": "password", "username": user, "password": user}
    return client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]


def filled(value, kept):
    if isinstance(value, str):
        for name, found in kept.items():
            value = value.replace("${" + name + "}", str(found))
        return value
    if isinstance(value, list):
        return [filled(member, kept) for member in value]
    return {name: filled(member, kept) for name, member in value.items()} if isinstance(value, dict) else value


def send(client, request, kept):
    request = filled(request, kept)
    content, files, headers = None, None, dict(request.get("headers", {}))
    if "lines" in request:
        content = "\n".join(json.dumps(line) for line in request["lines"])
    elif "text" in request:
        content = request["text"]
    elif "body" in request:
        content = json.dumps(request["body"])
        headers.setdefault("Content-Type", "application/json")
    elif "form" in request:
        content = str(httpx.QueryParams(request["form"]))
    elif "multipart" in request:
        files = [
            (
                part["name"],
                (
                    part.get("filename"),
                    base64.b64decode(part["base64"]) if "base64" in part else part["value"].encode(),
                    part.get("content_type"),
                ),
            )
            for part in request["multipart"]
        ]
    return client.request(
        request["method"], request["path"], params=request.get("query"), headers=headers, content=content, files=files
    )


def differs(expected, found, where="body"):  # noqa: C901, PLR0911 (one branch an operator)
    """What is different, or None."""
    if isinstance(expected, dict) and expected.keys() & {"$set", "$contains"}:
        wanted = expected.get("$set", expected.get("$contains"))
        rest = list(found)
        for one in wanted:
            hit = next((at for at, member in enumerate(rest) if differs(one, member) is None), None)
            if hit is None:
                return f"{where}: {one!r} is not among {found!r}"
            del rest[hit]
        return f"{where}: {rest!r} too much" if rest and "$set" in expected else None
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return f"{where}: {found!r} is no object"
        missing = [name for name in expected if name not in found]
        if missing:
            return f"{where}: {missing} missing in {found!r}"
        return next((p for n, v in expected.items() if (p := differs(v, found[n], f"{where}.{n}"))), None)
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return f"{where}: {found!r} instead of {expected!r}"
        pairs = enumerate(zip(expected, found, strict=True))
        return next((p for at, (one, two) in pairs if (p := differs(one, two, f"{where}[{at}]"))), None)
    if isinstance(expected, str) and expected.startswith("re:"):
        return None if re.search(expected[3:], str(found)) else f"{where}: {found!r} does not match {expected}"
    if isinstance(expected, str) and expected.startswith("len:"):
        return None if len(found) == int(expected[4:]) else f"{where}: {len(found)} members"
    if expected == "any:":
        return None
    return None if type(expected) is type(found) and expected == found else f"{where}: {found!r}, not {expected!r}"


def is_there(path, body):
    for part in path.split("."):
        if isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict) and part in body:
            body = body[part]
        else:
            return False
    return True


def check(expected, answer, client, kept):  # noqa: C901 (one branch an expectation)
    if "any_of" in expected:
        assert any(not raised(one, answer, client, kept) for one in expected["any_of"]), answer.text[:600]
        return
    expected = filled(expected, kept)
    wanted = expected["status"] if isinstance(expected["status"], list) else [expected["status"]]
    assert answer.status_code in wanted, answer.text[:800]
    for name, pattern in expected.get("headers", {}).items():
        assert differs(pattern, answer.headers.get(name, ""), name) is None
    if "body" in expected:
        problem = differs(expected["body"], answer.json())
        assert problem is None, problem
    for path in expected.get("absent", ()):
        assert not is_there(path, answer.json()), path
    if "lines" in expected:
        problem = differs(expected["lines"], [json.loads(line) for line in answer.text.splitlines()], "lines")
        assert problem is None, problem
    if "item_set" in expected:
        found = sorted(item[expected["item_set"]["key"]] for item in answer.json()["_embedded"]["items"])
        assert found == sorted(expected["item_set"]["values"])
    if expected.get("empty_body"):
        assert answer.content == b""
    if "binary_base64" in expected:
        assert base64.b64encode(answer.content).decode() == expected["binary_base64"]
    if "walk" in expected:
        walk(expected["walk"], answer, client, kept)
    for name, (header, pattern) in expected.get("capture_header", {}).items():
        kept[name] = re.search(pattern, answer.headers[header])[1]


def raised(expected, answer, client, kept):
    try:
        check(expected, answer, client, kept)
    except AssertionError:
        return True
    return False


def walk(wanted, answer, client, kept):
    seen, pages = [], 0
    while True:
        pages += 1
        body = answer.json()
        seen += [item[wanted["item_key"]] for item in body["_embedded"]["items"]]
        following = body["_links"].get("next")
        if not following:
            break
        assert pages < wanted["max_pages"]
        answer = client.get(following["href"], headers={"Authorization": f"Bearer {kept['token']}"})
    assert len(seen) == wanted["total"]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("case", cases())
def test_the_sandbox_answers_as_documented(case, pim, worlds):
    sandbox, client = pim
    sandbox.reset()
    for step in case["setup"]:
        sandbox.seed(worlds[step] if isinstance(step, str) else step)
    kept = {
        "token": token(client, "sandbox"),
        "token_no_acl": token(client, "reader"),
        "basic": base64.b64encode(b"sandbox:sandbox").decode(),
        "username": "sandbox",
        "password": "sandbox",
        "LONG_LINE": "x" * 1_000_001,
    }
    check(case["expected"], send(client, case["request"], kept), client, kept)
    for step in case.get("then", ()):
        check(step["expected"], send(client, step["request"], kept), client, kept)
