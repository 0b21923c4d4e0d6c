"""How long the command line takes to begin: processor time of whole processes, all plugins installed.

The baseline of both is `python -c "import click"`, without which there is no command line.
"""

import sys

from .measuring import PIMFLOW, in_turn, took

ROUNDS = 15
LOOP = 'python -c "import click"'
PIPELINE = """\
version: 1
connections:
  pim: {type: akeneo, url: "https://pim.example.com", client_id: a, secret: b, username: c, password: d}
flows:
  products:
    source: {type: files.csv, path: products.csv}
    transforms: [{map: {identifier: sku, family: {constant: mugs}, others: same_code}}]
    sink: {type: akeneo.products, connection: pim}
"""
WHY = """\
python -X importtime, {total:.0f} ms in all, of which the modules of each package themselves take:
{lines}
"""


def measured(folder):
    (folder / "pipeline.yaml").write_text(PIPELINE, "utf-8")
    (folder / "products.csv").write_text("sku;name\n1;Mug\n", "utf-8")
    return in_turn(
        ROUNDS,
        click=lambda: took([sys.executable, "-c", "import click"], folder).cpu,
        help=lambda: took([*PIMFLOW, "--help"], folder).cpu,
        validate=lambda: took([*PIMFLOW, "validate", "pipeline.yaml"], folder).cpu,
    )


def imports(folder):
    """Sum up what the modules of each package take to load for `validate`, the dearest first."""
    took([sys.executable, "-X", "importtime", "-m", "pimflow", "validate", "pipeline.yaml"], folder)
    spent: dict[str, list[int]] = {}
    for line in (folder / "output.txt").read_text("utf-8").splitlines():
        head, _, rest = line.partition("import time:")
        own, _, module = rest.replace("|", " | ").partition("|")
        if not head and own.strip().isdigit():
            spent.setdefault(module.rpartition("|")[2].strip().partition(".")[0], []).append(int(own))
    dearest = sorted(spent.items(), key=lambda item: -sum(item[1]))[:12]
    lines = "\n".join(f"{sum(one) / 1000:6.0f} ms  {package} ({len(one)} modules)" for package, one in dearest)
    return WHY.format(total=sum(map(sum, spent.values())) / 1000, lines=lines)


def test_the_command_line_begins(record, tmp_path):
    cpu = measured(tmp_path)
    assert cpu["click"] > 0
    record.ratio("start_help", cpu["help"] / cpu["click"], LOOP, ROUNDS)
    record.ratio("start_validate", cpu["validate"] / cpu["click"], LOOP, ROUNDS, imports(tmp_path))
