"""Several messages to one person as one: what is worst first, and at the top what each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pimflow.languages import ENGLISH
from pimflow.model import Event, Message
from pimflow.notifying.wording import PREFIX
from pimflow.sentences import Words, in_language, said

_WORST_FIRST = (Event.FAILURE, Event.PROBLEMS, Event.RECOVERY, Event.SUCCESS)


def together(messages: Sequence[Message], words: Words = ENGLISH) -> Message:
    """Put messages in one language, one at least, together."""
    first, *others = sorted(messages, key=lambda message: _WORST_FIRST.index(message.event))
    if not others:
        return first
    titles = [one.title.removeprefix(f"{PREFIX} ") for one in (first, *others)]
    if len(others) == 1:
        whole = said("{title}; and one more pipeline", title=first.title)
    else:
        whole = said("{title}; and {number:,} more pipelines", title=first.title, number=len(others))
    parts = [f"{title}\n{one.text}" for title, one in zip(titles, (first, *others), strict=True)]
    text = "\n\n\n".join(["\n".join(f"  - {title}" for title in titles), *parts])
    return replace(first, title=in_language(whole, words), text=text)
