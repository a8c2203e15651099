"""Settings, addresses and the WSGI application of the product. Imports everything; nothing imports it."""
