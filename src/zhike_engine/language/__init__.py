"""The expression language: one small, total, side-effect-free grammar, read into frozen trees.

One tree, many readers: `zhike_engine.sql.expressions` (SQL), `zhike_engine.oracle` (plain Python),
`zhike_engine.language.sentences` (Chinese and English), `names_in` (dependencies).
"""
