"""`python -m pimflow` is `pimflow`."""

from pimflow.cli import main

main()
