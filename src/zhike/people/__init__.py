"""People: departments, regions, roles, grants, delegates, responsibilities, agreements, certificates; who may do what."""
