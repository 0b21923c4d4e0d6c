"""SKUs that change on both sides, at random: each record stays one record, and none takes the place of another."""

import random

NAMES = [f"u-{number}" for number in range(6)]
TURNS = 6


def rename_at_random(seed, run, rename, ids, labels):
    """Let SKUs change in the source and in the ERP, and hold what is there at the end.

    `run(rows)` sends rows of uuid, SKU and name and gives the report; `rename(uuid, sku)` is what people do in the ERP.
    `ids()` and `labels()` are those of the ERP's records by uuid; `ids()` also counts what is there.
    """
    chance = random.Random(seed)
    skus = {uuid: f"R-{uuid}" for uuid in NAMES}
    run(_rows(skus, 0))
    before = ids()
    for turn in range(1, TURNS + 1):
        if chance.random() < 0.7:
            skus |= _passed_on(chance, skus, turn)
        if chance.random() < 0.5:
            rename(chance.choice(NAMES), f"THEIRS-{turn}")
        told = run(_rows(skus, turn))
    for _ in range(2):
        told = run(_rows(skus, TURNS))
    assert ids() == before, told
    assert labels() == {uuid: f"{uuid} {TURNS}" for uuid in NAMES}, told
    assert "0 new, 0 updated, 6 already up to date" in told, told


def _passed_on(chance, skus, turn):
    """Give some records other SKUs: new ones, and those of each other."""
    some = chance.sample(NAMES, chance.randint(2, 4))
    spare = [f"S-{turn}-{number}" for number in range(len(some))]
    return dict(zip(some, chance.sample([*(skus[one] for one in some), *spare], len(some)), strict=True))


def _rows(skus, turn):
    return [(uuid, sku, f"{uuid} {turn}") for uuid, sku in skus.items()]
