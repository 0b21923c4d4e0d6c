# ruff: noqa: ISC004 - source texts
"""Plugins: found by name, loaded one by one, and harmless when broken."""

import sys

import pytest

from pimflow import builtin, hookspecs
from pimflow.components import Connection, Notifier, Source, Transform
from pimflow.errors import PluginError
from pimflow.observers import notify_observers
from pimflow.plugins import create_registry
from pimflow.sinks import Sink

GOOD = """
from pimflow import Source, Transform, hookimpl

class Things(Source):
    type = "{prefix}.things"

class Shout(Transform):
    type = "{prefix}.shout"

@hookimpl
def pimflow_components():
    return [Things, Shout]
"""


def good(prefix):
    return GOOD.replace("{prefix}", prefix)


def test_there_are_eight_hooks_each_with_its_rule():
    specified = {name for name in vars(hookspecs) if name.startswith("pimflow_")}
    assert specified == {
        "pimflow_components", "pimflow_pages", "pimflow_resolve_secret", "pimflow_check_project",
        "pimflow_run_started", "pimflow_batch_loaded", "pimflow_flow_finished", "pimflow_run_finished",
    }  # fmt: skip
    assert all(getattr(hookspecs, name).__doc__ for name in specified)


def test_components_are_found_by_kind_and_type(distribution):
    distribution("pimflow-good", {"good": "pimflow_good"}, pimflow_good=good("good"))
    registry = create_registry()
    assert registry.find(Source, "good.things").__name__ == "Things"
    assert registry.find(Transform, "good.shout").__name__ == "Shout"
    with pytest.raises(PluginError, match=r"unknown sink 'good\.things'"):
        registry.find(Sink, "good.things")


def test_only_plugins_that_are_named_are_loaded(distribution):
    distribution("pimflow-good", {"good": "pimflow_good"}, pimflow_good=good("good"))
    distribution("pimflow-idle", {"idle": "pimflow_idle"}, pimflow_idle="raise RuntimeError('loaded')")
    create_registry().find(Source, "good.things")
    assert "pimflow_idle" not in sys.modules


