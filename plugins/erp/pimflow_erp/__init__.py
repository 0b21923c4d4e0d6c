"""What pimflow's ERP connectors share. It offers no types of its own: connectors import its modules.

`codecs` are values, `cells` the rows of a writer, `columns` those of a source, `cursors` the moments from which changes
are read, `jobs` calls that go in halves where the ERP refuses them, `known` the ids of records. `reading` is a source,
`writing` a writer to build upon; `once` keeps what a server was asked for, `pictures` are files of a folder.
"""
