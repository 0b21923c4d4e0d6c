"""Products born in the PIM, killed between any two steps: each ends with one SKU, once in the ERP, and its status.

A few points run with the other tests, spread over the four flows; all of them with `make soak`. A failing one is
repeated by its day and point.
"""

import copy
import random
from dataclasses import replace

import pytest

from pimflow_akeneo_sandbox.entities import now
from pimflow_akeneo_sandbox.serve import serve

from ..e2e.conftest import ATTRIBUTE, CATALOG  # noqa: TID252 - tests are no package
from ..e2e.test_born_in_the_pim import PIPELINE  # noqa: TID252 - tests are no package
from .stage import LONGEST_PAUSE, SEED, Stage, hold, quiet, sent, undisturbed

CUP, BOWL, POT, JUG, PLATE = (f"{n}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d" for n in range(5))
FAST, PARTS = (0.24, 0.5, 0.85), 12
"""How far a run is when it is killed: SKUs are drawn and not yet in the PIM, products go over, what comes back goes."""


def erp_catalog():
    """Give an ERP that takes no number a second time."""
    catalog = copy.deepcopy(CATALOG)
    catalog["attributes"].append(ATTRIBUTE | {"code": "ean", "type": "pim_catalog_text", "unique": True})
    catalog["families"][0]["attributes"].append("ean")
    return catalog


POTS = CATALOG["families"][0] | {"code": "pots"}
PIM = CATALOG | {
    "locales": [*CATALOG["locales"], {"code": "fr_FR", "enabled": True}],
    "families": [*CATALOG["families"], POTS],
}
"""What the way needs has labels in three languages; the ERP does not have all families."""


def of(data, locale=None):
    return [{"locale": locale, "scope": None, "data": data}]


def created(uuid, name, erp_id, family="mugs"):
    """Give a product as the product manager creates it: no identifier, and the tick."""
    values = {"name": of(name, "en_US"), "send_to_erp": of(True), "erp_id": of(erp_id)}
    return {"uuid": uuid, "family": family, "values": values}


def changed(pim, product, **values):
    """Let somebody change values of a product."""
    values = {code: {next(iter(product.values.get(code, {(None, None): 0}))): data} for code, data in values.items()}
    pim.store.put_product(replace(product, values={**product.values, **values}, updated=now()))


def first_day(stage):
    """Four products are created and ticked; the ERP refuses one of them, and of another the number that a third has."""
    pim, erp = stage.pims
    stage.start.mkdir()
    text = PIPELINE.format(pim=pim.url, erp=erp.url).replace("colour: {from: erp_id}", "ean: erp_id")
    assert "ean: erp_id" in text
    (stage.start / "pipeline.yaml").write_text(text, "utf-8")
    provision = ("akeneo", "provision", "--hand-over", "--all-families", "--connection", "pim")
    stage.run(stage.start, *provision, "--pipeline", "pipeline.yaml")
    new = [created(CUP, "Cup", "1"), created(BOWL, "Bowl", "1"), created(POT, "Pot", "2", "pots")]
    pim.seed({"products": [*new, created(JUG, "Jug", "3")]})


def next_day(stage):
    """The ERP weighed two and knows one more family; one has another name or number, is ticked again, or is new."""
    first_day(stage)
    assert stage.run(stage.start, "run", "pipeline.yaml")
    pim, erp = stage.pims
    products, skus = pim.store.products, skus_of(pim)
    erp.seed({"families": [POTS]})
    for uuid, weight in ((CUP, "1.5"), (JUG, "2")):
        changed(erp, erp.store.product(skus[uuid]), weight={"amount": weight, "unit": "KILOGRAM"})
    changed(pim, products[CUP], name="Cup with handle")
    changed(pim, products[BOWL], erp_id="4")
    changed(pim, products[JUG], send_to_erp=True)
    pim.seed({"products": [created(PLATE, "Plate", "1")]})


def skus_of(pim):
    return {uuid: product.identifier for uuid, product in pim.store.products.items()}


