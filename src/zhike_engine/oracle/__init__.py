"""The second author of every number: a policy evaluated over plain rows, customer by customer, in plain Python.

Slow, and meant to be: it shares no line with the compiler, reads no SQL, and keeps every number as a fraction until
the contract asks for a double (docs/algorithms/engines.md). The parity suite holds every engine to it, bit for bit.
"""

from zhike_engine.oracle.evaluate import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
