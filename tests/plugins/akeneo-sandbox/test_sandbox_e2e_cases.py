"""Every case of `shared/captures/akeneo/e2e_cases.json` against the sandbox; the form of a case is told there."""

import base64
import json
import re
import time
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from pimflow_akeneo_sandbox.serve import serve

CAPTURES = Path(__file__).parents[3] / "../shared/captures/akeneo"
CASES = CAPTURES / "e2e_cases.json"
COLLECTION = "application/vnd.akeneo.collection+json"
# case id -> why the sandbox does not answer as it says
EXCEPTIONS: dict[str, str] = {}


def cases():
    if not CASES.is_file():
        return [pytest.param(None, id="shared-cases-absent", marks=pytest.mark.skip("the shared cases are not here"))]
    found = json.loads(CASES.read_text())["cases"]
    return [
        pytest.param(
            case,
            id=case["id"],
            marks=[pytest.mark.xfail(reason=EXCEPTIONS[case["id"]])] if case["id"] in EXCEPTIONS else [],
        )
        for case in found
    ]


@pytest.fixture(scope="module")
def pim():
    with serve(CAPTURES / "technical_catalog.json") as sandbox, httpx.Client(base_url=sandbox.url) as client:
        body = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
        token = client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]
        yield Pim(client, token, sandbox)