def shown(pim):
    """Give what the product manager sees of each product: SKU, tick, status, and whether there is a reason."""
    found = {}
    for uuid, product in pim.store.products.items():
        see = {code: next(iter(values.values())) for code, values in product.values.items() if values}
        about = (see["send_to_erp"], see.get("hand_over_status"), bool(see.get("hand_over_reason")))
        found[uuid] = (product.identifier, *about)
    return found


IN_ERP, ATTENTION = (False, "in_erp", False), (False, "attention", True)
FIRST = {CUP: ("MUG-0001", *IN_ERP), BOWL: ("MUG-0002", *ATTENTION)}
FIRST |= {POT: ("POT-0003", *ATTENTION), JUG: ("MUG-0004", *IN_ERP)}
NEXT = {uuid: (sku, *IN_ERP) for uuid, (sku, *_) in FIRST.items()} | {PLATE: ("MUG-0005", *ATTENTION)}
DAYS = {
    "first": (first_day, FIRST, {"MUG-0001", "MUG-0002", "MUG-0004"}),
    "next": (next_day, NEXT, {"MUG-0001", "MUG-0002", "POT-0003", "MUG-0004", "MUG-0005"}),
}


@pytest.fixture(scope="module", params=DAYS)
def scene(request, tmp_path_factory):
    """A stage, and the end of its undisturbed run."""
    begin, seen, in_erp = DAYS[request.param]
    with serve(PIM) as pim, serve(erp_catalog()) as erp:
        stage = Stage(tmp_path_factory.mktemp("stage"), [pim, erp], ("run", "pipeline.yaml"))
        begin(stage)
        stage.keep()
        end = undisturbed(stage)
        assert shown(pim) == seen
        assert set(skus_of(erp).values()) == in_erp
        yield stage, end


def settled(end):
    """Give an end without what `ticked` remembers: what arrived as the run was killed has no tick and comes no more.

    Nothing hangs on it, as this flow compares with the PIM; who ticks again is served again.
    """
    return replace(end, remembered=[row for row in end.remembered if row[0] != "ticked"])


def crash(stage, end, point):
    """Kill the run at a point, begin it again, and compare; a third run sends nothing."""
    pause = random.Random(SEED + point).uniform(0, LONGEST_PAUSE)
    folder, pim = stage.project(), stage.pims[0]
    killed = stage.run(folder, *stage.command, point=point, pause=pause) is None
    for one in stage.pims:
        quiet(one)
    told = f"point {point} of {stage.points}, pause {pause}"
    assert killed, told
    before = {uuid: sku for uuid, sku in skus_of(pim).items() if sku}
    assert stage.run(folder, *stage.command), told
    assert before.items() <= skus_of(pim).items(), told
    hold(settled(stage.end(folder)), settled(end), told)
    third = stage.run(folder, *stage.command)
    assert not any(sent(third).values()), told
    hold(settled(stage.end(folder)), settled(end), told)
    ticked_again(stage, folder, told)
    assert stage.ask(folder, "SELECT count(*) FROM runs WHERE finished IS NULL") == [(0,)], told
    assert stage.ask(folder, "SELECT run FROM locks") == [(None,)], told


def ticked_again(stage, folder, told):
    """A product that is ticked once more keeps its SKU and loses the tick."""
    pim = stage.pims[0]
    before = shown(pim)
    changed(pim, pim.store.products[CUP], send_to_erp=True)
    assert shown(pim) != before
    assert sent(stage.run(folder, *stage.command))["updated"], told
    assert shown(pim) == before, told


@pytest.mark.parametrize("far", FAST)
def test_a_killed_hand_over_ends_as_an_undisturbed_one(scene, far):
    stage, end = scene
    crash(stage, end, int(far * stage.points))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_hand_over_ends_as_an_undisturbed_one_at_any_point(scene, part):
    stage, end = scene
    for point in range(part + 1, stage.points + 1, PARTS):
        crash(stage, end, point)
