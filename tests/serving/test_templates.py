import pytest
from jinja2 import TemplateNotFound, UndefinedError

from serving.templates import page_template


def test_a_template_that_lacks_what_it_shows_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="book"):
        page_template("lookbook.html.j2", {"signed": str, "stripes": list}).render()


def test_an_unknown_template_is_an_error() -> None:
    with pytest.raises(TemplateNotFound):
        page_template("none.html.j2", {})
