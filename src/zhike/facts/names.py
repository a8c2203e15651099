"""Customer names that are much alike: told, never merged."""

from __future__ import annotations

from zhike.facts.pieces import Connection
from zhike.facts.rows import Work
from zhike.facts.settle import fact_of

_LEGAL = (
    "股份有限公司|有限责任公司|有限公司|股份公司|公司|集团"
    "|\\b(company|co|ltd|limited|inc|incorporated|corp|corporation|llc|plc|gmbh"
    "|ag|sa|sas|sarl|bv|oy|ab|as|spa|srl|pty|kg)\\b"
)
_ALIKE = 0.94
_CROWD = 200
"""Names that begin alike are compared in groups; a group larger than this is only searched for equal names."""


def list_similar_names(work: Work) -> None:
    """Put every customer whose name is much like an earlier one's into the report."""
    _plain_names(work.db)
    reason = work.ledger.reason("customers", "suspicious", "similar_names", "name")
    alike = f"""
        SELECT customer, min(name) AS name, own FROM (
            SELECT b.customer, a.name, b.name AS own FROM plain AS a
            JOIN plain AS b ON a.plain = b.plain AND a.nth < b.nth
            UNION ALL
            SELECT b.customer, a.name, b.name AS own FROM (FROM plain WHERE crowd <= {_CROWD}) AS a
            JOIN (FROM plain WHERE crowd <= {_CROWD}) AS b ON a.head = b.head AND a.nth < b.nth
            WHERE jaro_winkler_similarity(a.plain, b.plain) >= {_ALIKE}
        ) GROUP BY ALL ORDER BY customer"""
    if "customers" in work.plans:
        rows = (
            "SELECT customer, arg_min(_part, _ord) AS part, arg_min(_n, _ord) AS n "
            "FROM rows_customers WHERE _drop IS NULL GROUP BY customer"
        )
        work.ledger.add(
            f"SELECT {reason}, part, n, own || ' ~ ' || name FROM ({alike}) JOIN ({rows}) USING (customer)"
        )


def _plain_names(db: Connection) -> None:
    """Names in lower case without punctuation and legal form, with the first three letters to group them."""
    legal = f"regexp_replace(lower(nfc_normalize(name)), '{_LEGAL}', '', 'g')"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE plain AS
        SELECT *, count(*) OVER (PARTITION BY head) AS crowd FROM (
            SELECT customer, name, plain, left(plain, 3) AS head, row_number() OVER (ORDER BY customer) AS nth
            FROM (
                SELECT customer, name, regexp_replace({legal}, '[^\\p{{L}}\\p{{N}}]', '', 'g') AS plain
                FROM {fact_of("customers")} WHERE name <> customer
            ) WHERE plain <> ''
        )""")
