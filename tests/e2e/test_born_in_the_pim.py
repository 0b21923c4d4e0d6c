"""Products born in the PIM: a SKU, the way to another system and back, and a status. The other one is a PIM as well."""

from dataclasses import replace

import httpx
import pytest

from pimflow_akeneo_sandbox.entities import now
from pimflow_akeneo_sandbox.serve import serve

from .conftest import CATALOG

PIPELINE = """\
version: 1
name: born
connections:
  pim: {{type: akeneo, url: "{pim}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
  erp: {{type: akeneo, url: "{erp}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  ticked:
    source:
      type: akeneo.products
      connection: pim
      by_uuid: true
      everything: true
      search: {{send_to_erp: [{{operator: "=", value: true}}]}}
    transforms:
      - map:
          uuid: uuid
          identifier: identifier
          hand_over_status: {{constant: waiting}}
          send_to_erp: {{constant: false}}
    sku: {{from: pimflow, column: identifier, record: uuid, pattern: "{{family:3|upper}}-{{sequence:04d}}"}}
    sink: {{type: akeneo.products, connection: pim}}
    diff: target
    on_missing: ignore
  hand_over:
    entity: product
    identity: uuid
    source:
      {{type: akeneo.products, connection: pim, by_uuid: true, search: {{hand_over_status: [{{operator: NOT EMPTY}}]}}}}
    transforms:
      - filter: {{field: identifier, present: true}}
      - map: {{identifier: identifier, family: family, name-en_US: name-en_US, colour: {{from: erp_id}}}}
    sink: {{type: akeneo.products, connection: erp}}
  back:
    returns: hand_over
    source: {{type: akeneo.products, connection: erp}}
    transforms: [{{map: {{weight: weight, weight-unit: weight-unit}}}}]
    sink: {{type: akeneo.products, connection: pim}}
  status:
    source: {{type: pimflow.outcomes, before: [ticked], flow: hand_over, returned_by: back}}
    transforms:
      - value_map: {{field: standing, map: {{returned: in_erp}}, unknown: keep}}
      - map: {{uuid: id, hand_over_status: standing, hand_over_reason: reason}}
    sink: {{type: akeneo.products, connection: pim}}
    empty: erase
    diff: target
    on_deleted: leave
"""
CUP, BOWL = "0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d", "1a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


class World:
    """The PIM, the other system, and the pipeline between them."""

    def __init__(self, pim, erp, folder, command):
        self.pim, self.erp, self.folder, self._command = pim, erp, folder, command
        (folder / "pipeline.yaml").write_text(PIPELINE.format(pim=pim.url, erp=erp.url), "utf-8")
        done = self.command("akeneo", "provision", "--hand-over", "--all-families", "--connection", "pim")
        assert "created attribute send_to_erp" in done.out, done.out + done.err

    def command(self, *words):
        more = ["--pipeline", str(self.folder / "pipeline.yaml")] if words[0] == "akeneo" else []
        return self._command(*words, *more)

    def run(self, *options):
        return self.command("run", str(self.folder / "pipeline.yaml"), *options)

    def create(self, uuid, name, tick=True, **values):
        """Create a product in the PIM as the product manager does: no identifier, and the tick."""
        texts = {"name": [{"locale": "en_US", "scope": None, "data": name}]}
        texts["send_to_erp"] = [{"locale": None, "scope": None, "data": tick}]
        texts |= {code: [{"locale": None, "scope": None, "data": data}] for code, data in values.items()}
        self.patch(self.pim, uuid, {"family": "mugs", "values": texts})

    def patch(self, system, uuid, data):
        with httpx.Client(base_url=system.url, trust_env=False) as client:
            body = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
            token = client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.patch(f"/api/rest/v1/products-uuid/{uuid}", json={"uuid": uuid, **data}, headers=headers)
            assert answer.status_code in {201, 204}, answer.text

    def rewrite(self, old, new):
        """Change one place of the pipeline's file."""
        pipeline = self.folder / "pipeline.yaml"
        text = pipeline.read_text("utf-8")
        assert text.count(old) == 1, old
        pipeline.write_text(text.replace(old, new), "utf-8")

    def told(self, uuid):
        """Give the status and the reason that a product shows."""
        found = self.values(uuid)
        return found.get("hand_over_status"), found.get("hand_over_reason") or ""

    def values(self, uuid):
        """Give the values of a product of the PIM by attribute, and its identifier."""
        product = self.pim.store.products[uuid]
        found = {code: next(iter(of.values())) for code, of in product.values.items() if of}
        return {**found, "identifier": product.identifier}

    def writes(self):
        routes = [route for one in (self.pim, self.erp) for route in one.stats()["routes"].items()]
        return sum(count["calls"] for route, count in routes if not route.startswith("GET") and "/oauth/" not in route)


