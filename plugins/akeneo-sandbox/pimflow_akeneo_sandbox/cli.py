"""`pimflow sandbox`: start an Akeneo-compatible server for demos and tests."""

from pathlib import Path

import click

from pimflow_akeneo_sandbox.settings import EDITIONS

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--catalog", type=FILE, help="JSON file with the catalogue to start with.")
@click.option("--catalog-dir", type=FOLDER, help="Folder of Akeneo CSV import files to start with.")
@click.option("--installed", is_flag=True, help="Start as a fresh PIM: locales, currencies, measurement families.")
@click.option("--data", type=click.Path(path_type=Path), help="SQLite file that keeps everything.")
@click.option("--edition", type=click.Choice(EDITIONS), default="ce", show_default=True)
@click.option("--client-id", default="sandbox", show_default=True)
@click.option("--secret", default="sandbox", show_default=True)
@click.option("--username", default="sandbox", show_default=True)
@click.option("--password", default="sandbox", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True, help="Time zone of the server, such as Europe/Paris.")
@click.option("--deny", multiple=True, metavar="PERMISSION", help='What the user may not do, such as "list products".')
@click.option(
    "--edit-only", multiple=True, metavar="CATEGORY", help="The user does not own its products; see --edition ee."
)
@click.option("--latency-ms", default=0.0, help="Milliseconds that every call takes longer.")
@click.option("--latency-per-line-ms", default=0.0, help="Milliseconds more for every line of a bulk call.")
@click.option("--index-lag-ms", default=0.0, help="Milliseconds after which lists and searches see a write.")
@click.option("--rate", default=0.0, help="Calls per second; 429 above it.")
@click.option("--options-rate", default=0.0, help="Writing calls for attribute options per second; 429 above it.")
@click.option("--concurrency", default=0, help="Calls at once; 429 above it.")
@click.option("--drop-before", default=0.0, help="Calls whose connection is cut before anything is applied.")
@click.option("--drop-after", default=0.0, help="Calls whose answer is lost after everything was applied.")
@click.option("--silent-before", default=0.0, help="Calls that nobody answers, nothing was applied.")
@click.option("--silent-after", default=0.0, help="Calls that nobody answers, everything was applied.")
@click.option("--error-401", default=0.0, help="Calls that are refused with 401, their token is ended.")
@click.option("--error-429", default=0.0, help="Calls that are refused with 429 and Retry-After.")
@click.option("--error-500", default=0.0, help="Calls that fail with 500.")
@click.option("--error-503", default=0.0, help="Calls that fail with 503.")
@click.option("--html", default=0.0, help="Calls that a login page answers with 200, nothing was applied.")
@click.option("--redirect", default=0.0, help="Calls that are led to a login page, nothing was applied.")
@click.option("--cut-answer", default=0.0, help="Calls whose connection is cut in the middle of the answer.")
@click.option("--truncated", default=0.0, help="Calls whose answer ends in its middle.")
@click.option("--empty", default=0.0, help="Calls whose answer has no content.")
@click.option("--bad-gzip", default=0.0, help="Calls whose answer claims to be compressed and is not.")
@click.option("--drip", default=0.0, help="Calls whose answer comes byte by byte.")
@click.option("--drip-ms", default=1000.0, show_default=True, help="Milliseconds between two such bytes.")
@click.option("--missing-lines", default=0.0, help="Bulk calls in whose answer lines are missing.")
@click.option("--shuffled-lines", default=0.0, help="Bulk calls whose answer lines are out of order.")
@click.option("--doubled-lines", default=0.0, help="Bulk calls whose answer has each line twice.")
@click.option("--strange-lines", default=0.0, help="Bulk calls whose answer has lines about other records.")
@click.option("--retry-after", default=1, show_default=True, help="Seconds that a 429 tells; below 0 it tells none.")
@click.option("--refuse-refresh", is_flag=True, help="Refuse all refresh tokens.")
@click.option("--seed", default=0, help="Repeats the same chance.")
def sandbox(
    port: int,
    host: str,
    catalog: Path | None,
    catalog_dir: Path | None,
    data: Path | None,
    edition: str,
    **given: object,
) -> None:
    """Start an Akeneo-compatible server for demos and tests.

    Client id, secret, user name and password are `sandbox` unless given. Faults below 1 are a share of the
    writing calls, from 1 on they mean every Nth of them.
    """
    from pimflow_akeneo_sandbox.starting import run

    if sum(map(bool, (catalog, catalog_dir, given["installed"]))) > 1:
        raise click.UsageError("Give one of --catalog, --catalog-dir and --installed.")
    run(port, host, catalog or catalog_dir, data, edition, given)