class Pim:
    def __init__(self, client, token, sandbox):
        self.client, self.token, self.sandbox = client, token, sandbox

    def send(self, request, kept):
        request = filled(request, kept)
        headers = {"Authorization": f"Bearer {self.token}"}
        auth = request.get("auth", "")
        if auth == "none":
            headers = {}
        elif auth.startswith("client"):
            name = "michel_id" if auth == "client_wrong_id" else "sandbox"
            secret = "michel_secret" if auth == "client_wrong_secret" else "sandbox"
            headers = {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
        elif auth.startswith("bearer:"):
            headers = {"Authorization": "Bearer " + auth.removeprefix("bearer:")}
        content, files = None, None
        if "lines" in request:
            headers["Content-Type"] = COLLECTION
            content = "\n".join(lines_of(request["lines"])).encode()
        elif "form" in request:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = str(httpx.QueryParams(request["form"])).encode()
        elif "multipart" in request:
            files = [part_of(part) for part in request["multipart"]]
        elif "body" in request:
            headers["Content-Type"] = "application/json"
            body = request["body"]
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
        headers |= request.get("headers", {})
        url = httpx.URL(request["path"])
        if "query" in request:
            url = url.copy_merge_params(request["query"])
        return self.client.request(request["method"], url, headers=headers, content=content, files=files)


def part_of(part):
    data = base64.b64decode(part["base64"]) if "base64" in part else part.get("text", part.get("value", "")).encode()
    return part["name"], (part.get("filename"), data, part.get("content_type"))


def filled(value, kept):
    if isinstance(value, str):
        for name, found in kept.items():
            value = value.replace("${" + name + "}", str(found))
        return value
    if isinstance(value, list):
        return [filled(member, kept) for member in value]
    if isinstance(value, dict):
        return {filled(name, kept): filled(member, kept) for name, member in value.items()}
    return value


def lines_of(lines):
    for line in lines:
        if isinstance(line, dict) and "$for" in line:
            loop = line["$for"]
            for at in range(loop["from"], loop["to"] + 1):
                yield json.dumps(filled(loop["line"], {loop["var"]: at}))
        elif isinstance(line, dict) and "$text" in line:
            yield "".join(part if isinstance(part, str) else part[0] * part[1] for part in line["$text"])
        else:
            yield line if isinstance(line, str) else json.dumps(line)


TYPES = {"integer": int, "string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}


def differs(expected, found, where=""):  # noqa: C901, PLR0911 (one branch an operator)
    """What is different, or None."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        return operator(*next(iter(expected.items())), found, where)
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return f"{where}: {found!r} is no object"
        for name, value in expected.items():
            if name not in found:
                if value == {"$absent": True}:
                    continue
                return f"{where}.{name} is missing"
            if value == {"$absent": True}:
                return f"{where}.{name} is there: {found[name]!r}"
            problem = differs(value, found[name], f"{where}.{name}")
            if problem:
                return problem
        return None
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return f"{where}: {found!r} instead of {expected!r}"
        pairs = enumerate(zip(expected, found, strict=True))
        return next((p for at, (one, two) in pairs if (p := differs(one, two, f"{where}[{at}]"))), None)
    if type(expected) is not type(found) or expected != found:
        return f"{where}: {found!r} instead of {expected!r}"
    return None


def operator(name, wanted, found, where):  # noqa: C901 (one branch an operator)
    if name == "$re":
        good = isinstance(found, str) and re.fullmatch(wanted, found)
    elif name == "$exact":
        good = isinstance(found, dict) and found.keys() == wanted.keys()
        if good:
            return differs(dict(wanted), found, where)
    elif name == "$set":
        good = isinstance(found, list) and len(found) == len(wanted) and all_in(wanted, found)
    elif name == "$contains":
        good = isinstance(found, list) and all_in(wanted, found)
    elif name == "$any":
        good = True
    elif name == "$not":
        good = differs(wanted, found) is not None
    elif name == "$type":
        good = type(found) is TYPES[wanted]
    elif name == "$empty":
        good = found == ({} if wanted == "object" else []) and type(found) is TYPES[wanted]
    elif name == "$path":
        good = isinstance(found, str) and urlsplit(found).path == wanted
    else:
        raise AssertionError(f"unknown operator {name}")
    return None if good else f"{where}: {found!r} is not {name} {wanted!r}"


def all_in(wanted, found):
    rest = list(found)
    for one in wanted:
        hit = next((at for at, member in enumerate(rest) if differs(one, member) is None), None)
        if hit is None:
            return False
        del rest[hit]
    return True


def same_link(expected, found):
    one, two = urlsplit(expected), urlsplit(found)
    if one.path != two.path:
        return False
    return sorted(canonical(one.query)) == sorted(canonical(two.query))


def canonical(query):
    for name, value in parse_qsl(query, keep_blank_values=True):
        yield name, json.dumps(json.loads(value), sort_keys=True) if name == "search" else value


def check(expect, answer, kept):
    expect = filled(deepcopy(expect), kept)
    assert answer.status_code == expect["status"], answer.text[:800]
    if expect.get("empty"):
        assert answer.content == b""
    for name, value in expect.get("headers", {}).items():
        assert differs(value, answer.headers.get(name)) is None, (name, answer.headers.get(name))
    if "base64" in expect:
        assert base64.b64encode(answer.content).decode() == expect["base64"]
    if "body" in expect:
        assert differs(expect["body"], answer.json(), "body") is None, differs(expect["body"], answer.json(), "body")
    if "lines" in expect:
        found = [json.loads(line) for line in answer.text.split("\n")] if answer.text else []
        problem = differs(expect["lines"], found, "lines")
        assert problem is None, problem
    check_list(expect, answer)
    if "capture_header" in expect:
        keep_headers(expect["capture_header"], answer, kept)


def check_list(expect, answer):
    if "items" in expect:
        found = [item[expect["items"]["by"]] for item in answer.json()["_embedded"]["items"]]
        if "is" in expect["items"]:
            assert found == expect["items"]["is"]
        else:
            assert sorted(found) == sorted(expect["items"]["set"])
    for name, link in expect.get("links", {}).items():
        found = answer.json()["_links"].get(name, {}).get("href")
        if link is None:
            assert found is None
        else:
            assert found is not None, f"no link {name}"
            assert same_link(link, found), f"{name}: {found} instead of {link}"


def keep_headers(wanted, answer, kept):
    for name, (header, pattern) in wanted.items():
        kept[name] = re.fullmatch(pattern, answer.headers[header])[1]


def set_up(pim, steps, kept):
    for step in steps:
        if "sleep" in step:
            time.sleep(step["sleep"])
        elif "now" in step:
            kept[step["now"]] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        else:
            answer = pim.send(step, kept)
            assert answer.status_code < 300, (step["path"], answer.text[:800])
            for line in answer.text.split("\n") if "lines" in step else ():
                assert json.loads(line)["status_code"] < 300, line
            for name, key in step.get("capture", {}).items():
                kept[name] = answer.json()[key]
            keep_headers(step.get("capture_header", {}), answer, kept)


@pytest.mark.parametrize("case", cases())
def test_the_sandbox_answers_as_the_case_says(case, pim):
    pim.sandbox.reset()
    kept = {"username": "sandbox", "password": "sandbox", "client_id": "sandbox", "secret": "sandbox"}
    set_up(pim, case["setup"], kept)
    check(case["expect"], pim.send(case["request"], kept), kept)
    for step in case.get("after", ()):
        check(step["expect"], pim.send(step["request"], kept), kept)
