"""Folders in a bucket, against a server of moto that demands a key that is right."""

import json
import os
import socket
import subprocess
import sys
import time
from itertools import count

import pytest

from pimflow import AccessError, LoginError, RemoteError, UnreachableError
from pimflow.cli import main
from pimflow_files.connection import FilesConnection

boto3 = pytest.importorskip("boto3", reason="S3: pip install 'pimflow-files[live]'")
pytest.importorskip("moto", reason="S3: pip install 'pimflow-files[live]'")
pytest.importorskip("s3fs", reason="S3: pip install 'pimflow-files[live]'")

BUCKETS = count(1)
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def client(endpoint, service, key="first", secret="first"):
    keys = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=endpoint, **keys)


def account(iam, name, policy):
    """Make an account; give its key and secret."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


@pytest.fixture(scope="module")
def server():
    """A server that lets anybody make one account, and then nobody without a key do anything."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "3"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as serving:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield endpoint, account(client(endpoint, "iam"), "admin", ALL)
        serving.kill()


@pytest.fixture
def bucket(server):
    """Two files below `shop/in`, one hidden; and what lists and reads the bucket."""
    endpoint, keys = server
    bucket = Bucket(f"erp-out-{next(BUCKETS)}", client(endpoint, "s3", *keys), endpoint, keys)
    bucket.client.create_bucket(Bucket=bucket.name)
    for name in ("a.csv", "b.csv", ".c.csv"):
        bucket.put(f"shop/in/{name}", f"sku;name\n{name[0]};Cup\n")
    return bucket


class Bucket:
    def __init__(self, name, bucket_client, endpoint, keys):
        self.name, self.client, self.endpoint, self.keys = name, bucket_client, endpoint, keys

    def put(self, key, text):
        self.client.put_object(Bucket=self.name, Key=key, Body=text.encode())

    @property
    def files(self):
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def connection(self, folder="shop", **changed):
        key, secret = self.keys
        given = {"url": f"s3://{self.name}/{folder}", "endpoint": self.endpoint, "username": key, "password": secret}
        return given | changed


def found(options, pattern="in/*.csv"):
    with FilesConnection(**options).open() as session:
        return [one.path for one in session.found(pattern)]


def told(options):
    connection = FilesConnection(**options)
    with connection.open() as session:
        return connection.check(session)


def test_files_of_a_bucket_are_listed_and_counted(bucket):
    assert found(bucket.connection()) == ["in/a.csv", "in/b.csv"]
    assert told(bucket.connection("shop/in")) == f"{bucket.name} answered, 3 files in {bucket.name}/shop/in"


def test_a_folder_without_files_is_no_mistake_and_a_bucket_that_is_not_there_is(bucket):
    assert found(bucket.connection("nothing")) == []
    assert told(bucket.connection("nothing")).startswith(f"{bucket.name} answered, 0 files")
    for ask in (found, told):
        with pytest.raises(RemoteError, match="nobody-has-this has no such file or folder"):
            ask(bucket.connection(url="s3://nobody-has-this/shop"))


def test_a_wrong_key_is_told_without_it(bucket):
    for wrong in ({"username": "AKIANOBODY"}, {"password": "wr0ng"}):
        with pytest.raises(LoginError, match="refused the user, the password or the key") as caught:
            found(bucket.connection(**wrong))
        assert "wr0ng" not in f"{caught.value} {caught.value.detail}"


def test_an_account_without_rights_is_told_apart(bucket, server):
    endpoint, keys = server
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    key, secret = account(client(endpoint, "iam", *keys), f"nobody-{bucket.name}", policy)
    with pytest.raises(AccessError, match="does not allow this"):
        found(bucket.connection(username=key, password=secret))


def test_a_server_that_does_not_answer_is_told(bucket):
    with pytest.raises(UnreachableError, match="does not answer"):
        found(bucket.connection(endpoint="http://127.0.0.1:9"))


def test_a_drop_folder_in_a_bucket_is_emptied_through_the_terminal(bucket, tmp_path, monkeypatch, capsys):
    options = bucket.connection()
    monkeypatch.setenv("FILES_SECRET", options.pop("password"))
    given = ", ".join(f"{name}: {json.dumps(value)}" for name, value in options.items())
    drop = "{seconds: 0, archive: done, key: sku, delta: '*'}"
    (tmp_path / "pipeline.yaml").write_text(
        f'version: 1\nconnections:\n  erp: {{type: files, {given}, password: "${{env:FILES_SECRET}}"}}\n'
        "flows:\n  products:\n"
        f"    source: {{type: files.csv, connection: erp, path: in/*.csv, drop: {drop}}}\n"
        "    sink: {type: files.jsonl, path: out.jsonl}\n"
    )
    monkeypatch.setattr("sys.argv", ["pimflow", "run", str(tmp_path / "pipeline.yaml"), "--json"])
    for read in (2, 0):
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert not ended.value.code, said.out + said.err
        assert json.loads(said.out)["flows"][0]["read"] == read
        assert bucket.files == ["shop/in/.c.csv", "shop/in/done/a.csv", "shop/in/done/b.csv"]
    assert bucket.keys[1] not in said.out + said.err