BROKEN = {
    "import": ("import nothing_of_the_kind", "ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
    "syntax": ("def broken(:", "SyntaxError"),
    "hook": (
        "from pimflow import hookimpl\n@hookimpl\ndef pimflow_componets():\n    return []",
        "unknown hook 'pimflow_componets'",
    ),
    "raises": (
        "from pimflow import hookimpl\n@hookimpl\ndef pimflow_components():\n    raise OSError('no disk')",
        "OSError: no disk",
    ),
    "stranger": (
        "from pimflow import hookimpl\n@hookimpl\ndef pimflow_components():\n    return [int]",
        "<class 'int'> is none of connection, source, transform, sink",
    ),
    "instance": (
        "from pimflow import hookimpl\n@hookimpl\ndef pimflow_components():\n    return ['text']",
        "'text' is none of connection, source, transform, sink",
    ),
    "untyped": (
        "from pimflow import Source, hookimpl\nclass S(Source):\n    pass\n"
        "@hookimpl\ndef pimflow_components():\n    return [S]",
        "has no `type`",
    ),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_plugin_is_reported_and_hurts_nobody(distribution, how):
    text, words = BROKEN[how]
    distribution("pimflow-broken", {"broken": "pimflow_broken"}, pimflow_broken=text)
    distribution("pimflow-good", {"good": "pimflow_good"}, pimflow_good=good("good"))
    registry = create_registry()
    plugins = {plugin.name: plugin for plugin in registry.load_all()}
    assert words in plugins["broken"].error
    assert plugins["broken"].components == ()
    assert [one.type for one in plugins["good"].components] == ["good.shout", "good.things"]
    assert registry.find(Source, "good.things")
    with pytest.raises(PluginError, match=r"plugin 'broken' \(pimflow-broken\) cannot be used: "):
        registry.find(Source, "broken.things")


def test_a_broken_plugin_observes_nothing(distribution):
    text = (
        "from pimflow import hookimpl\nSEEN = []\n"
        "@hookimpl\ndef pimflow_components():\n    raise OSError('no disk')\n"
        "@hookimpl\ndef pimflow_run_started(run):\n    SEEN.append(run)\n"
    )
    distribution("pimflow-broken", {"broken": "pimflow_broken"}, pimflow_broken=text)
    registry = create_registry()
    registry.load_all()
    notify_observers(registry.manager, "pimflow_run_started", run=_run())
    assert sys.modules["pimflow_broken"].SEEN == []


def test_two_distributions_with_one_type_are_an_error_that_names_both(distribution):
    distribution("pimflow-good", {"good": "pimflow_good"}, pimflow_good=good("good"))
    distribution("pimflow-twin", {"good": "pimflow_twin"}, pimflow_twin=good("good"))
    with pytest.raises(PluginError) as caught:
        create_registry().find(Source, "good.things")
    assert "pimflow-good and pimflow-twin both offer" in str(caught.value) or (
        "pimflow-twin and pimflow-good both offer" in str(caught.value)
    )


def test_two_distributions_may_share_a_prefix_with_types_of_their_own(distribution):
    distribution("pimflow-good", {"good": "pimflow_good"}, pimflow_good=good("good"))
    other = good("good").replace("things", "others").replace("shout", "whisper")
    distribution("pimflow-more", {"good": "pimflow_more"}, pimflow_more=other)
    registry = create_registry()
    assert registry.find(Source, "good.things")
    assert registry.find(Source, "good.others")


def test_a_plugin_offers_types_of_its_own_prefix_only(distribution):
    distribution("pimflow-sly", {"sly": "pimflow_sly"}, pimflow_sly=good("akeneo"))
    (plugin,) = [plugin for plugin in create_registry().load_all() if plugin.name == "sly"]
    assert plugin.components == ()
    assert "akeneo.things" in plugin.error


def test_the_builtin_plugin_is_asked_last_so_that_others_can_answer_before_it(distribution):
    text = good("vault") + (
        "\n@hookimpl\ndef pimflow_resolve_secret(scheme, reference):\n"
        "    return 'from the vault' if scheme in ('vault', 'env') else None\n"
    )
    distribution("pimflow-vault", {"vault": "pimflow_vault"}, pimflow_vault=text)
    registry = create_registry()
    assert registry.manager.get_plugins() == {builtin}
    registry.find(Source, "vault.things")
    resolve = registry.manager.hook.pimflow_resolve_secret
    assert resolve(scheme="env", reference="HOME") == "from the vault"
    assert resolve(scheme="other", reference="x") is None


def _run():
    from datetime import UTC, datetime

    from pimflow.model import Run

    return Run("r", "p", datetime(2026, 1, 1, tzinfo=UTC))


def test_observers_are_called_one_by_one_with_the_facts_they_ask_for():
    registry, seen = create_registry(), []

    class First:
        @hookspecs.hookimpl
        def pimflow_flow_finished(self, report):
            seen.append(("first", report))
            raise ValueError("this observer fails")

    class Second:
        @hookspecs.hookimpl
        def pimflow_flow_finished(self, run):
            seen.append(("second", run.id))

    from pimflow.model import FlowReport

    registry.manager.register(First())
    registry.manager.register(Second())
    report = FlowReport("f", "a", "b", ("x", "xs"))
    notify_observers(registry.manager, "pimflow_flow_finished", run=_run(), report=report)
    assert seen == [("first", report), ("second", "r")]


def test_each_kind_of_component_of_the_shipped_plugins_has_documented_options():
    for plugin in create_registry().load_all():
        for component in plugin.components:
            assert issubclass(component, Connection | Source | Transform | Sink | Notifier)
            for name, option in component.model_fields.items():
                assert option.description, f"{component.type}.{name} has no description"
