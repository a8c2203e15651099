"""The bundled demo company: a made-up maker of weighing equipment, its customers and their history.

`company.generate` writes the canonical fact tables. Every other module is one part of the picture: `cast`
(scripted customers, written down in `members/`), `crowd` (random ones), `plan` and `orders`, `shares`,
`money`, `service`, `decisions`, `previous`, `rates`, `names`.
"""