@pytest.fixture
def world(tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with serve(CATALOG) as pim, serve(CATALOG) as erp:
        yield World(pim, erp, tmp_path, command)


def weighed(world, identifier, amount):
    uuid = world.erp.store.product(identifier).uuid
    data = {"amount": amount, "unit": "KILOGRAM"}
    world.patch(world.erp, uuid, {"values": {"weight": [{"locale": None, "scope": None, "data": data}]}})


def test_a_ticked_product_gets_a_sku_goes_over_and_comes_back_with_a_status(world):
    world.create(CUP, "Cup")
    done = world.run()
    assert done.code == 0, done.out
    found = world.values(CUP)
    assert (found["identifier"], found["hand_over_status"], found["send_to_erp"]) == ("MUG-0001", "in_erp", False)
    assert world.erp.store.product("MUG-0001").values["name"]
    weighed(world, "MUG-0001", "1.5")
    world.run()
    assert world.values(CUP)["weight"] == {"amount": "1.5", "unit": "KILOGRAM"}


def test_products_that_nobody_ticked_stay_where_they_are(world):
    world.create(CUP, "Cup")
    world.create(BOWL, "Bowl", tick=False)
    world.run()
    assert world.values(BOWL)["identifier"] is None
    assert len(world.erp.store.products) == 1


def test_ten_alternating_runs_without_edits_send_nothing(world):
    world.create(CUP, "Cup")
    world.create(BOWL, "Bowl")
    world.run()
    weighed(world, "MUG-0001", "1.5")
    world.run()
    before = world.writes()
    for number in range(10):
        done = world.run(*(["--full"] if number % 2 else []))
        assert done.code == 0, done.out
    assert world.writes() == before


def test_a_refusal_is_told_in_the_product_and_goes_away_when_it_is_mended(world):
    world.create(CUP, "Cup", erp_id="bordeaux")
    world.run()
    found = world.values(CUP)
    assert found["hand_over_status"] == "attention"
    assert "'bordeaux', the PIM has no such option." in found["hand_over_reason"]
    world.patch(world.pim, CUP, {"values": {"erp_id": [{"locale": None, "scope": None, "data": "red"}]}})
    world.run()
    found = world.values(CUP)
    assert (found["hand_over_status"], found.get("hand_over_reason")) == ("in_erp", None)


def test_a_product_whose_sku_cannot_be_made_says_why_and_goes_when_it_is_mended(world):
    world.create(CUP, "Cup")
    world.patch(world.pim, CUP, {"family": None})
    world.create(BOWL, "Bowl")
    world.run()
    wanted = "Family: is empty, and the SKU is made of it. Product manager: Fill it in; the SKU then comes by itself."
    assert world.told(CUP) == ("attention", wanted)
    assert world.told(BOWL) == ("in_erp", "")
    before = world.writes()
    assert world.run().code == 0
    assert world.writes() == before, "it is told once"
    world.patch(world.pim, CUP, {"family": "mugs"})
    world.run()
    assert world.told(CUP) == ("in_erp", "")
    assert {world.values(uuid)["identifier"] for uuid in (CUP, BOWL)} == {"MUG-0001", "MUG-0002"}


def test_a_product_that_is_withdrawn_before_it_had_a_sku_shows_nothing_any_more(world):
    world.create(CUP, "Cup")
    world.create(BOWL, "Bowl")
    for uuid in (CUP, BOWL):
        world.patch(world.pim, uuid, {"family": None})
    world.run()
    assert [world.told(uuid)[0] for uuid in (CUP, BOWL)] == ["attention", "attention"]
    world.create(CUP, "Cup", tick=False)
    done = world.run()
    assert "1 needs your attention" in done.out
    assert world.told(CUP) == (None, "")
    assert world.told(BOWL)[0] == "attention"
    del world.pim.store.products[BOWL]
    for _ in range(2):
        assert "attention" not in world.run().out
    before = world.writes()
    world.run()
    world.run("--full")
    assert world.writes() == before
    assert list(world.pim.store.products) == [CUP]
    world.create(CUP, "Cup")
    world.run()
    assert (world.told(CUP), world.values(CUP)["identifier"]) == (("in_erp", ""), "MUG-0001")


def test_a_product_for_which_no_number_is_left_is_told_whose_business_it_is(world):
    world.rewrite('{sequence:04d}"', '{sequence:04d}", last: 1')
    world.create(BOWL, "Bowl")
    world.run()
    world.create(CUP, "Cup")
    world.run()
    status, reason = world.told(CUP)
    assert (status, reason[:63]) == ("attention", "No SKU is left: 1 was the last number of '{family:3|upper}-{seq")
    assert reason.endswith("Nothing to do for you: your administrator was told; it goes by itself afterwards.")
    world.rewrite(", last: 1", "")
    world.run("--full")
    assert (world.told(CUP), world.values(CUP)["identifier"]) == (("in_erp", ""), "MUG-0002")


def test_a_product_whose_sku_somebody_else_got_meanwhile_says_so(world):
    world.create(CUP, "Cup")
    world.run()
    cup = world.pim.store.products[CUP]
    others = {code: values for code, values in cup.values.items() if code != "sku"}
    world.pim.store.put_product(replace(cup, identifier=None, values=others, updated=now()))
    world.pim.seed({"products": [{"identifier": "MUG-0001", "family": "mugs"}]})
    world.create(CUP, "Cup")
    done = world.run("--full")
    assert "MUG-0001 was given to" in done.out
    status, reason = world.told(CUP)
    assert status == "attention"
    assert "MUG-0001" in reason, reason
    assert world.command("state", "numbers", "MUG-0001", "--forget", "--yes").code == 0
    world.run("--full")
    assert (world.told(CUP), world.values(CUP)["identifier"]) == (("in_erp", ""), "MUG-0002")


def test_what_cannot_come_back_is_told_in_the_product(world):
    world.rewrite("weight-unit: weight-unit", "weight-unit: weight-unit, colour: colour")
    world.create(CUP, "Cup")
    world.run()
    assert world.told(CUP) == ("in_erp", "")
    world.erp.seed({"attribute_options": [{"attribute": "colour", "code": "bordeaux", "labels": {}}]})
    theirs = world.erp.store.product("MUG-0001").uuid
    world.patch(world.erp, theirs, {"values": {"colour": [{"locale": None, "scope": None, "data": "bordeaux"}]}})
    world.run()
    status, reason = world.told(CUP)
    assert status == "attention"
    assert "the PIM has no such option" in reason, reason
    world.pim.seed({"attribute_options": [{"attribute": "colour", "code": "bordeaux", "labels": {}}]})
    world.run("--full")
    assert world.told(CUP) == ("in_erp", "")


def test_a_product_that_goes_over_once_is_the_erps_from_then_on(world):
    world.rewrite("    identity: uuid\n", "    identity: uuid\n    mode: create\n")
    world.create(CUP, "Cup")
    world.run()
    assert world.told(CUP) == ("in_erp", "")
    world.create(CUP, "Cup with handle", tick=False)
    weighed(world, "MUG-0001", "1.5")
    world.run()
    assert "Cup with handle" not in str(world.erp.store.product("MUG-0001").values["name"])
    assert world.values(CUP)["weight"] == {"amount": "1.5", "unit": "KILOGRAM"}
    assert world.told(CUP) == ("in_erp", "")


def test_a_product_ticked_again_is_served_again_and_keeps_its_sku(world):
    world.create(CUP, "Cup")
    world.run()
    world.create(CUP, "Cup with handle")
    world.run()
    found = world.values(CUP)
    assert (found["identifier"], found["hand_over_status"], found["send_to_erp"]) == ("MUG-0001", "in_erp", False)
    assert len(world.erp.store.products) == 1


def test_what_was_deleted_in_the_pim_is_not_made_anew_by_what_comes_back(world):
    world.create(CUP, "Cup")
    world.run()
    del world.pim.store.products[CUP]
    weighed(world, "MUG-0001", "2")
    world.run()
    assert world.pim.store.products == {}


def edited_on_both_sides(world):
    """Let product manager and ERP team change the name and the weight of one product, each to something else."""
    world.create(CUP, "Cup")
    world.run()
    weighed(world, "MUG-0001", "1.5")
    world.run()
    theirs = world.erp.store.product("MUG-0001").uuid
    world.patch(world.erp, theirs, {"values": {"name": [{"locale": "en_US", "scope": None, "data": "Beaker"}]}})
    heavy = {"weight": [{"locale": None, "scope": None, "data": {"amount": "9", "unit": "KILOGRAM"}}]}
    world.patch(world.pim, CUP, {"values": heavy})
    world.create(CUP, "Cup with handle", tick=False)
    weighed(world, "MUG-0001", "2")


@pytest.mark.parametrize("diff", ["state", "target"])
def test_what_both_sides_changed_is_decided_by_who_owns_it_and_listed_once(world, diff):
    for line in ("    sink: {type: akeneo.products, connection: erp}\n", "    returns: hand_over\n"):
        world.rewrite(line, f"{line}    diff: {diff}\n")
    edited_on_both_sides(world)
    done = world.run()
    assert done.code == 0
    assert world.values(CUP)["weight"] == {"amount": "2", "unit": "KILOGRAM"}
    assert "Cup with handle" in str(world.erp.store.product("MUG-0001").values["name"])
    both = "  Note: 1 value was changed on both sides since the last run. As the PIM owns it, what "
    there, back = [line.removeprefix(both) for line in done.out.splitlines() if line.startswith(both)]
    assert there.startswith("the PIM says was kept: name (en_US) of MUG-0001: ")
    assert there.endswith("'Cup with handle' in the PIM, 'Beaker' in the PIM")
    assert back.startswith("the PIM says was kept: weight of MUG-0001: '2 KILOGRAM' in the PIM, '9 ")
    for options in ((), ("--full",)):
        again = world.run(*options)
        assert (again.code, "both sides" in again.out) == (0, False), again.out


def test_what_one_side_changed_or_both_changed_alike_is_no_conflict(world):
    world.create(CUP, "Cup")
    world.run()
    theirs = world.erp.store.product("MUG-0001").uuid
    world.patch(world.erp, theirs, {"values": {"name": [{"locale": "en_US", "scope": None, "data": "Beaker"}]}})
    assert "both sides" not in world.run().out
    world.create(CUP, "Beaker", tick=False)
    assert "both sides" not in world.run().out
    world.create(CUP, "Tumbler", tick=False)
    assert "both sides" not in world.run().out


def test_a_conflict_names_the_owner_of_the_contract(world):
    world.rewrite("flows:\n", "ownership: {others: pim, attributes: {weight: erp}}\nflows:\n")
    for flow, owner in (("ticked", "pim"), ("hand_over", "pim"), ("back", "erp"), ("status", "pim")):
        world.rewrite(f"  {flow}:\n", f"  {flow}:\n    owner: {owner}\n")
    edited_on_both_sides(world)
    said = world.run().out
    assert "As 'pim' owns it, what the PIM says was kept: name" in said, said
    assert "As 'erp' owns it, what the PIM says was kept: weight" in said


def test_only_some_products_by_uuid(world):
    world.create(CUP, "Cup")
    world.create(BOWL, "Bowl")
    done = world.run("--only", BOWL)
    assert done.code == 0, done.out
    assert world.values(CUP)["identifier"] is None
    assert world.values(BOWL)["identifier"] == "MUG-0001"
    assert world.told(BOWL) == ("in_erp", "")
    weighed(world, "MUG-0001", "1.5")
    world.run("--only", BOWL)
    assert world.values(BOWL)["weight"] == {"amount": "1.5", "unit": "KILOGRAM"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("returns: hand_over", "returns: handover", "no other flow is called 'handover'; did you mean 'hand_over'?"),
        ("returns: hand_over", "returns: ticked", "flow 'ticked' needs `entity`"),
        ("returns: hand_over", "returns: hand_over\n    mode: create", "what returns is there already"),
        ("returns: hand_over", "returns: hand_over\n    needs: [status]", "flows need each other in a circle"),
    ],
)
def test_what_cannot_return_is_a_mistake_of_the_file(world, old, new, said):
    pipeline = world.folder / "pipeline.yaml"
    pipeline.write_text(pipeline.read_text("utf-8").replace(old, new, 1), "utf-8")
    done = world.command("validate", str(pipeline))
    assert done.code == 2
    assert said in done.out + done.err
