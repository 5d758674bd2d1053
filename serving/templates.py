"""The templates of pages that open without a server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

TEMPLATES = Path(__file__).parent


def page_template(name: str, filters: Mapping[str, Any]) -> Template:
    """A template of this folder, with escaping; a name that it lacks is an error.

    Args:
        name: of its file.
        filters: that it uses beside jinja's own.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template(name)
