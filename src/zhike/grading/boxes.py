"""Where grades show on the pages of lower layers: the box on the record page."""

from __future__ import annotations

from zhike.customers.sections import Box, box
from zhike.grading.customer_views import box_of

box(Box("grade", "grading/_box.html", box_of))
