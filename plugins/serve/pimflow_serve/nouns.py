"""What systems call their records, so that the catalogues know these words; what others call theirs stays as it is."""

from __future__ import annotations

from pimflow_serve.refusals import N_

NOUNS = (
    N_("products"),
    N_("product models"),
    N_("attributes"),
    N_("attribute groups"),
    N_("options"),
    N_("families"),
    N_("family variants"),
    N_("categories"),
    N_("association types"),
    N_("channels"),
    N_("measurement families"),
    N_("locales"),
    N_("currencies"),
    N_("media files"),
    N_("assets"),
    N_("records"),
    N_("rows"),
    N_("orders"),
    N_("product"),
    N_("product model"),
    N_("attribute"),
    N_("attribute group"),
    N_("option"),
    N_("family"),
    N_("family variant"),
    N_("category"),
    N_("association type"),
    N_("channel"),
    N_("measurement family"),
    N_("locale"),
    N_("currency"),
    N_("media file"),
    N_("asset"),
    N_("record"),
    N_("row"),
    N_("order"),
)
