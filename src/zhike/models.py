"""The models of every noun, for Django to find: one import line each."""

from zhike.api import models as api_models  # noqa: F401
from zhike.lists import models as lists_models  # noqa: F401
