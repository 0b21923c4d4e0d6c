"""Which text of the file a locale of the PIM gets. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from pimflow_akeneo.provisioning.form import OTHER


def chosen(labels: Mapping[str, str], locales: Mapping[str, bool]) -> dict[str, str]:
    """Give by locale the key of its text: its own, else that of its language, else `other`.

    `locales` tells of each that the PIM knows whether it is active. Languages and `other` are for active ones only.
    """
    found = {key: key for key in labels if "_" in key}
    for locale, active in locales.items():
        if active and locale not in found:
            key = next((key for key in (_language(locale), OTHER) if key in labels), None)
            if key:
                found[locale] = key
    return found


def unknown_languages(labels: Mapping[str, str], locales: Mapping[str, bool]) -> list[str]:
    """Name the languages of which the PIM knows no locale, active or not."""
    known = {_language(locale) for locale in locales}
    return [key for key in labels if "_" not in key and key != OTHER and key not in known]


def _language(locale: str) -> str:
    return locale.partition("_")[0]
