"""What a journey meets on its way: the post office of the letters."""

from tests.product.letters.conftest import post_office  # noqa: F401
