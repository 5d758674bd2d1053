"""`python -m serving` is `outfit`: the form in which `torchrun` starts it."""

from serving.cli import main

main()
